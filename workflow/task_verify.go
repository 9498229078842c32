package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/whole"
)

// Verify takes an application that somebody has made by hand, as the plan says,
// for what r asks for; without an App ID it is the one of that name. Whoever says so signs in; the bot reads what the app has
// and compares it with the plan, and changes nothing.
func (d *Desk) Verify(ctx context.Context, id string, by people.Person, appID string) (*Request, error) {
	if no := TurnedAway(by); no != nil {
		return nil, d.turnAway(ctx, id, by, no)
	}
	appID = strings.ToLower(text.OneLine(appID))
	ours, err := d.standingFor(ctx, id, appID)
	if err != nil {
		return nil, err
	}
	r, err := d.decision(ctx, id, by, func(r *Request, p panel) *Refusal {
		switch {
		case r.State != StatePending || r.Kind != KindRegister:
			return wrongState(r, "there is nothing to verify")
		case appID != "" && !text.IsGUID(appID):
			return refuse(RuleNoApp, "%s is not an App ID. It looks like 00000000-0000-0000-0000-000000000000; the portal shows it as "+
				"Application (client) ID.", text.Clip(appID, 60))
		case d.isOwn(appID):
			return refuse(RuleNoApp, ownClient, appID)
		}
		if ours != "" {
			return refuse(RuleWrongState, "%s already manages the app %s, so it can't be the app of %s.", ours, appID, r.ID)
		}
		if no := d.against(r, TaskVerify); no != nil {
			return no
		}
		return p.tooFew(r, by)
	}, func(r *Request, now time.Time) {
		decide(r, by, now, TaskVerify)
		r.Made.AppID = appID
		r.Steps = newSteps(stepsFor(r, TaskVerify))
		text := "has made it by hand, and was sent a sign-in code to have it checked"
		if appID != "" {
			text = "has made it by hand, as " + appID + ", and was sent a sign-in code to have it checked"
		}
		r.move(StateSignIn, now, Event{By: by.ID, Kind: EventVerify, Text: text})
	})
	if taken, ok := errors.AsType[*ClaimedError](err); ok {
		return r, refuse(RuleWrongState, "%s already manages the app %s, so it can't be the app of %s.", taken.By, appID, id)
	}
	return r, err
}

// standingFor returns the ID of another request that stands for an app in the
// tenant of the request called id, or nothing.
func (d *Desk) standingFor(ctx context.Context, id, appID string) (string, error) {
	if appID == "" {
		return "", nil
	}
	r, err := d.store.Get(ctx, id)
	if err != nil {
		return "", err
	}
	return standsFor(ctx, d.store, r, appID)
}

// findByHand finds what somebody has made by hand: by its App ID where that was
// said, else by the name that the plan has.
func (e *Engine) findByHand(ctx context.Context, r *Request, s Session) (edit, error) {
	appID := r.Made.AppID
	if appID == "" {
		app, err := e.theOne(ctx, r, s, "Give its App ID to say which one is meant: /entra-app verify "+r.ID+" APP-ID.")
		if err != nil {
			return nil, err
		}
		appID = app.AppID
	}
	app, sp, err := s.FindApplication(ctx, appID)
	if err != nil {
		return nil, err
	}
	if app.ObjectID == "" {
		return nil, &notSeen{&ServiceError{Code: "NoSuchApp",
			Text: fmt.Sprintf("there is no application with the App ID %s in this tenant. %s", appID, tryLater)}}
	}
	// its age says how long the rest is waited for
	if _, err := e.save(r.ID, func(r *Request, now time.Time) error { r.Made.foundApp(app, now); return nil }); err != nil {
		return nil, err
	}
	if sp == "" {
		return nil, &notSeen{&ServiceError{Code: "NoServicePrincipal",
			Text: fmt.Sprintf("the application %s has no service principal in this tenant: az ad sp create --id %s makes it. %s", appID,
				appID, tryLater)}}
	}
	return func(r *Request, st *Step) { r.Made.ServicePrincipal, st.Note = sp, "App ID "+appID }, nil
}

// tryLater is said of what is not seen, and may have been made by hand.
const tryLater = "What was just made may not be visible everywhere yet: if it was, try again in a few minutes."

// handMade compares the credentials of an app that was made by hand with the plan's kind of
// credential. With a client secret it is found which one that is.
func (e *Engine) handMade(r *Request, has whole.App) (secret Password, missing, excess []string) {
	var secrets []whole.Credential
	certificates := 0
	for _, c := range has.Application.Credentials {
		switch c.Kind {
		case whole.Password:
			secrets = append(secrets, c)
		case whole.Certificate:
			certificates++
		}
	}
	kind := r.Plan.Credential.Kind
	switch n := len(secrets); {
	case has.Lacks(whole.KindCredential): // nobody can say
	case n > 0 && kind != plan.CredentialSecret:
		excess = append(excess, fmt.Sprintf("client secrets: %d", n))
	case n > 1:
		excess = append(excess, fmt.Sprintf("client secrets: %d, and the plan has one", n))
	case n == 0 && kind == plan.CredentialSecret:
		missing = append(missing, "a client secret")
	case n == 1:
		secret = Password{KeyID: secrets[0].KeyID, Label: secrets[0].Name, Expires: secrets[0].Ends}
		if secret.Expires.After(e.now().Add(r.Plan.Credential.Lifetime + 24*time.Hour)) {
			excess = append(excess, fmt.Sprintf("a client secret until %s, and the plan has %s",
				text.Date(secret.Expires), plan.LifetimeWords(r.Plan.Credential.Lifetime)))
		}
	}
	if kind == plan.CredentialMadeCertificate && certificates == 0 && !has.Lacks(whole.KindCredential) {
		missing = append(missing, "a certificate")
	}
	return secret, missing, excess
}

// verifyFailed lets an application that is not as the plan says go again. The
// request waits for an approver as before.
func (e *Engine) verifyFailed(r *Request, f Failure, why error) bool {
	e.drop(r.ID)
	_, lacks := errors.AsType[*notYet](why)
	_, missing := errors.AsType[*notSeen](why)
	_, unread := errors.AsType[*notRead](why)
	_, unclear := errors.AsType[Temporary](why)
	switch {
	case unread:
		f.Text = "What was made by hand could not be checked. " + f.Text +
			" Once that can be read, run verify again; or press Approve to have the bot make an app of its own."
	case unclear && !lacks && !missing:
		f.Text = "What was made by hand could not be checked yet. " + f.Text +
			" Run verify again, or press Approve to have the bot do it."
	default:
		f.Text = "What was made by hand does not match the plan. " + f.Text +
			" If something was changed only minutes ago, Entra may not show it everywhere yet: wait a few minutes. Fix it and run verify " +
			"again, or press Approve to have the bot do it."
	}
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		backToPending(r, now, f, Event{Kind: EventFailed, Text: f.Text})
		return nil
	})
	return err == nil
}

// verifyRights are those to read what the plan says.
func verifyRights(r *Request) rights {
	n := toPrevious(r)
	n.reads, n.noRole, n.whole = true, true, true
	return n
}

// sentenceOf is what a step has noted, as a sentence.
func sentenceOf(st *Step) string {
	if st == nil || st.Note == "" {
		return ""
	}
	return strings.ToUpper(st.Note[:1]) + st.Note[1:] + "."
}

func finishVerify(r *Request, now time.Time) {
	if c := r.Plan.Credential; c.Kind == plan.CredentialCertificate {
		r.Made.KeyExpires = c.Certificate.NotAfter
	}
	r.move(StateDone, now, Event{Kind: EventReady, Text: "What was made by hand was compared with the plan. " +
		sentenceOf(r.Steps.Get(StepCheck))})
}
