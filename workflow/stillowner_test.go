package workflow_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// Whoever was an owner once was given a renewed secret, though they had been removed in Entra.
func TestAnOwnerWhoWasRemovedGetsNothingOfTheApp(t *testing.T) {
	for name, c := range map[string]struct {
		owners []string
		fails  error
		says   string
		since  time.Duration
	}{
		"another owns it":     {[]string{"OBJ-TOM"}, nil, "Bea, who asked for this, does not own", time.Hour},
		"nobody owns it":      {nil, nil, "Nobody owns payroll-backup in Entra any more", time.Hour},
		"removed lately":      {[]string{"OBJ-TOM"}, nil, "does not own", 0},
		"it can't be read":    {[]string{"OBJ-BEA"}, errors.New("no answer"), "It could not be read who owns payroll-backup", time.Hour},
		"the service is busy": {[]string{"OBJ-BEA"}, workflowtest.Busy{}, "It could not be read who owns payroll-backup", time.Hour},
		"it is hers":          {[]string{"OBJ-TOM", "obj-bea"}, nil, "", time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				before := w.HandedOver(n)
				app := w.One()
				workflowtest.Pass(c.since)
				keys := len(app.Keys)
				w.Set(func() {
					app.Owners = c.owners
					w.Before = func(call string) error {
						if call == "owners" {
							return c.fails
						}
						return nil
					}
				})
				r := w.Renews(n, before, workflowtest.FollowUp("V-again"))
				w.Approves(n, r.ID)
				workflowtest.Pass(time.Hour)
				r = w.Get(r.ID)
				refused := r.State == workflow.StateSignIn && r.Failure.Rule == workflow.RuleNotRequester && len(app.Keys) == keys
				if refused != (c.says != "") || !strings.Contains(r.Failure.Text, c.says) {
					t.Errorf("it is %s: %s; %d keys", r.State, r.Failure.Text, len(app.Keys))
				}
			})
		})
	}
}

func TestAnAppThatIsGoneIsRetiredThoughNobodyOwnsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		w.Set(func() { clear(w.Apps) })
		r, err := n.Retire(t.Context(), workflowtest.Bea, before.ID, workflowtest.FollowUp("V-end"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.Settle(n, r.ID, workflow.StateDone); r.State != workflow.StateDone {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}
