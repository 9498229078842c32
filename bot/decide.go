package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// Action IDs of the buttons. Their values are a request's ID and the revision
// that the button was drawn from.
const (
	actApprove = "approve"
	actDeny    = "deny"
	actDetails = "details"
	actNewCode = "new-code"
	actCancel  = "cancel"
	actRetry   = "retry"
	actUndo    = "undo"
	actReveal  = "reveal"
	actHome    = "home"
	actWorks   = "works"
	actOld     = "remove-old"
	actRenew   = "renew"
	actRetire  = "retire"
	actUpdate  = "update"
	actGiveUp  = "give-up"
	actCheck   = "check"

	actHandOver = "hand-over"

	actDetailsPage = "details-page" // the value has a page instead of a revision

	actRecreate = "recreate"

	denyView    = "deny"
	reasonBlock = "Reason"
)

func buttonValue(r *workflow.Request) string { return fmt.Sprintf("%s %d", r.ID, r.Rev) }

func fromValue(v string) (id string, rev int) {
	id, n, _ := strings.Cut(v, " ")
	rev, _ = strconv.Atoi(n)
	return id, rev
}

// act does what a button is for. Decisions are made before the acknowledgement;
// what only Slack has to do comes after it.
func (b *Bot) act(ctx context.Context, i interaction, a action) {
	a.ActionID = strings.TrimSuffix(a.ActionID, ":"+a.Value) // of a list
	switch {
	case strings.HasPrefix(a.ActionID, actExport):
		b.later(ctx, func(ctx context.Context) { b.export(ctx, i, strings.TrimPrefix(a.ActionID, actExport), a.Value) })
		return
	case strings.HasPrefix(a.ActionID, "page:"):
		b.turn(ctx, i, a)
		return
	case a.ActionID == string(workflow.FieldProduct), a.ActionID == string(workflow.FieldApplication),
		a.ActionID == string(workflow.FieldCredential), a.ActionID == string(workflow.FieldWorkloads),
		a.ActionID == string(workflow.FieldBackup):
		b.rebuild(ctx, i)
		return
	}
	id, rev := fromValue(a.Value)
	switch a.ActionID { // windows come first: a trigger lasts three seconds
	case actReveal:
		b.later(ctx, func(ctx context.Context) { b.reveal(ctx, i, id) })
	case actDeny:
		b.later(ctx, func(ctx context.Context) { b.askReason(ctx, i, id) })
	case actDetails:
		b.later(ctx, func(ctx context.Context) { b.details(ctx, i, id, 0) })
	case actDetailsPage, actDetailsPage + backwards:
		b.later(ctx, func(ctx context.Context) { b.details(ctx, i, id, rev) })
	case actHome:
		b.later(ctx, func(ctx context.Context) { b.publishHome(ctx, i.User.ID) })
	case actRenew, actRetire, actUpdate, actRecreate:
		b.later(ctx, func(ctx context.Context) { b.openLife(ctx, i, workflow.Kind(a.ActionID), id) })
	case actApprove, actNewCode, actCancel, actRetry, actUndo, actWorks, actOld, actGiveUp, actCheck, actHandOver, actEWS:
		if b.knows(i.User.ID) && a.ActionID != actApprove { // before an approval Slack is asked whether the requester is there
			b.press(ctx, i, a.ActionID, id, rev)
			return
		}
		b.later(ctx, func(ctx context.Context) { b.press(ctx, i, a.ActionID, id, rev) })
	}
}

// press makes the one transaction of a button. It comes before the
// acknowledgement, but for somebody whom Slack has to be asked about first.
func (b *Bot) press(ctx context.Context, i interaction, button, id string, rev int) {
	by, err := b.presser(ctx, i)
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	switch button {
	case actApprove:
		_, err = b.desk.Approve(ctx, id, by, rev)
	case actNewCode:
		_, err = b.desk.NewCode(ctx, id, by)
	case actCancel:
		_, err = b.desk.Cancel(ctx, id, by)
	case actRetry:
		_, err = b.desk.Retry(ctx, id, by, rev)
	case actUndo:
		_, err = b.desk.Undo(ctx, id, by)
	case actWorks:
		_, err = b.desk.SayWorks(ctx, id, by)
	case actGiveUp:
		_, err = b.desk.GiveUp(ctx, id, by)
	case actCheck:
		_, err = b.desk.CheckConnection(ctx, id, by)
	case actHandOver:
		_, err = b.desk.HandOver(ctx, id, by, rev)
	case actOld:
		_, err = b.desk.RemoveOld(ctx, id, by)
	case actEWS:
		_, err = b.desk.SayEWSListed(ctx, id, by)
	}
	if err != nil {
		b.refuse(ctx, i, about(id, err))
	}
}

// presser is who pressed a button or sent a view.
func (b *Bot) presser(ctx context.Context, i interaction) (workflow.Person, error) {
	return b.person(ctx, i.User.ID)
}

// refuse tells the person who pressed, and nobody else, why nothing was done.
func (b *Bot) refuse(ctx context.Context, i interaction, err error) {
	text := b.sentence(err)
	b.later(ctx, func(ctx context.Context) { b.tell(ctx, i.ResponseURL, i.channel(), i.User.ID, private(text)) })
}

// askReason opens the denial's form, for those who may deny: a denial without a
// reason is refused for that reason alone only where nothing else is against it.
func (b *Bot) askReason(ctx context.Context, i interaction, id string) {
	by, err := b.presser(ctx, i)
	if err == nil {
		_, err = b.desk.Deny(ctx, id, by, "")
	}
	if no, ok := errors.AsType[*workflow.Refusal](err); err != nil && (!ok || no.Rule != workflow.RuleReason) {
		b.refuse(ctx, i, about(id, err))
		return
	}
	reason := slack.NewPlainTextInputBlockElement(nil, reasonBlock)
	reason.Multiline, reason.MinLength, reason.MaxLength = true, 1, workflow.ReasonMax
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: denyView, PrivateMetadata: id,
		Title: plain("Deny " + clip(id, 18)), Submit: plain("Deny"), Close: plain("Back"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(reasonBlock, plain("Reason"), plain("The requester is told this, so say what to change."), reason),
		}},
	}
	b.open(ctx, i, view)
}

// open opens a view for a press.
func (b *Bot) open(ctx context.Context, i interaction, view slack.ModalViewRequest) (*slack.ViewResponse, bool) {
	v, err := b.openView(ctx, i.TriggerID, view)
	if err != nil {
		b.log.Warn("a view did not open", "view", view.CallbackID, "user", i.User.ID, "err", err)
		b.tell(ctx, i.ResponseURL, i.channel(), i.User.ID,
			private("Slack did not open the window. Nothing was done. Press the button again."))
		return nil, false
	}
	return v, true
}

// deny takes the denial's form.
func (b *Bot) deny(ctx context.Context, i interaction) Reply {
	id := i.View.PrivateMetadata
	by, err := b.presser(ctx, i)
	if err == nil {
		_, err = b.desk.Deny(ctx, id, by, i.View.State.text(workflow.FieldReason))
	}
	if err = about(id, err); err != nil {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{reasonBlock: b.sentence(err)})
	}
	return nil
}

// details shows the whole plan, with every word of every permission, every action of a
// custom role, and the whole history: in as many pages as it takes.
func (b *Bot) details(ctx context.Context, i interaction, id string, page int) {
	by, err := b.presser(ctx, i)
	if err == nil {
		err = outsider(by)
	}
	var r *workflow.Request
	if err == nil {
		r, err = b.desk.Get(ctx, id)
	}
	if err != nil {
		b.refuse(ctx, i, about(id, err))
		return
	}
	blocks := append([]slack.Block{block(line(bold("State: "), r.State.Title(), ", ", waitsFor(r)))},
		b.planBlocks(r, workflow.PermissionsMax+1)...)
	if steps := stepBlock(r); steps != nil {
		blocks = append(blocks, steps)
	}
	blocks = append(blocks, actionBlocks(r.Plan)...)
	blocks = append(blocks, historyBlocks(r, len(r.History))...)
	blocks, buttons := pageOf(blocks, page, actDetailsPage, r.ID)
	buttons = append(buttons, button(actExport+asJSON, "Export manifest", r.ID, "Export the manifest of "+r.ID))
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: detailsView, Title: plain(clip(r.ID+" in detail", 24)), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: append(blocks, slack.NewActionBlock("", buttons...))},
	}
	if i.View.CallbackID == detailsView {
		b.show(ctx, i.View.ID, view)
		return
	}
	b.open(ctx, i, view)
}
