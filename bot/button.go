package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
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
	actLink    = "link" // the value is a tenant's name

	actHandOver = "hand-over"

	actDetailsPage = "details-page" // the value has a page instead of a revision
	actAuditPage   = "audit-page"   // likewise

	actRecreate = "recreate"

	denyForm    = "deny"
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
	case a.ActionID == actLink:
		b.later(ctx, func(ctx context.Context) { b.pressLink(ctx, i, a.Value) })
		return
	case strings.HasPrefix(a.ActionID, "page:"):
		b.turn(ctx, i, a)
		return
	case a.ActionID == string(form.FieldProduct), a.ActionID == string(form.FieldApplication),
		a.ActionID == string(form.FieldCredential), a.ActionID == string(form.FieldWorkloads),
		a.ActionID == string(form.FieldBackup):
		b.rebuild(ctx, i)
		return
	}
	id, rev := fromValue(a.Value)
	if open := windows[a.ActionID]; open != nil {
		b.later(ctx, func(ctx context.Context) { open(b, ctx, i, id, rev) })
		return
	}
	decide := decisions[a.ActionID]
	switch {
	case decide == nil:
	case b.knows(i.User.ID) && a.ActionID != actApprove: // before an approval Slack is asked whether the requester is there
		b.press(ctx, i, decide, id, rev)
	default:
		b.later(ctx, func(ctx context.Context) { b.press(ctx, i, decide, id, rev) })
	}
}

// windows are the buttons that open something. They come first: a trigger lasts three
// seconds.
var windows = map[string]func(b *Bot, ctx context.Context, i interaction, id string, n int){
	actReveal: func(b *Bot, ctx context.Context, i interaction, id string, _ int) { b.reveal(ctx, i, id) },
	actDeny:   func(b *Bot, ctx context.Context, i interaction, id string, _ int) { b.askReason(ctx, i, id) },
	actVouch:  (*Bot).askVouch,
	actDetails: func(b *Bot, ctx context.Context, i interaction, id string, _ int) {
		b.details(ctx, i, id, 0)
	},
	actDetailsPage:             (*Bot).details,
	actDetailsPage + backwards: (*Bot).details,
	actAuditPage:               (*Bot).auditPage,
	actAuditPage + backwards:   (*Bot).auditPage,
	actHome: func(b *Bot, ctx context.Context, i interaction, _ string, _ int) {
		b.publishHome(ctx, i.User.ID)
	},
	actRenew:    lifeWindow(workflow.KindRenew),
	actRetire:   lifeWindow(workflow.KindRetire),
	actUpdate:   lifeWindow(workflow.KindUpdate),
	actRecreate: lifeWindow(workflow.KindRecreate),
}

func lifeWindow(kind workflow.Kind) func(*Bot, context.Context, interaction, string, int) {
	return func(b *Bot, ctx context.Context, i interaction, id string, _ int) { b.openLife(ctx, i, kind, id) }
}

// A decision is the one transaction of a button.
type decision func(d *workflow.Desk, ctx context.Context, id string, by people.Person, rev int) (*workflow.Request, error)

// decisions are the buttons that change a request. The bare ones are about the plan as it
// was drawn, at its revision.
var decisions = map[string]decision{
	actApprove:  (*workflow.Desk).Approve,
	actRetry:    (*workflow.Desk).Retry,
	actHandOver: (*workflow.Desk).HandOver,
	actNewCode:  whatever((*workflow.Desk).NewCode),
	actCancel:   whatever((*workflow.Desk).Cancel),
	actUndo:     whatever((*workflow.Desk).Undo),
	actWorks:    whatever((*workflow.Desk).SayWorks),
	actGiveUp:   whatever((*workflow.Desk).GiveUp),
	actCheck:    whatever((*workflow.Desk).CheckConnection),
	actOld:      whatever((*workflow.Desk).RemoveOld),
	actEWS:      whatever((*workflow.Desk).SayEWSListed),
}

// whatever is a decision that counts at any revision.
func whatever(do func(*workflow.Desk, context.Context, string, people.Person) (*workflow.Request, error)) decision {
	return func(d *workflow.Desk, ctx context.Context, id string, by people.Person, _ int) (*workflow.Request, error) {
		return do(d, ctx, id, by)
	}
}

// press makes the one transaction of a button. It comes before the
// acknowledgement, but for somebody whom Slack has to be asked about first.
func (b *Bot) press(ctx context.Context, i interaction, decide decision, id string, rev int) {
	by, err := b.presser(ctx, i)
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	if _, err := decide(b.desk, ctx, id, by, rev); err != nil {
		b.refuse(ctx, i, about(id, err))
	}
}

// presser is who pressed a button or sent a view.
func (b *Bot) presser(ctx context.Context, i interaction) (people.Person, error) {
	return b.person(ctx, i.User.ID)
}

// visible is a request, for whoever may see all of it.
func (b *Bot) visible(ctx context.Context, user, id, channel string) (*workflow.Request, error) {
	by, err := b.insider(ctx, user)
	if err != nil {
		return nil, err
	}
	r, sight, err := b.desk.Look(ctx, id, by, channel)
	if err == nil && sight < workflow.SeesDetail {
		err = workflow.Unseen(r)
	}
	return r, about(id, err)
}

// refuse tells the person who pressed, and nobody else, why nothing was done.
func (b *Bot) refuse(ctx context.Context, i interaction, err error) {
	text := b.sentence(err)
	b.later(ctx, func(ctx context.Context) { b.tell(ctx, i.ResponseURL, i.channel(), i.User.ID, private(text)) })
}
