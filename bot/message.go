package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// message is the content of a drawing, as much of it as Slack takes.
func (s say) message(d workflow.Drawing) (string, []slack.Block) {
	text, blocks := s.content(d)
	return text, fitMessage(d.Request, text, blocks)
}

func (s say) content(d workflow.Drawing) (string, []slack.Block) {
	r := d.Request
	switch {
	case d.Superseded:
		return past(r)
	case d.Name.To() != "":
		return s.expiry(r)
	case strings.HasPrefix(string(d.Name), string(workflow.PostEWS)):
		return s.ewsReminder(r)
	case d.Name == workflow.PostCard:
		return summary(r), s.cardBlocks(r)
	case d.Name == workflow.PostFollow:
		return s.follow(r)
	case d.Name == workflow.PostThread:
		return s.told(r, *d.Event)
	case strings.HasPrefix(string(d.Name), string(workflow.PostSignIn)):
		return s.signIn(r, d.Prompt)
	}
	return s.outcome(r)
}

// told is one line of history under the card. A reminder names the approvers.
func (s say) told(r *workflow.Request, e workflow.Event) (string, []slack.Block) {
	blocks := []slack.Block{block(eventLine(e, 2500))}
	if e.Kind == workflow.EventReminder {
		t, _ := s.Tenant(r.Tenant)
		blocks = append(blocks, block(line(append([]any{"Approvers: "}, users(approversOf(t))...)...)))
	}
	return r.ID + ": " + cutProse(e.Text, 600), blocks
}

// messageOptions are what every message of ours has. The text is what notifications
// show.
func messageOptions(text string, blocks []slack.Block) []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(fitText(text), false), slack.MsgOptionBlocks(blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
}
