package bot

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// outcomeText says what came of a request, for the line under a card and in DMs.
func outcomeText(r *workflow.Request) string {
	if words := connectedOutcome(r); words != "" {
		return words
	}
	if say := outcomes[r.State]; say != nil {
		return say(r)
	}
	return ""
}

// outcomes has a row for each state that something has come of.
var outcomes = map[workflow.State]func(*workflow.Request) string{
	workflow.StateUnlinked: func(r *workflow.Request) string { return failureOr(r, "") },
	workflow.StateSignIn: func(r *workflow.Request) string {
		return failureOr(r, "Waiting for the sign-in at Microsoft.")
	},
	workflow.StateProvisioning: begunOutcome,
	workflow.StateReady: func(r *workflow.Request) string {
		return workflow.Stands(r) + " and proven. The requester has to " + opening(r) + "."
	},
	workflow.StateOverlap: func(*workflow.Request) string { return "The app has a new credential beside the old one." },
	workflow.StateLeftover: func(*workflow.Request) string {
		return "The new credential is in use. The old one has to be removed."
	},
	workflow.StateDone:    doneOutcome,
	workflow.StateFailed:  func(r *workflow.Request) string { return failureOr(r, "") },
	workflow.StateRevoked: func(r *workflow.Request) string { return failureOr(r, "") },
	workflow.StateCancelled: func(r *workflow.Request) string {
		return failureOr(r, "The requester cancelled it. Nothing was changed in the tenant.")
	},
	workflow.StateExpired: func(*workflow.Request) string {
		return "Nobody decided or signed in in time. Nothing was changed in the tenant."
	},
	workflow.StateUndone: undoneOutcome,
}

// failureOr is why r failed, or something else where it has not.
func failureOr(r *workflow.Request, other string) string {
	if r.Failure.Text != "" {
		return cutProse(r.Failure.Text, 900)
	}
	return other
}

func begunOutcome(r *workflow.Request) string {
	return firstOf(said(tasks[r.Task].begun, r), "The bot has begun to "+r.Does()+".")
}

func doneOutcome(r *workflow.Request) string {
	if words := firstOf(said(tasks[r.Task].done, r), said(kindOf(r).done, r)); words != "" {
		return words
	}
	if r.Handover.Status == workflow.HandoverNone {
		return workflow.Stands(r) + " and checked. There was nothing secret to hand over."
	}
	return firstOf(credentialOf(r.Plan.Credential.Kind).done, "The app works, and its secret was opened by the requester.")
}

func undoneOutcome(r *workflow.Request) string {
	return firstOf(said(kindOf(r).undone, r), "What was made was deleted again."+servicesStay(r))
}

// said is what a row says of r, or nothing.
func said(says func(*workflow.Request) string, r *workflow.Request) string {
	if says == nil {
		return ""
	}
	return says(r)
}

// handedOver is what a request gives to its requester.
func handedOver(r *workflow.Request) string {
	return firstOf(credentialOf(r.Plan.Credential.Kind).noun, "secret")
}

// opening is what the requester of a ready request has to do.
func opening(r *workflow.Request) string {
	return firstOf(said(credentialOf(r.Plan.Credential.Kind).opening, r), "open the secret")
}

// servicesStay says that an Undo leaves the service principals of Microsoft's services
// that a tenant lacked: they are not the app's, and whoever came later may use them.
// Microsoft Graph has one in every tenant.
func servicesStay(r *workflow.Request) string {
	var names []string
	for _, p := range r.Plan.Permissions {
		if p.ResourceAppID != plan.Self && p.ResourceAppID != catalog.MicrosoftGraph && !slices.Contains(names, p.Resource) {
			names = append(names, p.Resource)
		}
	}
	if names == nil {
		return ""
	}
	return " If the tenant had no service principal of " + strings.Join(names, " or ") +
		" before, the one that was made stays: it is Microsoft's, and other apps may use it."
}
