package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/whole"
)

// An app of another hand is looked at before anybody decides on it: whoever is given a
// credential of it can do all that it can. A first sign-in only reads. Then the card shows all
// that the app has and keeps, and what could not be read, and a second decision is bound to
// that. Where the app has changed by the time of the second sign-in, it is shown again.

// A Look is what those who decide on an adoption were shown of the app.
type Look struct {
	// Rev is the revision of the request that first showed it; 0: nobody has looked yet.
	Rev int
	whole.Snapshot
	NoOwner bool // nobody owns the app in Entra: somebody has to vouch for the requester
	Vouch   Vouch
}

func (l Look) clone() Look {
	l.Snapshot = l.Snapshot.Clone()
	return l
}

// lookSteps are the first look.
var lookSteps = []StepName{StepFind, StepOwned, StepRecord, StepLook}

// lookFirst is what an approval of an adoption begins.
func lookFirst(r *Request) Task {
	if r.Look.Rev == 0 {
		return TaskLook
	}
	return TaskProvision
}

// lookOnceMore makes the look due at each sign-in until something is changed. One that an older
// version had approved without a look has one now, and is decided on again.
func lookOnceMore(r *Request) {
	switch {
	case r.Steps.changed():
	case r.Look.Rev == 0:
		r.Task = TaskLook
		beginLook(r)
	default:
		r.Steps.redo(lookSteps...)
	}
}

func beginLook(r *Request) { r.Steps = newSteps(lookSteps) }

// lookRights are none: nothing is changed, and what the account may not read is unknown.
func lookRights(r *Request) rights {
	return rights{plan: plan.Plan{Permissions: r.Plan.Permissions}, noRole: true, whole: true, onlyReads: true}
}

// lookAt reads all that the app has. The second look compares that with what was approved.
func (e *Engine) lookAt(ctx context.Context, r *Request, s Session) (edit, error) {
	has, err := s.ReadWhole(ctx, r.Made, r.Plan)
	if err != nil {
		return nil, err
	}
	if has.Application.ObjectID == "" {
		return nil, &notSeen{&ServiceError{Code: "NoSuchApp", Text: "the application is not there any more. Nothing was changed."}}
	}
	found := Look{Snapshot: has.Snapshot(), NoOwner: len(has.Application.Owners) == 0}
	if found.NoOwner {
		if no := e.vouchable(ctx, r, found); no != nil {
			return nil, no
		}
	}
	if r.task().makes && found.Digest != r.Look.Digest {
		return nil, &otherwise{found}
	}
	return func(r *Request, st *Step) {
		st.Note = found.words()
		if !r.task().makes {
			e.show(r, found)
		}
	}, nil
}

// show keeps what was found, and as many approvals as that takes.
func (e *Engine) show(r *Request, found Look) {
	r.Look = found.clone()
	if found.NoOwner {
		r.Approvals = max(r.Approvals, vouchApprovals)
	}
	e.policy.raise(r)
}

// finishLook has the request wait for a decision on what was found.
func finishLook(r *Request, now time.Time) {
	backToPending(r, now, Failure{}, Event{Kind: EventLooked,
		Text: "Nothing was changed. The app was read: " + r.Look.words() + ". An approver decides on that."})
	r.Look.Rev = r.Rev
}

// words say how much an app has.
func (l Look) words() string {
	words := text.Count(len(l.Items), "item") + ", risk " + string(l.Risk)
	if len(l.Gaps) > 0 {
		words += ", " + text.Count(len(l.Gaps), "part") + " not read"
	}
	return words
}

// otherwise says that an app is not as it was shown.
type otherwise struct{ found Look }

func (o *otherwise) Error() string { return "the app has changed since it was shown" }

func (o *otherwise) text(was Look) string {
	added, gone, unread := o.found.Since(was.Snapshot)
	var parts []string
	list := func(title string, names []string) {
		if n := len(names); n > namedDependents {
			names = append(names[:namedDependents:namedDependents], fmt.Sprintf("and %d more", n-namedDependents))
		}
		if len(names) > 0 {
			parts = append(parts, title+strings.Join(names, ", ")+". ")
		}
	}
	clipped := func(items []whole.Item) []string {
		names := whole.Names(items)
		for i := range names {
			names[i] = text.Clip(names[i], 2*dependentName)
		}
		return names
	}
	var gaps []string
	for _, g := range unread {
		gaps = append(gaps, g.What)
	}
	list("New: ", clipped(added))
	list("Gone: ", clipped(gone))
	list("Not read any more: ", gaps)
	said := strings.Join(parts, "")
	if said == "" {
		said = "More of it could be read. "
	}
	return text.Clip("The app is not as it was shown, so nothing was changed and no approval counts any more. "+said, stopMax-100) +
		"What it has now is shown here. Look at it again, then decide."
}

// stopForChange shows what an app has now, and has it decided on again.
func (e *Engine) stopForChange(r *Request, err error) (stopped, saved bool) {
	o, is := errors.AsType[*otherwise](err)
	if !is {
		return false, false
	}
	_, err = e.save(r.ID, func(r *Request, now time.Time) error {
		f := Failure{Rule: RuleAppChanged, Text: o.text(r.Look)}
		e.show(r, o.found)
		backToPending(r, now, f, Event{Kind: EventLooked, Text: f.Text})
		r.Look.Rev = r.Rev
		return nil
	})
	e.drop(r.ID)
	return true, err == nil
}

// shownDigest is of what an approval is for: the plan, and what the app had that it is added to.
func shownDigest(r *Request) string {
	if r.Look.Digest == "" {
		return r.Plan.Digest()
	}
	sum := sha256.Sum256([]byte(r.Plan.Digest() + " " + r.Look.Digest))
	return hex.EncodeToString(sum[:])
}

// holds says which power of the app a new credential of it would give to whoever gets it, or
// nothing: it takes a role that may give that power. What could not be read may be any.
func (l Look) holds() string {
	var what []string
	has := func(is bool, words string) {
		if is {
			what = append(what, words)
		}
	}
	has(slices.ContainsFunc(l.Items, func(i whole.Item) bool {
		return i.Kind == whole.KindRole && strings.HasPrefix(i.Key, catalog.MicrosoftGraph+"|")
	}), "Microsoft Graph application permissions")
	has(slices.ContainsFunc(l.Items, func(i whole.Item) bool { return i.Kind == whole.KindDirectory }), "a directory role")
	has(slices.ContainsFunc(l.Items, func(i whole.Item) bool {
		return i.Kind == whole.KindGroup && i.Risk.Weight() >= catalog.High.Weight()
	}), "a membership in a role-assignable group")
	has(l.Lacks(whole.KindRole, whole.KindDirectory, whole.KindGroup), "permissions or roles that could not be read")
	return strings.Join(what, " and ")
}

// Risk is the tier of all that the app has once r is carried out, as far as that is known.
func (r *Request) Risk() catalog.Risk {
	most := r.Plan.Risk()
	if r.kind().finds {
		most = r.Plan.Union(r.Previous).Risk()
	}
	if r.Look.Risk.Weight() > most.Weight() {
		return r.Look.Risk
	}
	return most
}

// wordsProblem says no to what a person has written for others to read: unless it says
// something, and is no key.
func wordsProblem(words, missing string) *Refusal {
	n := utf8.RuneCountInString(words)
	switch {
	case words == "":
		return refuse(RuleReason, "%s", missing)
	case n > deniedReasonMax:
		return refuse(RuleReason, "The reason has %d characters; at most %d are allowed.", n, deniedReasonMax)
	}
	return nil
}
