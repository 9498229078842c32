package workflow

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

func TestATrustIsNoLongerThanGraphTakes(t *testing.T) {
	good := plan.FederatedIssuer{Issuer: "https://issuer.example/" + strings.Repeat("i", 577), Subject: strings.Repeat("s", 600),
		Audience: strings.Repeat("a", 600)}
	wrong := FieldErrors{}
	if f := checkFederated(wrong, contoso.in(), good); len(wrong) > 0 || f != good {
		t.Errorf("600 characters: %v, %+v", wrong, f)
	}
	checkFederated(wrong, contoso.in(),
		plan.FederatedIssuer{Issuer: good.Issuer + "i", Subject: good.Subject + "s", Audience: good.Audience + "a"})
	for _, f := range []Field{FieldIssuer, FieldSubject, FieldAudience} {
		if !strings.Contains(wrong[f], "600") {
			t.Errorf("601 characters: %s: %q", f, wrong[f])
		}
	}
	if f := checkFederated(FieldErrors{}, contoso.in(), plan.FederatedIssuer{Issuer: "https://issuer.example", Subject: "s",
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
		wrong, tenant := FieldErrors{}, contoso
		tenant.Cloud = c.cloud
		f := checkFederated(wrong, tenant.in(), plan.FederatedIssuer{Issuer: "https://token.actions.githubusercontent.com",
			Subject: "repo:contoso@1234/backup@5678:ref:refs/heads/main", Audience: c.audience})
		if c.says == "" && (len(wrong) > 0 || f.Audience != c.want || f.Subject != "repo:contoso@1234/backup@5678:ref:refs/heads/main") {
			t.Errorf("%s %q: %v, %v", c.cloud, c.audience, f, wrong)
		}
		if !strings.Contains(wrong[FieldAudience], c.says) {
			t.Errorf("%s %q: %q", c.cloud, c.audience, wrong[FieldAudience])
		}
	}
}

func TestATrustIsTakenLetterByLetterOrRefused(t *testing.T) {
	good := plan.FederatedIssuer{Issuer: "https://issuer.example", Subject: "a b", Audience: "sts.example"}
	for name, c := range map[string]struct {
		edit func(*plan.FederatedIssuer)
		in   Field
		says string
	}{
		"spaces around":                {func(f *plan.FederatedIssuer) { f.Issuer, f.Subject = " "+f.Issuer+"\n", " a b " }, "", ""},
		"two spaces":                   {func(f *plan.FederatedIssuer) { f.Subject = "a  b" }, FieldSubject, "letter by letter"},
		"a character that is not seen": {func(f *plan.FederatedIssuer) { f.Subject = "a\u200bb" }, FieldSubject, "invisible characters"},
		"in the audience":              {func(f *plan.FederatedIssuer) { f.Audience = "sts\u200b.example" }, FieldAudience, "invisible"},
		"in the issuer": {func(f *plan.FederatedIssuer) {
			f.Issuer = "https://issuer\u200b.example"
		}, FieldIssuer, "invisible characters"},
		"a query":        {func(f *plan.FederatedIssuer) { f.Issuer += "/?a=b" }, FieldIssuer, "none of ? # *"},
		"an empty query": {func(f *plan.FederatedIssuer) { f.Issuer += "/?" }, FieldIssuer, "none of ? # *"},
		"a wildcard":     {func(f *plan.FederatedIssuer) { f.Issuer += "/*" }, FieldIssuer, "none of ? # *"},
	} {
		f, wrong := good, FieldErrors{}
		c.edit(&f)
		got := checkFederated(wrong, contoso.in(), f)
		if c.in == "" && (len(wrong) > 0 || got != good) || c.in != "" && (len(wrong) != 1 || !strings.Contains(wrong[c.in], c.says)) {
			t.Errorf("%s: %+v, %q", name, got, wrong[c.in])
		}
	}
}
