package workflow

import (
	"errors"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// services.md, section 1: lists are stale both ways. What was removed and is still listed
// is waited for, and is an alarm once that lasts.
func TestWhatWasRemovedAndIsStillListedIsAnAlarmOnlyOnceItLasts(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	read, _ := Known(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All")
	was := Plan{Permissions: []Permission{read}}
	stale := &ExcessError{Names: []string{read.Resource + "/" + read.Name}}
	other := &ExcessError{Names: []string{"Microsoft Graph/Mail.ReadWrite"}}
	update := &Request{Kind: Update, Was: was, Made: Made{Removed: now.Add(-time.Minute)}}
	for _, c := range []struct {
		name  string
		r     *Request
		err   error
		waits bool
	}{
		{"removed a minute ago, by an update", update, stale, true},
		{"removed long ago", &Request{Kind: Update, Was: was, Made: Made{Removed: now.Add(-21 * time.Minute)}}, stale, false},
		{"what no update removed", update, other, false},
		{"nothing was ever removed", &Request{Kind: Register}, stale, false},
		{"removed by the request before", &Request{Kind: Renew, Made: Made{Removed: now.Add(-time.Minute)}}, other, true},
		{"what is only stale was told apart already", update, &ExcessError{Names: stale.Names, sure: true}, false},
	} {
		err := c.r.excess(c.err, now)
		lag, waits := errors.AsType[*notYet](err)
		if waits != c.waits {
			t.Errorf("%s: %v", c.name, err)
		}
		if !waits {
			continue
		}
		if c.r.patience(lag, now) < Youth {
			t.Errorf("%s: it is waited for %s", c.name, c.r.patience(lag, now))
		}
		if alarm, ok := errors.AsType[*ExcessError](lasting(err)); !ok || len(alarm.Names) != 1 {
			t.Errorf("%s: should it last, it is %v", c.name, lasting(err))
		}
	}
}

// What is young is written down before it is done: nobody may be there after it.
func TestWhatAStepTouchesIsYoungFromItsBeginning(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		kind                   Kind
		step                   StepName
		born, changed, removed bool
	}{
		{Register, StepApplication, true, true, false},
		{Register, StepServicePrincipal, true, true, false},
		{Register, StepConsent, false, true, false},
		{Register, StepProof, false, false, false},
		{Register, StepCheck, false, false, false},
		{Update, StepTrim, false, true, true},
		{Retire, StepWithdraw, false, true, true},
		{Recreate, StepRestore, true, true, true},
	} {
		r := &Request{Kind: c.kind}
		r.touch(c.step, now)
		if m := r.Made; IsYoung(m.Born, now) != c.born || IsYoung(m.Changed, now) != c.changed || IsYoung(m.Removed, now) != c.removed {
			t.Errorf("%s of %s: born %t, changed %t, removed %t", c.step, c.kind, IsYoung(m.Born, now), IsYoung(m.Changed, now), IsYoung(m.Removed, now))
		}
	}
}
