package graphops

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestWhoeverSignsInForAnotherServiceGetsTheWholeAnswerForIt(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, "User.Read", "Directory.Read.All", "Application.ReadWrite.All")
	in, err := w.dir.Assert(t.Context(), "contoso", workflow.AssertAs{})
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	p := in.Prompt()
	if p.Code.IsZero() || p.URL != "https://pages.test/devicelogin" || time.Until(p.Expires) < 14*time.Minute {
		t.Errorf("the prompt is %+v", p)
	}
	if text := fmt.Sprintf("%v %+v %#v", in, in, in); strings.Contains(text, p.Code.Reveal()) {
		t.Errorf("it prints its code: %s", text)
	}
	w.s.SignIn(p.Code.Reveal(), "bea@contoso.com")
	who, err := in.Wait(t.Context())
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	if who.TenantID != w.t.ID || who.UPN != "bea@contoso.com" || who.ObjectID == "" {
		t.Errorf("signed in: %+v", who)
	}
	var said struct {
		TokenType    string `json:"token_type"`
		Scope        string
		ExpiresIn    int    `json:"expires_in"`
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		IDToken      string `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(who.Response.Reveal()), &said); err != nil || said.TokenType != "Bearer" || said.ExpiresIn <= 0 ||
		said.AccessToken == "" || said.RefreshToken == "" || said.IDToken == "" {
		t.Errorf("the response has %d bytes, %v", len(who.Response.Reveal()), err)
	}
	for _, s := range strings.Fields(said.Scope) {
		if !slices.Contains([]string{"openid", "profile", "email", "offline_access", "User.Read", "Directory.Read.All"},
			s[strings.LastIndexByte(s, '/')+1:]) {
			t.Errorf("it was given %s", s)
		}
	}
	for _, text := range []string{said.AccessToken, said.RefreshToken, said.IDToken} {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", who, who, who), text) {
			t.Error("an assertion prints its tokens")
		}
	}
	if n := w.s.RoundTrips(); n != 0 {
		t.Errorf("Graph was called %d times", n)
	}
}

func TestASignInForAnotherServiceThatIsDeclinedSaysSo(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, "User.Read", "Directory.Read.All")
	in, err := w.dir.Assert(t.Context(), "contoso", workflow.AssertAs{})
	if err != nil {
		t.Fatal(err)
	}
	w.s.Decline(in.Prompt().Code.Reveal())
	who, err := in.Wait(t.Context())
	if no, ok := errors.AsType[*workflow.SignInError](w.saw(err)); !ok || no.Reason != workflow.SignInDeclined || !who.Response.IsZero() {
		t.Errorf("got %v", err)
	}
}

// services.md section 1: access tokens of Graph are opaque by contract.
func TestTheRolesOfATokenThatCantBeReadAreAskedOfGraph(t *testing.T) {
	for who, role := range map[string]bool{"bea": false, "ada": true} {
		w := newWorldWith(t, entratest.Config{}, "User.Read", "Directory.Read.All")
		in, err := w.dir.Assert(t.Context(), "contoso", workflow.AssertAs{})
		if err != nil {
			t.Fatal(err)
		}
		w.s.SignIn(in.Prompt().Code.Reveal(), who+"@contoso.com")
		a := in.(*assertionLogin)
		got, err := a.WaitAndKeep(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		roles, known := a.roles(t.Context(), got)
		if !known || (len(roles) > 0) != role {
			t.Errorf("%s has %q, known %v", who, roles, known)
		}
		got.Token = seal.New("opaque to Graph too")
		if roles, known := a.roles(t.Context(), got); known {
			t.Errorf("%s has %q with a token that is good for nothing", who, roles)
		}
	}
}

// The vendor's article has people sign in to the organization's own app.
func TestSomebodySignsInToAnAppOfTheirOrganization(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, "User.Read", "Directory.Read.All")
	for _, c := range []struct {
		public bool
		scopes []string
		reason workflow.SignInReason
	}{
		{true, []string{"User.Read.All", "Directory.Read.All"}, ""},
		{false, []string{"User.Read.All", "Directory.Read.All"}, workflow.SignInClient},
		{true, []string{"User.Read.All"}, workflow.SignInNoConsent},
	} {
		own := w.t.AddPublicClient(entratest.Client{Name: "restore", PublicClientFlows: c.public, Scopes: c.scopes})
		in, err := w.dir.Assert(t.Context(), "contoso", workflow.AssertAs{ClientID: own.AppID,
			Scopes: []string{"User.Read.All", "Directory.Read.All"}})
		var who workflow.Assertion
		if err == nil {
			w.s.SignIn(in.Prompt().Code.Reveal(), "bea@contoso.com")
			who, err = in.Wait(t.Context())
		}
		no, _ := errors.AsType[*workflow.SignInError](w.saw(err))
		switch {
		case c.reason == "" && (err != nil || who.UPN != "bea@contoso.com" || who.RolesUnknown ||
			!strings.Contains(who.Response.Reveal(), "User.Read.All")):
			t.Errorf("%+v: %+v, %v", c, who, err)
		case c.reason != "" && (no == nil || no.Reason != c.reason):
			t.Errorf("%+v: %v", c, err)
		}
	}
}
