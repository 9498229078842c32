package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func times(r *workflow.Request, what workflow.EventKind) (n int) {
	for _, e := range r.History {
		if e.Kind == what {
			n += max(1, e.Times)
		}
	}
	return n
}

// Source: services.md, section 8.
func TestPeopleAreRemindedOfExchangesListUntilTheAppIsOnIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.WithMailboxes(n)
		if !r.NeedsEWS() {
			t.Fatal("the app does not have to be listed")
		}
		for day := range 7 {
			workflowtest.Pass(24*time.Hour + time.Minute)
			if r = w.Get(r.ID); r.EWS.Reminders != day+1 || r.Posts[workflow.PostNamed(workflow.PostEWS, day+1)].TS == "" {
				t.Fatalf("day %d: %+v, %+v", day, r.EWS, r.Posts)
			}
		}
		workflowtest.Pass(6 * 24 * time.Hour) // from then on once a week
		if r = w.Get(r.ID); r.EWS.Reminders != 7 {
			t.Errorf("%+v", r.EWS)
		}
		workflowtest.Pass(24*time.Hour + time.Minute)
		if r = w.Get(r.ID); r.EWS.Reminders != 8 || times(r, workflow.EventEWSReminded) != 8 ||
			!r.Posts[workflow.PostNamed(workflow.PostEWS, 7)].Last {
			t.Errorf("%+v, %+v", r.EWS, r.Posts)
		}
		stranger := people.Person{ID: "U0STRANGER", Name: "Sam"}
		if _, err := n.SayEWSListed(t.Context(), r.ID, stranger); err == nil {
			t.Error("a stranger's word counts")
		}
		r, err := n.SayEWSListed(t.Context(), r.ID, workflowtest.Ada) // an approver
		if err != nil || !r.EWSListed() || r.EWS.By != workflowtest.Ada.ID || r.EWS.AppID != r.Made.AppID || times(r,
			workflow.EventEWSListed) != 1 {
			t.Fatalf("%+v, %v", r.EWS, err)
		}
		if _, err := n.SayEWSListed(t.Context(), r.ID, workflowtest.Bea); err == nil {
			t.Error("it was said twice")
		}
		workflowtest.Pass(60 * 24 * time.Hour)
		if r = w.Get(r.ID); r.EWS.Reminders != 8 {
			t.Errorf("after it was said: %+v", r.EWS)
		}
		// What follows about the same app knows of it.
		renewed := w.Renews(n, r, workflowtest.Draft(""))
		if renewed = w.Settle(n, renewed.ID, workflow.StateOverlap); renewed.NeedsEWS() || !renewed.EWSListed() ||
			renewed.EWS.Reminders != 0 {
			t.Errorf("%+v", renewed.EWS)
		}
	})
}

func TestAnAppThatIsMadeAgainHasToBeListedAgain(t *testing.T) {
	for _, recreated := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			head := w.WithMailboxes(n)
			if _, err := n.SayEWSListed(t.Context(), head.ID, workflowtest.Bea); err != nil {
				t.Fatal(err)
			}
			w.IsDeleted(head.UniqueName())
			if recreated {
				w.Set(func() { clear(w.Deleted) })
			}
			r, err := n.Recreate(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-recreate"))
			if err != nil {
				t.Fatal(err)
			}
			r = w.Settle(n, r.ID, workflow.StateDone)
			if recreated != r.NeedsEWS() || recreated == r.EWSListed() || (r.EWSBefore() == head.Made.AppID) != recreated {
				t.Errorf("made again %v: the App ID was %s and is %s; %+v", recreated, head.Made.AppID, r.Made.AppID, r.EWS)
			}
		})
	}
}

// It is said at the request that stands for the app while another one is under way.
func TestWhatWasSaidMeanwhileOfTheAppIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.WithMailboxes(n)
		renewed := w.Renews(n, head, workflowtest.Draft(""))
		if _, err := n.SayEWSListed(t.Context(), head.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		if renewed = w.Settle(n, renewed.ID, workflow.StateOverlap); !renewed.EWSListed() {
			t.Errorf("%+v", renewed.EWS)
		}
		if _, err := n.SayEWSListed(t.Context(), head.ID, workflowtest.Ada); err == nil || !strings.Contains(err.Error(), renewed.ID) {
			t.Errorf("%v", err)
		}
	})
}

func TestTheNoticeOfExchangeFollowsTheCalendar(t *testing.T) {
	ews := catalog.EWS()
	if ews.Blocked != time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC) || ews.Ends != time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC) ||
		ews.Acts != 24*time.Hour {
		t.Fatalf("%+v", ews)
	}
	for at, says := range map[time.Time]string{
		ews.Blocked.Add(-time.Second): "From 1 October 2026 on, Exchange Online blocks Exchange Web Services (EWS) for every app",
		ews.Blocked:                   "Exchange Online has blocked Exchange Web Services (EWS) since 1 October 2026 for every app",
		ews.Ends.Add(-time.Second):    "EWS ends for good on 1 April 2027",
		ews.Ends:                      "Exchange Online ended Exchange Web Services on 1 April 2027.",
	} {
		if got := catalog.EWS().Notice(at); !strings.Contains(got, says) {
			t.Errorf("%s: %s", at, got)
		}
	}
	for _, c := range []struct {
		id   string
		t    catalog.Type
		name string
		uses bool
	}{
		{catalog.ExchangeOnline, catalog.Application, "full_access_as_app", true},
		{strings.ToUpper(catalog.ExchangeOnline), catalog.Application, "Full_Access_As_App", true},
		{catalog.ExchangeOnline, catalog.Delegated, "EWS.AccessAsUser.All", true},
		{catalog.ExchangeOnline, catalog.Application, "Exchange.ManageAsApp", false},
		{catalog.MicrosoftGraph, catalog.Application, "full_access_as_app", false},
	} {
		p := plan.Plan{Permissions: []plan.Permission{{ResourceAppID: c.id, Type: c.t, Name: c.name}}}
		if p.UsesEWS() != c.uses {
			t.Errorf("%+v: %v", c, p.UsesEWS())
		}
	}
}

func TestNobodyIsRemindedOnceExchangeHasEndedThem(t *testing.T) {
	p := workflow.Policy{RemindEvery: 24 * time.Hour}
	r := &workflow.Request{State: workflow.StateDone, Entered: catalog.EWS().Ends.Add(-36 * time.Hour), Made: workflow.Made{AppID: "a"},
		Plan: workflowtest.Mailboxes().Plan(workflowtest.Mailboxes().Choice())}
	if at := p.EWSRemindAt(r); at != catalog.EWS().Ends.Add(-12*time.Hour) {
		t.Errorf("the first is at %s", at)
	}
	r.EWS.Reminders, r.EWS.Reminded = 1, catalog.EWS().Ends.Add(-12*time.Hour)
	if at := p.EWSRemindAt(r); !at.IsZero() {
		t.Errorf("the next is at %s", at)
	}
	for _, never := range []*workflow.Request{
		{State: workflow.StateDone, Made: r.Made, Plan: workflowtest.Vbo().Plan(workflowtest.Vbo().Choice())},
		{State: workflow.StateDone, Kind: workflow.KindRetire, Made: r.Made, Plan: r.Plan},
		{State: workflow.StateDone, Successor: "EA-9", Made: r.Made, Plan: r.Plan}, {State: workflow.StatePending, Plan: r.Plan},
	} {
		if at := p.EWSRemindAt(never); !at.IsZero() {
			t.Errorf("%+v: %s", never, at)
		}
	}
}
