package graphops

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
)

func TestTheSignerKnowsTheInitialDomain(t *testing.T) {
	w := newWorld(t)
	if got := w.session("ada").Signer().Domain; got != "contoso.com" {
		t.Errorf("the initial domain is %q", got)
	}
	w.t = w.s.AddTenant(entratest.Tenant{Name: "Fabrikam"})
	w.t.AddUser(entratest.User{UPN: "ada@fabrikam.com", Roles: []string{entratest.GlobalAdministrator}})
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Bot", Scopes: botScopes, PublicClientFlows: true})
	w.dir = w.directory(nil)
	in := w.begin()
	w.s.SignIn(in.Prompt().Code.Reveal(), "ada@fabrikam.com")
	s, err := in.Wait(t.Context(), workflow.Ask{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Signer().Domain; !strings.HasSuffix(got, ".onmicrosoft.com") {
		t.Errorf("the initial domain is %q", got)
	}
}

func TestRolesFillSeveralPages(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 1}, append([]string{"Directory.Read.All"}, botScopes...)...)
	want := []string{entratest.CloudApplicationAdministrator, entratest.PrivilegedRoleAdministrator, entratest.GlobalReader}
	w.t.ChangeUser("ada@contoso.com", func(u *entratest.User) { u.Roles = want })
	got := slices.Sorted(slices.Values(w.session("ada").Signer().Roles))
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("roles %q, want %q", got, want)
	}
}

func TestWhoTheRequesterIs(t *testing.T) {
	for _, c := range []struct {
		name  string
		email string
		users []entratest.User
		want  int
	}{
		{"nobody has the address", "no.one@contoso.com", nil, 0},
		{"no address is known", "", nil, 0},
		{"the address is a UPN and the mail of the same account", "bea@contoso.com", nil, 1},
		{"the address is one's UPN and another's mail", "bea@contoso.com",
			[]entratest.User{{UPN: "b.other@contoso.com", Mail: "bea@contoso.com"}}, 2},
		{"the address is another's, too, among proxyAddresses", "bea@contoso.com",
			[]entratest.User{{UPN: "b.other@contoso.com", Aliases: []string{"smtp:Bea@contoso.com"}}}, 2},
		{"the address is an alias", "b.lind@contoso.com",
			[]entratest.User{{UPN: "bo@contoso.com", Aliases: []string{"b.lind@contoso.com"}}}, 1},
		{"the address is the first alias", "b.lind@contoso.com",
			[]entratest.User{{UPN: "bo@contoso.com", Mail: "-", Aliases: []string{"SMTP:b.lind@contoso.com"}}}, 1},
		{"the address is another mail of two", "b@home.example",
			[]entratest.User{{UPN: "bo@contoso.com", OtherMails: []string{"b@home.example"}},
				{UPN: "mo@contoso.com", OtherMails: []string{"B@home.example"}}}, 2},
		{"the address is no mail but of another kind", "b.lind@contoso.com",
			[]entratest.User{{UPN: "bo@contoso.com", Aliases: []string{"sip:b.lind@contoso.com"}}}, 0},
		{"a plus address is an account of its own or none", "bea+2@contoso.com", nil, 0},
		{"an alias has a quote in it", "o'b@contoso.com",
			[]entratest.User{{UPN: "ob@contoso.com", Aliases: []string{"o'b@contoso.com"}}}, 1},
		{"the address has a quote in it", "o'neil@contoso.com", []entratest.User{{UPN: "o'neil@contoso.com"}}, 1},
		{"the address is a filter", "x' or mail ne 'x", nil, 0},
		{"the address is a path", "../organization#?$select=id", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorldWith(t, entratest.Config{}, append([]string{"Directory.Read.All"}, botScopes...)...)
			for _, u := range c.users {
				w.t.AddUser(u)
			}
			in := w.begin()
			w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com")
			s, err := in.Wait(t.Context(), workflow.Ask{Email: c.email})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Signer().Requesters; len(got) != c.want {
				t.Errorf("found %+v, want %d", got, c.want)
			}
		})
	}
}

func TestTheRequesterIsLookedUpWithAnotherScopeOrNotAtAll(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, botScopes...)
	if got := w.session("ada").Signer().Requesters; got != nil {
		t.Errorf("found %+v without consent", got)
	}
	w = newWorld(t)
	if got := w.session("ada").Signer().Requesters; len(got) != 1 {
		t.Errorf("found %+v with consent for User.ReadBasic.All", got)
	}
}

func TestWhoSignedInIsAskedAgainUntilGraphAnswers(t *testing.T) {
	for name, do := range map[string]func(*world){
		"it throttles each part":  func(w *world) { w.t.Change(func(k *entratest.Knobs) { k.ThrottleEach = true }) },
		"the connection breaks":   func(w *world) { w.s.Fail("batch", entratest.Before, 0, 1) },
		"one part is unavailable": func(w *world) { w.s.Fail("organization", entratest.Before, 503, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			do(w)
			if who := w.session("ada").Signer(); who.UPN != "ada@contoso.com" || len(who.Requesters) != 1 {
				t.Errorf("signed in: %+v", who)
			}
		})
	}
}

func TestTheSignerIsWhoTheTokenSays(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	for _, c := range []struct {
		by   login.SignedIn
		want workflow.SignInReason
	}{
		{login.SignedIn{TenantID: "99999999-9999-4999-8999-999999999999", ObjectID: s.signer.ObjectID}, workflow.SignInWrongTenant},
		{login.SignedIn{ObjectID: s.signer.ObjectID}, workflow.SignInWrongTenant},
		{login.SignedIn{TenantID: w.t.ID, ObjectID: "99999999-9999-4999-8999-999999999999"}, workflow.SignInOther},
	} {
		if err := s.identify(t.Context(), workflow.Ask{}, &c.by); reason(w.saw(err)) != c.want {
			t.Errorf("%s in %s: %v", c.by.ObjectID, c.by.TenantID, err)
		}
	}
	by := &login.SignedIn{TenantID: strings.ToUpper(w.t.ID), ObjectID: strings.ToUpper(s.signer.ObjectID)}
	if err := s.identify(t.Context(), workflow.Ask{}, by); err != nil {
		t.Errorf("in another case: %v", err)
	}
}

func TestADisabledAccountIsSeenWhereTheTokenIsGoodForThat(t *testing.T) {
	for _, may := range []bool{true, false} {
		w := newWorld(t)
		w.t.AddUser(entratest.User{UPN: "tom@contoso.com", Name: "Tom", Disabled: true})
		w.t.AddUser(entratest.User{UPN: "weiss@contoso.com", Mail: "weiss.mail@contoso.com", Disabled: true})
		if !may { // Entra has another answer for what User.ReadBasic.All does not have; here all of a batch comes this way
			w.wire = func(r *http.Request) (*http.Response, error) {
				if !strings.HasSuffix(r.URL.Path, "/$batch") {
					return nil, nil
				}
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				body = bytes.ReplaceAll(body, []byte(",accountEnabled"), []byte(",nothing"))
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				return nil, nil
			}
		}
		in := w.begin()
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		s, err := in.Wait(t.Context(), workflow.Ask{Email: "bea@contoso.com",
			Owners: []string{"tom@contoso.com", "weiss.mail@contoso.com", "nobody@contoso.com"}})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Signer().Owners
		for _, email := range []string{"tom@contoso.com", "weiss.mail@contoso.com"} {
			if a := got[email]; len(a) != 1 || a[0].Disabled != may || a[0].UPN == "" {
				t.Errorf("good for that: %v; %s is %+v", may, email, a)
			}
		}
		if a := got["bea@contoso.com"]; len(a) != 1 || a[0].Disabled || len(got["nobody@contoso.com"]) != 0 {
			t.Errorf("good for that: %v; %+v", may, got)
		}
		s.Close()
	}
}

func TestATokenThatMayNotReadWhoSignedInIsNoSession(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, botScopes...)
	in, err := w.dir.SignIn(t.Context(), "contoso", []string{"Application.ReadWrite.All"})
	if err != nil {
		t.Fatal(err)
	}
	w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com")
	if s, err := in.Wait(t.Context(), workflow.Ask{}); reason(w.saw(err)) != workflow.SignInNoConsent || s != nil {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestATokenThatGraphRefusesIsNoSignIn(t *testing.T) {
	w := newWorld(t)
	in := w.begin()
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.wire = func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			return answering(401, graphError("InvalidAuthenticationToken")), nil
		}
		return nil, nil
	}
	if _, err := in.Wait(t.Context(), workflow.Ask{}); reason(w.saw(err)) != workflow.SignInOther {
		t.Errorf("got %v", err)
	}
}

func TestTheSignersOwnAddressesAreKnown(t *testing.T) {
	w := newWorld(t)
	w.t.ChangeUser("ada@contoso.com", func(u *entratest.User) {
		u.Aliases, u.OtherMails = []string{"a.lovelace@contoso.com", "sip:ada@contoso.com"}, []string{"ada@home.example"}
	})
	got := w.session("ada").Signer().Addresses
	if want := []string{"ada@contoso.com", "a.lovelace@contoso.com", "ada@home.example"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnAccountIsLookedUpByItsObjectID(t *testing.T) {
	w := newWorld(t)
	tom := w.t.AddUser(entratest.User{UPN: "tom@contoso.com", Disabled: true})
	in := w.begin()
	w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com")
	gone := "99999999-9999-4999-8999-999999999999"
	s, err := in.Wait(t.Context(), workflow.Ask{Email: strings.ToUpper(tom.ID), Owners: []string{gone}})
	if err != nil {
		t.Fatal(err)
	}
	who := s.Signer()
	if len(who.Requesters) != 1 || !who.Requesters[0].Disabled || who.Requesters[0].UPN != "tom@contoso.com" {
		t.Errorf("by object ID: %+v", who.Requesters)
	}
	if found, looked := who.Owners[gone]; !looked || len(found) != 0 {
		t.Errorf("who is gone: %+v, looked up: %v", found, looked)
	}
}

// What Graph does not let a client look up is not known; the rest is.
func TestAliasesAreLookedUpWhereTheTokenIsGoodForThat(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All"}, botScopes...)...)
	w.t.ChangeUser("bea@contoso.com", func(u *entratest.User) { u.Aliases = []string{"b.lind@contoso.com"} })
	for email, want := range map[string]int{"bea@contoso.com": 1, "b.lind@contoso.com": 0} {
		in := w.begin()
		w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com")
		s, err := in.Wait(t.Context(), workflow.Ask{Email: email})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Signer().Requesters; len(got) != want {
			t.Errorf("%s: %+v", email, got)
		}
	}
}
