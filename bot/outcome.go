package bot

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// outcomeText says what came of a request, for the line under a card and in DMs.
func outcomeText(r *workflow.Request) string {
	if words := firstOf(connectedCame(r), pfxCame(r)); words != "" {
		return words
	}
	if say := outcomes[r.State]; say != nil {
		return say(r)
	}
	return ""
}

// outcomes has a row for each state that something has come of.
var outcomes = map[workflow.State]func(*workflow.Request) string{
	workflow.StateSignIn: func(r *workflow.Request) string {
		return failureOr(r, "Waiting for the sign-in at Microsoft.")
	},
	workflow.StateProvisioning: begunOutcome,
	workflow.StateReady: func(r *workflow.Request) string {
		return workflow.Stands(r) + " and proven. The requester has to open the secret."
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
	if r.Kind == workflow.KindRegister && r.Task == workflow.TaskProvision {
		return "The bot is making it."
	}
	return "The bot has begun to " + r.Does() + "."
}

func doneOutcome(r *workflow.Request) string {
	kept := r.Handover.Status != workflow.HandoverNone
	switch {
	case r.Task == workflow.TaskVerify:
		return "The app was made by hand, and matches the plan exactly." + notConnected(r)
	case r.Kind == workflow.KindAdopt && !kept:
		return "The app has what was approved, in addition to all that it had. There was nothing secret to hand over."
	case r.Kind == workflow.KindUpdate && r.Previous.Credential.Kind != r.Plan.Credential.Kind:
		return "The app has exactly what was approved now, and its first certificate."
	case r.Kind == workflow.KindUpdate:
		return "The app has exactly what was approved now. Its credential is the one that it had."
	case r.Kind == workflow.KindRetire:
		return "The app has no credential and no consent any more, and is deleted. Entra keeps it for 30 days."
	case !kept:
		return workflow.Stands(r) + " and checked. There was nothing secret to hand over."
	}
	return "The app works, and its secret was opened by the requester."
}

func undoneOutcome(r *workflow.Request) string {
	stay := r.Stays()
	switch {
	case r.Kind == workflow.KindRenew:
		return "The new credential was removed again. The app has the one that it had."
	case r.Kind == workflow.KindAdopt && stay != "":
		return cutProse("What was added was removed again, except for what stays: "+stay+
			". It can be removed by hand, in Entra or in Azure.", 900) + servicesStay(r)
	case r.Kind == workflow.KindAdopt:
		return "What was added was removed again. The app has what it had before." + servicesStay(r)
	}
	return "What was made was deleted again." + servicesStay(r)
}

// servicesStay says that an Undo leaves the service principals of Microsoft's services
// that a tenant lacked: they are not the app's, and whoever came later may use them.
// Microsoft Graph has one in every tenant.
func servicesStay(r *workflow.Request) string {
	var names []string
	for _, p := range r.Plan.Permissions {
		if p.ResourceAppID != workflow.Self && p.ResourceAppID != catalog.MicrosoftGraph && !slices.Contains(names, p.Resource) {
			names = append(names, p.Resource)
		}
	}
	if names == nil {
		return ""
	}
	return " If the tenant had no service principal of " + strings.Join(names, " or ") +
		" before, the one that was made stays: it is Microsoft's, and other apps may use it by now."
}
