package workflow_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// Whoever registers an app is made its owner by Entra. No right of an approver's
// is left standing, whichever approver it was who came that far.
func TestWhoRegisteredTheAppDoesNotStayAnOwner(t *testing.T) {
	for _, c := range []struct {
		what       string
		requesters []workflow.Account
		want       []string
		says       string
	}{
		{"the requester is known", []workflow.Account{{ObjectID: "o-bea", UPN: "bea@contoso.com"}}, []string{"o-bea"}, ""},
		{"nobody else can be an owner", nil, []string{"o-ada"}, "stays one"},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				w.Signer.ObjectID, w.Signer.Requesters = "o-ada", c.requesters
				if c.requesters == nil {
					w.NoOwners = &workflow.ServiceError{Code: "Authorization_RequestDenied", Text: "Entra said no."}
				}
				n := w.Boot()
				defer n.Stop()
				r := w.Settle(n, w.Request(n), workflow.StateReady)
				if got := w.App(r.Made.ObjectID).Owners; !slices.Equal(got, c.want) {
					t.Errorf("the owners are %q, want %q", got, c.want)
				}
				if got := w.App(r.Made.ObjectID).PrincipalOwners; len(got) != 0 {
					t.Errorf("%q own the service principal", got)
				}
				if note := r.Steps.Get(workflow.StepOwner).Note; !strings.Contains(note, c.says) || r.Made.Creator != "o-ada" {
					t.Errorf("the step says %q; created by %s", note, r.Made.Creator)
				}
			})
		})
	}
}

func TestAnEarlierSignerDoesNotStayAnOwnerEither(t *testing.T) {
	signer := workflow.Signer{ObjectID: "o-cloe"}
	for _, c := range []struct {
		what   string
		r      workflow.Request
		owners []string
		want   []string
	}{
		{"of an earlier sign-in, and of this one", workflow.Request{Kind: workflow.KindRegister, Made: workflow.Made{Creator: "o-ada"}},
			[]string{"o-bea"},
			[]string{"o-ada", "o-cloe"}},
		{"the plan names one of them", workflow.Request{Kind: workflow.KindRegister, Made: workflow.Made{Creator: "o-ada"}},
			[]string{"o-bea", "o-ada"},
			[]string{"o-cloe"}},
		{"made again", workflow.Request{Kind: workflow.KindRecreate, Target: workflow.Target{Recreated: true},
			Made: workflow.Made{Creator: "o-cloe"}}, []string{"o-bea"},
			[]string{"o-cloe"}},
		{"restored", workflow.Request{Kind: workflow.KindRecreate}, []string{"o-bea"}, nil},
		{"adopted", workflow.Request{Kind: workflow.KindAdopt}, []string{"o-bea"}, nil},
		{"updated", workflow.Request{Kind: workflow.KindUpdate}, []string{"o-bea"}, nil},
	} {
		if got := workflow.NotOwners(&c.r, signer, c.owners); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// That Entra keeps an owner is no reason to keep the requester waiting.
func TestAnOwnerWhomEntraKeepsIsNamed(t *testing.T) {
	for what, no := range map[string]error{"a no": &workflow.ServiceError{Code: "x", Text: "no"}, "no answer": workflowtest.Busy{}} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				w.Signer.ObjectID, w.KeepsOwners = "o-ada", no
				n := w.Boot()
				defer n.Stop()
				r := w.Settle(n, w.Request(n), workflow.StateReady)
				if st := r.Steps.Get(workflow.StepOwner); st.Status != workflow.StepDone ||
					!strings.Contains(st.Note, "Entra did not remove Ada@contoso.com") ||
					!slices.Contains(w.App(r.Made.ObjectID).Owners, "OBJ-BEA") {
					t.Errorf("the step is %+v", st)
				}
			})
		})
	}
}

// A busy Entra is waited for: five tries are less than three minutes.
func TestAnOwnerIsTakenAwayOnceEntraHasTimeForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer.ObjectID = "o-ada"
		busies := 5
		w.Before = func(call string) error {
			if call != "owner" || busies == 0 {
				return nil
			}
			busies--
			return workflowtest.Busy{}
		}
		n := w.Boot()
		defer n.Stop()
		r := w.Settle(n, w.Request(n), workflow.StateReady)
		if got := w.App(r.Made.ObjectID).Owners; !slices.Equal(got, []string{"OBJ-BEA"}) ||
			strings.Contains(r.Steps.Get(workflow.StepOwner).Note, "did not take") {
			t.Errorf("the owners are %q; the step says %q", got, r.Steps.Get(workflow.StepOwner).Note)
		}
	})
}

// services.md, section 2: a refused owner is a note, and the request goes on. Nobody
// is called an owner who is none.
func TestARefusedOwnerIsANoteAndTheAppIsTheRequesters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer.ObjectID, w.NoOwners = "o-ada", &workflow.ServiceError{Code: "403",
			Text: "the bot's own client has no consent for Directory.Read.All, which that requires"}
		n := w.Boot()
		defer n.Stop()
		r := w.Settle(n, w.Request(n), workflow.StateReady)
		st := r.Steps.Get(workflow.StepOwner)
		for _, says := range []string{"Entra did not make Bea an owner (the bot's own client has no consent for Directory.Read.All, " +
			"which that requires)", "an application administrator can", "stays one"} {
			if !strings.Contains(st.Note, says) {
				t.Errorf("the step does not say %q: %q", says, st.Note)
			}
		}
		if got := w.App(r.Made.ObjectID).Owners; st.Status != workflow.StepSkipped || !slices.Equal(got, []string{"o-ada"}) ||
			strings.HasPrefix(st.Note, "Bea") {
			t.Errorf("the owners are %q; the step is %+v", got, st)
		}
	})
}

// services.md, section 2: an Application Administrator is not made an owner by
// registering, so that an app can be without one.
func TestAnAppWithoutAnyOwnerSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.OwnsNothing, w.NoOwners = true, &workflow.ServiceError{Code: "Authorization_RequestDenied", Text: "Entra said no."}
		n := w.Boot()
		defer n.Stop()
		r := w.Settle(n, w.Request(n), workflow.StateReady)
		if st := r.Steps.Get(workflow.StepOwner); !strings.Contains(st.Note, "nobody owns the app in Entra") ||
			strings.Contains(st.Note, "stays one") {
			t.Errorf("the step is %+v", st)
		}
	})
}

// services.md, section 2: a role that can't be seen permits nothing, and is not called
// no role.
func TestARoleThatCannotBeSeenIsNotNoRole(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision}
	const hidden, lacks = "can't be seen", "has no active role"
	for _, c := range []struct {
		what string
		who  workflow.Signer
		says string
	}{
		{"hidden", workflow.Signer{UPN: "ada@contoso.com", HiddenRoles: 1}, hidden},
		{"hidden beside one that is not enough", workflow.Signer{UPN: "ada@contoso.com", HiddenRoles: 1,
			Roles: []string{plan.GlobalReader}},
			hidden},
		{"none", workflow.Signer{UPN: "ada@contoso.com"}, lacks},
		{"enough", workflow.Signer{UPN: "ada@contoso.com", HiddenRoles: 3, Roles: []string{workflow.GlobalAdministrator}}, ""},
	} {
		no := workflow.AgainstRoles(r, workflow.Tenant{}, c.who)
		switch {
		case c.says == "" && no != nil, c.says != "" && no == nil:
			t.Errorf("%s: %v", c.what, no)
		case no != nil && (!strings.Contains(no.Text, c.says) || !strings.Contains(no.Text, "Nothing was changed.")):
			t.Errorf("%s: %s", c.what, no.Text)
		case c.says == hidden && (!strings.Contains(no.Text, "admin consent for Directory.Read.All") || strings.Contains(no.Text, lacks)):
			t.Errorf("%s: it does not say what to do: %s", c.what, no.Text)
		}
	}
}

// services.md, section 2: custom and scoped roles can be enough, and count only where the
// operator lists them: in the whole tenant, or for the application that they are for.
func TestOnlyListedRolesAreEnoughBesideTheBuiltInOnes(t *testing.T) {
	const custom, here, there = "6f8ba4b7-0d0b-4d5f-9a4a-0e6a5b1f2c3d", "/0b0b0b0b-0000-4000-8000-000000000001",
		"/0b0b0b0b-0000-4000-8000-000000000002"
	lists := workflow.Tenant{Sufficient: []workflow.SufficientRole{{ID: strings.ToUpper(custom), For: workflow.ForApplications}}}
	change := &workflow.Request{Kind: workflow.KindRenew, Task: workflow.TaskProvision, Target: workflow.Target{Request: "EA-1"},
		Made: workflow.Made{ObjectID: here[1:]}}
	make := &workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision}
	graph := &workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision,
		Plan: plan.Plan{Permissions: []plan.Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application,
			Name: "Mail.Send"}}}}
	has := func(scope string) workflow.Signer {
		return workflow.Signer{UPN: "mia@contoso.com", Assigned: []workflow.AssignedRole{{custom, scope}}}
	}
	no := workflow.AgainstRoles(make, lists, workflow.Signer{UPN: "mia@contoso.com", HidesAssigned: true})
	if no == nil || !strings.Contains(no.Text, "can't be seen") || !strings.Contains(no.Text, "Directory.Read.All") {
		t.Errorf("roles that could not be read: %v", no)
	}
	if no := workflow.AgainstRoles(make, workflow.Tenant{}, workflow.Signer{UPN: "mia@contoso.com", HidesAssigned: true}); no == nil ||
		strings.Contains(no.Text, "can't be seen") {
		t.Errorf("where none is listed: %v", no)
	}
	for _, c := range []struct {
		what   string
		r      *workflow.Request
		t      workflow.Tenant
		who    workflow.Signer
		enough bool
	}{
		{"listed, in the whole tenant", make, lists, has("/"), true},
		{"not listed", make, workflow.Tenant{}, has("/"), false},
		{"for this application", change, lists, has(here), true},
		{"for another application", change, lists, has(there), false},
		{"for an application, to make another", make, lists, has(here), false},
		{"for an administrative unit", change, lists, has("/administrativeUnits/0b0b0b0b-0000-4000-8000-000000000001"), false},
		{"listed for applications, and consent is needed", graph, lists, has("/"), false},
		{"a built-in one that is listed", make, lists, workflow.Signer{Roles: []string{custom}}, true},
	} {
		no := workflow.AgainstRoles(c.r, c.t, c.who)
		if (no == nil) != c.enough {
			t.Errorf("%s: %v", c.what, no)
		}
		if no != nil && !strings.Contains(no.Text,
			"a custom role, or one for a single application or administrative unit, counts only where the operator of this bot lists it") {
			t.Errorf("%s: it does not say what the bot goes by: %s", c.what, no.Text)
		}
	}
}

// services.md, section 2: assignment is required of apps with which nobody signs in, and
// is left alone where somebody else decides about it.
func TestAssignmentIsRequiredWhereNobodySignsIn(t *testing.T) {
	silent := plan.Plan{Credential: plan.Credential{Kind: plan.CredentialCertificate},
		Permissions: []plan.Permission{{Type: catalog.Application, Name: "Mail.Send"}}}
	with := func(change func(*plan.Plan)) plan.Plan { p := silent.Clone(); change(&p); return p }
	for _, c := range []struct {
		what string
		r    workflow.Request
		want *bool
	}{
		{"nobody signs in", workflow.Request{Kind: workflow.KindRegister, Plan: silent}, new(true)},
		{"a redirect URI", workflow.Request{Kind: workflow.KindRegister,
			Plan: with(func(p *plan.Plan) { p.SPARedirectURIs = []string{"https://a"} })}, nil},
		{"a delegated permission", workflow.Request{Kind: workflow.KindRegister, Plan: with(func(p *plan.Plan) {
			p.Permissions[0].Type = catalog.Delegated
		})}, nil},
		{"a device code", workflow.Request{Kind: workflow.KindRegister, Plan: with(func(p *plan.Plan) { p.PublicClientFlows = true })},
			nil},
		{"an API", workflow.Request{Kind: workflow.KindRegister,
			Plan: with(func(p *plan.Plan) { p.Scopes = []plan.Scope{{Name: "read"}} })}, nil},
		{"no credential", workflow.Request{Kind: workflow.KindRegister,
			Plan: with(func(p *plan.Plan) { p.Credential.Kind = plan.CredentialNone })}, nil},
		{"adopted", workflow.Request{Kind: workflow.KindAdopt, Plan: silent}, nil},
		{"people sign in from now on", workflow.Request{Kind: workflow.KindUpdate, Made: workflow.Made{Assigned: true},
			Plan: with(func(p *plan.Plan) {
				p.RedirectURIs = []string{"https://a"}
			})}, new(false)},
		{"somebody else has set it", workflow.Request{Kind: workflow.KindUpdate,
			Plan: with(func(p *plan.Plan) { p.RedirectURIs = []string{"https://a"} })},
			nil},
	} {
		if got := workflow.RequiredAssignment(&c.r); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}
