package workflow

import (
	"strings"
	"testing"
)

func TestATrustIsNoLongerThanGraphTakes(t *testing.T) {
	good := FederatedIssuer{Issuer: "https://issuer.example/" + strings.Repeat("i", 577), Subject: strings.Repeat("s", 600), Audience: strings.Repeat("a", 600)}
	wrong := FieldErrors{}
	if f := checkFederated(wrong, good); len(wrong) > 0 || f != good {
		t.Errorf("600 characters: %v, %+v", wrong, f)
	}
	checkFederated(wrong, FederatedIssuer{good.Issuer + "i", good.Subject + "s", good.Audience + "a"})
	for _, f := range []Field{FieldIssuer, FieldSubject, FieldAudience} {
		if !strings.Contains(wrong[f], "600") {
			t.Errorf("601 characters: %s: %q", f, wrong[f])
		}
	}
	if f := checkFederated(FieldErrors{}, FederatedIssuer{Issuer: "https://issuer.example", Subject: "s", Audience: " \n"}); f.Audience != "api://AzureADTokenExchange" {
		t.Errorf("without an audience it is %q", f.Audience)
	}
}
