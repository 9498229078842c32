package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// checkMessage is the message. Only a block of it shows the code: the text that
// notifications show does not have it.
func checkMessage(c workflow.Checking) (string, []slack.Block) {
	r, server := c.Request, firstOf(c.Servers, c.Request.Plan.Backup.Server)
	blocks := []slack.Block{header(clip(r.ID+": check the connection of "+r.AppName(), 150))}
	if c.Prompt == nil {
		return r.ID + ": the connection to " + server + " was checked.", append(blocks, sentenceBlock(c.Said),
			slack.NewActionBlock("", checkButton(actCheck, buttonValue(r), r)))
	}
	word, takes := "Backup server: ", ", which takes this sign-in and shows what you can reach on it\n"
	if strings.Contains(server, ", ") {
		word, takes = "Backup servers: ", ", which take this sign-in and show what you can reach on them\n"
	}
	to := []any{bold("App: "), r.AppName(), "\n"}
	if c.OwnApp {
		to = []any{bold("App: "), r.AppName(), ", which you sign in to directly\n"}
	}
	if c.Unsure != "" {
		takes += "Not known to have the organization, but asked anyway: " + c.Unsure + "\n"
	}
	about := append([]any{bold("Tenant: "), r.Tenant, " (", code(r.Plan.TenantID), ")\n"}, to...)
	return r.ID + ": sign in to check the connection to " + server + ".", append(blocks,
		block(line("1. Open ", link(c.Prompt.URL), "\n2. Enter this code:")),
		block(preformatted(c.Prompt.Code.Reveal())),
		block(line("3. Sign in with your account of ", r.Tenant, ", one without a directory role.")),
		block(line(append(about, bold(word), server, takes, bold("The code is valid until "), c.Prompt.Expires)...)),
		block(line(bold("You asked for this by pressing Check the connection."),
			" If you did not, don't use the code, and tell your security team.")))
}

func checkButton(action, value string, r *workflow.Request) *slack.ButtonBlockElement {
	return button(action, "Check the connection", value, "Check the connection of "+r.AppName())
}
