package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
)

// What a person reaches on the backup servers that have the organization of an app: they
// sign in at Microsoft, a server takes the answer to that for them, and says what
// it shows them. The sign-in is in memory only, from the code to the answer; a
// restart ends it, and the person presses again. It changes no request.

// An Assertion is who signed in, and what shows another service that they did.
type Assertion struct {
	TenantID, ObjectID, UPN string
	Roles                   []string    // template IDs of directory roles
	RolesUnknown            bool        // nobody could say which they have
	Response                seal.Secret // the token response
}

// IsConnected reports whether r stands for an app that a backup server has.
func (r *Request) IsConnected() bool { return r.IsApp() && r.Made.Connected != "" }

// AssertAs is the client that somebody signs in to so that a server takes the answer,
// and the delegated permissions of Microsoft Graph that the server wants in it. The zero
// AssertAs is the bot's own client.
type AssertAs struct {
	ClientID string
	Scopes   []string
}

// Checks reports whether the app that r stands for is one with which people can be
// told what they reach on a backup server.
func (d *Desk) Checks(r *Request) bool { return d.mayCheck(r) == nil }

// mayCheck says no to checking a connection of an app that has none.
func (d *Desk) mayCheck(r *Request) *Refusal {
	p, _ := d.Product(r.Product)
	server := r.Plan.Backup.Server
	switch {
	case !r.IsApp(), r.Plan.Backup.IsAzure(), !r.IsConnected() && !p.IsOrganization():
		return refuse(RuleWrongState, "%s %s, and no backup server is connected with its app.", r.ID, r.Standing())
	case server == "" && len(d.servers()) == 0:
		return refuse(RuleNoServer, "No backup server is configured here, so none can be asked. Ask the operator of this bot.")
	}
	if _, ok := d.server(server); server != "" && !ok {
		return refuse(RuleNoServer, "The backup server %s is no longer configured here, so it can't be asked. Ask the operator of "+
			"this bot.", server)
	}
	return nil
}

// asked are the servers that may have the organization of r's app: the one that the
// plan names; without one all of them, as somebody may have added it by hand.
func (d *Desk) asked(r *Request) []BackupServer {
	if s, ok := d.server(r.Plan.Backup.Server); ok {
		return []BackupServer{s}
	}
	return d.servers()
}

// servers are all that can be asked: those that apps can be connected to, and those of
// which only a person's own sign-in shows anything.
func (d *Desk) servers() []BackupServer { return slices.Concat(d.backups, d.looks) }

// server returns the one with this name that can be asked, or false.
func (d *Desk) server(name string) (BackupServer, bool) {
	all := d.servers()
	i := slices.IndexFunc(all, func(s BackupServer) bool { return s.Name() == name })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

// namesOf are servers in words.
func namesOf(servers []BackupServer) string {
	names := make([]string, len(servers))
	for i, s := range servers {
		names[i] = s.Name()
	}
	return strings.Join(names, ", ")
}

// CheckConnection has whoever asks sign in, and has the backup servers say what
// they reach there. The code and what came of it go to that person alone.
func (d *Desk) CheckConnection(ctx context.Context, id string, by people.Person) (*Request, error) {
	if no := TurnedAway(by); no != nil { // before they could learn whether there is such a request
		return nil, d.turnAway(ctx, id, by, no)
	}
	r, err := d.store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	unlinked := d.notLinked(ctx, r, by)
	r, err = d.change(ctx, id, by, func(r *Request) *Refusal {
		if no := d.keeps(r, by); no != nil {
			return no
		}
		if no := d.mayCheck(r); no != nil {
			return no
		}
		if t, ok := d.Tenant(r.Tenant); !ok || t.ID != r.Plan.TenantID {
			return refuse(RuleTenant, "The tenant %s is no longer configured as it was, so nobody can sign in there. Ask the operator "+
				"of this bot.", r.Tenant)
		}
		return unlinked
	}, func(r *Request, now time.Time) {
		r.note(now, Event{By: by.ID, Kind: EventCheckAsked, Text: "asked what they reach on " + namesOf(d.asked(r))})
	})
	if err == nil && !d.checking(r, by) {
		return r, refuse(RuleRestart, "This bot is being restarted. Press Check the connection again in a minute.")
	}
	return r, err
}

// notLinked says no to whoever has not shown, by a sign-in of their own, which account of r's
// tenant is theirs: the code of a check counts for that account only.
func (d *Desk) notLinked(ctx context.Context, r *Request, by people.Person) *Refusal {
	switch _, err := d.Linked(ctx, by.ID, r.Plan.TenantID); {
	case errors.Is(err, ErrNotFound):
		return refuse(RuleUnlinked, "The check shows what your own account of %s reaches, and it is not known which account that is. "+
			"Nobody was asked anything. Type /entra-app link, sign in with it once, and check again.", r.Tenant)
	case err != nil:
		d.log.Warn("a link can't be read", "request", r.ID, "slack", by.ID, "err", err)
		return refuse(RuleUnlinked, "It could not be read which account of %s is yours, so nobody was asked anything. Try again in a "+
			"minute.", r.Tenant)
	}
	return nil
}

// A check is one person's sign-in under way.
type check struct{ cancel context.CancelCauseFunc }

// errNewerCheck ends a check whose person has pressed again.
var errNewerCheck = errors.New("a newer code replaced this one")

// startCheck starts a check in a goroutine of its own, and ends an earlier one of the
// same person. It returns false where the engine does not run.
func (e *Engine) startCheck(r *Request, by people.Person) bool {
	return e.alone(r.ID+" "+by.ID, r.ID, func(ctx context.Context) { e.checkConnection(ctx, r, by) })
}

// alone does something in a goroutine of its own, about id, and ends an earlier one of the same
// key. It returns false where the engine does not run.
func (e *Engine) alone(key, id string, do func(context.Context)) bool {
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
		e.caught(id, func() { do(ctx) })
	})
	return true
}

// checkConnection looks for the organization, shows the code, waits for the person, and
// tells what the servers say.
func (e *Engine) checkConnection(ctx context.Context, r *Request, by people.Person) {
	c := Checking{Request: r, To: by}
	servers, unsure, none := e.findServers(ctx, r)
	c.Servers, c.Unsure = namesOf(servers), namesOf(unsure)
	var err error
	if c.Said = none; none == "" {
		err = e.signsInToCheck(ctx, r, servers, &c)
	}
	switch {
	case err == nil:
	case errors.Is(err, errNotShown):
		return // without its code nobody can sign in
	case errors.Is(context.Cause(ctx), errNewerCheck):
		c.Said = "A newer code replaced this one."
	case ctx.Err() != nil:
		c.Said = "The bot was restarted, so that code no longer works. Press Check the connection again."
	default:
		c.Said = e.checkFailure(r, c.OwnApp, err)
	}
	e.log.Info("connection checked", "request", r.ID, "by", by.ID, "err", err)
	e.tell(&c)
	e.save(r.ID, func(r *Request, now time.Time) error {
		r.note(now, Event{By: by.ID, Kind: EventChecked, Text: "checked the connection. " + c.Said})
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
