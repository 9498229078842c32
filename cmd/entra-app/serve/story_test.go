package serve

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestTheMainJobFromRequestToSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	card := w.sees(w.ada, in(approval), "register the app payroll-backup")
	for _, text := range []string{"nightly backup of payroll", "Directory.Read.All", "Group.Read.All", "User.Read", "risk medium",
		"https://localhost", "Global Administrator"} {
		if !strings.Contains(card.Plain(), text) {
			t.Errorf("the card does not say %q: %s", text, card.Plain())
		}
	}
	if codes := w.entra.UserCodes(); len(codes) != 0 {
		t.Errorf("codes before anybody approved: %v", codes)
	}
	w.press(w.tom, card, "Approve")
	w.until("Tom is refused", func() bool {
		m, ok := newest(w.tom, approval, "Only the approvers")
		return ok && m.Ephemeral
	})
	card, _ = newest(w.ada, approval, "register the app")
	w.press(w.ada, card, "Approve")
	code := w.signsIn("ada@contoso.com")
	ready := w.sees(w.bea, w.bea.DM, "The secret can be opened")

	shown := w.reveals(ready)
	app := w.made()
	if len(app) != 1 {
		t.Fatalf("%d apps", len(app))
	}
	if !strings.Contains(shown, app[0].AppID) {
		t.Errorf("the view has no App ID: %s", shown)
	}
	var secret string
	for _, s := range w.entra.Secrets() {
		if strings.Contains(shown, s) && s != "" {
			secret = s
		}
	}
	if secret == "" {
		t.Fatalf("the view shows no secret of the tenant's: %s", shown)
	}
	w.sees(w.bea, w.bea.DM, "You opened the secret")
	if again, ok := newest(w.bea, w.bea.DM(), "Reveal secret"); ok {
		t.Errorf("the button is still there: %s", again.Plain())
	}
	w.sees(w.ada, in(approval), "Done")
	w.until("the code is gone", func() bool { return w.code() == "" })
	w.stop()
	w.nothingLeaks(secret, code)
}

// nothingLeaks looks for secrets in the log, the store, and everything that Slack was told.
func (w *world) nothingLeaks(secret, code string) {
	w.t.Helper()
	db, err := os.ReadFile(w.cfg.Store)
	if err != nil {
		w.t.Fatal(err)
	}
	places := map[string]string{"the log": w.log.String(), "the store": string(db), "the export of the log of the store": w.exported()}
	inView, inDM := 0, 0
	for _, e := range w.slack.Journal() {
		all := e.Body + e.Answer
		if strings.Contains(all, secret) {
			if e.Method != "views.update" {
				w.t.Errorf("%s %s has the secret", e.Direction, e.Method)
			}
			inView++
		}
		if strings.Contains(all, code) {
			if e.Method != "chat.postMessage" && e.Method != "chat.update" && e.Method != "block_actions" &&
				e.Method != "conversations.history" {
				w.t.Errorf("%s %s has the code", e.Direction, e.Method)
			}
			if e.Direction == "api" && !strings.Contains(e.Body, "channel="+w.ada.DM()) {
				w.t.Errorf("the code was sent elsewhere than to the approver: %s", e.Body)
			}
			inDM++
		}
		for _, s := range w.entra.Secrets() {
			if s != secret && s != code && len(s) > 12 && strings.Contains(all, s) {
				w.t.Errorf("%s %s has a token or a device code", e.Direction, e.Method)
			}
		}
	}
	if inView != 1 || inDM == 0 {
		w.t.Errorf("the secret was in %d views, want 1; the code in %d messages", inView, inDM)
	}
	for place, text := range places {
		if place != "the log" && strings.Contains(text, code) {
			w.t.Errorf("%s has the code", place)
		}
		for _, s := range append(w.entra.Secrets(), w.slack.BotToken(), w.slack.AppToken()) {
			if s != "" && strings.Contains(text, s) {
				w.t.Errorf("%s has a secret", place)
			}
		}
	}
}

func TestTheWrongAccountChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	card := w.sees(w.ada, in(approval), "register the app")
	w.press(w.ada, card, "Approve")
	w.signsIn("lesser@contoso.com")
	m := w.sees(w.ada, w.ada.DM, "Press New code and sign in with ada@contoso.com")
	if apps := w.made(); len(apps) != 0 {
		t.Errorf("apps: %v", apps)
	}
	w.press(w.ada, m, "New code")
	w.signsIn("ada@contoso.com")
	w.sees(w.bea, w.bea.DM, "The secret can be opened")
}

func TestADenialReachesTheRequesterWithItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	card := w.sees(w.ada, in(approval), "register the app")
	w.press(w.ada, card, "Deny")
	w.until("the form is open", func() bool { return len(w.ada.Views()) == 1 })
	if errs, err := w.ada.Submit(context.Background(), w.ada.Views()[0].ID, map[string]any{"Reason": "use the shared app"}); err != nil ||
		len(errs) > 0 {
		t.Fatal(errs, err)
	}
	w.sees(w.bea, w.bea.DM, "use the shared app")
	card = w.sees(w.ada, in(approval), "Denied")
	if err := w.ada.Press(context.Background(), approval, card.TS, "Approve"); err == nil {
		t.Error("a denied card still has buttons")
	}
}

func TestConsentThatEntraRefusesCanBeUndone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-noconsent")
	w.approves("register the app", "Approve")
	w.approves("” failed", "Undo")
	w.sees(w.bea, w.bea.DM, "What was made was deleted again")
	if apps := w.made(); len(apps) != 0 {
		t.Errorf("apps: %v", apps)
	}
}

func TestARestartWhileACodeIsOutOffersANewOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	card := w.sees(w.ada, in(approval), "register the app")
	w.press(w.ada, card, "Approve")
	w.until("there is a code", func() bool { return w.code() != "" })
	w.stop()
	w.start()
	m := w.sees(w.ada, w.ada.DM, "was restarted")
	w.press(w.ada, m, "New code")
	w.signsIn("ada@contoso.com")
	w.sees(w.bea, w.bea.DM, "The secret can be opened")
}

func TestHealthSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Slack.APIURL = "http://127.0.0.1:1/api/"
	w.cfg.Slack.Socket = false
	w.start()
	get := func(path string) (int, string) {
		resp, err := http.Get("http://" + w.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	if code, body := get("/healthz"); code != 200 {
		t.Errorf("/healthz: %d %s", code, body)
	}
	if code, body := get("/readyz"); code != 503 || !strings.Contains(body, "Slack") {
		t.Errorf("/readyz: %d %s", code, body)
	}
	if code, body := get("/metrics"); code != 200 || !strings.Contains(body, "entra_app_ready 0") {
		t.Errorf("/metrics: %d %.300s", code, body)
	}
	resp, err := http.Post("http://"+w.addr+"/slack/commands", "application/x-www-form-urlencoded", strings.NewReader("text=help"))
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unsigned command: %v %v", resp, err)
	}
}
