package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// An app that somebody else made is adopted: it is found, its requester has to be
// one of its owners, what it has is written down, and only then is anything added
// to it. An adoption removes nothing and writes over nothing. The bot can see
// the app only once an approver has signed in, so what is approved is a bound:
// what the app may get at most.

// adoptKind adds what a product needs to an app that was not made here.
var adoptKind = kind{
	say: phrases{wish: "to add to the app %s", does: "add to the existing app %s", stands: "The app has what it needs, is consented"},
	titles: map[StepName]string{
		StepApplication:      "Add to its settings",
		StepServicePrincipal: "Ensure that it has a service principal",
		StepOwner:            "Add its owners",
		StepUnassign:         "Remove its new Azure roles",
	},
	next:  lookFirst,
	steps: adoptSteps,
	undo: undo{
		steps: func(r *Request) []StepName {
			if azureOf(r).takes() {
				return []StepName{StepRemoveNew, StepUnassign, StepUndoAdoption}
			}
			return []StepName{StepRemoveNew, StepUndoAdoption}
		},
		needs: undoAdoptRights,
		does:  "remove what was added to %s", purpose: "to remove what was added",
		question: "Remove what was added?",
		explains: "This removes the new credential and what else was added from %s, after you have signed in. What it had before stays.",
		did:      "what was added was removed again",
		came:     gaveBack,
	},
	needs: adoptRights,
	finish: func(r *Request, now time.Time) {
		if r.Plan.Credential.Kind.HandsOver() {
			finishNew(r, now)
			return
		}
		r.move(StateDone, now, Event{Kind: EventReady,
			Text: "The app has what was approved, in addition to all that it had. There is nothing secret to hand over."})
	},
	undoable: func(r *Request) bool { return r.Steps.undoing() || r.Steps.changed() },
	adds:     yes, begins: true, finds: true, takesLink: true,
	remains: remainsOfAdopt, looksAgain: lookOnceMore,
}

// undoAdoptRights are those to remove what was added: what it had stays.
func undoAdoptRights(r *Request) rights {
	return rights{plan: r.Plan.Clone(), consents: true, reads: true, whole: true}
}

// adoptRights are those to add. Whoever gets a new credential of the app gets all that it may do.
func adoptRights(r *Request) rights {
	n := undoAdoptRights(r)
	if r.Plan.Credential.Kind != plan.CredentialNone && !wasThere(r) {
		n.handsOut = r.Look.holds()
	}
	return n
}

func remainsOfAdopt(r *Request) (what, next string) {
	if !r.Steps.changed() {
		return "Nothing was changed", ", and the app has what it had. It can be asked for again."
	}
	return "What was added so far stays in the tenant", "; the app can be asked for again."
}

// checkAdopted checks whether the app that a draft names is already ours.
func (d *Desk) checkAdopted(ctx context.Context, wrong form.Errors, r *Request) error {
	if id := strings.ToLower(text.OneLine(r.Plan.AppName)); text.IsGUID(id) {
		r.Plan.AppName = id
		if d.isOwn(id) {
			wrong[form.FieldAppName] = fmt.Sprintf(ownClient, id)
			return nil
		}
		other, err := standsFor(ctx, d.store, r, id)
		switch {
		case other != "" && d.holder(ctx, other, r.Requester) == "":
			wrong[form.FieldAppName] = notYours
		case other != "":
			wrong[form.FieldAppName] = fmt.Sprintf("%s already manages this app. %s changes what it has.", other,
				"/entra-app update "+other)
		}
		return err
	}
	return nil
}

// adoptSteps look at the app once more, and then add.
func adoptSteps(r *Request) []StepName {
	steps := slices.Clone(lookSteps)
	for _, s := range stepsOf(r.Plan) {
		if s != StepOwner || len(r.Plan.Owners) > 0 || r.Look.NoOwner { // else the requester is one already
			steps = append(steps, s)
		}
	}
	return steps
}

// findAdopted finds the one app that r names. Several, none, or one that is ours
// already end the request before anything is changed.
func (e *Engine) findAdopted(ctx context.Context, r *Request, s Session) (edit, error) {
	app, err := e.theOne(ctx, r, s, "Give up, and have it asked for again by the App ID of the one that is meant.")
	if err != nil {
		return nil, err
	}
	return func(r *Request, st *Step) { st.Note = r.AppName() + ", App ID " + app.AppID }, nil
}
