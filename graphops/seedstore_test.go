package graphops

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

var errPower = errors.New("the power is off")

// A poweredStore is a store as one process reaches it.
type poweredStore struct {
	*workflowtest.Memory
	on *atomic.Bool
}

func (p poweredStore) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	if !p.on.Load() {
		return nil, errPower
	}
	return p.Memory.Create(ctx, r)
}

func (p poweredStore) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	if !p.on.Load() {
		return nil, errPower
	}
	return p.Memory.Update(ctx, id, change)
}
