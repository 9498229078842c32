package workflow

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/text"
)

// What the engine does, for the log: with which account, which calls it took, and what came of them.

// toldStep is the entry of a step: whoever signed in did it.
func (e *Engine) toldStep(r *Request, name StepName, what string, calls []string, result string) audit.Entry {
	return audit.Entry{At: e.now(), What: what, Slack: r.Approval.By.ID, Entra: r.SignIn.ObjectID, UPN: r.SignIn.Account,
		Detail: r.StepTitle(name), Result: result, Plan: r.Approval.Digest, RequestIDs: calls}
}

// toldBegun is the entry of a step that is about to change something for the first time: should
// nothing follow it, what it changed is not known.
func (e *Engine) toldBegun(r *Request, name StepName) []audit.Entry {
	st := r.Steps.Get(name)
	if steps[name].effect == reads && name != StepConnect || st == nil || st.Tries > 0 {
		return nil
	}
	return []audit.Entry{e.toldStep(r, name, audit.WhatBegun, nil, "")}
}

// tellFailed writes down the calls of a step that failed. Of one that only waits nothing is said,
// unless it may have changed something.
func (e *Engine) tellFailed(r *Request, name StepName, calls []string, err error) {
	if _, waits := errors.AsType[Temporary](err); waits && len(calls) == 0 {
		return
	}
	told := e.toldStep(r, name, audit.WhatStepFailed, calls, text.Clip(strings.Join(strings.Fields(err.Error()), " "), 500))
	if _, err := e.save(r.ID, func(*Request, time.Time) error { return nil }, told); err != nil {
		e.log.Error("a failed step could not be recorded", "request", r.ID, "step", name, "calls", calls, "err", err)
	}
}

// toldCode is the entry of a code that was made for an approver. The code is not in it.
func (e *Engine) toldCode(r *Request, p Prompt) audit.Entry {
	return audit.Entry{At: e.now(), What: audit.WhatCode, Slack: r.Approval.By.ID, Plan: r.Approval.Digest,
		Detail: fmt.Sprintf("A sign-in code was made for this approver. It is good until %s.", p.Expires.UTC().Format("15:04 UTC"))}
}
