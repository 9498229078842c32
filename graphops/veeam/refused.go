package veeam

import (
	"errors"
	"fmt"

	"github.com/entra-app/entra-app/workflow"
)

// A refusal is a sign-in that was not taken.
type refusal struct {
	by  naming
	got *answer
	err error
}

// refusals are all that were made at one server.
type refusals []refusal

// worst is what to say of them. Where one may go away by itself, that is the answer.
// Otherwise it is the first, with what the server said to the others if that is
// something else: only one of them had the right client_id, and nobody knows which.
func (all refusals) worst() error {
	if len(all) == 0 {
		return errors.New("veeam: nothing to sign in with")
	}
	for _, r := range all {
		if _, ok := errors.AsType[*later](r.err); ok {
			return r.err
		}
	}
	first, ok := errors.AsType[*workflow.ServiceError](all[0].err)
	if !ok || len(all) == 1 {
		return all[0].err
	}
	t := *first
	seen := map[string]bool{all[0].got.words(): true}
	for _, r := range all[1:] {
		if words := r.got.words(); !seen[words] {
			seen[words] = true
			t.Text += fmt.Sprintf(" With %s as client_id it says: %s", r.by, words)
		}
	}
	return &t
}
