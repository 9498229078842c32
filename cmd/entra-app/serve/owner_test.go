package serve

import (
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func TestWhoOnlyOwnsAnAppFindsItEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.sends("vb365-restore", nil, map[string]any{"App name": "second-hand", "Reason": "restores", "Owners": []string{"U0TOM00001"}})
	w.approves("register the app second-hand", "Approve")
	w.sees(w.ada, in(approval), "second-hand · Done")
	if err := w.tom.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.until("Tom's home tab lists it", func() bool {
		return slices.ContainsFunc(w.slack.Journal(), func(c slacktest.Entry) bool {
			return c.Method == "views.publish" && strings.Contains(c.Body, "U0TOM00001") && strings.Contains(c.Body, "second-hand")
		})
	})
	if _, err := w.tom.Slash(t.Context(), approval, "/entra-app apps"); err != nil {
		t.Fatal(err)
	}
	if list := w.sees(w.tom, in(approval), "1 app, newest first").Plain(); !strings.Contains(list, "second-hand") {
		t.Errorf("the list is %s", list)
	}
	// Ada is none of its people, and this is not its channel.
	if _, err := w.ada.Slash(t.Context(), approval, "/entra-app apps"); err != nil {
		t.Fatal(err)
	}
	w.sees(w.ada, in(approval), "You and this channel have no app from here yet")
}

// The case “app name `vb365.contoso.com` in a command”, as Slack delivers it.
func TestAnAppIsFoundByANameThatSlackTakesForAHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("vb365.contoso.com")
	w.sees(w.ada, in(approval), "register the app vb365.contoso.com")
	for _, typed := range []string{"status vb365.contoso.com", "status “vb365.contoso.com”", "status @bea", "status #backup-team"} {
		before := len(w.tom.Messages(team))
		if _, err := w.tom.Slash(t.Context(), team, "/entra-app "+typed); err != nil {
			t.Fatal(err)
		}
		if all := w.tom.Messages(team); len(all) != before+1 || !strings.Contains(all[before].Plain(), "vb365.contoso.com") {
			t.Errorf("%s is answered with %v", typed, all[before:])
		}
	}
}
