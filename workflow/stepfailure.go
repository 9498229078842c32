package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// What becomes of a step that failed: it is tried again, or waits for another sign-in, or the
// request stops.

// nextTry is when a step that is to be repeated is tried next, and whether that is
// before it is given up.
func (e *Engine) nextTry(r *Request, name StepName, later Temporary) (at time.Time, more bool) {
	st := r.Steps.Get(name)
	wait := e.backoff(st.Tries)
	if _, slow := later.(Spreading); slow && st.Tries > 12 {
		wait = max(wait, e.slowest)
	}
	at = e.now().Add(max(later.RetryAfter(), wait))
	return at, at.Before(st.begun(later).Add(patience(r, st, later)))
}

// begun is since when a step waits for a reason. That it waited for what is young says
// nothing about a service that fails.
func (st *Step) begun(why Temporary) time.Time {
	if _, spreading := why.(Spreading); !spreading && st.Lagged.After(st.Since) {
		return st.Lagged
	}
	return st.Since
}

// stepFailed decides what an error means for the request: to wait, to ask for
// another sign-in, to stop, or to raise an alarm.
func (e *Engine) stepFailed(ctx context.Context, r *Request, name StepName, s Session, err error) bool {
	if e.hard.Err() != nil {
		return false // the process is ending; the next one makes sure of this step
	}
	if errors.Is(err, ErrSessionOver) {
		return e.signInOver(r, Failure{Rule: RuleSignIn,
			Text: e.progress(r) + "Entra no longer accepts this sign-in. " + cutShort(r, r.Steps.Get(name)) +
				"Nothing is lost: press New code, and the next sign-in continues with the step that is not done."}, EventSignInFailed)
	}
	err = judgeExcess(r, err, e.now())
	if later, ok := errors.AsType[Temporary](err); ok {
		if at, more := e.nextTry(r, name, later); more {
			_, err := e.save(r.ID, func(r *Request, now time.Time) error {
				st := r.Steps.Get(name)
				st.Status, st.At, st.Retry, st.Note = StepWaiting, now, at, waitNote(r, st, later, s.Signer().Until)
				if _, spreading := later.(Spreading); spreading {
					st.Lagged = now
				}
				r.Rev++
				return nil
			})
			return err == nil
		}
	}
	err = lasting(err)
	if stopped, saved := e.stopForChange(r, err); stopped {
		return saved
	}
	if use, ok := errors.AsType[*inUse](err); ok {
		return e.stopForDependents(r, use)
	}
	f, what := e.stepFailure(r, name, err), EventFailed
	if more, ok := errors.AsType[*ExcessError](err); ok {
		what = EventAlarm
		f = Failure{Rule: RuleExcess, Text: "It can do more than that: " + strings.Join(more.Names, ", ") + "."}
		switch {
		case r.task().byHand:
		case r.kind().replaces: // its credential is in use, and not this request's
			f.Text = "ALARM: the app can do more than was approved: " + strings.Join(more.Names, ", ") +
				". Nothing was removed from it. Find out who granted that, then press Retry."
		default:
			f.Text = e.disarm(r, name, s, more)
		}
	}
	if r.task().byHand {
		return e.verifyFailed(r, f, err)
	}
	stillGone := name == StepRestore && notRestored(ctx, r, s, err)
	_, saveErr := e.save(r.ID, func(r *Request, now time.Time) error {
		st := r.Steps.Get(name)
		st.Status, st.At, st.Note, st.Since = StepFailed, now, "", time.Time{}
		if stillGone {
			r.Steps.redo(StepGone)
		}
		if what == EventAlarm && !r.kind().replaces {
			r.Handover = Handover{}
			r.Steps.redo(StepCredential, StepCertificate)
		}
		r.Failure = f
		r.move(StateFailed, now, Event{Kind: what, Text: f.Text})
		return nil
	})
	e.drop(r.ID)
	return saveErr == nil
}

// insist does what cannot be left to another sign-in, for as long as a step may take.
func (e *Engine) insist(do func(context.Context) error) error {
	return e.insistSaying(func() {}, do)
}

// insistSaying is insist, and calls waits once it has to wait.
func (e *Engine) insistSaying(waits func(), do func(context.Context) error) error {
	began := e.now()
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(e.hard, callLimit)
		err := do(ctx)
		cancel()
		later, ok := errors.AsType[Temporary](err)
		if err == nil || !ok {
			return err
		}
		wait, most := max(later.RetryAfter(), e.backoff(try)), stepTimeout
		if _, slow := later.(Spreading); slow {
			most = Youth + time.Minute
		}
		if e.hard.Err() != nil || e.now().Add(wait).Sub(began) > most {
			return err
		}
		if try == 1 {
			waits()
		}
		sleep(e.hard, wait)
	}
}

// waitWords is a wait as people say it, in whole minutes, or seconds where it is shorter.
func waitWords(d time.Duration) string {
	if d < time.Minute {
		return text.Count(int(d/time.Second), "second")
	}
	return text.Count(int(d.Round(time.Minute)/time.Minute), "minute")
}

// stepFailure says for people why a step failed, and what is true now.
func (e *Engine) stepFailure(r *Request, name StepName, err error) Failure {
	f := Failure{Text: fmt.Sprintf("“%s” failed: ", r.StepTitle(name))}
	no := explained(err)
	lag, isLag := errors.AsType[*notYet](err)
	later, isTemporary := errors.AsType[Temporary](err)
	since := r.Steps.Get(name).Since
	if isTemporary {
		since = r.Steps.Get(name).begun(later)
	}
	waited := waitWords(e.now().Sub(since))
	_, isSpreading := errors.AsType[Spreading](err)
	switch {
	case no != nil:
		f.Text += no.Text
		f.Ref = no.Ref
	case isLag && r.task().byHand:
		f.Text += "the app lacks " + strings.Join(lag.missing, ", ") + "."
	case isLag:
		f.Text += "after " + waited + " the app still lacks " + strings.Join(lag.missing, ", ") + "."
	case isSpreading:
		f.Text += "after " + waited + " the latest changes have not reached all of Entra."
	case isTemporary && later.RetryAfter() >= patience(r, r.Steps.Get(name), later):
		f.Text += r.Awaited(name) + " asks for no further call for " + waitWords(later.RetryAfter()) +
			", which is longer than a step waits."
	case isTemporary:
		f.Text += r.Awaited(name) + " did not respond properly for " + waited + "."
	default:
		f.Ref = newRef()
		f.Text += "something went wrong that this bot did not expect (reference " + f.Ref + ")."
	}
	e.log.Error("step failed", "request", r.ID, "step", name, "ref", f.Ref, "err", err)
	if r.task().byHand {
		return f
	}
	done, all := r.Steps.Count()
	f.Text += fmt.Sprintf(" %d of %d steps are done. ", done, all)
	if r.aboutApp() {
		f.Text += "An approver can press Retry to continue with the step that failed; Give up leaves what was done so far" + untilThen(r) +
			"."
		return f
	}
	f.Text += "An approver can press Retry to continue, or Undo to delete what was made."
	return f
}
