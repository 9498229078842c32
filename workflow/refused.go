package workflow

import (
	"context"
	"errors"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/people"
)

// noteRefusal records that somebody tried what they may not, where no request's history tells it:
// there is no request, or none that they may know of.
func (d *Desk) noteRefusal(ctx context.Context, by people.Person, about string, err error) {
	no, ok := errors.AsType[*Refusal](err)
	if !ok || !no.Rule.audited() {
		return
	}
	err = d.store.Record(context.WithoutCancel(ctx), audit.Entry{At: d.now(), What: audit.WhatRefused, About: about, Slack: by.ID,
		Detail: no.Text, Result: "refused"})
	if err != nil {
		d.log.Error("a refusal could not be recorded", "by", by.ID, "rule", no.Rule, "err", err)
	}
}
