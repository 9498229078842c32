package entratest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// signed is the answer to somebody's sign-in with these scopes, and the claims of its ID token.
func (w *world) signed(upn string, scopes ...string) (answer, id map[string]any) {
	w.Helper()
	code := w.begin(scopes...)
	if err := w.s.SignIn(code["user_code"].(string), upn); err != nil {
		w.Fatal(err)
	}
	status, answer := w.poll(code)
	if status != 200 {
		w.Fatalf("%s can't sign in: %v", upn, answer)
	}
	token, _ := answer["id_token"].(string)
	if parts := strings.Split(token, "."); len(parts) == 3 {
		b, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil || json.Unmarshal(b, &id) != nil {
			w.Fatal(err)
		}
	}
	return answer, id
}

// Source: ID token claims reference: oid, name and preferred_username take the scope profile;
// the OAuth 2.0 device authorization grant page: a refresh token takes offline_access.
func TestAnIDTokenSaysWhatItsScopesAskFor(t *testing.T) {
	w := newWorld(t)
	for scopes, want := range map[string]string{
		"User.Read":                               "",
		"openid User.Read":                        "sub tid",
		"openid profile User.Read":                "name oid preferred_username sub tid",
		"openid profile offline_access User.Read": "name oid preferred_username sub tid refresh",
	} {
		answer, id := w.signed("mia@contoso.com", strings.Fields(scopes)...)
		var got []string
		for _, claim := range []string{"name", "oid", "preferred_username", "sub", "tid"} {
			if id[claim] != nil {
				got = append(got, claim)
			}
		}
		if answer["refresh_token"] != nil {
			got = append(got, "refresh")
		}
		if is := strings.Join(got, " "); is != want {
			t.Errorf("%s: got %q, want %q", scopes, is, want)
		}
		if id != nil && (id["aud"] != w.client.AppID || id["tid"] != w.t.ID || id["idp"] != nil) {
			t.Errorf("%s: %v", scopes, id)
		}
	}
}

// Source: Properties of a Microsoft Entra B2B collaboration user; ID token claims reference, idp.
func TestAGuestHasAnotherNameInTheDirectory(t *testing.T) {
	w := newWorld(t)
	answer, id := w.signed("gus@elsewhere.com", "openid", "profile", "User.Read")
	if id["tid"] != w.t.ID || id["preferred_username"] != "gus@elsewhere.com" || !strings.HasPrefix(id["idp"].(string), "https://sts.") {
		t.Errorf("the ID token says %v", id)
	}
	me := w.must(answer["access_token"].(string), "GET", "/me?$select=id,userPrincipalName,userType,accountEnabled", nil)
	if me.body["userType"] != "Guest" || me.body["userPrincipalName"] != "gus_elsewhere.com#EXT#@contoso.com" || me.id() != id["oid"] {
		t.Errorf("Graph says %s", me.raw)
	}
	ada := w.as("ada")
	w.refused(w.call(ada, "GET", "/users/gus@elsewhere.com", nil), 404, "Request_ResourceNotFound", "")
	w.must(ada, "GET", "/users/"+url.PathEscape("gus_elsewhere.com#EXT#@contoso.com"), nil)
}

func TestAnAccountThatIsGoneIsNobodysAndItsNameIsFree(t *testing.T) {
	w := newWorld(t)
	answer, id := w.signed("mia@contoso.com", "openid", "profile", "User.Read")
	waits := w.begin("openid", "User.Read")
	if err := w.s.SignIn(waits["user_code"].(string), "mia@contoso.com"); err != nil {
		t.Fatal(err)
	}
	if !w.t.RemoveUser("mia@contoso.com") || w.t.RemoveUser("mia@contoso.com") {
		t.Error("she is not removed once")
	}
	w.refused(w.call(answer["access_token"].(string), "GET", "/me", nil), 401, "InvalidAuthenticationToken", "AccountDeleted")
	if _, said := w.poll(waits); !strings.Contains(said["error_description"].(string), "AADSTS50034") {
		t.Errorf("a sign-in from before: %v", said)
	}
	ada := w.as("ada")
	w.refused(w.call(ada, "GET", "/users/"+id["oid"].(string), nil), 404, "Request_ResourceNotFound", "")
	again := w.t.AddUser(entratest.User{UPN: "mia@contoso.com"})
	if again.ID == id["oid"] {
		t.Error("the new account has the object ID of the old one")
	}
	if got := w.must(ada, "GET", "/users/mia@contoso.com?$select=id,userType,accountEnabled", nil); got.id() != again.ID ||
		got.body["userType"] != "Member" || got.body["accountEnabled"] != true {
		t.Errorf("Graph says %s", got.raw)
	}
}

func TestADisabledAccountSaysSoAndCanNotSignIn(t *testing.T) {
	w := newWorld(t)
	waits := w.begin("openid", "User.Read")
	if err := w.s.SignIn(waits["user_code"].(string), "mia@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.t.ChangeUser("mia@contoso.com", func(u *entratest.User) { u.Disabled, u.Untyped = true, true })
	if _, said := w.poll(waits); !strings.Contains(said["error_description"].(string), "AADSTS50057") {
		t.Errorf("a sign-in from before: %v", said)
	}
	code := w.begin("openid", "User.Read")
	if err := w.s.SignIn(code["user_code"].(string), "mia@contoso.com"); err == nil || !strings.Contains(err.Error(), "50057") {
		t.Errorf("another: %v", err)
	}
	got := w.must(w.as("ada"), "GET", "/users/mia@contoso.com?$select=accountEnabled,userType", nil)
	if got.body["accountEnabled"] != false || got.body["userType"] != nil {
		t.Errorf("Graph says %s", got.raw)
	}
}
