package workflow

import "time"

// A request that waits for an approver is what its next approval would begin: its title, the
// roles of its sign-in and what else is read of its task follow from that, whatever it was
// about when it last went back.

// nextTask is what the next approval of r begins.
func nextTask(r *Request) Task {
	if next := r.kind().next; next != nil {
		return next(r)
	}
	return TaskProvision
}

// doing is the task that r is about: while it waits for an approver, the one that an approval begins.
func doing(r *Request) Task {
	if r.State == StatePending || r.State == StateUnlinked {
		return nextTask(r)
	}
	return r.Task
}

// task is the row of the task that r is about.
func (r *Request) task() task { return tasks[doing(r)] }

// backToPending has r wait for an approver again, and why says what they are told first. There is
// no other way back. What the last sign-in was for, and what was found by it, is forgotten; who
// else approved the plan still does.
func backToPending(r *Request, now time.Time, why Failure, e Event) {
	if !r.aboutApp() { // what it is about was made before
		r.Made = Made{}
	}
	r.Task, r.Steps, r.Failure, r.SignIn = nextTask(r), nil, why, SignIn{N: r.SignIn.N}
	r.Approval.Digest = "" // it counts for nothing any more
	r.move(StatePending, now, e)
}
