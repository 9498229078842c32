package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// The part of a check that talks to servers: which of them have the organization, and
// what they show to whoever signed in. They are asked side by side, and one that is
// slow, wrong or off never keeps another's answer back.

// lookLimit is how long a server may take to report whether it has the organization. A
// person waits for their code; a server that says nothing is asked after the sign-in.
const lookLimit = 20 * time.Second

// errNotShown ends a check whose code could not be shown.
var errNotShown = errors.New("the code was not shown")

// organizationOf is what the organization of r's app is found by.
func organizationOf(r *Request) Organization {
	return Organization{Name: r.Made.Domain, TenantID: r.Plan.TenantID, AppID: r.Made.AppID}
}

// findServers returns the servers to ask. Those that say that they don't have the organization
// are left out, so that nobody's sign-in is passed on to them; where all say so there is
// nothing to sign in for, and words for that. A server that can't be asked stays, as not
// known is not none; it is among the unsure ones.
func (e *Engine) findServers(ctx context.Context, r *Request) (left, unsure []BackupServer, none string) {
	servers := e.desk.asked(r)
	if r.Made.Connected != "" {
		return servers, nil, ""
	}
	const no, may, yes = 0, 1, 2
	has := side(servers, func(s BackupServer) int {
		is := may
		e.caught(r.ID, func() {
			ctx, cancel := context.WithTimeout(ctx, lookLimit)
			defer cancel()
			found, err := s.Find(ctx, organizationOf(r))
			switch {
			case err == nil && len(found) == 0:
				is = no
			case err == nil:
				is = yes
			default:
				e.log.Info("it is not known whether a backup server has the organization", "request", r.ID, "server", s.Name(), "err", err)
			}
		})
		return is
	})
	for i, s := range servers {
		if has[i] != no {
			left = append(left, s)
		}
		if has[i] == may {
			unsure = append(unsure, s)
		}
	}
	if len(left) > 0 {
		return left, unsure, ""
	}
	was := "has"
	if len(servers) > 1 {
		was = "have"
	}
	return servers, nil, fmt.Sprintf("%s %s no organization of %s, by its name, its tenant or this app. Whoever runs the server adds it "+
		"in the Veeam console, with the app %s. Nobody had to sign in.", namesOf(servers), was, r.Tenant, r.Made.AppID)
}

// side does the same with every server at once, and returns what came of each.
func side[T any](servers []BackupServer, do func(BackupServer) T) []T {
	out := make([]T, len(servers))
	var wg sync.WaitGroup
	for i, s := range servers {
		wg.Go(func() { out[i] = do(s) })
	}
	wg.Wait()
	return out
}

// takes are the delegated permissions of which a server wants one each in an assertion,
// the smallest first. Source: Veeam Backup for Microsoft 365 REST API Reference,
// "Authorization for Organizations with Modern App-Only Authentication".
var takes = [][]string{
	{"User.Read", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite", "User.ReadWrite.All"},
	{"Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"},
}

// ownApp is the app itself as what a person signs in to, as the vendor's article does
// it: where it takes sign-ins without a credential and has the permissions. Then the
// server is given what the app may do for that person, and nothing of the bot's client.
func ownApp(r *Request) (AssertAs, bool) {
	as := AssertAs{ClientID: r.Made.AppID}
	for _, of := range takes {
		i := slices.IndexFunc(of, func(name string) bool {
			return slices.ContainsFunc(r.Plan.Permissions, func(p plan.Permission) bool {
				return p.Name == name && p.Type == catalog.Delegated && p.ResourceAppID == catalog.MicrosoftGraph
			})
		})
		if i < 0 {
			return AssertAs{}, false
		}
		as.Scopes = append(as.Scopes, of[i])
	}
	return as, r.Plan.PublicClientFlows && as.ClientID != ""
}

// signsInToCheck shows the code, waits for the person, and asks the servers. An error is
// the sign-in's.
func (e *Engine) signsInToCheck(ctx context.Context, r *Request, servers []BackupServer, c *Checking) error {
	as, own := ownApp(r)
	e.mu.Lock()
	own = own && !e.notOwn[r.ID]
	e.mu.Unlock()
	if !own {
		as = AssertAs{}
	}
	signing, err := e.dir.Assert(ctx, r.Tenant, as)
	if no, refused := errors.AsType[*SignInError](err); own && refused && no.notOwn() {
		own = false // nobody was asked for anything yet
		signing, err = e.dir.Assert(ctx, r.Tenant, AssertAs{})
	}
	if err != nil {
		return err
	}
	prompt := signing.Prompt()
	c.Prompt, c.OwnApp = &prompt, own
	if !e.tell(c) {
		return errNotShown
	}
	c.Prompt = nil
	who, err := signing.Wait(ctx)
	if err != nil {
		return err
	}
	c.Said = e.reached(r, c.To, who, servers, func(soFar string) {
		c.Said = soFar
		e.tell(c)
	})
	return nil
}

// notOwn reports whether a refusal says that this client is not one to sign in to.
func (e *SignInError) notOwn() bool {
	return e.Reason == SignInClient || e.Reason == SignInNoConsent || e.Reason == SignInNotAssigned
}

// checkFailure says why nobody signed in. Where the app itself is not one to sign in to,
// the next code is for the bot's client.
func (e *Engine) checkFailure(r *Request, own bool, err error) string {
	no, ok := errors.AsType[*SignInError](err)
	if !own || !ok || !no.notOwn() {
		return signInFailure(err, "Check the connection").Text
	}
	e.mu.Lock()
	e.notOwn[r.ID] = true
	e.mu.Unlock()
	return fmt.Sprintf("Entra does not let people sign in to the app itself (AADSTS%d), so no server was asked. Press Check the "+
		"connection again: the next code is for this bot's own client.", no.Code)
}

// othersAccount says why an account that signed in does not count for a person: their
// link is to another one, or can't be read.
func (e *Engine) othersAccount(r *Request, of people.Person, who Assertion) string {
	l, holds, err := e.desk.LinkOf(context.WithoutCancel(e.hard), of.ID, r.Plan.TenantID)
	switch {
	case err == nil && holds && l.IsOf(who.TenantID, who.ObjectID):
		return ""
	case err == nil && !l.IsOf(who.TenantID, who.ObjectID):
		return who.UPN + " is not the account that you are linked to"
	}
	return "it is not known any more which account is yours"
}

// reached says in words what the servers show to a person who signed in. soFar is told of
// each answer while others are waited for. Whoever else has used the person's code is refused
// before a server is asked, as that would pass their sign-in on.
func (e *Engine) reached(r *Request, to people.Person, who Assertion, servers []BackupServer, soFar func(string)) string {
	tenant, _ := e.desk.Tenant(r.Tenant)
	servers = slices.DeleteFunc(slices.Clone(servers), func(s BackupServer) bool { _, ok := e.desk.server(s.Name()); return !ok })
	names, was := namesOf(servers), "was"
	if len(servers) > 1 {
		was = "were"
	}
	switch {
	case len(servers) == 0:
		return "No backup server is configured here any more."
	case tenant.ID == "" || !strings.EqualFold(who.TenantID, tenant.ID) || !strings.EqualFold(who.TenantID, r.Plan.TenantID):
		return fmt.Sprintf("%s belongs to another tenant than %s, so %s %s not asked. Press Check the connection again and sign in with "+
			"your account of %s.", who.UPN, r.Tenant, names, was, r.Tenant)
	case slices.ContainsFunc(tenant.Approvers, func(a Approver) bool { return a.is(who.ObjectID, who.UPN) }):
		// With it the server could do whatever the client may do for them.
		return fmt.Sprintf("%s is the account of an approver, whose sign-in this bot passes on to nobody, so %s %s not asked. Press "+
			"Check the connection again and sign in with an account that has no directory role.", who.UPN, names, was)
	case len(who.Roles) > 0:
		return fmt.Sprintf("%s has a directory role, and this bot passes the sign-in of an administrator on to nobody, so %s %s not "+
			"asked. Press Check the connection again and sign in with an account that has none.", who.UPN, names, was)
	case who.RolesUnknown:
		return fmt.Sprintf("Whether %s has a directory role can't be seen, and this bot passes the sign-in of an administrator on to "+
			"nobody, so %s %s not asked. Press Check the connection again later.", who.UPN, names, was)
	}
	if why := e.othersAccount(r, to, who); why != "" {
		return fmt.Sprintf("The code was for you alone, and %s, so %s %s not asked. Press Check the connection again and sign in with "+
			"your own account; /entra-app link changes which one that is.", why, names, was)
	}
	said := make([]string, len(servers))
	for i, s := range servers {
		said[i] = s.Name() + " has not answered yet."
	}
	type answer struct {
		i    int
		text string
	}
	answers := make(chan answer)
	for i, s := range servers {
		go func() {
			a := answer{i, s.Name() + " could not be asked: an unexpected error occurred."}
			e.caught(r.ID, func() { a.text = e.shows(r, who, s, len(servers) > 1) })
			answers <- a
		}()
	}
	all := func() string { return text.Clip(strings.Join(said, "\n"), 2000) }
	for left := len(servers) - 1; left >= 0; left-- {
		a := <-answers
		if said[a.i] = a.text; left > 0 {
			soFar(all())
		}
	}
	return all()
}

// shows says what one server shows to whoever signed in. What it said no to is words too.
func (e *Engine) shows(r *Request, who Assertion, server BackupServer, several bool) string {
	name := server.Name()
	var has []Connected
	err := e.insist(func(ctx context.Context) (err error) {
		has, err = server.SignedIn(ctx, who, r.Made.Domain)
		return err
	})
	no := explained(err)
	switch {
	case no != nil:
		return no.Text
	case err != nil:
		ref := newRef()
		e.log.Error("checking a connection", "request", r.ID, "server", name, "ref", ref, "err", err)
		return fmt.Sprintf("%s returned an unexpected response (reference %s). Press Check the connection again later.", name, ref)
	case len(has) == 0:
		return fmt.Sprintf("%s takes the sign-in of %s, and shows no organization to it.", name, who.UPN)
	}
	lines := make([]string, 0, len(has))
	for _, c := range has[:min(len(has), 20)] {
		words := "Connected: " + c.says(", ")
		if several {
			words += ", on " + name
		}
		if c.Odd {
			words += " (some of what the server says of it can't be read)"
		}
		if c.AppID != "" && !strings.EqualFold(c.AppID, r.Made.AppID) {
			words += ". It works there with another app, whose ID is " + text.OneLine(c.AppID)
		}
		lines = append(lines, words)
	}
	return strings.Join(lines, "\n")
}
