package workflow_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func adoption(name string) form.Draft {
	d := workflowtest.Draft(name)
	d.Existing = true
	return d
}

// again is a draft from another form.
func again(d form.Draft, origin string) form.Draft {
	d.Origin = origin
	return d
}

func TestAnAdoptedAppKeepsAllThatItHad(t *testing.T) {
	for _, named := range []string{"hr portal", workflowtest.LegacyID} {
		t.Run(named, func(t *testing.T) {
			workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
				w := workflowtest.New(t)
				app := w.ByHand(workflowtest.LegacyID, "HR Portal", "OBJ-BEA", "OBJ-TOM")
				n := w.Boot()
				p.On(w, n)
				r, err := n.Submit(t.Context(), workflowtest.Bea, adoption(named))
				if err != nil {
					t.Fatal(err)
				}
				w.Settle(n, r.ID, workflow.StateDone)
				n = p.Back(n)
				r = w.Settle(n, r.ID, workflow.StateDone)
				workflowtest.Pass(time.Second)
				n.Stop()
				w.Keeps(app)
				if r.Kind != workflow.KindAdopt || r.Made.AppID != workflowtest.LegacyID || r.AppName() != "HR Portal" ||
					len(w.Apps) != 1 ||
					len(w.Deleted) != 0 {
					t.Errorf("%+v, and %d apps", r.Made, len(w.Apps))
				}
				if len(app.Keys) != 2 || app.Keys[r.Made.KeyID].Label != r.KeyLabel() {
					t.Errorf("it has the secrets %v", app.Keys)
				}
				if app.DisplayName != "HR Portal" || len(app.RedirectURIs) != 2 || len(app.Granted) != 6 {
					t.Errorf("it has %v and %v", app.RedirectURIs, app.Granted)
				}
				d, _ := r.Difference()
				if len(d.Added) != 4 || !slices.Contains(d.There, plan.Change{Added: false, What: plan.RedirectChange,
					Name: "https://localhost (web)"}) ||
					!slices.Contains(d.Stays, plan.Change{Added: false, What: plan.PermissionChange, Name: "HR Staff.Read (application)"}) {
					t.Errorf("the difference is %+v", d)
				}
			})
		})
	}
}

func TestAnAppIsNotTouchedBeforeItIsCertainWhoseItIs(t *testing.T) {
	for name, test := range map[string]struct {
		set  func(w *workflowtest.World)
		want string
	}{
		"she does not own it": {func(w *workflowtest.World) { w.ByHand(workflowtest.LegacyID, "hr", "OBJ-TOM") },
			"bea@contoso.com does not own hr"},
		"her account is not found": {func(w *workflowtest.World) {
			w.ByHand(workflowtest.LegacyID, "hr", "OBJ-BEA")
			w.Signer.Requesters = nil
		}, "no account with the e-mail address"},
		"there is no such app": {func(*workflowtest.World) {}, "no application called hr"},
		"several have the name": {func(w *workflowtest.World) {
			w.ByHand(workflowtest.LegacyID, "hr", "OBJ-BEA")
			w.ByHand("bbbbbbbb-0000-4000-8000-00000000000b", "HR", "OBJ-BEA")
		}, workflowtest.LegacyID + ", bbbbbbbb-0000"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				test.set(w)
				n := w.Boot()
				defer n.Stop()
				r, err := n.Submit(t.Context(), workflowtest.Bea, adoption("hr"))
				if err != nil {
					t.Fatal(err)
				}
				r = w.SignsInFor(n, r)
				if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, test.want) ||
					!strings.Contains(r.Failure.Text, "Nothing was changed") {
					t.Errorf("it is %s: %s", r.State, r.Failure.Text)
				}
				if changes := w.Wrote(); len(changes) > 0 {
					t.Errorf("the tenant was changed: %v", changes)
				}
				if r.Undoable() || !r.CanGiveUp() {
					t.Errorf("undo %v, give up %v", r.Undoable(), r.CanGiveUp())
				}
				if _, err := n.GiveUp(t.Context(), r.ID, workflowtest.Bea); err != nil {
					t.Fatal(err)
				}
				if _, err := n.Submit(t.Context(), workflowtest.Bea, again(adoption("hr"), "V-2")); err != nil {
					t.Errorf("it cannot be asked for again: %v", err)
				}
			})
		})
	}
}

func TestAnAppThatIsOursIsNotAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
		n := w.Boot()
		defer n.Stop()
		ours := w.HandedOver(n)
		if _, err := n.Submit(t.Context(), workflowtest.Bea, again(adoption(ours.Plan.AppName), "V-0")); err == nil ||
			!strings.Contains(err.(form.Errors)[form.FieldAppName], "/entra-app update "+ours.ID) {
			t.Errorf("by its name: %v", err)
		}
		first, err := n.Submit(t.Context(), workflowtest.Bea, adoption(workflowtest.LegacyID))
		if err != nil {
			t.Fatal(err)
		}
		second, err := n.Submit(t.Context(), workflowtest.Bea, adoption("hr")) // nobody can know yet that it is the same
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, first.ID, workflow.StateDone)
		began := len(w.Calls)
		second = w.SignsInFor(n, second)
		w.Calls = w.Calls[began:]
		if second.State != workflow.StateFailed || !strings.Contains(second.Failure.Text, first.ID+" already manages hr") ||
			len(w.Wrote()) > 0 {
			t.Errorf("the second is %s: %s; %v", second.State, second.Failure.Text, w.Wrote())
		}
		if _, err := n.Submit(t.Context(), workflowtest.Bea, again(adoption(workflowtest.LegacyID), "V-3")); err == nil ||
			!strings.Contains(err.(form.Errors)[form.FieldAppName], first.ID) {
			t.Errorf("by its App ID: %v", err)
		}
	})
}

func TestMoreThanWasFoundAndApprovedIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		app := w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
		n := w.Boot()
		defer n.Stop()
		w.Before = func(call string) error {
			if call == "add key" { // somebody grants more, after the app was looked at
				w.Extra = []string{"RoleManagement.ReadWrite.Directory"}
			}
			return nil
		}
		r, _ := n.Submit(t.Context(), workflowtest.Bea, adoption("hr"))
		r = w.SignsInFor(n, r)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "RoleManagement.ReadWrite.Directory") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
		if len(app.Keys) != 1 {
			t.Errorf("the secrets are %v", app.Keys)
		}
		w.Keeps(app)
	})
}

func TestUndoOfAnAdoptionTakesWhatItAddedAndNoMore(t *testing.T) {
	for _, kind := range []string{"secret", "certificate", "a certificate that was there"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				app := w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
				n := w.Boot()
				defer n.Stop()
				d := adoption("hr")
				if kind != "secret" {
					w.Signer = workflowtest.AdaOfAzure()
					d = workflowtest.CertificateDraft("hr")
					d.Existing = true
				}
				w.Before = func(call string) error {
					if call == "proof" || call == "inspect" {
						return &workflow.ServiceError{Code: "x", Text: "no"}
					}
					return nil
				}
				r, err := n.Submit(t.Context(), workflowtest.Bea, d)
				if err != nil {
					t.Fatal(err)
				}
				own := r.Plan.Credential.Certificate.Thumbprint
				if kind == "a certificate that was there" {
					app.Thumbprints = append(app.Thumbprints, own)
				}
				r = w.SignsInFor(n, r)
				if r.State != workflow.StateFailed || !r.Undoable() {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				w.Before = nil
				if _, err := n.Undo(t.Context(), r.ID, workflowtest.Ada); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				w.Use(w.CodeFor(w.Get(r.ID)), nil)
				workflowtest.Pass(20 * time.Second)
				if r = w.Get(r.ID); r.State != workflow.StateUndone {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				w.Keeps(app)
				if len(w.Apps) != 1 || len(app.Keys) != 1 || len(app.Granted) != 3 || len(app.Federated) != 1 ||
					slices.Contains(w.Calls, "delete") {
					t.Errorf("it has %+v", app)
				}
				if has := own != "" && slices.Contains(app.Thumbprints, own); has != (kind == "a certificate that was there") {
					t.Errorf("its certificates are %v", app.Thumbprints)
				}
			})
		})
	}
}

func TestAnAdoptedAppIsUpdatedAgainstWhatItHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		app := w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
		n := w.Boot()
		defer n.Stop()
		first, _ := n.Submit(t.Context(), workflowtest.Bea, adoption("hr"))
		before := w.Settle(n, first.ID, workflow.StateDone)
		if got, err := n.App(t.Context(), workflowtest.LegacyID, workflowtest.Bea, ""); err != nil || got.ID != before.ID {
			t.Fatalf("%v, %v", got, err)
		}
		product, _ := n.Product("vbo365")
		extras := product.Extras(before.Has())
		if len(extras) != 2 {
			t.Fatalf("the form offers %v", extras)
		}
		d := workflowtest.FollowUp("V-update")
		d.RedirectURIs = []string{"https://localhost"} // the form showed both
		d.Permissions = []string{pack.KeyOf(extras[0])}
		r, err := n.Update(t.Context(), workflowtest.Bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(plan.Changes(r.Previous, r.Plan))
		if want := fmt.Sprint([]plan.Change{{Added: false, What: plan.PermissionChange, Name: "Microsoft Graph Mail.Read (delegated)"},
			{Added: false, What: plan.RedirectChange, Name: "https://hr.contoso.com (web)"}}); got != want {
			t.Errorf("the card shows %s, want %s", got, want)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		if len(app.Granted) != 5 || !slices.Equal(app.RedirectURIs, []string{"https://localhost"}) ||
			app.Audience != "AzureADMultipleOrgs" || len(app.Keys) != 2 || len(app.Federated) != 1 {
			t.Errorf("after the update it has %+v", app)
		}
		renewed := w.Renews(n, r, workflowtest.Draft(""))
		w.Settle(n, renewed.ID, workflow.StateOverlap)
		if len(app.Keys) != 3 || !renewed.Adopted() {
			t.Errorf("after the renewal it has %v", app.Keys)
		}
	})
}

// Two processes may both have found that nobody holds the app.
func TestTheStoreLetsOneAdoptionHaveAnApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		var errs []error
		for _, name := range []string{"hr", "hr portal"} {
			r, err := n.Submit(t.Context(), workflowtest.Bea, adoption(name))
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error { r.Made.AppID = workflowtest.LegacyID; return nil })
			errs = append(errs, err)
		}
		if taken, ok := errors.AsType[*workflow.ClaimedError](errs[1]); errs[0] != nil || !ok || taken.By != "EA-1" {
			t.Errorf("the errors are %v", errs)
		}
	})
}

// Graph allows 256 characters: an app that was not made here may have them all.
func TestAnExistingAppMayHaveTheLongestNameThatGraphAllows(t *testing.T) {
	w := workflowtest.New(t)
	n := w.Boot()
	defer n.Stop()
	d := adoption(strings.Repeat("n", form.ExistingNameMax))
	if r, err := n.Submit(t.Context(), workflowtest.Bea, d); err != nil || r.Plan.AppName != d.AppName {
		t.Errorf("256 characters: %v", err)
	}
	d.Origin, d.AppName = "V-longer", d.AppName+"n"
	if _, err := n.Submit(t.Context(), workflowtest.Bea, d); !strings.Contains(fmt.Sprint(err.(form.Errors)[form.FieldAppName]),
		"256 are allowed. No app has a longer name; give its App ID.") {
		t.Errorf("257 characters: %v", err)
	}
}
