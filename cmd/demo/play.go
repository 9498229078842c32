package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// patience is how long something may take that a person would wait for, and
// longPatience what rides out the trouble of a tenant.
const (
	patience     = 20 * time.Second
	longPatience = 4 * time.Minute
)

// A story is one performance of the main job. Its people do what people do, over
// the same wires as in the browser, and it looks at what they are shown.
type story struct {
	w   *world
	out io.Writer
	app string // the name that is asked for

	id     string // of the request
	card   slacktest.Message
	appID  string
	secret string
	ends   string            // "Ready" or "Failed"
	old    slacktest.Message // the DM with the button, before it was pressed
	scenes int
}

// play performs the story, and returns what did not go as expected.
func play(ctx context.Context, w *world, app string, out io.Writer) error {
	s := &story{w: w, out: out, app: app}
	fmt.Fprintf(out, "\nentra-app, from a request to the end of an app. The people are played, the rest is real.\n")
	began := time.Now()
	acts := []func(context.Context) error{s.linking, s.request, s.stranger, s.selfApproval, s.approve, s.signIn, s.provision}
	for i := 0; i < len(acts); i++ {
		if err := acts[i](ctx); err != nil {
			return err
		}
		if i == len(acts)-1 && s.ends != "" { // what comes last depends on the tenant
			switch s.ends {
			case "Ready":
				acts = append(acts, s.reveal, s.secondPress, s.status)
				if rest(s.app) == s.app { // in an easy tenant, a second act
					acts = append(acts, s.quicker, s.certified, s.lessened, s.connected, s.azure, s.byHand, s.adopted, s.renewal,
						s.retirement, s.comeback, s.monthsLater)
				}
			case "Failed":
				acts = append(acts, s.undo, s.status)
			}
			s.ends = ""
		}
	}
	fmt.Fprintf(out, "\nThat is all of it, in %s. Every step was checked.\n", time.Since(began).Round(100*time.Millisecond))
	return nil
}

// request is Bea's: a form with a mistake in it, and then without.
func (s *story) request(ctx context.Context) error {
	s.scene("Bea asks for an app registration")
	form, err := s.openForm(ctx, bea, "/entra-app request vbo365")
	if err != nil {
		return err
	}
	s.sees("the form “Request an app”, filled in for Veeam Backup for Microsoft Office 365")
	values := map[string]any{"App name": s.app, "Reason": "Nightly backup of mailboxes and sites", "Redirect URIs": "http://backup.example"}
	s.does(bea, "sends it, with the redirect URI http://backup.example")
	wrong, err := s.w.slack.Person(bea.id).Submit(ctx, form.ID, values)
	if err != nil || len(wrong) != 1 {
		return expected("one mistake, under Redirect URIs", fmt.Sprint(wrong), err)
	}
	for _, text := range wrong {
		s.sees("under the field: %s", text)
	}
	values["Redirect URIs"] = "https://localhost"
	s.does(bea, "corrects it, and sends it again")
	wrong, err = s.w.slack.Person(bea.id).Submit(ctx, form.ID, values)
	if err != nil || len(wrong) != 0 {
		return expected("the form closes", fmt.Sprint(wrong), err)
	}
	s.card, err = s.wait(ctx, patience, "a card for the approvers in #entra-approvals", ada, approvals, func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), s.app) && has(m, "Approve")
	})
	if err != nil {
		return err
	}
	s.id = requestID(s.card.Text)
	s.sees("a card in #entra-approvals: %s", heading(s.card))
	_, err = s.wait(ctx, patience, "a DM for Bea that follows the request", bea, s.dm(bea), func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), s.id)
	})
	if err != nil {
		return err
	}
	s.sees("a DM for Bea that follows %s from now on", s.id)
	return nil
}

// stranger presses what is not his to press.
func (s *story) stranger(ctx context.Context) error {
	s.scene("Others press Approve")
	for _, p := range []*person{otto, bea} {
		s.does(p, "presses Approve on %s", s.id)
		no, err := s.refused(ctx, p, approvals, s.card.TS, "Approve")
		if err != nil {
			return err
		}
		s.sees("for %s alone: %s", p.first(), no)
	}
	return nil
}

// selfApproval has the only approver ask for an app herself.
func (s *story) selfApproval(ctx context.Context) error {
	s.scene("Ada may approve, but not what she asks for herself")
	form, err := s.openForm(ctx, ada, "/entra-app request vbo365")
	if err != nil {
		return err
	}
	s.does(ada, "sends it")
	wrong, err := s.w.slack.Person(ada.id).Submit(ctx, form.ID, map[string]any{"App name": "ada-" + rest(s.app),
		"Reason": "To see whether I can"})
	if err != nil || len(wrong) != 1 {
		return expected("she is told that nobody could approve it", fmt.Sprint(wrong), err)
	}
	for _, text := range wrong {
		if !strings.Contains(text, "You are the only approver of contoso") {
			return expected("she is told that nobody could approve it", text, nil)
		}
		s.sees("in the form: %s", text)
	}
	return s.w.slack.Person(ada.id).CloseView(ctx, form.ID, true)
}

// approve is Ada's decision, and the code that only she gets.
func (s *story) approve(ctx context.Context) error {
	s.scene("Ada approves")
	s.does(ada, "presses Approve on %s", s.id)
	if err := s.w.slack.Person(ada.id).Press(ctx, approvals, s.card.TS, "Approve"); err != nil {
		return expected("the press is taken", "", err)
	}
	m, err := s.code(ctx)
	if err != nil {
		return err
	}
	s.sees("a DM with a code that is made only now: %s", heading(m))
	code := s.w.dir.entra.UserCodes()[0]
	for _, p := range people {
		for _, c := range []string{backupTeam, approvals, general, s.dm(p)} {
			if p != ada && slices.ContainsFunc(s.w.slack.Person(p.id).Messages(c), func(m slacktest.Message) bool {
				return strings.Contains(m.Plain(), code)
			}) {
				return expected("only Ada is shown the code", p.name+" sees it in "+c, nil)
			}
		}
	}
	s.sees("nobody else is shown it")
	return nil
}

// code waits for the DM with a code that waits for somebody.
func (s *story) code(ctx context.Context) (slacktest.Message, error) {
	return s.wait(ctx, patience, "a DM for Ada with the sign-in page and a code", ada, s.dm(ada), func(m slacktest.Message) bool {
		codes, text := s.w.dir.entra.UserCodes(), m.Plain()
		return len(codes) == 1 && strings.Contains(text, s.id) && strings.Contains(text, codes[0]) &&
			strings.Contains(text, s.w.dir.pages+"/devicelogin")
	})
}

// signIn is Ada's, at Microsoft. Somebody else's account is no use.
func (s *story) signIn(ctx context.Context) error {
	s.scene("Ada signs in at Microsoft")
	code := s.w.dir.entra.UserCodes()[0]
	s.does(otto, "gets hold of the code, and signs in as %s", otto.upn)
	err := s.w.dir.entra.SignIn(code, otto.upn)
	if err == nil {
		return expected("an account of another tenant is turned away", "it was let in", nil)
	}
	s.sees("%s", short(err.Error(), 150))
	if n := len(s.apps()); n > 0 {
		return expected("nothing in the tenant before Ada has signed in", fmt.Sprintf("%d apps", n), nil)
	}
	s.does(ada, "signs in as %s", ada.upn)
	if err := s.w.dir.entra.SignIn(code, ada.upn); err != nil {
		return expected("Ada is signed in", "", err)
	}
	s.sees("signed in; nothing was changed in the tenant before this moment")
	return nil
}

// provision is the bot's part, with Ada's token.
func (s *story) provision(ctx context.Context) error {
	s.scene("The bot carries out what was approved, with Ada's token")
	want := outcome(s.app)
	var began time.Time
	said := map[string]bool{}
	card, err := s.wait(ctx, longPatience, "the card says Ready or Failed", ada, approvals, func(m slacktest.Message) bool {
		if m.TS != s.card.TS {
			return false
		}
		for _, line := range strings.Split(m.Plain(), "\n") {
			status, title, ok := strings.Cut(line, " · ")
			if ok && slices.Contains(stepStates, status) && !said[line] {
				if said[line] = true; began.IsZero() {
					began = time.Now()
				}
				s.step(status, title, time.Since(began))
			}
		}
		return strings.Contains(heading(m), "Ready") || strings.Contains(heading(m), "Failed")
	})
	if err != nil {
		return err
	}
	s.sees("the card: %s", heading(card))
	if !strings.Contains(heading(card), want) {
		return expected("the card says "+want, card.Plain(), nil)
	}
	s.ends = want
	if want == "Failed" {
		return s.failure(card)
	}
	return s.made()
}

// reveal is Bea's.
func (s *story) reveal(ctx context.Context) error {
	s.scene("Bea opens the secret")
	return s.open(ctx)
}

// open presses the button that shows a secret, and looks at what it shows.
func (s *story) open(ctx context.Context) error {
	dm, err := s.wait(ctx, patience, "a DM for Bea with the button Reveal secret", bea, s.dm(bea), func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), s.id) && strings.Contains(m.Plain(), s.appID) && has(m, "Reveal secret")
	})
	if err != nil {
		return err
	}
	s.sees("a DM for Bea with the App ID %s, and next steps", s.appID)
	s.does(bea, "presses Reveal secret")
	v, err := s.press(ctx, bea, dm, "Reveal secret", "the secret in a view", func(v slacktest.View) bool {
		return len(s.secretsIn(v.Plain())) > 0
	})
	if err != nil {
		return err
	}
	found := s.secretsIn(v.Plain())
	if len(found) != 1 {
		return expected("one secret in the view", fmt.Sprintf("%d secrets", len(found)), nil)
	}
	s.secret = found[0]
	s.sees("a view with a secret of %d characters that begins with %s…", len(s.secret), s.secret[:3])
	if err := s.w.slack.Person(bea.id).CloseView(ctx, v.ID, true); err != nil {
		return expected("the view closes", "", err)
	}
	s.old = dm
	_, err = s.wait(ctx, patience, "the DM without its button", bea, dm.Channel, func(m slacktest.Message) bool {
		return m.TS == dm.TS && !has(m, "Reveal secret") && strings.Contains(m.Plain(), "can't be shown again")
	})
	if err != nil {
		return err
	}
	s.sees("the button is gone; the secret is shredded")
	return nil
}

// secondPress is one on a copy of the message from before, as on a telephone that
// was off line.
func (s *story) secondPress(ctx context.Context) error {
	s.scene("Bea tries again")
	old, err := s.w.oldCopy(ctx, s.old)
	if err != nil {
		return err
	}
	s.does(bea, "finds an old copy of the message, and presses Reveal secret")
	v, err := s.press(ctx, bea, old, "Reveal secret", "a refusal", func(v slacktest.View) bool {
		return strings.Contains(v.Plain(), "opened already")
	})
	if err != nil {
		return err
	}
	if len(s.secretsIn(v.Plain())) > 0 {
		return expected("no secret in the second view", "one", nil)
	}
	s.sees("%s", lastLine(v.Plain()))
	for _, p := range people {
		for _, c := range []string{backupTeam, approvals, general, s.dm(p)} {
			for _, m := range s.w.slack.Person(p.id).Messages(c) {
				if strings.Contains(m.Plain(), s.secret) {
					return expected("the secret is in no message", p.name+" sees it in "+c, nil)
				}
			}
		}
	}
	s.sees("the secret is in nobody's messages")
	return s.w.slack.Person(bea.id).CloseView(ctx, v.ID, true)
}

// undo is Ada's way out of a failure: what was made is deleted again.
func (s *story) undo(ctx context.Context) error {
	s.scene("Ada undoes what was made")
	s.does(ada, "presses Undo, and signs in once more")
	if err := s.w.slack.Person(ada.id).Press(ctx, approvals, s.card.TS, "Undo"); err != nil {
		return expected("the press is taken", "", err)
	}
	if _, err := s.code(ctx); err != nil {
		return err
	}
	if err := s.w.dir.entra.SignIn(s.w.dir.entra.UserCodes()[0], ada.upn); err != nil {
		return expected("Ada is signed in", "", err)
	}
	card, err := s.wait(ctx, longPatience, "the card says Undone", ada, approvals, func(m slacktest.Message) bool {
		return m.TS == s.card.TS && strings.Contains(heading(m), "Undone")
	})
	if err != nil {
		return err
	}
	s.sees("the card: %s", heading(card))
	if len(s.apps()) > 0 {
		return expected("the app is gone from the tenant", "it is still there", nil)
	}
	s.sees("the app is gone from the tenant")
	return nil
}

// status is what anybody of the team can look up.
func (s *story) status(ctx context.Context) error {
	s.scene("Tom looks up how it went")
	s.does(tom, "types /entra-app status in #backup-team")
	said, err := s.slash(ctx, tom, "/entra-app status", s.app)
	if err != nil {
		return err
	}
	for _, line := range strings.Split(said, "\n") {
		s.sees("%s", line)
	}
	return nil
}
