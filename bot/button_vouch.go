package bot

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
)

// Approve, for an app that nobody owns in Entra: it asks how the approver knows that the
// requester may have it.

const (
	actVouch  = "vouch"
	vouchForm = "vouch"
)

// approveButton approves what a card shows, or asks for words first.
func approveButton(r *workflow.Request) slack.BlockElement {
	act := actApprove
	if r.TakesVouch() {
		act = actVouch
	}
	return button(act, "Approve", buttonValue(r), "Approve "+r.ID).WithStyle(slack.StylePrimary)
}

func (b *Bot) askVouch(ctx context.Context, i interaction, id string, rev int) {
	r, err := b.visible(ctx, i.User.ID, id, i.channel())
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	words := slack.NewPlainTextInputBlockElement(nil, reasonBlock)
	words.Multiline, words.MinLength, words.MaxLength = true, 1, form.ReasonMax
	r.Rev = rev // as it was drawn
	view := formView(vouchForm, "Vouch for "+clip(id, 12), buttonValue(r), []slack.Block{
		block(line("Nobody owns ", bold(r.AppName()), " in Entra, so nothing there says that it is for ", user(r.Requester.ID),
			" to have. Two approvers are needed, and the requester becomes its owner.")),
		slack.NewInputBlock(reasonBlock, plain("Reason"), plain("How do you know that they may have it? This is kept, and shown."), words),
	})
	view.Submit, view.Close = plain("Approve"), plain("Back")
	b.open(ctx, i, view)
}

// vouch takes that form.
func (b *Bot) vouch(ctx context.Context, i interaction) Reply {
	id, rev := fromValue(i.View.PrivateMetadata)
	by, err := b.presser(ctx, i)
	if err == nil {
		_, err = b.desk.Vouch(ctx, id, by, rev, i.View.State.text(form.FieldReason))
	}
	if err = about(id, err); err != nil {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{reasonBlock: b.sentence(err)})
	}
	return nil
}
