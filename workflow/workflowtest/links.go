package workflowtest

import (
	"context"
	"maps"
	"slices"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/identity"
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
