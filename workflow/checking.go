package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a person reaches on the backup server that is connected with an app: they
// sign in at Microsoft, the server takes the answer to that for them, and says what
// it shows them. The sign-in is in memory only, from the code to the answer; a
// restart ends it, and the person presses again. It changes no request.

// Asserting is a sign-in under way whose answer another service takes for the person.
type Asserting interface {
	Prompt() Prompt
	// Wait returns when the person has signed in, or with a *SignInError.
	Wait(ctx context.Context) (Assertion, error)
}

// An Assertion is who signed in, and what shows another service that they did.
type Assertion struct {
	TenantID, ObjectID, UPN string
	Roles                   []string // template IDs of directory roles, where the token says them
	Response                Secret   // the token response
}

// IsConnected says whether r stands for an app that a backup server has.
func (r *Request) IsConnected() bool { return r.IsApp() && r.Made.Connected != "" }

// Checks reports whether the app that r stands for is one with which people can be
// told what they reach on a backup server.
func (d *Desk) Checks(r *Request) bool { return r.IsConnected() && !r.Plan.Backup.IsAzure() }

// CheckConnection has whoever asks sign in, and has the backup server say what
// they reach on it. The code and what came of it go to that person alone.
func (d *Desk) CheckConnection(ctx context.Context, id string, by Person) (*Request, error) {
	r, err := d.change(ctx, id, by, func(r *Request) *Refusal {
		if no := keeps(r, by); no != nil {
			return no
		}
		if !d.Checks(r) {
			return refuse(RuleWrongState, "%s %s, and no backup server is connected with its app.", r.ID, r.Standing())
		}
		if _, ok := d.backup(r.Plan.Backup.Server); !ok {
			return refuse(RuleNoServer, "The backup server %s is no longer configured here, so it can't be asked. Ask the operator of this bot.", r.Plan.Backup.Server)
		}
		if t, ok := d.Tenant(r.Tenant); !ok || t.ID != r.Plan.TenantID {
			return refuse(RuleTenant, "The tenant %s is no longer configured as it was, so nobody can sign in there. Ask the operator of this bot.", r.Tenant)
		}
		return nil
	}, func(r *Request, now time.Time) {
		r.note(now, Event{By: by.ID, What: CheckAsked, Text: "asked what they reach on " + r.Plan.Backup.Server + " and was sent a sign-in code"})
	})
	if err == nil && !d.checking(r, by) {
		return r, refuse(RuleRestart, "This bot is being restarted. Press Check the connection again in a minute.")
	}
	return r, err
}

// A check is one person's sign-in under way.
type check struct{ cancel context.CancelCauseFunc }

// errNewerCheck ends a check whose person has pressed again.
var errNewerCheck = errors.New("a newer code took the place of this one")

// startCheck starts a check in a goroutine of its own, and ends an earlier one of the
// same person. It returns false where the engine does not run.
func (e *Engine) startCheck(r *Request, by Person) bool {
	key := r.ID + " " + by.ID
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop == nil || e.stop.Err() != nil {
		return false
	}
	if earlier := e.checks[key]; earlier != nil {
		earlier.cancel(errNewerCheck)
	}
	ctx, cancel := context.WithCancelCause(e.stop)
	c := &check{cancel}
	e.checks[key] = c
	e.wg.Go(func() {
		defer func() {
			cancel(nil)
			e.mu.Lock()
			defer e.mu.Unlock()
			if e.checks[key] == c {
				delete(e.checks, key)
			}
		}()
		e.caught(r.ID, func() { e.checkConnection(ctx, r, by) })
	})
	return true
}

// checkConnection shows the code, waits for the person, and tells what the server
// says.
func (e *Engine) checkConnection(ctx context.Context, r *Request, by Person) {
	c := Checking{Request: r, To: by}
	signing, err := e.dir.Assert(ctx, r.Tenant)
	if err == nil {
		prompt := signing.Prompt()
		c.Prompt = &prompt
		if !e.tell(&c) {
			return // without its code nobody can sign in
		}
		c.Prompt = nil
		c.Said, err = e.reached(ctx, r, signing)
	}
	switch {
	case err == nil:
	case errors.Is(context.Cause(ctx), errNewerCheck):
		c.Said = "A newer code took the place of this one."
	case ctx.Err() != nil:
		c.Said = "The bot was restarted, so that code no longer works. Press Check the connection again."
	default:
		c.Said = signInFailure(err, "Check the connection").Text
	}
	e.log.Info("connection checked", "request", r.ID, "by", by.ID, "err", err)
	e.tell(&c)
	e.save(r.ID, func(r *Request, now time.Time) error {
		r.note(now, Event{By: by.ID, What: Checked, Text: "checked the connection. " + c.Said})
		return nil
	})
}

// tell has the person shown how far a check is.
func (e *Engine) tell(c *Checking) bool {
	err := e.insist(func(ctx context.Context) (err error) {
		c.Channel, c.TS, err = e.msg.Tell(ctx, *c)
		return err
	})
	if err != nil {
		e.log.Warn("message not sent", "request", c.Request.ID, "message", "check", "err", err)
	}
	return err == nil
}

// reached waits for the person, and says in words what the server shows them. An
// error is the sign-in's; what the server said no to is words too.
func (e *Engine) reached(ctx context.Context, r *Request, signing Asserting) (string, error) {
	who, err := signing.Wait(ctx)
	if err != nil {
		return "", err
	}
	tenant, _ := e.desk.Tenant(r.Tenant)
	name := r.Plan.Backup.Server
	server, ok := e.desk.backup(name)
	switch {
	case !ok:
		return "The backup server " + name + " is no longer configured here.", nil
	case tenant.ID == "" || !strings.EqualFold(who.TenantID, tenant.ID) || !strings.EqualFold(who.TenantID, r.Plan.TenantID):
		return fmt.Sprintf("%s belongs to another tenant than %s, so %s was not asked. Press Check the connection again and sign in with your account of %s.", who.UPN, r.Tenant, name, r.Tenant), nil
	case slices.ContainsFunc(tenant.Approvers, func(a Approver) bool { return a.is(who.ObjectID, who.UPN) }):
		// With it the server could do whatever the bot's client may do for them.
		return fmt.Sprintf("%s is the account of an approver, whose sign-in this bot passes on to nobody, so %s was not asked. Press Check the connection again and sign in with an account that has no directory role.", who.UPN, name), nil
	case len(who.Roles) > 0:
		return fmt.Sprintf("%s has a directory role, and this bot passes the sign-in of an administrator on to nobody, so %s was not asked. Press Check the connection again and sign in with an account that has none.", who.UPN, name), nil
	}
	var has []Connected
	err = e.insist(func(ctx context.Context) (err error) {
		has, err = server.SignedIn(ctx, who, r.Made.Domain)
		return err
	})
	no, refused := errors.AsType[*Trouble](err)
	switch {
	case refused:
		return no.Text, nil
	case err != nil:
		ref := newRef()
		e.log.Error("checking a connection", "request", r.ID, "ref", ref, "err", err)
		return fmt.Sprintf("%s did not answer as it should (reference %s). Press Check the connection again later.", name, ref), nil
	case len(has) == 0:
		return fmt.Sprintf("%s takes the sign-in of %s, and shows no organization to it.", name, who.UPN), nil
	}
	lines := make([]string, 0, len(has))
	for _, c := range has[:min(len(has), 20)] {
		lines = append(lines, "Connected: "+c.says(", "))
	}
	return clip(strings.Join(lines, "\n"), 2000), nil
}
