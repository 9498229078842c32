package workflow_test

import (
	"slices"

	"github.com/entra-app/entra-app/workflow"
)

// set changes what the world does while a node runs.
func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// told are the digests that were sent.
func (w *world) told() []workflow.Digest {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}
