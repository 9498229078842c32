package workflow

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// services.md, section 1: lists are stale both ways. What was removed and is still listed
// is waited for, and is an alarm once that lasts.
func TestWhatWasRemovedAndIsStillListedIsAnAlarmOnlyOnceItLasts(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	read, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All")
	was := plan.Plan{Permissions: []plan.Permission{read}}
	stale := &ExcessError{Names: []string{read.Resource + "/" + read.Name}}
	other := &ExcessError{Names: []string{"Microsoft Graph/Mail.ReadWrite"}}
	update := &Request{Kind: KindUpdate, Previous: was, Made: Made{Removed: now.Add(-time.Minute)}}
	for _, c := range []struct {
		name  string
		r     *Request
		err   error
		waits bool
	}{
		{"removed a minute ago, by an update", update, stale, true},
		{"removed long ago", &Request{Kind: KindUpdate, Previous: was, Made: Made{Removed: now.Add(-21 * time.Minute)}}, stale, false},
		{"what no update removed", update, other, false},
		{"nothing was ever removed", &Request{Kind: KindRegister}, stale, false},
		{"removed by the request before", &Request{Kind: KindRenew, Taken: was, Made: Made{Removed: now.Add(-time.Minute)}}, stale, true},
		{"its name alone", &Request{Kind: KindRenew, Taken: was, Made: Made{Removed: now.Add(-time.Minute)}},
			&ExcessError{Names: []string{read.Name}}, true},
		{"what the request before did not remove", &Request{Kind: KindRenew, Taken: was, Made: Made{Removed: now.Add(-time.Minute)}},
			other, false},
		{"what was removed, and more", &Request{Kind: KindRenew, Taken: was, Made: Made{Removed: now.Add(-time.Minute)}},
			&ExcessError{Names: append(other.Names, stale.Names...)}, false},
		{"what was the app's before it was recreated",
			&Request{Kind: KindRecreate, Plan: was, Made: Made{Removed: now.Add(-time.Minute)}}, other, false},
		{"an old trust of a recreated app", &Request{Kind: KindRecreate, Made: Made{Removed: now.Add(-time.Minute)}},
			&ExcessError{Names: []string{"trust in a"}}, true},
		{"a trust that nobody removed", &Request{Kind: KindRenew, Taken: was, Made: Made{Removed: now.Add(-time.Minute)}},
			&ExcessError{Names: []string{"trust in a"}}, false},
		{"what is only stale was told apart already", update, &ExcessError{Names: stale.Names, sure: true}, false},
	} {
		err := judgeExcess(c.r, c.err, now)
		lag, waits := errors.AsType[*notYet](err)
		if waits != c.waits {
			t.Errorf("%s: %v", c.name, err)
		}
		if !waits {
			continue
		}
		if patience(c.r, &Step{}, lag) < Youth {
			t.Errorf("%s: it is waited for %s", c.name, patience(c.r, &Step{}, lag))
		}
		if says := waitNote(c.r, &Step{Name: StepCheck}, lag, time.Time{}); strings.Contains(says, "nobody has to") ||
			!strings.Contains(says, "remove it in Entra") {
			t.Errorf("%s: people are told %q", c.name, says)
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
		{KindRegister, StepApplication, true, true, false},
		{KindRegister, StepServicePrincipal, true, true, false},
		{KindRegister, StepConsent, false, true, false},
		{KindRegister, StepProof, false, false, false},
		{KindRegister, StepCheck, false, false, false},
		{KindUpdate, StepTrim, false, true, true},
		{KindRetire, StepRevokeConsent, false, true, true},
		{KindRecreate, StepRestore, true, true, true},
	} {
		r := &Request{Kind: c.kind}
		touch(r, c.step, now)
		if m := r.Made; IsYoung(m.Born, now) != c.born || IsYoung(m.Changed, now) != c.changed || IsYoung(m.Removed, now) != c.removed {
			t.Errorf("%s of %s: born %t, changed %t, removed %t", c.step, c.kind, IsYoung(m.Born, now), IsYoung(m.Changed, now),
				IsYoung(m.Removed, now))
		}
	}
}

// What was taken is no longer looked for once all that the app was given is known everywhere:
// so taking something does not make it young, and where nothing was noted yet, the app was
// given it before this request.
func TestWhatWasGivenIsAsOldAsItIsWhateverIsTaken(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	asked, changed := now.Add(-time.Hour), now.Add(-2*time.Hour)
	for _, c := range []struct {
		name string
		made Made
		step StepName
		kind Kind
		want time.Time
	}{
		{"noted", Made{Given: changed, Changed: now}, StepRemoveCredentials, KindRetire, changed},
		{"not noted, as the request before was of an older version", Made{Changed: changed}, StepRemoveCredentials, KindRetire, changed},
		{"nothing was noted at all", Made{}, StepRemoveCredentials, KindRetire, asked},
		{"given", Made{Given: changed}, StepConsent, KindUpdate, now},
		{"restored with all that it had", Made{Given: changed}, StepRestore, KindRecreate, now},
		{"read", Made{Given: changed}, StepCheck, KindUpdate, changed},
	} {
		r := &Request{Kind: c.kind, Target: Target{Request: "EA-1"}, Created: asked, Made: c.made}
		touch(r, c.step, now)
		if !r.Made.Given.Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.name, r.Made.Given, c.want)
		}
	}
}

// What an update took is known to the next request, which may read a list that is behind.
func TestWhatWasTakenIsKnownToTheNextRequest(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	read, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All")
	mail, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Mail.Read")
	r := &Request{Kind: KindUpdate, Previous: plan.Plan{Permissions: []plan.Permission{read, mail}},
		Plan: plan.Plan{Permissions: []plan.Permission{mail}}}
	touch(r, StepTrim, now)
	if got := r.Clone().Taken.Permissions; len(got) != 1 || got[0].Name != read.Name {
		t.Fatalf("an update took %+v", got)
	}
	r.Previous, r.Plan = r.Plan, plan.Plan{}
	touch(r, StepTrim, now.Add(time.Minute))
	if got := r.Taken.Permissions; len(got) != 2 {
		t.Errorf("soon after, two are taken: %+v", got)
	}
	touch(r, StepTrim, now.Add(time.Minute+Youth))
	if got := r.Taken.Permissions; len(got) != 1 || got[0].Name != mail.Name {
		t.Errorf("what was taken long ago is no longer excused: %+v", got)
	}
}

// What people read of a wait is how long it is.
func TestAFailureSaysHowLongWasWaited(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 seconds", time.Second: "1 second", 20 * time.Second: "20 seconds",
		time.Minute: "1 minute", 172 * time.Second: "3 minutes", Youth + time.Minute: "21 minutes"} {
		if got := waitWords(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
	by := &Request{Kind: KindRegister, Task: TaskVerify}
	says := waitNote(by, &Step{Name: StepCheck}, &notYet{missing: []string{"Mail.Read"}}, time.Time{})
	if strings.Contains(says, "twenty") || !strings.Contains(says, "20 seconds") {
		t.Errorf("a verification is waited for: %q", says)
	}
}

// services.md, section 1: what somebody has made by hand is as young as Entra says that it
// is. An old app is not waited for, and what is not seen at all is looked for again.
func TestWhatWasMadeByHandIsWaitedForAsLongAsItIsYoung(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	unseen := &notSeen{&ServiceError{Code: "NotSeen", Text: "it is not there"}}
	lacks, has := &notYet{missing: []string{"Mail.Read"}}, &notYet{stale: []string{"Mail.Read"}}
	for _, c := range []struct {
		name string
		kind Kind
		task Task
		age  time.Duration // 0 is not known
		why  Temporary
		most time.Duration
	}{
		{"nobody knows how old it is", KindAdopt, TaskProvision, 0, unseen, verifyTimeout},
		{"it is a year old", KindAdopt, TaskProvision, 365 * 24 * time.Hour, unseen, verifyTimeout},
		{"it is five minutes old", KindAdopt, TaskProvision, 5 * time.Minute, unseen, 16 * time.Minute},
		{"an old one lacks something", KindRegister, TaskVerify, time.Hour, lacks, verifyTimeout},
		{"a young one lacks something", KindRegister, TaskVerify, 8 * time.Minute, lacks, 13 * time.Minute},
		{"a young one has too much", KindRegister, TaskVerify, 8 * time.Minute, has, verifyTimeout},
	} {
		r := &Request{Kind: c.kind, Task: c.task}
		app := Registration{ObjectID: "object", AppID: "app"}
		if c.age > 0 {
			app.Created = now.Add(-c.age)
		}
		r.Made.foundApp(app, now)
		st := &Step{Name: StepOwned, Since: now}
		if got := patience(r, st, c.why); got != c.most {
			t.Errorf("%s: it is waited for %s, want %s", c.name, got, c.most)
		}
		if says := waitNote(r, st, c.why, time.Time{}); c.why == unseen &&
			!strings.HasSuffix(says, "So far Entra says NotSeen: it is not there") {
			t.Errorf("%s: what was answered is not in %q", c.name, says)
		} else if !strings.Contains(says, "for "+waitWords(c.most)+" at most") {
			t.Errorf("%s: people are told %q", c.name, says)
		}
	}
}

// What is announced ends with the sign-in, and what then goes on is said.
func TestAWaitThatTheSignInDoesNotOutlastSaysSo(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	r := &Request{Kind: KindRegister, Task: TaskProvision}
	st := &Step{Name: StepCheck, Since: now, Tries: 2}
	lag := &notYet{missing: []string{"Mail.Read"}}
	const ends = "This sign-in ends at 03:14 UTC: if that is too soon, New code and another sign-in continue from here"
	if says := waitNote(r, st, lag, now.Add(10*time.Minute)); !strings.Contains(says, ends) {
		t.Errorf("people are told %q", says)
	}
	if says := waitNote(r, st, lag, now.Add(time.Hour)); strings.Contains(says, "sign-in") {
		t.Errorf("a sign-in that lasts is mentioned: %q", says)
	}
	if says := cutShort(r, st); says != "It ended while “Check what the app has now” waited for Entra, since 03:04 UTC. " {
		t.Errorf("after it people are told %q", says)
	}
}

// A service that fails has as much patience after a long wait for Entra as before it.
func TestAFailingServiceHasPatienceOfItsOwn(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	e := &Engine{now: func() time.Time { return now }, backoff: func(int) time.Duration { return time.Second }}
	for name, c := range map[string]struct {
		lagged time.Duration // ago
		more   bool
	}{
		"never waited":                   {0, false},
		"waited for Entra just now":      {5 * time.Second, true},
		"waited for Entra some time ago": {stepTimeout + time.Second, false},
	} {
		st := Step{Name: StepConsent, Since: now.Add(-10 * time.Minute), Tries: 9}
		if c.lagged > 0 {
			st.Lagged = now.Add(-c.lagged)
		}
		r := &Request{Kind: KindRegister, Task: TaskProvision, Steps: []Step{st}}
		if _, more := e.nextTry(r, StepConsent, failing{}); more != c.more {
			t.Errorf("%s: it is tried again: %v", name, more)
		}
		if _, more := e.nextTry(r, StepConsent, &unseen{}); !more {
			t.Errorf("%s: what is young is given up", name)
		}
	}
}

// failing is a service that has not said when it is better.
type failing struct{}

func (failing) Error() string             { return "busy" }
func (failing) RetryAfter() time.Duration { return 0 }
