package veeam

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

const forVeeam = "openid profile offline_access User.Read Directory.Read.All" // as MSAL asks

func (w *world) signedIn(s *Server, assertion string) ([]workflow.Connected, error) {
	w.Helper()
	got, err := s.SignedIn(w.Context(), w.asserted(assertion), contoso)
	return got, w.saw(err)
}

// asserted is what the directory makes of a token response.
func (w *world) asserted(response string) workflow.Assertion {
	var said struct {
		IDToken string `json:"id_token"`
	}
	var id struct{ Oid, Tid string }
	json.Unmarshal([]byte(response), &said)
	claims(said.IDToken, &id)
	return workflow.Assertion{TenantID: id.Tid, ObjectID: id.Oid, UPN: "ada@" + contoso, Response: seal.New(response)}
}

func TestASignInThatTheServerDoesNotTake(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	w.veeam.Change(func(k *veeamtest.Knobs) { k.Echo = true })
	good := w.signIn("ada", forVeeam)
	_, err := w.signedIn(s, good)
	w.refused(err, "ResourceAccessDenied", "backup-1 refused to sign in.",
		"The organization of ada@contoso.onmicrosoft.com has not been added to this server.")
	w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
	_, err = w.signedIn(s, w.signIn("ada", "offline_access User.Read"))
	w.refused(err, "ResourceAccessDenied",
		"has none of the permissions Directory.Read.All, Directory.ReadWrite.All, Directory.AccessAsUser.All.")
	w.tenant.RevokeSessions("ada@" + contoso)
	_, err = w.signedIn(s, good)
	w.refused(err, "ResourceAccessDenied", "The refresh token in the assertion is not valid.")
}

func TestAnAssertionThatIsNoneIsNotSent(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	var response map[string]any
	if err := json.Unmarshal([]byte(w.signIn("ada", forVeeam)), &response); err != nil {
		t.Fatal(err)
	}
	without := func(name string) string {
		o := map[string]any{}
		for k, v := range response {
			if k != name {
				o[k] = v
			}
		}
		b, _ := json.Marshal(o)
		return string(b)
	}
	for assertion, says := range map[string]string{
		"":                       "no access token",
		"a.b.c":                  "no access token",
		without("access_token"):  "no access token",
		without("refresh_token"): "the scope offline_access is missing",
		`{"access_token":"opaque","refresh_token":"r"}`: "which application it is for",
	} {
		_, err := w.signedIn(s, assertion)
		w.refused(err, "Assertion", says, "Nothing was sent to the backup server.")
	}
	if len(w.ops()) != 0 {
		t.Errorf("calls %q", w.ops())
	}
}

func TestWhoSignedInCannotChangeAnything(t *testing.T) {
	w := newWorld(t)
	w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange", "SharePoint", "Teams"}})
	s := w.server(nil)
	who, err := readAssertion(w.asserted(w.signIn("ada", forVeeam)), contoso)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.signIn(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.connect(t.Context(), w.organization())
	w.refused(w.saw(err), "ResourceAccessDenied", "refused to edit the organization")
}

func TestWhatIsHidden(t *testing.T) {
	h := hide([]seal.Secret{seal.New(`a"b c/d`), seal.New("0123456789abcdefghij"), {}})
	for text, want := range map[string]string{
		`it was a"b c/d.`:                  "it was [secret].",
		`it was a\"b c/d.`:                 "it was [secret].",
		"it was a%22b+c%2Fd.":              "it was [secret].",
		"it was a%22b%20c%2Fd.":            "it was [secret].",
		"begins 0123456789abcd, ends":      "begins [secret], ends",
		"middle 456789abcdefgh!":           "middle [secret]!",
		"0123456789abcdefghij" + `a"b c/d`: "[secret]",
		"chance 01234567":                  "chance 01234567",
		"two\n\tlines\x00":                 "two lines",
		"":                                 "",
	} {
		if got := h.clean(text, 100); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	end := strings.Repeat(".", scanned-3) + `a"b c/d`
	if got := h.clean(end, scanned); strings.Contains(got, `a"b`) {
		t.Errorf("the end has the beginning of a secret: %q", got[len(got)-20:])
	}
}
