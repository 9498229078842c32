package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/whole"
)

// Entra is eventually consistent: what was just made, changed or removed may look as it
// was before, on any call, for minutes. So no "no" about something young is final, unless
// its code says that the input is wrong. What is young is known from what is stored, and
// so still after a restart and in another session. Package graphops says of each answer
// whether youth can be its reason; here it is said how long that is waited for.

// Youth is how long something may look as it was before. Assignments have been reported
// to take more than five minutes; it fits into the life of one token, which is an hour.
const Youth = 20 * time.Minute

// Spreading is a Temporary error about something young, that may not be known everywhere.
type Spreading interface {
	Temporary
	Spreading()
}

// touch notes what a step is about to do, before it does it: nobody may be there after it.
func touch(r *Request, n StepName, now time.Time) {
	if steps[n].effect == reads {
		return
	}
	if r.Made.Given.IsZero() && r.aboutApp() { // as none was noted: at the latest before this request
		r.Made.Given = r.Made.Changed
		if r.Made.Given.IsZero() {
			r.Made.Given = r.Created
		}
	}
	r.Made.Changed = now
	effect := steps[n].effect
	if effect != removes || n == StepRestore { // with an app come its old credentials
		r.Made.Given = now
	}
	if effect == removes || r.kind().replaces {
		if !r.kind().restores && !IsYoung(r.Made.Removed, now) {
			r.Taken = plan.Plan{} // that has long gone from every list
		}
		r.Taken = lately(r)
		r.Made.Removed = now
	}
	if n == StepApplication && creates(r) || n == StepServicePrincipal && r.Made.ServicePrincipal == "" || n == StepRestore {
		r.Made.Born = now
	}
}

// IsYoung reports whether something that happened then may not be known everywhere.
func IsYoung(then, now time.Time) bool { return !then.IsZero() && now.Sub(then) < Youth }

// notYet says that what the app has is not what was approved yet: something is missing, or
// still there.
type notYet struct{ missing, stale []string }

func (n *notYet) Error() string {
	return "not as approved yet: missing " + strings.Join(n.missing, ", ") + "; still there " + strings.Join(n.stale, ", ")
}
func (n *notYet) RetryAfter() time.Duration { return 0 }
func (n *notYet) Spreading()                {}

// lately is what was taken from the app, or is about to be, and may be listed still. It has
// what an alarm could name: permissions, directory roles and the issuer of a trust.
func lately(r *Request) plan.Plan {
	var goes plan.Plan
	if removes := r.kind().removes; removes != nil {
		goes = removes(r)
	}
	return r.Taken.Union(plan.Plan{Permissions: goes.Permissions, DirectoryRoles: goes.DirectoryRoles})
}

// wasTaken reports whether what an alarm would name was taken from the app lately.
func wasTaken(r *Request, name string) bool {
	taken := lately(r)
	if of, trust := strings.CutPrefix(name, trustIn); trust {
		issuer := taken.Credential.Federated.Issuer
		return r.kind().restores || issuer != "" && strings.HasPrefix(of, issuer+" ") // a restored app loses all of them
	}
	return slices.ContainsFunc(taken.DirectoryRoles, func(d plan.DirectoryRole) bool {
		return name == string(whole.KindDirectory)+" "+d.Name
	}) || slices.ContainsFunc(taken.Permissions, func(p plan.Permission) bool { return name == p.Name || name == p.Resource+"/"+p.Name })
}

// unseen says that something that may have been made is not seen, and may not be known
// everywhere yet.
type unseen struct{}

func (*unseen) Error() string             { return "what may have been made is not seen" }
func (*unseen) RetryAfter() time.Duration { return 0 }
func (*unseen) Spreading()                {}

// notSeen is a "no" about something that people say is there: what they made minutes ago
// need not be known everywhere yet. It is looked for again for a while.
type notSeen struct{ no *ServiceError }

func (n *notSeen) Error() string             { return "not seen: " + n.no.Error() }
func (n *notSeen) RetryAfter() time.Duration { return 0 }
func (n *notSeen) Spreading()                {}
func (n *notSeen) Describe() *ServiceError   { return n.no }

// settling is that the app was made minutes ago, so that each answer may lack something of
// it: nobody can say yet what it has.
type settling struct{ left time.Duration }

func (*settling) Error() string               { return "what a young app has is not certain yet" }
func (s *settling) RetryAfter() time.Duration { return s.left }
func (*settling) Spreading()                  {}

// stillSeen is that something is seen that was deleted minutes ago.
type stillSeen struct{ no *ServiceError }

func (n *stillSeen) Error() string             { return "still seen: " + n.no.Error() }
func (n *stillSeen) RetryAfter() time.Duration { return 0 }
func (n *stillSeen) Spreading()                {}
func (n *stillSeen) Describe() *ServiceError   { return n.no }

// foundApp notes an app that was not made here. Whoever made it has given it what it has
// since then.
func (m *Made) foundApp(app Registration, now time.Time) {
	m.ObjectID, m.AppID = app.ObjectID, app.AppID
	if !IsYoung(app.Created, now) {
		return
	}
	for _, at := range []*time.Time{&m.Born, &m.Changed} {
		if app.Created.After(*at) {
			*at = app.Created
		}
	}
}

// judgeExcess decides what it means that the app has more than was approved. A list that is
// behind still shows what was removed, so for a while that is waited for. What lasts is
// an alarm, and so at once is all that nobody has removed.
func judgeExcess(r *Request, err error, now time.Time) error {
	more, ok := errors.AsType[*ExcessError](err)
	switch {
	case ok && r.task().byHand: // somebody may just have removed it by hand
		return &notYet{stale: more.Names}
	case !ok, more.sure, !IsYoung(r.Made.Removed, now):
		return err
	}
	if other := slices.DeleteFunc(slices.Clone(more.Names), func(name string) bool { return wasTaken(r, name) }); len(other) > 0 {
		return &ExcessError{Names: other}
	}
	return &notYet{stale: more.Names}
}

// lasting is what was waited for in vain.
func lasting(err error) error {
	if lag, ok := errors.AsType[*notYet](err); ok && len(lag.stale) > 0 {
		return &ExcessError{Names: lag.stale}
	}
	return err
}

// patience is how long a step of r is repeated for a reason, from its first try on. What
// somebody else made by hand is waited for as long as it is young. As a rule it is not.
func patience(r *Request, st *Step, why Temporary) time.Duration {
	_, spreading := why.(Spreading)
	lag, lacks := why.(*notYet)
	_, unseen := why.(*notSeen)
	switch {
	case lacks && r.task().byHand && len(lag.stale) > 0: // that it is young says nothing about it
		return verifyTimeout
	case unseen, lacks && r.task().byHand:
		young := time.Duration(0)
		if !r.Made.Born.IsZero() && r.Steps.Get(StepRestore) == nil { // a restored app has the owners that it had
			young = r.Made.Born.Add(Youth + time.Minute).Sub(st.Since)
		}
		return max(verifyTimeout, young)
	case spreading && st.Name == StepRestore: // a crash may have left in doubt what is restored, and the rest is young after it
		return 2*Youth + time.Minute
	case spreading:
		return Youth + time.Minute // once more when it is young no more
	}
	return stepTimeout
}

// waitNote says for people what a step waits for, since when, and how long at most. The
// sign-in ends at until, if that is known.
func waitNote(r *Request, st *Step, why Temporary, until time.Time) string {
	words := "waiting for " + r.Awaited(st.Name)
	if _, ok := why.(Spreading); !ok {
		return words
	}
	words += " since " + st.Since.UTC().Format("15:04 UTC")
	_, lost := why.(*unseen)
	switch lag, ok := why.(*notYet); {
	case lost:
		words += ": an answer was lost, so there may be a secret that nobody has. If it shows up, it is removed"
	case ok && len(lag.missing) > 0:
		words += ", until the app has " + text.Clip(strings.Join(lag.missing, ", "), 100)
	case ok && len(lag.stale) > 0 && r.task().byHand:
		words += ", until the app no longer has " + text.Clip(strings.Join(lag.stale, ", "), 100)
	case ok && len(lag.stale) > 0:
		return words + ", until the app no longer has " + text.Clip(strings.Join(lag.stale, ", "), 100) +
			". It was removed, and may be listed for " +
			"twenty minutes more. If somebody gave it to the app again, remove it in Entra" + signInEnds(r, st, why, until)
	default:
		words += ", until the latest changes have reached all of it"
	}
	if most := patience(r, st, why); most < Youth {
		return words + ", for " + waitWords(most) + " at most" + signInEnds(r, st, why, until) + said(why)
	}
	return words + ". That can take twenty minutes, and nobody has to do anything" + signInEnds(r, st, why, until) + said(why)
}

// said is what the service has answered to what is waited for.
func said(why Temporary) string {
	x, ok := why.(Describer)
	if !ok || x.Describe() == nil {
		return ""
	}
	no := x.Describe()
	return ". So far Entra says " + no.Code + ": " + text.Clip(text.OneLine(no.Text), 200)
}

// signInEnds says that a sign-in may end before what a step waits for, and what is to be
// done then.
func signInEnds(r *Request, st *Step, why Temporary, until time.Time) string {
	if until.IsZero() || until.After(st.Since.Add(patience(r, st, why))) {
		return ""
	}
	return ". This sign-in ends at " + until.UTC().Format("15:04 UTC") +
		": if that is too soon, New code and another sign-in continue from here"
}

// cutShort says which wait the end of a sign-in has cut short, if there was one.
func cutShort(r *Request, st *Step) string {
	if st.Tries < 2 || st.Since.IsZero() {
		return ""
	}
	return fmt.Sprintf("It ended while “%s” waited for %s, since %s. ", r.StepTitle(st.Name), r.Awaited(st.Name),
		st.Since.UTC().Format("15:04 UTC"))
}
