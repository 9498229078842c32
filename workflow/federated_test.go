package workflow

import (
	"strings"
	"testing"
)

func TestATrustIsNoLongerThanGraphTakes(t *testing.T) {
	good := FederatedIssuer{Issuer: "https://issuer.example/" + strings.Repeat("i", 577), Subject: strings.Repeat("s", 600), Audience: strings.Repeat("a", 600)}
	wrong := FieldErrors{}
	if f := checkFederated(wrong, contoso, good); len(wrong) > 0 || f != good {
		t.Errorf("600 characters: %v, %+v", wrong, f)
	}
	checkFederated(wrong, contoso, FederatedIssuer{good.Issuer + "i", good.Subject + "s", good.Audience + "a"})
	for _, f := range []Field{FieldIssuer, FieldSubject, FieldAudience} {
		if !strings.Contains(wrong[f], "600") {
			t.Errorf("601 characters: %s: %q", f, wrong[f])
		}
	}
	if f := checkFederated(FieldErrors{}, contoso, FederatedIssuer{Issuer: "https://issuer.example", Subject: "s", Audience: " \n"}); f.Audience != "api://AzureADTokenExchange" {
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
	} {
		wrong, tenant := FieldErrors{}, contoso
		tenant.Cloud = c.cloud
		f := checkFederated(wrong, tenant, FederatedIssuer{Issuer: "https://token.actions.githubusercontent.com",
			Subject: "repo:contoso@1234/backup@5678:ref:refs/heads/main", Audience: c.audience})
		if c.says == "" && (len(wrong) > 0 || f.Audience != c.want || f.Subject != "repo:contoso@1234/backup@5678:ref:refs/heads/main") {
			t.Errorf("%s %q: %v, %v", c.cloud, c.audience, f, wrong)
		}
		if !strings.Contains(wrong[FieldAudience], c.says) {
			t.Errorf("%s %q: %q", c.cloud, c.audience, wrong[FieldAudience])
		}
	}
}
