package bot

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
)

// askReason opens the denial's form, for those who may deny: a denial without a
// reason is refused for that reason alone only where nothing else is against it.
func (b *Bot) askReason(ctx context.Context, i interaction, id string) {
	by, err := b.presser(ctx, i)
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	_, err = b.desk.Deny(ctx, id, by, "")
	if no, ok := errors.AsType[*workflow.Refusal](err); err != nil && (!ok || no.Rule != workflow.RuleReason) {
		b.refuse(ctx, i, about(id, err))
		return
	}
	reason := slack.NewPlainTextInputBlockElement(nil, reasonBlock)
	reason.Multiline, reason.MinLength, reason.MaxLength = true, 1, form.ReasonMax
	view := formView(denyForm, "Deny "+clip(id, 18), id, []slack.Block{
		slack.NewInputBlock(reasonBlock, plain("Reason"), plain("The requester is told this, so say what to change."), reason),
	})
	view.Submit, view.Close = plain("Deny"), plain("Back")
	b.open(ctx, i, view)
}

// deny takes the denial's form.
func (b *Bot) deny(ctx context.Context, i interaction) Reply {
	id := i.View.PrivateMetadata
	by, err := b.presser(ctx, i)
	if err == nil {
		_, err = b.desk.Deny(ctx, id, by, i.View.State.text(form.FieldReason))
	}
	if err = about(id, err); err != nil {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{reasonBlock: b.sentence(err)})
	}
	return nil
}
