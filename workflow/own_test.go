package workflow_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

const botsID = "bbbbbbbb-0000-4000-8000-00000000000b"

func TestTheBotsOwnClientIsNoAppOfAnybodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.ByHand(botsID, "The bot", "OBJ-BEA")
		w.Own = botsID
		n := w.Boot()
		defer n.Stop()
		says := func(what string, text string) {
			t.Helper()
			if !strings.Contains(text, "this bot's approvers sign in") {
				t.Errorf("%s is answered with %q", what, text)
			}
		}

		_, err := n.Submit(t.Context(), workflowtest.Bea, adoption(strings.ToUpper(botsID)))
		wrong, _ := err.(form.Errors)
		says("to adopt it by its App ID", wrong[form.FieldAppName])

		named, err := n.Submit(t.Context(), workflowtest.Bea, adoption("the bot"))
		if err != nil {
			t.Fatal(err)
		}
		named = w.Settle(n, named.ID, workflow.StateFailed)
		says("to adopt it by its name", named.Failure.Text)

		other, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("another"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = n.Verify(t.Context(), other.ID, workflowtest.Ada, botsID)
		says("to verify it as another app", fmt.Sprint(err))

		// A request from before the operator has named it as the client.
		kept, err := w.Store.Update(t.Context(), other.ID, func(r *workflow.Request) error {
			r.State, r.Made = workflow.StateDone, workflow.Made{ObjectID: "obj-" + botsID, AppID: botsID}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for kind, ask := range map[workflow.Kind]func() (*workflow.Request, error){
			workflow.KindRenew: func() (*workflow.Request, error) {
				return n.Renew(t.Context(), workflowtest.Bea, kept.ID, workflowtest.FollowUp("V-renew"))
			},
			workflow.KindUpdate: func() (*workflow.Request, error) {
				return n.Update(t.Context(), workflowtest.Bea, kept.ID, workflowtest.FollowUp("V-update"))
			},
			workflow.KindRetire: func() (*workflow.Request, error) {
				return n.Retire(t.Context(), workflowtest.Bea, kept.ID, workflowtest.FollowUp("V-retire"))
			},
			workflow.KindRecreate: func() (*workflow.Request, error) {
				return n.Recreate(t.Context(), workflowtest.Bea, kept.ID, workflowtest.FollowUp("V-recreate"))
			},
		} {
			_, err := ask()
			says("to "+string(kind)+" it", fmt.Sprint(err))
		}
		if changes := w.Wrote(); len(changes) != 0 {
			t.Errorf("in the tenant: %v", changes)
		}
	})
}

func TestAnAppIsOursHoweverManyRequestsItHasHad(t *testing.T) {
	w := workflowtest.New(t)
	ctx := t.Context()
	asked := func(edit func(*workflow.Request)) *workflow.Request {
		t.Helper()
		r := &workflow.Request{Kind: workflow.KindRenew, State: workflow.StateExpired, Tenant: "contoso", Requester: workflowtest.Bea,
			Posts: workflow.Posts{},
			Made:  workflow.Made{AppID: workflowtest.LegacyID}}
		if edit != nil {
			edit(r)
		}
		r, err := w.Store.Create(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := asked(func(r *workflow.Request) { r.Kind, r.State = workflow.KindRegister, workflow.StateDone })
	for range 120 {
		asked(nil)
	}
	other, err := workflow.StandsFor(ctx, w.Store, &workflow.Request{ID: "EA-999", Tenant: "contoso"}, workflowtest.LegacyID)
	if err != nil || other != first.ID {
		t.Errorf("it is %q's (%v), want %s", other, err, first.ID)
	}
}

func TestAnAppWhoseScopeIsForOthersThanThePlanSaysIsNotAdopted(t *testing.T) {
	for name, there := range map[string]bool{"users may, and only admins should": false, "only admins may, and users should": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				app := w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
				app.Scopes = []plan.Scope{{Name: "access_as_user", AdminsOnly: there, Title: "t", Words: "w"}}
				n := w.Boot()
				defer n.Stop()
				r, err := n.Submit(t.Context(), workflowtest.Bea, adoption("HR"))
				if err != nil {
					t.Fatal(err)
				}
				if r, err = w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
					r.Plan.Scopes = []plan.Scope{{Name: "access_as_user", AdminsOnly: !there, Title: "t", Words: "w"}}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				r = w.SignsInFor(n, r)
				if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "exposes the scope access_as_user already") ||
					len(w.Wrote()) > 0 || r.Discovered.Read {
					t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, w.Wrote())
				}
				w.Set(func() { app.Scopes[0].AdminsOnly = !there }) // an owner changes it
				if _, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				w.Settle(n, r.ID, workflow.StateDone)
			})
		})
	}
}
