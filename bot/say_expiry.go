package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/text"
)

// expires says until when an app's credential is good.
func (s say) expires(r *workflow.Request) string {
	at := r.Made.KeyExpires
	switch left := at.Sub(s.now); {
	case at.IsZero():
		return "no credential that expires"
	case left <= 0:
		return "credential EXPIRED on " + at.UTC().Format("2 January 2006")
	default:
		return fmt.Sprintf("credential valid until %s (%s)", at.UTC().Format("2 January 2006"), text.Days(left))
	}
}

// expiry is the message that a credential ends soon.
func (s say) expiry(r *workflow.Request) (string, []slack.Block) {
	left := r.Made.KeyExpires.Sub(s.now)
	words := fmt.Sprintf("The credential of %s expires on %s.", r.AppName(), r.Made.KeyExpires.UTC().Format("2 January 2006"))
	when := "in " + text.Days(left)
	if left <= 0 {
		when = "and has expired"
	}
	blocks := []slack.Block{
		header(clip(r.AppName()+": the credential expires", 150)),
		s.aboutApp(r, "\nIts credential expires on ", r.Made.KeyExpires, ", "+when+". What signs in with it stops working then."),
	}
	blocks = append(blocks, s.missingBlocks(r)...)
	return words, append(blocks, slack.NewActionBlock("",
		button(actRenew, "Renew", r.ID, "Renew the credential of "+r.AppName()).WithStyle(slack.StylePrimary)))
}
