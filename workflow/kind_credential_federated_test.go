package workflow_test

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestATrustIsNoLongerThanGraphTakes(t *testing.T) {
	good := plan.FederatedIssuer{Issuer: "https://issuer.example/" + strings.Repeat("i", 577), Subject: strings.Repeat("s", 600),
		Audience: strings.Repeat("a", 600)}
	wrong := form.Errors{}
	if f := form.CheckFederated(wrong, workflowtest.Contoso.In(), good); len(wrong) > 0 || f != good {
		t.Errorf("600 characters: %v, %+v", wrong, f)
	}
	form.CheckFederated(wrong, workflowtest.Contoso.In(),
		plan.FederatedIssuer{Issuer: good.Issuer + "i", Subject: good.Subject + "s", Audience: good.Audience + "a"})
	for _, f := range []form.Field{form.FieldIssuer, form.FieldSubject, form.FieldAudience} {
		if !strings.Contains(wrong[f], "600") {
			t.Errorf("601 characters: %s: %q", f, wrong[f])
		}
	}
	if f := form.CheckFederated(form.Errors{}, workflowtest.Contoso.In(), plan.FederatedIssuer{Issuer: "https://issuer.example",
		Subject:  "s",
		Audience: " \n"}); f.Audience != "api://AzureADTokenExchange" {
		t.Errorf("without an audience it is %q", f.Audience)
	}
}

// services.md section 5: the audience depends on the cloud, and new GitHub repositories
// have numbers in their subjects.
func TestATrustIsThatOfTheTenantsCloud(t *testing.T) {
	for _, c := range []struct{ cloud, audience, want, says string }{
		{"", "", "api://AzureADTokenExchange", ""},
		{"public", "", "api://AzureADTokenExchange", ""},
		{"usgov", "", "api://AzureADTokenExchangeUSGov", ""},
		{"dod", "", "api://AzureADTokenExchangeUSGov", ""},
		{"china", "", "api://AzureADTokenExchangeChina", ""},
		{"china", "api://AzureADTokenExchange", "", "which takes api://AzureADTokenExchangeChina"},
		{"public", "api://AzureADTokenExchangeUSGov", "", "the audience of Microsoft's cloud usgov"},
		{"usgov", "sts.example.com", "sts.example.com", ""},
		{"public", "API://azureadtokenexchange", "", "Write it as api://AzureADTokenExchange."},
		{"dod", "api://AzureADTokenExchangeusgov", "", "Write it as api://AzureADTokenExchangeUSGov."},
		{"china", "API://AzureADTokenExchange", "", "which takes api://AzureADTokenExchangeChina"},
	} {
		wrong, tenant := form.Errors{}, workflowtest.Contoso
		tenant.Cloud = c.cloud
		f := form.CheckFederated(wrong, tenant.In(), plan.FederatedIssuer{Issuer: "https://token.actions.githubusercontent.com",
			Subject: "repo:contoso@1234/backup@5678:ref:refs/heads/main", Audience: c.audience})
		if c.says == "" && (len(wrong) > 0 || f.Audience != c.want || f.Subject != "repo:contoso@1234/backup@5678:ref:refs/heads/main") {
			t.Errorf("%s %q: %v, %v", c.cloud, c.audience, f, wrong)
		}
		if !strings.Contains(wrong[form.FieldAudience], c.says) {
			t.Errorf("%s %q: %q", c.cloud, c.audience, wrong[form.FieldAudience])
		}
	}
}

func TestATrustIsTakenLetterByLetterOrRefused(t *testing.T) {
	good := plan.FederatedIssuer{Issuer: "https://issuer.example", Subject: "a b", Audience: "sts.example"}
	for name, c := range map[string]struct {
		edit func(*plan.FederatedIssuer)
		in   form.Field
		says string
	}{
		"spaces around": {func(f *plan.FederatedIssuer) { f.Issuer, f.Subject = " "+f.Issuer+"\n", " a b " }, "", ""},
		"two spaces":    {func(f *plan.FederatedIssuer) { f.Subject = "a  b" }, form.FieldSubject, "character by character"},
		"a character that is not seen": {func(f *plan.FederatedIssuer) { f.Subject = "a\u200bb" }, form.FieldSubject,
			"invisible characters"},
		"in the audience": {func(f *plan.FederatedIssuer) { f.Audience = "sts\u200b.example" }, form.FieldAudience,
			"invisible"},
		"in the issuer": {func(f *plan.FederatedIssuer) {
			f.Issuer = "https://issuer\u200b.example"
		}, form.FieldIssuer, "invisible characters"},
		"a query":        {func(f *plan.FederatedIssuer) { f.Issuer += "/?a=b" }, form.FieldIssuer, "none of ? # *"},
		"an empty query": {func(f *plan.FederatedIssuer) { f.Issuer += "/?" }, form.FieldIssuer, "none of ? # *"},
		"a wildcard":     {func(f *plan.FederatedIssuer) { f.Issuer += "/*" }, form.FieldIssuer, "none of ? # *"},
	} {
		f, wrong := good, form.Errors{}
		c.edit(&f)
		got := form.CheckFederated(wrong, workflowtest.Contoso.In(), f)
		if c.in == "" && (len(wrong) > 0 || got != good) || c.in != "" && (len(wrong) != 1 || !strings.Contains(wrong[c.in], c.says)) {
			t.Errorf("%s: %+v, %q", name, got, wrong[c.in])
		}
	}
}
