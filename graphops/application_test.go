package graphops

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

var (
	readDirectory = permission(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All")
	readGroups    = permission(catalog.MicrosoftGraph, catalog.Application, "Group.Read.All")
	readUser      = permission(catalog.MicrosoftGraph, catalog.Delegated, "User.Read")
	readMail      = permission(catalog.MicrosoftGraph, catalog.Delegated, "Mail.Read")
	fullAccess    = permission(catalog.ExchangeOnline, catalog.Application, "full_access_as_app")
	allSites      = permission(catalog.SharePointOnline, catalog.Application, "Sites.FullControl.All")
)

func TestAnApplicationIsWhatThePlanSays(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	a := app("payroll", readDirectory, fullAccess, readUser, readGroups)
	obj, appID, sp := w.made(s, a)
	got, ok := w.t.Application(appID)
	if !ok || got.ID != obj || got.ServicePrincipalID != sp || got.UniqueName != a.UniqueName || got.DisplayName != "payroll" ||
		got.Notes != "EA-1" || got.SignInAudience != "AzureADMyOrg" || !slices.Equal(got.RedirectURIs, a.RedirectURIs) {
		t.Errorf("made %+v", got)
	}
	slices.Sort(got.Requested)
	if want := []string{"Microsoft Graph/Directory.Read.All", "Microsoft Graph/Group.Read.All", "Microsoft Graph/User.Read",
		"Office 365 Exchange Online/full_access_as_app"}; !slices.Equal(got.Requested, want) {
		t.Errorf("it requires %q", got.Requested)
	}

	t.Run("and is made only once", func(t *testing.T) {
		again, againID, againSP := w.made(s, a)
		if again != obj || againID != appID || againSP != sp || len(w.t.Applications()) != 2 { // the bot's own is the other
			t.Errorf("%s %s %s is not %s %s %s", again, againID, againSP, obj, appID, sp)
		}
	})
	t.Run("and is another where the plan is", func(t *testing.T) {
		b := app("payroll", readUser)
		b.DisplayName, b.RedirectURIs = "payroll 2", nil
		w.made(s, b)
		got, _ := w.t.Application(appID)
		if got.DisplayName != "payroll 2" || len(got.RedirectURIs) != 0 ||
			!slices.Equal(got.Requested, []string{"Microsoft Graph/User.Read"}) {
			t.Errorf("updated to %+v", got)
		}
	})
	t.Run("and has a tag that shows it in the portal", func(t *testing.T) {
		if e := w.s.Journal(); !slices.ContainsFunc(e, func(e entratest.Entry) bool {
			return e.Op == "createServicePrincipal" && strings.Contains(e.Body, inPortal)
		}) {
			t.Error("there is no tag")
		}
	})
}

func TestWithoutPermissionsNothingIsRequired(t *testing.T) {
	w := newWorld(t)
	_, appID, _ := w.made(w.session("ada"), app("empty"))
	if got, _ := w.t.Application(appID); len(got.Requested) != 0 {
		t.Errorf("it requires %q", got.Requested)
	}
}

func TestAPermissionThatTheTenantDoesNotHaveIsNamed(t *testing.T) {
	for name, p := range map[string]plan.Permission{
		"application":     {ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "Wish.Grant.All"},
		"delegated":       {ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Delegated, Name: "Wish.Grant"},
		"in another case": {ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "directory.read.all"},
		"of another type": {ResourceAppID: catalog.ExchangeOnline, Type: catalog.Delegated, Name: "full_access_as_app"},
		"without a name":  {ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada", all...)
			before := w.s.RoundTrips()
			_, _, err := s.EnsureApplication(t.Context(), app("x", p))
			if no := trouble(w.saw(err)); no == nil || !strings.Contains(no.Text, p.Name) {
				t.Errorf("got %v", err)
			}
			if w.s.RoundTrips() != before {
				t.Error("it called Graph, though it knows")
			}
		})
	}
}

func TestAServiceThatNobodyUsedIsAddedWhenItIsNeeded(t *testing.T) {
	for name, resources := range map[string][]string{"looked up at sign-in": all, "not looked up": nil} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.t.RemoveResource(catalog.ExchangeOnline)
			s := w.session("ada", resources...)
			if w.count("createServicePrincipal") != 0 {
				t.Error("signing in has made a service principal")
			}
			_, appID, sp := w.made(s, app("mail", fullAccess))
			if err := s.EnsureConsent(t.Context(), sp, []plan.Permission{fullAccess}); w.saw(err) != nil {
				t.Fatal(err)
			}
			if got, _ := w.t.Application(appID); !slices.Equal(got.Roles, []string{"Office 365 Exchange Online/full_access_as_app"}) {
				t.Errorf("roles %q", got.Roles)
			}
		})
	}
	t.Run("and again when its answer was lost", func(t *testing.T) {
		w := newWorld(t)
		w.t.RemoveResource(catalog.ExchangeOnline)
		s := w.session("ada", all...)
		w.s.Fail("createServicePrincipal", entratest.After, 0, 1)
		if err := w.patiently(func() error { return second(s.EnsureApplication(t.Context(), app("mail", fullAccess))) }); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNewObjectsAreWaitedFor(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag = entratest.Lag{Calls: 3} })
	s := w.session("ada", all...)
	temporary := 0
	try := func(what string, do func() error) {
		t.Helper()
		err := w.patiently(func() error {
			err := do()
			if isTemporary(err) {
				temporary++
			}
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	var obj, appID, sp string
	var err error
	a := app("slow", readDirectory, readUser)
	try("application", func() error { obj, appID, err = s.EnsureApplication(t.Context(), a); return err })
	try("application again", func() error { obj, appID, err = s.EnsureApplication(t.Context(), a); return err })
	try("service principal", func() error { sp, err = s.EnsureServicePrincipal(t.Context(), principalFor(appID)); return err })
	try("owner", func() error {
		return owned(t.Context(), s, obj, []string{s.Signer().Requesters[0].ObjectID}, nil)
	})
	try("consent", func() error { return s.EnsureConsent(t.Context(), sp, a.Permissions) })
	try("key", func() error { return second(s.AddPassword(t.Context(), obj, "EA-1", w.now().Add(time.Hour))) })
	if temporary == 0 {
		t.Error("nothing lagged")
	}
	if got, _ := w.t.Application(appID); len(got.Roles) != 1 || len(got.Scopes) != 1 || len(got.Owners) != 2 || len(got.Passwords) != 1 {
		t.Errorf("made %+v", got)
	}
}

func TestAnApplicationIsDeletedOnce(t *testing.T) {
	w := newWorld(t)
	obj, appID, _ := w.made(w.session("ada"), app("payroll"))
	s := w.session("ada")
	for range 2 {
		if err := s.DeleteApplication(t.Context(), "entra-app-payroll", obj); w.saw(err) != nil {
			t.Fatal(err)
		}
	}
	if _, ok := w.t.Application(appID); ok {
		t.Error("it is still there")
	}
	t.Run("though the answer was lost", func(t *testing.T) {
		obj, appID, _ := w.made(s, app("other"))
		w.s.Fail("deleteApplication", entratest.After, 503, 1)
		s := w.session("ada")
		if err := w.patiently(func() error { return s.DeleteApplication(t.Context(), "entra-app-other", obj) }); err != nil {
			t.Fatal(err)
		}
		if _, ok := w.t.Application(appID); ok {
			t.Error("it is still there")
		}
	})
	t.Run("though nobody knows its ID", func(t *testing.T) {
		_, appID, _ := w.made(s, app("third"))
		if err := w.session("ada").DeleteApplication(t.Context(), "entra-app-third", ""); err != nil {
			t.Fatal(err)
		}
		if _, ok := w.t.Application(appID); ok {
			t.Error("it is still there")
		}
	})
}

func TestAnApplicationThatIsTooNewToBeFoundIsNotTakenForDeleted(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag.Calls = 3 })
	obj, appID, err := w.session("ada").EnsureApplication(t.Context(), app("payroll"))
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range []string{"", obj} {
		if err := w.session("ada").DeleteApplication(t.Context(), "entra-app-payroll", known); err != nil && !isTemporary(err) {
			t.Errorf("got %v", err)
		} else if _, there := w.t.Application(appID); err == nil && there {
			t.Error("it is said to be deleted, and is there")
		}
	}
}

func TestEveryAnswerCanBeLostOrThrottled(t *testing.T) {
	for name, knob := range map[string]func(*entratest.Knobs){
		"throttled": func(k *entratest.Knobs) { k.ThrottleEach = true },
		"lost":      func(k *entratest.Knobs) { k.AnswerLost = true },
		"both":      func(k *entratest.Knobs) { k.ThrottleEach, k.AnswerLost = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada", all...)
			w.t.Change(knob)
			a := app("payroll", readDirectory, readGroups, fullAccess, allSites, readUser, readMail)
			var obj, appID, sp string
			var err error
			for _, step := range []func() error{
				func() error { obj, appID, err = s.EnsureApplication(t.Context(), a); return err },
				func() error { sp, err = s.EnsureServicePrincipal(t.Context(), principalFor(appID)); return err },
				func() error {
					return owned(t.Context(), s, obj, []string{s.Signer().Requesters[0].ObjectID}, nil)
				},
				func() error { return s.EnsureConsent(t.Context(), sp, a.Permissions) },
				func() error { return last(s.Passwords(t.Context(), obj)) },
			} {
				if err := w.patiently(step); err != nil {
					t.Fatal(err)
				}
			}
			got, _ := w.t.Application(appID)
			if len(got.Roles) != 4 || len(got.Scopes) != 2 || len(w.t.Applications()) != 2 || len(w.t.Grants()) != 2 {
				t.Errorf("made %+v and %+v", got, w.t.Grants())
			}
		})
	}
}

func TestAnAccountWithoutTheRoleIsToldSo(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.UsersMayRegister = false })
	_, _, err := w.session("bea").EnsureApplication(t.Context(), app("payroll"))
	no := trouble(w.saw(err))
	if no == nil || no.Code != "Authorization_RequestDenied" || no.Ref == "" || !strings.Contains(no.Text, "Application Administrator") ||
		isTemporary(err) {
		t.Errorf("got %+v", err)
	}
	if errors.Is(err, workflow.ErrSessionOver) {
		t.Error("the session is not over")
	}
}

// services.md, section 2: new applications have the app instance lock on; what is
// registered here has it whether the tenant sets it or not.
func TestWhatIsRegisteredHasTheAppInstanceLock(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.NoInstanceLock = true })
	s := w.session("ada").(*session)
	obj, _, _ := w.made(s, app("portal"))
	req, err := s.application(obj).ToGetRequestInformation(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.send(t.Context(), opReadApp, req, models.CreateApplicationFromDiscriminatorValue)
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	l := got.(models.Applicationable).GetServicePrincipalLockConfiguration()
	if l == nil || !value(l.GetIsEnabled()) || !value(l.GetAllProperties()) || !value(l.GetCredentialsWithUsageVerify()) ||
		!value(l.GetCredentialsWithUsageSign()) || !value(l.GetTokenEncryptionKeyId()) {
		t.Errorf("the lock is %+v", l)
	}
}

func TestAssignmentIsRequiredOnceAndOnlyWhereItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	_, appID, id := w.made(s, app("payroll"))
	is := func() bool {
		req := s.get("/servicePrincipals/{id}?$select=id,appRoleAssignmentRequired", "id", id)
		got, err := s.send(t.Context(), opResource, req, models.CreateServicePrincipalFromDiscriminatorValue)
		if w.saw(err) != nil {
			t.Fatal(err)
		}
		return value(got.(models.ServicePrincipalable).GetAppRoleAssignmentRequired())
	}
	for _, step := range []struct {
		assigned *bool
		want     bool
	}{{nil, false}, {new(true), true}, {nil, true}, {new(true), true}, {new(false), false}} {
		p := workflow.ServicePrincipal{AppID: appID, AssignmentRequired: step.assigned}
		if _, err := s.EnsureServicePrincipal(t.Context(), p); w.saw(err) != nil {
			t.Fatal(err)
		}
		if got := is(); got != step.want {
			t.Errorf("after %v it is %v", step.assigned, got)
		}
	}
}

// services.md, section 2: credentials live on the service principal too, and whoever
// looks at what an app has sees them.
func TestCredentialsOfTheServicePrincipalAreSeen(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	obj, appID, id := w.made(s, app("payroll"))
	m := workflow.Made{ObjectID: obj, AppID: appID, ServicePrincipal: id}
	if has, err := inspected(s, t.Context(), m, plan.Plan{}); w.saw(err) != nil || has.OnPrincipal != 0 || has.AssignmentRequired {
		t.Fatalf("%+v, %v", has, err)
	}
	req := s.get("/servicePrincipals/{id}/addPassword", "id", id)
	req.Method = kiota.POST
	req.SetStreamContentAndContentType([]byte("{}"), "application/json")
	if _, err := s.send(t.Context(), opAddKey, req, nil); w.saw(err) != nil {
		t.Fatal(err)
	}
	if has, err := inspected(s, t.Context(), m, plan.Plan{}); w.saw(err) != nil || has.OnPrincipal != 1 {
		t.Errorf("%+v, %v", has, err)
	}
}
