package workflow_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

const botsID = "bbbbbbbb-0000-4000-8000-00000000000b"

func TestTheBotsOwnClientIsNoAppOfAnybodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.byHand(botsID, "The bot", "OBJ-BEA")
		w.own = botsID
		n := w.boot()
		defer n.stop()
		says := func(what string, text string) {
			t.Helper()
			if !strings.Contains(text, "this bot's approvers sign in") {
				t.Errorf("%s is answered with %q", what, text)
			}
		}

		_, err := n.Submit(t.Context(), bea, adoption(strings.ToUpper(botsID)))
		wrong, _ := err.(form.Errors)
		says("to adopt it by its App ID", wrong[form.FieldAppName])

		named, err := n.Submit(t.Context(), bea, adoption("the bot"))
		if err != nil {
			t.Fatal(err)
		}
		named = w.settle(n, named.ID, workflow.StateFailed)
		says("to adopt it by its name", named.Failure.Text)

		other, err := n.Submit(t.Context(), bea, draft("another"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = n.Verify(t.Context(), other.ID, ada, botsID)
		says("to verify it as another app", fmt.Sprint(err))

		// A request from before the operator has named it as the client.
		kept, err := w.store.Update(t.Context(), other.ID, func(r *workflow.Request) error {
			r.State, r.Made = workflow.StateDone, workflow.Made{ObjectID: "obj-" + botsID, AppID: botsID}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for kind, ask := range map[workflow.Kind]func() (*workflow.Request, error){
			workflow.KindRenew:    func() (*workflow.Request, error) { return n.Renew(t.Context(), bea, kept.ID, d2("V-renew")) },
			workflow.KindUpdate:   func() (*workflow.Request, error) { return n.Update(t.Context(), bea, kept.ID, d2("V-update")) },
			workflow.KindRetire:   func() (*workflow.Request, error) { return n.Retire(t.Context(), bea, kept.ID, d2("V-retire")) },
			workflow.KindRecreate: func() (*workflow.Request, error) { return n.Recreate(t.Context(), bea, kept.ID, d2("V-recreate")) },
		} {
			_, err := ask()
			says("to "+string(kind)+" it", fmt.Sprint(err))
		}
		if changes := w.wrote(); len(changes) != 0 {
			t.Errorf("in the tenant: %v", changes)
		}
	})
}

func TestAnAppIsOursHoweverManyRequestsItHasHad(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	asked := func(edit func(*workflow.Request)) *workflow.Request {
		t.Helper()
		r := &workflow.Request{Kind: workflow.KindRenew, State: workflow.StateExpired, Tenant: "contoso", Requester: bea,
			Posts: workflow.Posts{},
			Made:  workflow.Made{AppID: legacyID}}
		if edit != nil {
			edit(r)
		}
		r, err := w.store.Create(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := asked(func(r *workflow.Request) { r.Kind, r.State = workflow.KindRegister, workflow.StateDone })
	for range 120 {
		asked(nil)
	}
	other, err := workflow.StandsFor(ctx, w.store, &workflow.Request{ID: "EA-999", Tenant: "contoso"}, legacyID)
	if err != nil || other != first.ID {
		t.Errorf("it is %q's (%v), want %s", other, err, first.ID)
	}
}

func TestAnAppWhoseScopeIsForOthersThanThePlanSaysIsNotAdopted(t *testing.T) {
	for name, there := range map[string]bool{"users may, and only admins should": false, "only admins may, and users should": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				app := w.byHand(legacyID, "HR", "OBJ-BEA")
				app.Scopes = []plan.Scope{{Name: "access_as_user", AdminsOnly: there, Title: "t", Words: "w"}}
				n := w.boot()
				defer n.stop()
				r, err := n.Submit(t.Context(), bea, adoption("HR"))
				if err != nil {
					t.Fatal(err)
				}
				if r, err = w.store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
					r.Plan.Scopes = []plan.Scope{{Name: "access_as_user", AdminsOnly: !there, Title: "t", Words: "w"}}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				r = w.signsInFor(n, r)
				if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "exposes the scope access_as_user already") ||
					len(w.wrote()) > 0 || r.Discovered.Read {
					t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, w.wrote())
				}
				w.set(func() { app.Scopes[0].AdminsOnly = !there }) // an owner changes it
				if _, err := n.Retry(t.Context(), r.ID, ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				w.settle(n, r.ID, workflow.StateDone)
			})
		})
	}
}
