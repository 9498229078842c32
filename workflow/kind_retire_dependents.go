package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// Who else in the tenant depends on an app. A Retire looks before it deletes anything,
// and stops once for what it finds: whoever presses Retry has been shown it. Each later
// sign-in looks again, and those who came after the stop stop it again.

// DependentKind says what a Dependent is.
type DependentKind string

const (
	DependentUser  DependentKind = "user"
	DependentGroup DependentKind = "group"
	DependentApp   DependentKind = "app"
)

// A Dependent is a user or a group that is assigned to an app, or another app that is, or
// that has delegated permissions on its API.
type Dependent struct {
	Kind DependentKind
	ID   string // object ID
	Name string // whatever the tenant calls it
}

// Dependents are all that depend on an app, as far as it could be looked up.
type Dependents struct {
	List []Dependent
	More bool // there are more than are counted here
	// Unknown says why it could not all be looked up.
	Unknown string
	// Rev is the revision of the request that first showed them; 0 for none that were shown.
	Rev int
}

const (
	// namedDependents is how many of a kind are called by their names.
	namedDependents = 5
	// dependentName is how much of a name is shown.
	dependentName = 40
	// stopMax is how long the reason for the stop is at most: a card shows no more.
	stopMax = 880
)

// inUse stops a Retire: more depends on the app than whoever pressed was shown.
type inUse struct {
	found, news Dependents
}

func (u *inUse) Error() string { return "in use: " + u.found.counts() }

// lookForDependents goes on where nothing depends on the app, or nothing but what was
// shown before Retry was pressed. What Entra does not let the admin read is unknown: it
// stops the job like what is found, and once.
func lookForDependents(ctx context.Context, r *Request, s Session) (edit, error) {
	found, err := s.Dependents(ctx, r.Made)
	if no, ok := errors.AsType[*ServiceError](err); ok {
		found.Unknown, err = text.Clip(text.Plain(no.Text), 300), nil
	}
	if err != nil {
		return nil, err
	}
	found.tidy()
	if news := r.Dependents.news(found); !news.none() {
		return nil, &inUse{found, news}
	}
	return func(_ *Request, st *Step) { st.Note = found.note() }, nil
}

// tidy makes names that can be shown, and an order that is the same at every look.
func (d *Dependents) tidy() {
	for i := range d.List {
		n := &d.List[i]
		n.Name = text.Clip(text.OneLine(strings.NewReplacer("“", "", "”", "").Replace(n.Name)), dependentName)
		n.Name = cmp.Or(n.Name, n.ID)
	}
	slices.SortFunc(d.List, func(a, b Dependent) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

func (d Dependents) none() bool { return len(d.List) == 0 && !d.More && d.Unknown == "" }

// news is what of found was not shown with d. Whoever was told that there are more than
// are counted was told of all.
func (d Dependents) news(found Dependents) Dependents {
	if d.Unknown != "" {
		found.Unknown = ""
	}
	if d.More {
		return Dependents{Unknown: found.Unknown}
	}
	found.List = set.Minus(found.List, d.List, func(a, b Dependent) bool { return strings.EqualFold(a.ID, b.ID) })
	return found
}

func (d Dependents) clone() Dependents {
	d.List = slices.Clone(d.List)
	return d
}

// Description name them: some of each kind by name, the others by number. They are empty where
// nothing is known.
func (d Dependents) Description() string { return d.words(namedDependents) }

// counts are them without names.
func (d Dependents) counts() string { return d.words(0) }

func (d Dependents) words(named int) string {
	var parts []string
	for _, k := range []struct {
		kind      DependentKind
		one, many string
	}{{DependentUser, "user", "users"}, {DependentGroup, "group", "groups"}, {DependentApp, "other app", "other apps"}} {
		var names []string
		for _, n := range d.List {
			if n.Kind == k.kind {
				names = append(names, "“"+n.Name+"”")
			}
		}
		if len(names) == 0 {
			continue
		}
		noun := k.many
		if len(names) == 1 {
			noun = k.one
		}
		part := fmt.Sprintf("%d %s", len(names), noun)
		if most := min(named, len(names)); most > 0 {
			part += " (" + strings.Join(names[:most], ", ")
			if rest := len(names) - most; rest > 0 {
				part += fmt.Sprintf(" and %d more", rest)
			}
			part += ")"
		}
		parts = append(parts, part)
	}
	if d.More {
		parts = append(parts, "more than are counted here")
	}
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// note is what the step says of them on a card.
func (d Dependents) note() string {
	var notes []string
	if words := d.counts(); words != "" {
		notes = append(notes, "in use by "+words)
	}
	if d.Unknown != "" {
		notes = append(notes, "could not be looked up: "+d.Unknown)
	}
	if notes == nil {
		return "nothing else in the tenant uses it"
	}
	return strings.Join(notes, "; ")
}

// text says why the job was stopped, what is true now, and how it goes on. Names give way
// to what has to be said.
func (u *inUse) text(r *Request) string {
	for named := namedDependents; ; named-- {
		if text := u.textNaming(r, named); named == 0 || utf8.RuneCountInString(text) <= stopMax {
			return text
		}
	}
}

func (u *inUse) textNaming(r *Request, named int) string {
	words, text := u.news.words(named), "“"+r.StepTitle(StepDependents)+"” stopped the job before "
	stays := "as it is."
	if !r.Steps.changed() {
		text += "anything was deleted, and the app works as before. "
	} else {
		text += "the app was deleted. " + removed(r) + " "
		stays = "as it is now."
	}
	switch before := len(u.found.List) - len(u.news.List); {
	case words == "":
	case before > 0:
		text += fmt.Sprintf("It is now used by %s as well, besides the %d shown before. ", words, before)
	default:
		text += "It is used by " + words + ". "
	}
	if u.news.Unknown != "" {
		return text + "Not everything that depends on it could be looked up: " + strings.TrimRight(u.news.Unknown, ".") +
			". An approver can press Retry, which looks again with another sign-in, and retires the app even if that cannot be seen " +
			"then; Give up leaves the app " + stays
	}
	return text + "An approver can press Retry to retire it all the same, with another sign-in; Give up leaves the app " + stays
}

// stopForDependents writes down what depends on the app, in the transaction that shows it.
func (e *Engine) stopForDependents(r *Request, u *inUse) bool {
	e.log.Info("the app is in use", "request", r.ID, "dependents", len(u.found.List), "new", len(u.news.List), "more", u.found.More,
		"unknown", u.found.Unknown)
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		st := r.Steps.Get(StepDependents)
		st.Status, st.At, st.Since = StepFailed, now, time.Time{}
		st.Note = u.found.note()
		r.Failure = Failure{Rule: RuleInUse, Text: u.text(r)}
		r.move(StateFailed, now, Event{Kind: EventFailed, Text: r.Failure.Text})
		r.Dependents = u.found.clone()
		r.Dependents.Rev = r.Rev
		return nil
	})
	e.drop(r.ID)
	return err == nil
}

// removed says how far a Retire has come that has begun. What a step that failed has
// removed is not known.
func removed(r *Request) string {
	var tried []string
	for _, s := range r.Steps.changes() {
		came := "was tried"
		if s.Status == StepDone {
			came = "was done"
		}
		tried = append(tried, "“"+r.StepTitle(s.Name)+"” "+came)
	}
	return "What was removed so far stays removed (" + strings.Join(tried, ", ") + ")."
}

func remainsOfRetire(r *Request) (what, next string) {
	if !r.Steps.changed() {
		return "Nothing was deleted", ", and the app works as before. Another request can be made for it."
	}
	return "What was removed so far stays removed", "; another request can be made for the app."
}

// lookAtDependents makes the look due again, until the app itself was to be deleted: by
// then the app may be gone, and nothing can be looked up. A Retire that was approved
// before there was such a step has it from now on.
func lookAtDependents(r *Request) {
	if s := r.Steps.Get(StepDelete); s == nil || s.Tries > 0 {
		return
	}
	if r.Steps.Get(StepDependents) == nil {
		at := 1 + slices.IndexFunc(r.Steps, func(s Step) bool { return s.Name == StepOwned })
		r.Steps = slices.Insert(r.Steps, at, Step{Name: StepDependents})
	}
	r.Steps.redo(StepDependents)
}
