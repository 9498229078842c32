package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// retireKind is the end of an app.
var retireKind = kind{
	form: question{
		title: "Retire an app",
		says: func(workflow.Policy) string {
			return "Its credentials, consents and Azure roles are removed and the app is deleted. Whatever signs in with it " +
				"stops working at once. If anything else in the tenant depends on it, the bot stops before that and asks the approver " +
				"again. Entra keeps it for 30 days; recreate restores it."
		},
		send: (*workflow.Desk).Retire,
	},
	card: func(r *workflow.Request, plan []slack.Block) []slack.Block {
		plan = append(plan, leftBlocks(r)...)
		if r.State != workflow.StatePending {
			return plan
		}
		warning := block(line(bold("This deletes the app. "),
			"Its credentials and consents are removed first: whatever signs in with it stops working at once. Before that the bot "+
				"looks at what else in the tenant depends on it, and stops if anything does. What it has now:"))
		return append([]slack.Block{warning}, plan...)
	},
	backup: func(s plan.Backup) string {
		if s.IsAzure() {
			return " has this app as an Azure service account. It stops working; the bot does not remove it there\n"
		}
		return " has the organization with this app. Its backup stops; the bot does not remove it there\n"
	},
	outcome: func(s say, r *workflow.Request) []slack.Block {
		return append([]slack.Block{
			block(line(outcomeText(r), " ", Command, " recreate restores it.")),
			slack.NewActionBlock("", button(actRecreate, "Recreate", r.ID, "Recreate "+r.AppName())),
		}, s.ewsNext(r)...)
	},
	done: func(*workflow.Request) string {
		return "The app has no credentials and no consents left, and is deleted. Entra keeps it for 30 days."
	},
	ended:   "the app was deleted",
	deletes: true,
}
