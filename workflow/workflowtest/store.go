package workflowtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

// Memory is a store of the simplest kind.
type Memory struct {
	Mu       sync.Mutex
	Requests map[string]*workflow.Request
	order    []string
	damaged  map[string]bool // by ID, and links by their key: can't be read
	links    map[string]identity.Link
	Ahead    string // an ID: heads the list of those that are due, whenever it is due
	// Realm is the store's; empty is "cafe". Nonce is that of every request, where runs are to
	// be the same; empty is what was given.
	Realm, Nonce string

	log []audit.Entry
}

var errSum = errors.New("its checksum is wrong")

// Damages makes requests unreadable, and links (identity.Key).
func (m *Memory) Damages(ids ...string) {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	m.damaged = map[string]bool{}
	for _, id := range ids {
		m.damaged[id] = true
	}
}

// Unread is the error of a request that can't be read.
func Unread(id string) error {
	return &workflow.UnreadableError{Records: []workflow.Unreadable{{ID: id, Err: errSum}}}
}

func (m *Memory) claimed(r *workflow.Request) error {
	for _, old := range m.Requests {
		if old.ID == r.ID {
			continue
		}
		for _, c := range r.Claims() {
			if slices.Contains(old.Claims(), c) {
				return &workflow.ClaimedError{Claim: c, By: old.ID}
			}
		}
	}
	return nil
}

func (m *Memory) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	if err := m.claimed(r); err != nil {
		return nil, err
	}
	r = r.Clone()
	r.ID, r.Realm, r.Nonce = fmt.Sprint("EA-", len(m.order)+1), cmp.Or(m.Realm, "cafe"), cmp.Or(m.Nonce, r.Nonce)
	m.Requests[r.ID] = r
	m.order = append(m.order, r.ID)
	m.log = append(m.log, workflow.Told(ctx, nil, r)...)
	return r.Clone(), nil
}

func (m *Memory) Get(_ context.Context, id string) (*workflow.Request, error) {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	if m.damaged[id] {
		return nil, Unread(id)
	}
	if r, ok := m.Requests[id]; ok {
		return r.Clone(), nil
	}
	return nil, workflow.ErrNotFound
}

func (m *Memory) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	if m.damaged[id] {
		return nil, Unread(id)
	}
	old, ok := m.Requests[id]
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
	m.Requests[id] = r
	m.log = append(m.log, workflow.Told(ctx, old, r)...)
	return r.Clone(), nil
}

func (m *Memory) List(_ context.Context, q workflow.Query) ([]*workflow.Request, error) {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	var found []*workflow.Request
	var unreadable workflow.UnreadableError
	skip := q.Before != ""
	for _, id := range slices.Backward(m.order) {
		r := m.Requests[id]
		if skip {
			skip = id != q.Before
			continue
		}
		if !m.asked(q, r) {
			continue
		}
		if m.damaged[id] {
			unreadable.Add(Unread(id).(*workflow.UnreadableError))
			continue
		}
		found = append(found, r.Clone())
	}
	if !q.DueBy.IsZero() {
		slices.SortFunc(found, func(a, b *workflow.Request) int {
			if (a.ID == m.Ahead) != (b.ID == m.Ahead) {
				return map[bool]int{true: -1, false: 1}[a.ID == m.Ahead]
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

// asked reports whether a query asks for r.
func (m *Memory) asked(q workflow.Query, r *workflow.Request) bool {
	owns := func(p people.Person) bool { return p.ID == q.Keeper }
	return (q.State == "" || r.State == q.State) &&
		(q.DueBy.IsZero() || r.ID == m.Ahead || !r.WakeAt.IsZero() && !r.WakeAt.After(q.DueBy)) &&
		(q.App == "" || r.Made.AppID == q.App) &&
		(q.Requester == "" || r.Requester.ID == q.Requester) &&
		(q.Keeper == "" || slices.ContainsFunc(r.Owners(), owns)) &&
		(q.Ends == "" || r.EndsOn() == q.Ends) &&
		strings.Contains(strings.ToLower(r.AppName()), strings.ToLower(q.Text))
}

func (m *Memory) Close() error { return nil }
