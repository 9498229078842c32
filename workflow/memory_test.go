package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// memory is a store of the simplest kind.
type memory struct {
	mu       sync.Mutex
	requests map[string]*workflow.Request
	order    []string
	damaged  map[string]bool // by ID: can't be read
	ahead    string          // an ID: heads the list of those that are due, whenever it is due
}

// damages makes requests unreadable.
func (m *memory) damages(ids ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.damaged = map[string]bool{}
	for _, id := range ids {
		m.damaged[id] = true
	}
}

func unread(id string) error {
	return &workflow.UnreadableError{[]workflow.Unreadable{{id, errors.New("its checksum is wrong")}}}
}

func (m *memory) claimed(r *workflow.Request) error {
	for _, old := range m.requests {
		if old.ID == r.ID {
			continue
		}
		for _, c := range r.Claims() {
			if slices.Contains(old.Claims(), c) {
				return &workflow.ClaimedError{c, old.ID}
			}
		}
	}
	return nil
}

func (m *memory) Create(_ context.Context, r *workflow.Request) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.claimed(r); err != nil {
		return nil, err
	}
	r = r.Clone()
	r.ID, r.Realm = fmt.Sprint("EA-", len(m.order)+1), "cafe"
	m.requests[r.ID] = r
	m.order = append(m.order, r.ID)
	return r.Clone(), nil
}

func (m *memory) Get(_ context.Context, id string) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.damaged[id] {
		return nil, unread(id)
	}
	if r, ok := m.requests[id]; ok {
		return r.Clone(), nil
	}
	return nil, workflow.ErrNotFound
}

func (m *memory) Update(_ context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.damaged[id] {
		return nil, unread(id)
	}
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

func (m *memory) List(_ context.Context, q workflow.Query) ([]*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []*workflow.Request
	var unreadable workflow.UnreadableError
	skip := q.Before != ""
	for _, id := range slices.Backward(m.order) {
		r := m.requests[id]
		if skip {
			skip = id != q.Before
			continue
		}
		if q.State != "" && r.State != q.State ||
			!q.DueBy.IsZero() && id != m.ahead && (r.WakeAt.IsZero() || r.WakeAt.After(q.DueBy)) ||
			q.App != "" && r.Made.AppID != q.App ||
			q.Requester != "" && r.Requester.ID != q.Requester ||
			q.Keeper != "" && !slices.ContainsFunc(r.Owners(), func(p people.Person) bool { return p.ID == q.Keeper }) ||
			q.Ends != "" && r.EndsOn() != q.Ends ||
			q.Text != "" && !strings.Contains(strings.ToLower(r.AppName()), strings.ToLower(q.Text)) {
			continue
		}
		if m.damaged[id] {
			unreadable.Add(unread(id).(*workflow.UnreadableError))
			continue
		}
		found = append(found, r.Clone())
	}
	if !q.DueBy.IsZero() {
		slices.SortFunc(found, func(a, b *workflow.Request) int {
			if (a.ID == m.ahead) != (b.ID == m.ahead) {
				return map[bool]int{true: -1, false: 1}[a.ID == m.ahead]
			}
			return a.WakeAt.Compare(b.WakeAt)
		})
	}
	limit := q.Limit
	if limit == 0 {
		limit = 50
	}
	found = found[:min(len(found), limit)]
	if unreadable.Records != nil {
		return found, &unreadable
	}
	return found, nil
}

func (m *memory) Close() error { return nil }
