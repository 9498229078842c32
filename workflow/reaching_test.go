package workflow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestAnOrganizationThatSomebodyAddedByHandIsFoundOnItsServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithTwoServers(&workflowtest.OtherServer{})
		n := w.Boot()
		defer n.Stop()
		r := w.Restoring(n)
		if !n.Checks(r) || r.IsConnected() {
			t.Fatalf("it can be checked: %v; it is connected: %v", n.Checks(r), r.IsConnected())
		}
		code := w.Asks(n, r.ID, workflowtest.Bea)
		if code.Servers != "vb365-prod" || code.Unsure != "" || code.Prompt == nil {
			t.Errorf("she was shown %+v", code)
		}
		w.Signer = beaSignsIn()
		w.Use(code.Prompt.Code.Reveal(), nil)
		workflowtest.Pass(10 * time.Second)
		if said := w.NewestCheck().Said; said != "Connected: contoso.onmicrosoft.com, Exchange. It works there with another app, whose "+
			"ID is 99999999-9999-9999-9999-999999999999" {
			t.Errorf("she was told %q", said)
		}
		if w.Vb365.Test.Asked != 0 {
			t.Error("her sign-in went to a server without the organization")
		}
	})
}

func TestWhereNoServerHasTheOrganizationNobodySignsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithTwoServers(&workflowtest.OtherServer{})
		w.Finds = nil
		n := w.Boot()
		defer n.Stop()
		r := w.Restoring(n)
		got := w.Asks(n, r.ID, workflowtest.Bea)
		if got.Prompt != nil || !strings.Contains(got.Said, "vb365-prod, vb365-test have no organization of contoso") ||
			!strings.Contains(got.Said, r.Made.AppID) || slices.Contains(w.Calls, "assertion code") {
			t.Errorf("she was told %+v", got)
		}
	})
}

func TestOneServerThatFailsKeepsNoOthersAnswerBack(t *testing.T) {
	for name, c := range map[string]struct {
		other workflowtest.OtherServer
		says  string
	}{
		"it hangs": {workflowtest.OtherServer{Waits: time.Hour, Shows: workflowtest.ContosoThere()},
			"Connected: contoso.onmicrosoft.com, Exchange, on vb365-test"},
		"it has no account": {workflowtest.OtherServer{FindsErr: &workflow.ServiceError{Code: "NoAccount"},
			Refuses: &workflow.ServiceError{Text: "vb365-test refused to sign in. It says: “No.”"}},
			"vb365-test refused to sign in. It says: “No.”"},
		"a wrong certificate": {workflowtest.OtherServer{FindsErr: &workflow.ServiceError{Code: "Certificate"},
			Refuses: &workflow.ServiceError{Text: "vb365-test showed another certificate than the one that was configured."}},
			"vb365-test showed another certificate"},
		"it is off": {workflowtest.OtherServer{FindsErr: workflowtest.Busy{After: time.Second},
			Refuses: workflowtest.Busy{After: time.Second}},
			"vb365-test returned an unexpected response (reference "},
		"its client is broken": {workflowtest.OtherServer{Breaks: true}, "vb365-test could not be asked"},
		"it shows nothing": {workflowtest.OtherServer{Finds: workflowtest.ContosoThere()},
			"vb365-test takes the sign-in of bea@contoso.com, and shows no organization to it."},
		"it broke unexpectedly": {workflowtest.OtherServer{FindsErr: errors.New("boom"), Refuses: errors.New("boom")},
			"vb365-test returned an unexpected response (reference "},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t).WithTwoServers(&c.other)
				n := w.Boot()
				defer n.Stop()
				r := w.Restoring(n)
				if _, err := n.CheckConnection(t.Context(), r.ID, workflowtest.Bea); err != nil {
					t.Fatal(err)
				}
				workflowtest.Pass(workflow.LookLimit + time.Second)
				code := w.NewestCheck()
				unsure := "vb365-test" // unless it said that it has it
				if c.other.Finds != nil {
					unsure = ""
				}
				if code.Servers != "vb365-prod, vb365-test" || code.Unsure != unsure || code.Prompt == nil {
					t.Fatalf("she was shown %+v", code)
				}
				w.Signer = beaSignsIn()
				w.Use(code.Prompt.Code.Reveal(), nil)
				workflowtest.Pass(500 * time.Millisecond)
				if soFar := w.NewestCheck().Said; !strings.Contains(soFar,
					"Connected: contoso.onmicrosoft.com, Exchange, on vb365-prod") ||
					name == "it is off" && !strings.Contains(soFar, "vb365-test has not answered yet.") {
					t.Errorf("so far she was told %q", soFar)
				}
				workflowtest.Pass(4 * time.Minute)
				said := w.NewestCheck().Said
				if !strings.Contains(said, "Connected: contoso.onmicrosoft.com, Exchange, on vb365-prod") ||
					!strings.Contains(said, c.says) {
					t.Errorf("she was told %q", said)
				}
			})
		})
	}
}

// The README says that a check looks on each server: the bot's own account is for connecting.
func TestAServerWithoutABotAccountIsAskedWithASignInOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noAccount := &workflow.ServiceError{Code: "NoAccount", Text: "the bot has no account"}
		w := workflowtest.New(t).WithTwoServers(&workflowtest.OtherServer{FindsErr: noAccount, Shows: workflowtest.ContosoThere()})
		w.Finds = nil
		n := w.Boot()
		defer n.Stop()
		n.OnlyConnects(1)
		if got := n.Backups(workflowtest.BackedUp()); !slices.Equal(got, []string{"vb365-prod"}) {
			t.Errorf("apps can be connected to %q", got)
		}
		r := w.Restoring(n)
		code := w.Asks(n, r.ID, workflowtest.Bea)
		if code.Servers != "vb365-test" || code.Unsure != "vb365-test" || code.Prompt == nil {
			t.Fatalf("she was shown %+v", code)
		}
		w.Signer = beaSignsIn()
		w.Use(code.Prompt.Code.Reveal(), nil)
		workflowtest.Pass(10 * time.Second)
		if said := w.NewestCheck().Said; !strings.Contains(said, "Connected: contoso.onmicrosoft.com, Exchange") {
			t.Errorf("she was told %q", said)
		}
		n.SetBackups(nil)
		if !n.Checks(r) {
			t.Error("nothing can be checked where there is no server but that")
		}
	})
}

// One that can't be read whole is shown as far as it can.
func TestAPersonIsToldThatSomeOfAnOrganizationCantBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithTwoServers(&workflowtest.OtherServer{})
		w.Shows = []workflow.Connected{{Name: "contoso.onmicrosoft.com", Services: []string{"SharePoint"}, Odd: true}, {Odd: true}}
		n := w.Boot()
		defer n.Stop()
		r := w.Restoring(n)
		code := w.Asks(n, r.ID, workflowtest.Bea)
		w.Signer = beaSignsIn()
		w.Use(code.Prompt.Code.Reveal(), nil)
		workflowtest.Pass(10 * time.Second)
		const want = "Connected: contoso.onmicrosoft.com, SharePoint (some of what the server says of it can't be read)\n" +
			"Connected: an organization without a name that this bot can read (some of what the server says of it can't be read)"
		if said := w.NewestCheck().Said; said != want {
			t.Errorf("she was told %q", said)
		}
	})
}

func TestThePersonSignsInToTheAppItselfWhereItIsMadeForThat(t *testing.T) {
	own := func(r *workflow.Request) workflow.AssertAs {
		return workflow.AssertAs{ClientID: r.Made.AppID, Scopes: []string{"User.Read.All", "Directory.Read.All"}}
	}
	for name, c := range map[string]struct {
		noCode, noSignIn error
		want             func(*workflow.Request) []workflow.AssertAs
		says             string
	}{
		"it takes the sign-in": {nil, nil, func(r *workflow.Request) []workflow.AssertAs {
			return []workflow.AssertAs{own(r), own(r)}
		}, "Connected: contoso.onmicrosoft.com"},
		"it gives no code": {&workflow.SignInError{Reason: workflow.SignInClient, Code: 700016}, nil,
			func(r *workflow.Request) []workflow.AssertAs { return []workflow.AssertAs{own(r), {}, own(r), {}} },
			"Connected: contoso.onmicrosoft.com"},
		"its public client flows are off": {nil, &workflow.SignInError{Reason: workflow.SignInClient, Code: 7000218},
			func(r *workflow.Request) []workflow.AssertAs {
				return []workflow.AssertAs{own(r), {}}
			}, "Entra does not let people sign in to the app itself (AADSTS7000218), so no server was asked. Press Check the " +
				"connection again"},
		"she declined": {nil, &workflow.SignInError{Reason: workflow.SignInDeclined}, func(r *workflow.Request) []workflow.AssertAs {
			return []workflow.AssertAs{own(r), own(r)}
		}, "The sign-in was declined"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t).WithTwoServers(nil)
				w.NoOwnCode = c.noCode
				n := w.Boot()
				defer n.Stop()
				r := w.Restoring(n)
				w.Signer = beaSignsIn()
				code := w.Asks(n, r.ID, workflowtest.Bea)
				if code.OwnApp != (c.noCode == nil) {
					t.Errorf("she was shown %+v", code)
				}
				w.Use(code.Prompt.Code.Reveal(), c.noSignIn)
				workflowtest.Pass(10 * time.Second)
				if said := w.NewestCheck().Said; !strings.Contains(said, c.says) {
					t.Errorf("she was told %q", said)
				}
				w.Asks(n, r.ID, workflowtest.Bea)
				if len(w.AssertedAs) != len(c.want(r)) {
					t.Fatalf("codes were asked for as %+v", w.AssertedAs)
				}
				for i, want := range c.want(r) {
					if got := w.AssertedAs[i]; got.ClientID != want.ClientID || !slices.Equal(got.Scopes, want.Scopes) {
						t.Errorf("code %d was asked for as %+v, want %+v", i+1, got, want)
					}
				}
			})
		})
	}
}

func TestAnAppWithoutWhatAServerWantsIsNotSignedInTo(t *testing.T) {
	full := plan.Plan{PublicClientFlows: true, Permissions: []plan.Permission{
		{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Delegated, Name: "User.Read"},
		{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Delegated, Name: "Directory.ReadWrite.All"}}}
	r := &workflow.Request{Plan: full, Made: workflow.Made{AppID: "a"}}
	if as, ok := workflow.OwnApp(r); !ok || !slices.Equal(as.Scopes, []string{"User.Read", "Directory.ReadWrite.All"}) {
		t.Errorf("with all: %+v, %v", as, ok)
	}
	for name, edit := range map[string]func(*workflow.Request){
		"no public client flows":  func(r *workflow.Request) { r.Plan.PublicClientFlows = false },
		"no Directory permission": func(r *workflow.Request) { r.Plan.Permissions = r.Plan.Permissions[:1] },
		"application permissions": func(r *workflow.Request) { r.Plan.Permissions[0].Type = catalog.Application },
		"of another resource":     func(r *workflow.Request) { r.Plan.Permissions[1].ResourceAppID = catalog.SharePointOnline },
		"no app":                  func(r *workflow.Request) { r.Made.AppID = "" },
	} {
		other := &workflow.Request{Plan: full.Clone(), Made: workflow.Made{AppID: "a"}}
		edit(other)
		if as, ok := workflow.OwnApp(other); ok {
			t.Errorf("%s: %+v", name, as)
		}
	}
}

func TestWhoseRolesCantBeSeenIsNotPassedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithTwoServers(nil)
		w.RolesUnknown = true
		n := w.Boot()
		defer n.Stop()
		r := w.ConnectedApp(n)
		code := w.Asks(n, r.ID, workflowtest.Bea)
		w.Signer = beaSignsIn()
		w.Use(code.Prompt.Code.Reveal(), nil)
		workflowtest.Pass(10 * time.Second)
		if said := w.NewestCheck().Said; !strings.Contains(said, "Whether bea@contoso.com has a directory role can't be seen") ||
			slices.Contains(w.Calls, "signed in") {
			t.Errorf("she was told %q", said)
		}
	})
}
