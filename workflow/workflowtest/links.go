package workflowtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
)

func (m *Memory) Link(_ context.Context, slack, tenantID string) (identity.Link, error) {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	l, ok := m.links[identity.Key(slack, tenantID)]
	if !ok {
		return identity.Link{}, workflow.ErrNotFound
	}
	if err := m.unreadLink(l); err != nil {
		return identity.Link{}, err
	}
	return l, nil
}

func (m *Memory) PutLink(ctx context.Context, l identity.Link) error {
	if err := l.Check(); err != nil {
		return err
	}
	m.Mu.Lock()
	defer m.Mu.Unlock()
	if m.links == nil {
		m.links = map[string]identity.Link{}
	}
	delete(m.damaged, l.Key())
	l.At = l.At.UTC()
	m.links[l.Key()] = l
	m.log = append(m.log, audit.Linked(ctx, l.Slack, l.TenantID, l.ObjectID, l.How, l.At))
	return nil
}

func (m *Memory) DropLink(ctx context.Context, slack, tenantID string) error {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	key := identity.Key(slack, tenantID)
	l, ok := m.links[key]
	if !ok {
		return workflow.ErrNotFound
	}
	m.log = append(m.log, audit.Unlinked(ctx, slack, tenantID, l.ObjectID))
	delete(m.links, key)
	return nil
}

func (m *Memory) Links(context.Context) (all []identity.Link, err error) {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	var unread identity.UnreadableError
	for _, key := range slices.Sorted(maps.Keys(m.links)) {
		if m.damaged[key] {
			l := m.links[key]
			unread.Links = append(unread.Links, identity.Unreadable{Slack: l.Slack, TenantID: l.TenantID, Err: errSum})
			continue
		}
		all = append(all, m.links[key])
	}
	if unread.Links != nil {
		return all, &unread
	}
	return all, nil
}

// unreadLink is the error of a link that Damages has named, by its key.
func (m *Memory) unreadLink(l identity.Link) error {
	if m.damaged[l.Key()] {
		return &identity.UnreadableError{Links: []identity.Unreadable{{Slack: l.Slack, TenantID: l.TenantID, Err: errSum}}}
	}
	return nil
}

func (w *Wires) Link(ctx context.Context, slack, tenantID string) (identity.Link, error) {
	w.Mu.Lock()
	meanwhile := w.Meanwhile
	w.Meanwhile = nil
	w.Mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
	return cutOff(w, func() (identity.Link, error) { return w.Store.Link(ctx, slack, tenantID) })
}

func (w *Wires) PutLink(ctx context.Context, l identity.Link) error {
	_, err := cutOff(w, func() (struct{}, error) { return struct{}{}, w.Store.PutLink(ctx, l) })
	return err
}

func (w *Wires) DropLink(ctx context.Context, slack, tenantID string) error {
	_, err := cutOff(w, func() (struct{}, error) { return struct{}{}, w.Store.DropLink(ctx, slack, tenantID) })
	return err
}

func (w *Wires) Links(ctx context.Context) ([]identity.Link, error) {
	return cutOff(w, func() ([]identity.Link, error) { return w.Store.Links(ctx) })
}

// Who signs in to be linked is the world's Account.
func (w *Wires) Identify(context.Context, string) (workflow.IdentityLogin, error) {
	return call(w, "link code", func() (workflow.IdentityLogin, error) {
		c := &fakeCode{code: fmt.Sprint("CODE", len(w.Codes)+1), used: make(chan error, 1)}
		w.Codes[c.code] = c
		return fakeIdentifying{&fakeSigningIn{w, c, workflow.Prompt{Code: seal.New(c.code), URL: "https://login",
			Expires: time.Now().Add(15 * time.Minute)}}}, nil
	})
}

type fakeIdentifying struct{ *fakeSigningIn }

func (s fakeIdentifying) Wait(ctx context.Context) (identity.Account, error) {
	if _, err := s.fakeSigningIn.Wait(ctx, workflow.Ask{}); err != nil {
		return identity.Account{}, err
	}
	s.w.Mu.Lock()
	defer s.w.Mu.Unlock()
	return s.w.Account, nil
}

func (w *Wires) ShowLink(_ context.Context, l workflow.Linking) (string, string, error) {
	type where struct{ channel, ts string }
	at, err := call(w, "show link", func() (where, error) {
		if l.TS == "" {
			l.TS = fmt.Sprint("link", len(w.Linkings)+1)
		}
		w.Linkings[l.TS] = l
		return where{"D" + l.To.ID, l.TS}, nil
	})
	return at.channel, at.ts, err
}

// NewestLinking is what somebody was shown last of being linked.
func (w *World) NewestLinking(slack string) (l workflow.Linking) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	for i := len(w.Linkings); i > 0; i-- {
		if l = w.Linkings[fmt.Sprint("link", i)]; l.To.ID == slack {
			return l
		}
	}
	return workflow.Linking{}
}

// WithAddress knows the addresses of the world, the same as Slack does.
func (w *Wires) WithAddress(_ context.Context, address string) (string, error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.Addresses[strings.ToLower(address)], w.NoPeople
}

// BeaLinks is the account of Bea.
func BeaLinks() identity.Account {
	return identity.Account{TenantID: ContosoID, ObjectID: "OBJ-BEA", UPN: "bea@contoso.com", Mail: "bea@contoso.com"}
}

// LinksTo has somebody link themselves to an account, and returns what they were told.
func (w *World) LinksTo(n *Node, who people.Person, to identity.Account) workflow.Linking {
	w.T.Helper()
	if _, err := n.Link(context.Background(), "", who); err != nil {
		w.T.Fatal(err)
	}
	Pass(time.Second)
	l := w.NewestLinking(who.ID)
	if l.Prompt == nil {
		w.T.Fatalf("%s was shown %+v", who.Name, l)
	}
	w.Set(func() { w.Account = to })
	w.Use(l.Prompt.Code.Reveal(), nil)
	Pass(10 * time.Second)
	return w.NewestLinking(who.ID)
}
