package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// dependentsBlocks name what depends on an app whose retirement was stopped for it, from
// then on, unless the reason of the stop says it already.
func dependentsBlocks(r *workflow.Request) []slack.Block {
	d := r.Dependents
	if d.Rev == 0 {
		return nil
	}
	said := func(words string) bool {
		return words == "" || r.State == workflow.StateFailed && strings.Contains(r.Failure.Text, words)
	}
	title := "Depended on the app: " // it may be gone
	if r.State == workflow.StateFailed || r.State == workflow.StateSignIn {
		title = "Depends on the app: "
	}
	var parts []any
	if words := d.Description(); !said(words) {
		parts = append(parts, bold(title), words)
	}
	if unknown := strings.TrimRight(d.Unknown, "."); !said(unknown) {
		if parts != nil {
			parts = append(parts, "\n")
		}
		parts = append(parts, bold("What could not be looked up: "), unknown, ".")
	}
	if parts == nil {
		return nil
	}
	return []slack.Block{block(line(parts...))}
}
