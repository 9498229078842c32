package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// What messages say of the hand-off of an app to a backup server.

// backupLine says in a plan where the credential goes.
func backupLine(r *workflow.Request) []any {
	s := r.Plan.Backup
	if s.Server == "" {
		return nil
	}
	if says := kindOf(r).backup; says != nil {
		return []any{bold("Backup server: "), s.Server, says(s)}
	}
	if !r.Connects() {
		return []any{bold("Backup server: "), s.Server, ", which is not told about this request\n"}
	}
	if s.IsAzure() {
		return []any{bold("Backup server: "), "Gives ", s.Server, " the app as its Azure service account for ", r.Tenant,
			"; nobody is handed the credential\n"}
	}
	by := firstOf(credentialOf(r.Plan.Credential.Kind).server.by, " with it; nobody is handed the credential\n")
	return []any{bold("Backup server: "), "Connects ", r.Tenant, " on ", s.Server, " (" + s.Titles() + ")" + by}
}

// connectedOutcome says what came of a request whose app a server is connected with.
func connectedOutcome(r *workflow.Request) string {
	if r.State != workflow.StateDone || !r.AddsCredential() || !r.Connects() || r.Made.Connected == "" {
		return ""
	}
	return "The app works, and " + r.Plan.Backup.Server + " is connected with it: " + r.Made.Connected +
		". Nobody was handed the credential."
}

// connectedBlocks are the end of the requester's message, instead of what they
// would have to do in the product.
func (s say) connectedBlocks(r *workflow.Request) []slack.Block {
	server := r.Plan.Backup.Server
	parts := []any{bold(server + " is connected: "), r.Made.Connected}
	switch {
	case r.Connects():
		parts = append(parts, ". There is nothing to open or to enter.")
	case r.Plan.Backup.IsAzure():
		parts = append(parts, ". It was not told of this change.")
	default:
		parts = append(parts, ". It was not told of this change: if the app is for other services now, choose them for the "+
			"organization on ", server, ".")
	}
	blocks := []slack.Block{block(line(parts...))}
	if s.Checks(r) {
		blocks = append(blocks, slack.NewActionBlock("", checkButton(actCheck, buttonValue(r), r)))
	}
	return blocks
}

// notConnected says that nothing was sent to the plan's server, for an app that
// somebody has made by hand.
func notConnected(r *workflow.Request) string {
	if r.Plan.Backup.Server == "" || r.Made.Connected != "" {
		return ""
	}
	return " " + r.Plan.Backup.Server + " was not told: whoever has its certificate enters it there."
}
