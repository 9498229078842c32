package workflow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/set"
)

const (
	// stepTimeout is how long a step may wait for a service that does not answer as it should,
	// from its first try on. See Youth for what is not known everywhere yet.
	stepTimeout = 3 * time.Minute
	// verifyTimeout is how long it may wait for what somebody has made by hand, as a rule long
	// ago, to be known everywhere: what is not there by then was not made.
	verifyTimeout = 20 * time.Second
	// callLimit ends a call that nobody answers.
	callLimit = 60 * time.Second
)

// backoff is how long to wait after the nth try: 1, 2, 4, 8, then 10 seconds.
func backoff(n int) time.Duration {
	return min(10*time.Second, time.Second<<min(n-1, 10))
}

// provision makes the first step that is not done. The admin's token has to be
// in memory; where it is not, the admin is asked to sign in again.
func (e *Engine) provision(ctx context.Context, r *Request) bool {
	e.mu.Lock()
	l := e.live[r.ID]
	e.mu.Unlock()
	if l == nil || l.session == nil || l.n != r.SignIn.N {
		return e.signInOver(r, Failure{Rule: RuleRestart,
			Text: e.progress(r) + "The bot was restarted and has no token any more. Press New code and sign in again; it continues with " +
				"the next step."}, EventRestarted)
	}
	next := r.Steps.next()
	if next == nil {
		return false
	}
	if wait := next.Retry.Sub(e.now()); next.Status == StepWaiting && wait > 0 {
		sleep(ctx, wait)
		return ctx.Err() == nil
	}
	return e.step(r, next.Name, l.session)
}

// step writes down what it is about to do, does it, and writes down what came
// of it. A crash in between finds the step begun, and makes sure again.
func (e *Engine) step(r *Request, name StepName, s Session) bool {
	r, err := e.save(r.ID, func(r *Request, now time.Time) error {
		st := r.Steps.Get(name)
		st.Status, st.At, st.Retry = StepRunning, now, time.Time{}
		if st.Since.IsZero() {
			st.Since = now
		}
		st.Tries++
		touch(r, name, now)
		if name == StepApplication && creates(r) && r.Made.Creator == "" {
			r.Made.Creator = r.SignIn.ObjectID
		}
		if name == StepServicePrincipal && r.Made.ServicePrincipal == "" && r.SignIn.ObjectID != "" {
			r.Made.Makers = set.Union(r.Made.Makers, []string{r.SignIn.ObjectID}, strings.EqualFold)
		}
		r.Rev++
		return nil
	}, e.toldBegun(r, name)...)
	if err != nil {
		return false
	}
	limit := callLimit
	if name == StepConnect {
		limit = connectLimit
	}
	ctx, cancel := context.WithTimeout(e.hard, limit)
	defer cancel()
	ctx, calls := audit.Collecting(ctx)
	began := e.now()
	done, err := e.ensure(ctx, r, name, s)
	e.log.Info("step", "request", r.ID, "step", name, "try", r.Steps.Get(name).Tries, "took", e.now().Sub(began), "err", err)
	if err != nil {
		e.tellFailed(r, name, calls.All(), err)
		if now, readErr := e.store.Get(context.WithoutCancel(e.hard), r.ID); readErr == nil {
			// the step may have learned how old the app is
			r = now
		}
		return e.stepFailed(ctx, r, name, s, err)
	}
	_, err = e.save(r.ID, func(r *Request, now time.Time) error {
		st := r.Steps.Get(name)
		st.Status, st.At, st.Note = StepDone, now, ""
		done(r, st)
		r.Rev++
		if last := r.Steps[len(r.Steps)-1]; last.Name == name {
			finishTask(r, now)
		}
		return nil
	}, e.toldStep(r, name, audit.WhatStep, calls.All(), "done"))
	return err == nil
}

// finishNew ends a request whose app, or credential, is there.
func finishNew(r *Request, now time.Time) {
	switch {
	case r.Steps.done(StepConnect):
		r.move(handedOver(r), now, Event{Kind: EventReady,
			Text: fmt.Sprintf("%s and proven, and %s is connected with it: %s. Nobody was handed the credential.", Stands(r),
				r.Plan.Backup.Server, r.Made.Connected)})
	case !r.Plan.Credential.Kind.HandsOver():
		r.move(handedOver(r), now, Event{Kind: EventReady, Text: Stands(r) + " and checked. There is nothing secret to hand over."})
	default:
		r.Handover.Status = HandoverKept
		r.move(StateReady, now, Event{Kind: EventReady,
			Text: Stands(r) + " and proven. Its " + r.Plan.Credential.Kind.Noun() + " waits to be opened."})
	}
}

// handedOver is where a request goes whose credential is the requester's: one
// that took another's place waits until that is no longer needed.
func handedOver(r *Request) State {
	if r.Target.KeyID+r.Target.Thumbprint != "" {
		return StateOverlap
	}
	return StateDone
}

// ensure makes sure of one step, and returns what to write down.
func (e *Engine) ensure(ctx context.Context, r *Request, name StepName, s Session) (edit, error) {
	if r.Approval.Digest != shownDigest(r) {
		return nil, &ServiceError{Code: string(RuleDigest),
			Text: "The plan is not the one that was approved, so nothing more will be done."}
	}
	if r.Target.Request != "" && !r.kind().restores && r.Made.ObjectID == "" {
		return nil, &ServiceError{Code: string(RuleNoApp),
			Text: "The app of this request is no longer known, so nothing will be done. Give up, and ask again."}
	}
	do := steps[name].ensure
	if do == nil {
		return nil, fmt.Errorf("no step is called %q", name)
	}
	return do(e, ctx, r, s)
}
