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
)

func adoption(name string) form.Draft {
	d := draft(name)
	d.Existing = true
	return d
}

// again is a draft from another form.
func again(d form.Draft, origin string) form.Draft {
	d.Origin = origin
	return d
}

func TestAnAdoptedAppKeepsAllThatItHad(t *testing.T) {
	for _, named := range []string{"hr portal", legacyID} {
		t.Run(named, func(t *testing.T) {
			withThePowerCut(t, func(t *testing.T, p *power) {
				w := newWorld(t)
				app := w.byHand(legacyID, "HR Portal", "OBJ-BEA", "OBJ-TOM")
				n := w.boot()
				p.on(w, n)
				r, err := n.Submit(t.Context(), bea, adoption(named))
				if err != nil {
					t.Fatal(err)
				}
				w.settle(n, r.ID, workflow.StateDone)
				n = p.back(n)
				r = w.settle(n, r.ID, workflow.StateDone)
				pass(time.Second)
				n.stop()
				w.keeps(app)
				if r.Kind != workflow.KindAdopt || r.Made.AppID != legacyID || r.AppName() != "HR Portal" || len(w.apps) != 1 ||
					len(w.deleted) != 0 {
					t.Errorf("%+v, and %d apps", r.Made, len(w.apps))
				}
				if len(app.keys) != 2 || app.keys[r.Made.KeyID].Label != r.KeyLabel() {
					t.Errorf("it has the secrets %v", app.keys)
				}
				if app.DisplayName != "HR Portal" || len(app.RedirectURIs) != 2 || len(app.granted) != 6 {
					t.Errorf("it has %v and %v", app.RedirectURIs, app.granted)
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
		set  func(w *world)
		want string
	}{
		"she does not own it": {func(w *world) { w.byHand(legacyID, "hr", "OBJ-TOM") }, "bea@contoso.com does not own hr"},
		"nobody owns it":      {func(w *world) { w.byHand(legacyID, "hr") }, "does not own"},
		"her account is not found": {func(w *world) {
			w.byHand(legacyID, "hr", "OBJ-BEA")
			w.signer.Requesters = nil
		}, "no account with the e-mail address"},
		"two accounts have her address": {func(w *world) {
			w.byHand(legacyID, "hr", "OBJ-BEA")
			w.signer.Requesters = append(w.signer.Requesters, workflow.Account{ObjectID: "OBJ-BEA2"})
		}, "2 accounts in the tenant"},
		"there is no such app": {func(*world) {}, "no application called hr"},
		"several have the name": {func(w *world) {
			w.byHand(legacyID, "hr", "OBJ-BEA")
			w.byHand("bbbbbbbb-0000-4000-8000-00000000000b", "HR", "OBJ-BEA")
		}, legacyID + ", bbbbbbbb-0000"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				test.set(w)
				n := w.boot()
				defer n.stop()
				r, err := n.Submit(t.Context(), bea, adoption("hr"))
				if err != nil {
					t.Fatal(err)
				}
				r = w.signsInFor(n, r)
				if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, test.want) ||
					!strings.Contains(r.Failure.Text, "Nothing was changed") {
					t.Errorf("it is %s: %s", r.State, r.Failure.Text)
				}
				if changes := w.wrote(); len(changes) > 0 {
					t.Errorf("the tenant was changed: %v", changes)
				}
				if r.Undoable() || !r.CanGiveUp() {
					t.Errorf("undo %v, give up %v", r.Undoable(), r.CanGiveUp())
				}
				if _, err := n.GiveUp(t.Context(), r.ID, bea); err != nil {
					t.Fatal(err)
				}
				if _, err := n.Submit(t.Context(), bea, again(adoption("hr"), "V-2")); err != nil {
					t.Errorf("it cannot be asked for again: %v", err)
				}
			})
		})
	}
}

func TestAnAppThatIsOursIsNotAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.byHand(legacyID, "HR", "OBJ-BEA")
		n := w.boot()
		defer n.stop()
		ours := w.handedOver(n)
		if _, err := n.Submit(t.Context(), bea, again(adoption(ours.Plan.AppName), "V-0")); err == nil ||
			!strings.Contains(err.(form.Errors)[form.FieldAppName], "/entra-app update "+ours.ID) {
			t.Errorf("by its name: %v", err)
		}
		first, err := n.Submit(t.Context(), bea, adoption(legacyID))
		if err != nil {
			t.Fatal(err)
		}
		second, err := n.Submit(t.Context(), bea, adoption("hr")) // nobody can know yet that it is the same
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, first.ID, workflow.StateDone)
		began := len(w.calls)
		second = w.signsInFor(n, second)
		w.calls = w.calls[began:]
		if second.State != workflow.StateFailed || !strings.Contains(second.Failure.Text, first.ID+" already manages hr") ||
			len(w.wrote()) > 0 {
			t.Errorf("the second is %s: %s; %v", second.State, second.Failure.Text, w.wrote())
		}
		if _, err := n.Submit(t.Context(), bea, again(adoption(legacyID), "V-3")); err == nil ||
			!strings.Contains(err.(form.Errors)[form.FieldAppName], first.ID) {
			t.Errorf("by its App ID: %v", err)
		}
	})
}

func TestMoreThanWasFoundAndApprovedIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		app := w.byHand(legacyID, "HR", "OBJ-BEA")
		n := w.boot()
		defer n.stop()
		w.before = func(call string) error {
			if call == "add key" { // somebody grants more, after the app was looked at
				w.extra = []string{"RoleManagement.ReadWrite.Directory"}
			}
			return nil
		}
		r, _ := n.Submit(t.Context(), bea, adoption("hr"))
		r = w.signsInFor(n, r)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "RoleManagement.ReadWrite.Directory") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
		if len(app.keys) != 1 {
			t.Errorf("the secrets are %v", app.keys)
		}
		w.keeps(app)
	})
}

func TestUndoOfAnAdoptionTakesWhatItAddedAndNoMore(t *testing.T) {
	for _, kind := range []string{"secret", "certificate", "a certificate that was there"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				app := w.byHand(legacyID, "HR", "OBJ-BEA")
				n := w.boot()
				defer n.stop()
				d := adoption("hr")
				if kind != "secret" {
					w.signer = adaOfAzure()
					d = certificateDraft("hr")
					d.Existing = true
				}
				w.before = func(call string) error {
					if call == "proof" || call == "inspect" {
						return &workflow.ServiceError{Code: "x", Text: "no"}
					}
					return nil
				}
				r, err := n.Submit(t.Context(), bea, d)
				if err != nil {
					t.Fatal(err)
				}
				own := r.Plan.Credential.Certificate.Thumbprint
				if kind == "a certificate that was there" {
					app.thumbprints = append(app.thumbprints, own)
				}
				r = w.signsInFor(n, r)
				if r.State != workflow.StateFailed || !r.Undoable() {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				w.before = nil
				if _, err := n.Undo(t.Context(), r.ID, ada); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				w.use(w.codeFor(w.get(r.ID)), nil)
				pass(20 * time.Second)
				if r = w.get(r.ID); r.State != workflow.StateUndone {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				w.keeps(app)
				if len(w.apps) != 1 || len(app.keys) != 1 || len(app.granted) != 3 || len(app.federated) != 1 ||
					slices.Contains(w.calls, "delete") {
					t.Errorf("it has %+v", app)
				}
				if has := own != "" && slices.Contains(app.thumbprints, own); has != (kind == "a certificate that was there") {
					t.Errorf("its certificates are %v", app.thumbprints)
				}
			})
		})
	}
}

func TestAnAdoptedAppIsUpdatedAgainstWhatItHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		app := w.byHand(legacyID, "HR", "OBJ-BEA")
		n := w.boot()
		defer n.stop()
		first, _ := n.Submit(t.Context(), bea, adoption("hr"))
		before := w.settle(n, first.ID, workflow.StateDone)
		if got, err := n.App(t.Context(), legacyID); err != nil || got.ID != before.ID {
			t.Fatalf("%v, %v", got, err)
		}
		product, _ := n.Product("vbo365")
		extras := product.Extras(before.Has())
		if len(extras) != 2 {
			t.Fatalf("the form offers %v", extras)
		}
		d := d2("V-update")
		d.RedirectURIs = []string{"https://localhost"} // the form showed both
		d.Permissions = []string{pack.KeyOf(extras[0])}
		r, err := n.Update(t.Context(), bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(plan.Changes(r.Previous, r.Plan))
		if want := fmt.Sprint([]plan.Change{{Added: false, What: plan.PermissionChange, Name: "Microsoft Graph Mail.Read (delegated)"},
			{Added: false, What: plan.RedirectChange, Name: "https://hr.contoso.com (web)"}}); got != want {
			t.Errorf("the card shows %s, want %s", got, want)
		}
		w.settle(n, r.ID, workflow.StateDone)
		if len(app.granted) != 5 || !slices.Equal(app.RedirectURIs, []string{"https://localhost"}) ||
			app.Audience != "AzureADMultipleOrgs" || len(app.keys) != 2 || len(app.federated) != 1 {
			t.Errorf("after the update it has %+v", app)
		}
		renewed := w.renews(n, r, draft(""))
		w.settle(n, renewed.ID, workflow.StateOverlap)
		if len(app.keys) != 3 || !renewed.Adopted() {
			t.Errorf("after the renewal it has %v", app.keys)
		}
	})
}

// Two processes may both have found that nobody holds the app.
func TestTheStoreLetsOneAdoptionHaveAnApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		var errs []error
		for _, name := range []string{"hr", "hr portal"} {
			r, err := n.Submit(t.Context(), bea, adoption(name))
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.store.Update(t.Context(), r.ID, func(r *workflow.Request) error { r.Made.AppID = legacyID; return nil })
			errs = append(errs, err)
		}
		if taken, ok := errors.AsType[*workflow.ClaimedError](errs[1]); errs[0] != nil || !ok || taken.By != "EA-1" {
			t.Errorf("the errors are %v", errs)
		}
	})
}

// Graph allows 256 characters: an app that was not made here may have them all.
func TestAnExistingAppMayHaveTheLongestNameThatGraphAllows(t *testing.T) {
	w := newWorld(t)
	n := w.boot()
	defer n.stop()
	d := adoption(strings.Repeat("n", form.ExistingNameMax))
	if r, err := n.Submit(t.Context(), bea, d); err != nil || r.Plan.AppName != d.AppName {
		t.Errorf("256 characters: %v", err)
	}
	d.Origin, d.AppName = "V-longer", d.AppName+"n"
	if _, err := n.Submit(t.Context(), bea, d); !strings.Contains(fmt.Sprint(err.(form.Errors)[form.FieldAppName]),
		"256 are allowed. No app has a longer name; give its App ID.") {
		t.Errorf("257 characters: %v", err)
	}
}
