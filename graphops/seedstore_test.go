package graphops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// A seedStore is a store in memory. What it hands out is a copy.
type seedStore struct {
	mu       sync.Mutex
	requests map[string]*workflow.Request
	order    []string
}

var errPower = errors.New("the power is off")

// A poweredStore is a store as one process reaches it.
type poweredStore struct {
	*seedStore
	on *atomic.Bool
}

func (p poweredStore) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	if !p.on.Load() {
		return nil, errPower
	}
	return p.seedStore.Create(ctx, r)
}

func (p poweredStore) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	if !p.on.Load() {
		return nil, errPower
	}
	return p.seedStore.Update(ctx, id, change)
}

func (m *seedStore) claimed(r *workflow.Request) error {
	for _, old := range m.requests {
		for _, c := range r.Claims() {
			if old.ID != r.ID && slices.Contains(old.Claims(), c) {
				return &workflow.ClaimedError{Claim: c, By: old.ID}
			}
		}
	}
	return nil
}

func (m *seedStore) Create(_ context.Context, r *workflow.Request) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.claimed(r); err != nil {
		return nil, err
	}
	r = r.Clone()
	r.ID, r.Realm, r.Nonce = fmt.Sprint("EA-", len(m.order)+1), "seed", "nonce"
	m.requests[r.ID] = r
	m.order = append(m.order, r.ID)
	return r.Clone(), nil
}

func (m *seedStore) Get(_ context.Context, id string) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.requests[id]; ok {
		return r.Clone(), nil
	}
	return nil, workflow.ErrNotFound
}

func (m *seedStore) Update(_ context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.requests[id]
	if !ok {
		return nil, workflow.ErrNotFound
	}
	r := old.Clone()
	switch err := change(r); {
	case err == workflow.ErrUnchanged:
		return old.Clone(), nil
	case err != nil:
		return nil, err
	}
	if err := m.claimed(r); err != nil {
		return nil, err
	}
	m.requests[id] = r
	return r.Clone(), nil
}

func (m *seedStore) List(_ context.Context, q workflow.Query) ([]*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []*workflow.Request
	skip := q.Before != ""
	for _, id := range slices.Backward(m.order) {
		r := m.requests[id]
		if skip {
			skip = id != q.Before
			continue
		}
		if q.State != "" && r.State != q.State || q.App != "" && r.Made.AppID != q.App ||
			q.Requester != "" && r.Requester.ID != q.Requester ||
			!q.DueBy.IsZero() && (r.WakeAt.IsZero() || r.WakeAt.After(q.DueBy)) ||
			q.Keeper != "" && !slices.ContainsFunc(r.Owners(), func(p people.Person) bool { return p.ID == q.Keeper }) ||
			q.Ends != "" && r.EndsOn() != q.Ends || q.Text != "" &&
			!strings.Contains(strings.ToLower(r.AppName()), strings.ToLower(q.Text)) {
			continue
		}
		found = append(found, r.Clone())
	}
	if !q.DueBy.IsZero() {
		slices.SortFunc(found, func(a, b *workflow.Request) int { return a.WakeAt.Compare(b.WakeAt) })
	}
	return found[:min(len(found), cmp.Or(q.Limit, 50))], nil
}

func (m *seedStore) Close() error { return nil }
