package graphops

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
)

// readerWorld is one whose client may read all of an app's power.
func readerWorld(t *testing.T) *world {
	return newWorldWith(t, entratest.Config{PageSize: 2}, append([]string{scopeDirectory, scopeRoles}, botScopes...)...)
}

// powerful is an app as a plan says, that Bea owns.
func (w *world) powerful(s workflow.Session) (workflow.Made, plan.Plan) {
	w.Helper()
	p := plan.Plan{Audience: plan.ThisTenant, RedirectURIs: []string{"https://localhost"},
		Permissions: []plan.Permission{readGroups, fullAccess, readUser}}
	var m workflow.Made
	m.ObjectID, m.AppID, m.ServicePrincipal = w.made(s, app("payroll", p.Permissions...))
	bea, ada := s.Signer().Requesters[0].ObjectID, []string{s.Signer().ObjectID}
	if _, err := s.EnsureOwners(w.Context(), m, []string{bea}, ada, ada); w.saw(err) != nil {
		w.Fatal(err)
	}
	if err := s.EnsureConsent(w.Context(), m.ServicePrincipal, p.Permissions); w.saw(err) != nil {
		w.Fatal(err)
	}
	return m, p
}

func (w *world) whole(s workflow.Session, m workflow.Made, p plan.Plan) whole.App {
	w.Helper()
	has, err := s.ReadWhole(w.Context(), m, p)
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	return has
}

// compared is what an app has against a plan, of which Azure is not a part.
func compared(s workflow.Session, has whole.App, p plan.Plan) whole.Comparison {
	c := has.Against(whole.Allowed{Plan: p, Owners: []string{s.Signer().Requesters[0].ObjectID}})
	c.Unknown = whole.Inside(c.Unknown)
	return c
}

func TestAnAppThatIsAsPlannedIsReadAsExact(t *testing.T) {
	w := readerWorld(t)
	s := w.asking("ada", workflow.Ask{Resources: all, Email: "bea@contoso.com", Whole: true})
	m, p := w.powerful(s)
	has := w.whole(s, m, p)
	if c := compared(s, has, p); !c.Exact() {
		t.Errorf("missing %q, excess %q, unknown %q", whole.Names(c.Missing), whole.Names(c.Excess), has.Unknown())
	}
	known := m
	known.ServicePrincipal = "" // it is found by the App ID
	if again := w.whole(s, known, p); again.Digest() != has.Digest() {
		t.Errorf("without the service principal's ID it has %+v", again)
	}
}

// raw is a call that somebody else makes.
func (w *world) raw(method, path, body string) {
	w.Helper()
	s := w.session("ada").(*session)
	r := s.get(path)
	r.Method = map[string]kiota.HttpMethod{"POST": kiota.POST, "PATCH": kiota.PATCH}[method]
	r.SetStreamContentAndContentType([]byte(body), "application/json")
	if _, err := s.send(w.Context(), opAPI, r, nil); err != nil {
		w.Fatal(err)
	}
}

func (w *world) settings(m workflow.Made, body string) {
	w.Helper()
	w.raw("PATCH", "/applications/"+m.ObjectID, body)
}

// added are things that somebody gives an app behind its back, and what they are called.
var added = map[string]func(w *world, m workflow.Made){
	"directory role Global Administrator": func(w *world, m workflow.Made) { w.t.Give(m.AppID, entratest.GlobalAdministrator, "") },
	"directory role Global Administrator (eligible)": func(w *world, m workflow.Made) {
		w.t.MakeEligible(m.AppID, entratest.GlobalAdministrator, "")
	},
	"Microsoft Graph/Directory.AccessAsUser.All": func(w *world, m workflow.Made) {
		w.t.Consent(m.AppID, catalog.MicrosoftGraph, "Directory.AccessAsUser.All")
	},
	"Microsoft Graph/Mail.Read (for the account ": func(w *world, m workflow.Made) {
		w.t.ConsentFor("cloe@contoso.com", m.AppID, catalog.MicrosoftGraph, "Mail.Read")
	},
	"Microsoft Graph/Mail.ReadWrite": func(w *world, m workflow.Made) {
		w.t.AssignRole(m.AppID, catalog.MicrosoftGraph, "Mail.ReadWrite")
	},
	"owner cloe@contoso.com":                          func(w *world, m workflow.Made) { w.t.Own(m.AppID, "cloe@contoso.com", false) },
	"owner cloe@contoso.com of its service principal": func(w *world, m workflow.Made) { w.t.Own(m.AppID, "cloe@contoso.com", true) },
	"owner the app Bot":                               func(w *world, m workflow.Made) { w.t.Own(m.AppID, w.client.AppID, false) },
	"group membership Admins": func(w *world, m workflow.Made) {
		w.t.AddGroup(entratest.Group{Name: "Admins", Apps: []string{m.AppID}})
	},
	"client secret ": func(w *world, m workflow.Made) { w.raw("POST", "/applications/"+m.ObjectID+"/addPassword", "{}") },
	"of its service principal": func(w *world, m workflow.Made) {
		w.raw("POST", "/servicePrincipals/"+m.ServicePrincipal+"/addPassword", "{}")
	},
	"redirect URI https://evil.example (spa)": func(w *world, m workflow.Made) { w.settings(m, `{"spa":{"redirectUris":["https://evil.example"]}}`) },
	"setting implicit grant of access tokens": func(w *world, m workflow.Made) {
		w.settings(m, `{"web":{"redirectUris":["https://localhost"],"implicitGrantSettings":{"enableAccessTokenIssuance":true}}}`)
	},
	"setting public client flows": func(w *world, m workflow.Made) { w.settings(m, `{"isFallbackPublicClient":true}`) },
	"identifier URI api://":       func(w *world, m workflow.Made) { w.settings(m, `{"identifierUris":["api://`+m.AppID+`"]}`) },
}

func TestWhatSomebodyElseGaveAnAppIsRead(t *testing.T) {
	for name, give := range added {
		w := readerWorld(t)
		s := w.asking("ada", workflow.Ask{Resources: all, Email: "bea@contoso.com", Whole: true})
		m, p := w.powerful(s)
		give(w, m)
		has := w.whole(s, m, p)
		c := compared(s, has, p)
		if names := whole.Names(c.Excess); len(names) != 1 || !strings.Contains(names[0], name) || len(c.Missing)+len(c.Unknown) > 0 {
			t.Errorf("%s: excess %q, missing %q, unknown %q", name, names, whole.Names(c.Missing), has.Unknown())
		}
	}
}

func TestWhatGroupsBringIsTheApps(t *testing.T) {
	w := readerWorld(t)
	s := w.asking("ada", workflow.Ask{Resources: all, Email: "bea@contoso.com", Whole: true})
	m, p := w.powerful(s)
	w.t.AddGroup(entratest.Group{Name: "Inner", Apps: []string{m.AppID}})
	w.t.AddGroup(entratest.Group{Name: "Outer", Groups: []string{"Inner"}})
	w.t.AddGroup(entratest.Group{Name: "Admins", AssignsRoles: true, Apps: []string{m.AppID}})
	w.t.Give("Admins", entratest.PrivilegedRoleAdministrator, "")
	w.t.MakeEligible("Admins", entratest.GlobalAdministrator, "")
	has := w.whole(s, m, p)
	want := []string{"directory role Global Administrator (eligible) (through the group Admins)",
		"directory role Privileged Role Administrator (through the group Admins)", "group membership Admins", "group membership Inner",
		"group membership Outer"}
	names := whole.Names(compared(s, has, p).Excess)
	if slices.Sort(names); !slices.Equal(names, want) {
		t.Errorf("excess %q", names)
	}
	direct := 0
	for _, g := range has.Groups {
		if g.Direct {
			direct++
		}
	}
	if direct != 2 || has.Risk() != catalog.Critical {
		t.Errorf("it is in %+v, and its risk is %s", has.Groups, has.Risk())
	}
}

// refusals are what Entra does not show, to whom, and what is said of it.
var refusals = map[string]struct {
	op    string
	kinds []whole.Kind
	says  string
}{
	"owners":     {"listOwners", []whole.Kind{whole.KindOwner}, "Not read: the application's owners."},
	"of the SP":  {"listServicePrincipalOwners", []whole.Kind{whole.KindOwner}, "Not read: its service principal's owners."},
	"roles":      {"listAppRoles", []whole.Kind{whole.KindRole}, "Not read: its application permissions."},
	"grants":     {"listGrants", []whole.Kind{whole.KindGrant}, "Not read: its delegated permissions."},
	"directory":  {"listRoleAssignments", []whole.Kind{whole.KindDirectory}, "Not read: its directory roles."},
	"eligible":   {"listEligibilitySchedules", []whole.Kind{whole.KindDirectory}, "Not read: the directory roles that it is eligible for."},
	"federated":  {"listFederatedCredentials", []whole.Kind{whole.KindCredential}, "Not read: the issuers that it trusts."},
	"the app":    {"getApplication", []whole.Kind{whole.KindCredential, whole.KindRedirect}, "Not read: the application itself."},
	"membership": {"listMemberships", []whole.Kind{whole.KindGroup}, "Not read: the groups that it is in."},
}

func TestWhatEntraRefusesIsUnknownAndNothingElse(t *testing.T) {
	for name, c := range refusals {
		w := readerWorld(t)
		s := w.asking("ada", workflow.Ask{Resources: all, Email: "bea@contoso.com", Whole: true})
		m, p := w.powerful(s)
		w.s.Fail(c.op, entratest.Before, http.StatusForbidden, 99)
		has := w.whole(s, m, p)
		got := compared(s, has, p)
		if !has.Lacks(c.kinds...) || got.Exact() || len(got.Excess)+len(got.Missing) > 0 ||
			!slices.ContainsFunc(has.Unknown(), func(u string) bool { return strings.HasPrefix(u, c.says) }) {
			t.Errorf("%s: unknown %q, excess %q, missing %q", name, has.Unknown(), whole.Names(got.Excess), whole.Names(got.Missing))
		}
	}
}

// A client that was registered for earlier versions has no consent for all of that.
func TestWhatTheClientMayNotReadIsNamedWithItsScope(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All"}, botScopes...)...)
	s := w.asking("ada", workflow.Ask{Resources: all, Email: "bea@contoso.com", Whole: true})
	m, p := w.powerful(s)
	has := w.whole(s, m, p)
	said := strings.Join(has.Unknown(), "\n")
	for _, want := range []string{"Not read: its directory roles. The bot's own client has no admin consent for Directory.Read.All",
		"eligible for. The bot's own client has no admin consent for RoleManagement.Read.Directory"} {
		if !strings.Contains(said, want) {
			t.Errorf("it says %s", said)
		}
	}
	if c := compared(s, has, p); c.Exact() || len(whole.Of(c.Excess, whole.KindOwner)) < len(c.Excess) {
		t.Errorf("%+v", c)
	}
}

// Nobody is eligible where Privileged Identity Management has no licence; and an account that may
// not see who is leaves that unknown.
func TestEligibleRolesAreNoneUnknownOrRead(t *testing.T) {
	for _, c := range []struct {
		who   string
		noPIM bool
		known bool
	}{{"ada", false, true}, {"cloe", true, true}, {"cloe", false, false}} {
		w := readerWorld(t)
		w.t.Change(func(k *entratest.Knobs) { k.NoPIM = c.noPIM })
		m, p := w.powerful(w.session("ada", all...))
		s := w.asking(c.who, workflow.Ask{Resources: all, Email: "bea@contoso.com", Whole: true})
		if has := w.whole(s, m, p); has.Lacks(whole.KindDirectory) == c.known {
			t.Errorf("%s, without a licence %t: %q", c.who, c.noPIM, has.Unknown())
		}
	}
}

func TestAnAppThatIsGoneHasNothing(t *testing.T) {
	w := readerWorld(t)
	s := w.session("ada", all...)
	m, p := w.powerful(s)
	if err := s.DeleteApplication(t.Context(), "entra-app-payroll", m.ObjectID); w.saw(err) != nil {
		t.Fatal(err)
	}
	w.later(time.Hour)
	s = w.asking("ada", workflow.Ask{Born: w.now().Add(-time.Hour), Whole: true})
	if has := w.whole(s, m, p); has.Application.ObjectID+has.Principal.ObjectID != "" || len(has.Items()) > 0 {
		t.Errorf("it has %+v", has)
	}
}

// A list that lacks its value, and properties that are null, are no empty ones.
func TestAnAnswerWithoutWhatWasAskedForIsNoEmptyOne(t *testing.T) {
	w := readerWorld(t)
	s := w.asking("ada", workflow.Ask{Resources: all, Email: "bea@contoso.com", Whole: true})
	m, p := w.powerful(s)
	w.rewritten(func(path, _ string) bool { return strings.HasSuffix(path, "/$batch") }, func(status int, body string) (int, string) {
		return status, strings.ReplaceAll(body, `"passwordCredentials":[]`, `"passwordCredentials":null`)
	})
	if has := w.whole(s, m, p); !has.Lacks(whole.KindCredential) {
		t.Errorf("hidden passwords are none: %q", has.Unknown())
	}
	w.rewritten(func(path, _ string) bool { return strings.HasSuffix(path, "/$batch") }, func(status int, body string) (int, string) {
		return status, strings.ReplaceAll(body, `"value":[`, `"other":[`)
	})
	if _, err := s.ReadWhole(t.Context(), m, p); w.saw(err) == nil {
		t.Error("an answer without a list is an empty one")
	}
}
