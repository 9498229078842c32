package workflow

import (
	"slices"
	"strings"
	"time"
)

// Steps are what the engine makes sure of for a request, from the first to the last, and
// how far it is.
type Steps []Step

// A Step is one thing that the engine makes sure of.
type Step struct {
	Name   StepName
	Status StepStatus
	At     time.Time // of the last change
	// Since is when the step was first begun in this sign-in, see patience.
	Since time.Time
	// Lagged is when it last waited for what is young: a service that fails after that has
	// patience of its own.
	Lagged time.Time
	Tries  int
	Retry  time.Time // when a waiting step is tried again
	Note   string    // one short sentence for people
	Stays  []string  // what an Undo of an adoption could not remove by it
}

// StepStatus says how far a step is.
type StepStatus string

const (
	StepDue     StepStatus = ""
	StepRunning StepStatus = "running"
	StepWaiting StepStatus = "waiting" // for Entra
	StepDone    StepStatus = "done"
	StepFailed  StepStatus = "failed"
	StepSkipped StepStatus = "skipped" // there was nothing to do, and Note says why
)

func newSteps(names []StepName) Steps {
	steps := make(Steps, len(names))
	for i, n := range names {
		steps[i].Name = n
	}
	return steps
}

// Get returns the step of that name, or nil.
func (s Steps) Get(n StepName) *Step {
	i := slices.IndexFunc(s, func(st Step) bool { return st.Name == n })
	if i < 0 {
		return nil
	}
	return &s[i]
}

// over reports whether there is nothing left to do in a step.
func (st *Step) over() bool { return st.Status == StepDone || st.Status == StepSkipped }

// Count counts the steps that are over, and all of them.
func (s Steps) Count() (done, all int) {
	for i := range s {
		if s[i].over() {
			done++
		}
	}
	return done, len(s)
}

// next is the first step that is not over, or nil.
func (s Steps) next() *Step {
	for i := range s {
		if !s[i].over() {
			return &s[i]
		}
	}
	return nil
}

// done reports whether there is such a step, and it is done.
func (s Steps) done(n StepName) bool {
	st := s.Get(n)
	return st != nil && st.Status == StepDone
}

// Tried reports whether there is such a step, and it was begun.
func (s Steps) Tried(n StepName) bool {
	st := s.Get(n)
	return st != nil && st.Tries > 0
}

// changes are the steps that were begun and do more than read: what they have changed in
// the tenant is not known where they failed.
func (s Steps) changes() Steps {
	return slices.DeleteFunc(slices.Clone(s), func(st Step) bool { return st.Tries == 0 || steps[st.Name].effect == reads })
}

// changed reports whether something was tried in the tenant that changes it.
func (s Steps) changed() bool { return len(s.changes()) > 0 }

// undoing reports whether the steps are those of an Undo.
func (s Steps) undoing() bool { return s.Get(StepDelete) != nil || s.Get(StepRemoveNew) != nil }

// restored reports whether the app that there is now is of the request's own making, and
// so its to delete: it was restored, or begun to be made again. Where it is not known
// whether the request has restored it, somebody else may have.
func (s Steps) restored() bool {
	if st := s.Get(StepRestore); st != nil && st.Status == StepSkipped {
		return s.Tried(StepApplication)
	}
	return s.done(StepRestore)
}

// Stays says what an Undo of an adoption could not remove, or nothing.
func (s Steps) Stays() string {
	var stay []string
	for _, st := range s {
		stay = append(stay, st.Stays...)
	}
	return strings.Join(stay, "; ")
}

// reset makes a step due again. How often it was tried is kept.
func (st *Step) reset() { *st = Step{Name: st.Name, Tries: st.Tries} }

// redo makes steps due again.
func (s Steps) redo(names ...StepName) {
	for _, n := range names {
		if st := s.Get(n); st != nil {
			st.reset()
		}
	}
}

// redoRest makes every step due again that is not over.
func (s Steps) redoRest() {
	for i := range s {
		if !s[i].over() {
			s[i].reset()
		}
	}
}

// newSession lets each step wait for as long as it may in a new sign-in.
func (s Steps) newSession() {
	for i := range s {
		s[i].Since = time.Time{}
	}
}

func (s Steps) clone() Steps {
	c := slices.Clone(s)
	for i := range c {
		c[i].Stays = slices.Clone(c[i].Stays)
	}
	return c
}
