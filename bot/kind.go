package bot

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// A kind is what Slack shows of one kind of request, and asks for it, in its own way. What
// is not here is the same for every kind. Words that are not Slack's alone, such as what a
// request asks for, are in workflow's table of kinds.
type kind struct {
	// form asks for it. The zero form is for what the request form asks for.
	form question
	// card puts what it changes beside the plan; nil is the plan alone.
	card func(r *workflow.Request, plan []slack.Block) []slack.Block
	// backup says what becomes of the app on the server that has it; nil is that the
	// server is given it.
	backup func(plan.Backup) string
	// outcome is the requester's message about its success; nil is the hand-over.
	outcome func(s say, r *workflow.Request) []slack.Block

	begun  string                         // what the bot is at; "" is said with what it does
	done   func(*workflow.Request) string // what came of it; nil or "" is as for a new app
	undone func(*workflow.Request) string // what came of its Undo; nil is as for a new app
	ended  string                         // what came of it, in a list; "" is as for a new app
	free   string                         // what its requester may do once its name is free

	deletes bool // the app is gone at its end
	adds    bool // its plan is what an app gets beside all that it has
}

// A question asks for something about an app that is there, and for why.
type question struct {
	title string
	// says is what becomes of the app.
	says func(workflow.Policy) string
	// inputs are what it asks for besides the reason; nil is nothing.
	inputs func(say, *workflow.Request) []slack.Block
	// credentials are those that it offers, or why there are none; nil is that it asks
	// for none.
	credentials func(facts, *workflow.Request) ([]pack.Offer, *workflow.Refusal)
	// send is what the filled-in form does.
	send func(d *workflow.Desk, ctx context.Context, by people.Person, app string, draft form.Draft) (*workflow.Request, error)
	// unknown answers where no such app is managed here; nil is with the refusal.
	unknown func(b *Bot, ctx context.Context, c command, app string, no *workflow.Refusal) Reply
}

// kinds is the table. It is filled by init, because rows read it.
var kinds map[workflow.Kind]kind

func init() {
	kinds = map[workflow.Kind]kind{
		workflow.KindRegister: registerKind, workflow.KindRenew: renewKind, workflow.KindUpdate: updateKind,
		workflow.KindRetire: retireKind, workflow.KindRecreate: recreateKind, workflow.KindAdopt: adoptKind,
	}
}

// kindOf is the row of r's kind. Requests of the first version say none: they register.
func kindOf(r *workflow.Request) kind {
	if k, ok := kinds[r.Kind]; ok {
		return k
	}
	return kinds[workflow.KindRegister]
}

// registerKind makes a new application.
var registerKind = kind{
	begun: "The bot is making it.",
	free:  "You can ask again with " + Command + " request. The name is free.",
}

// renewKind makes a new credential beside the old one.
var renewKind = kind{
	form: question{
		title: "Renew a credential",
		says: func(p workflow.Policy) string {
			return "A new credential is made beside the old one. When you say that the new one works, or after " +
				text.Days(p.RenewGrace) + ", an approver removes the old one."
		},
		credentials: facts.Renewals,
		send:        (*workflow.Desk).Renew,
	},
	undone: func(*workflow.Request) string {
		return "The new credential was removed again. The app has the one that it had."
	},
}

// recreateKind restores an app that was deleted, or makes it again.
var recreateKind = kind{
	form: question{
		title: "Recreate an app",
		says: func(workflow.Policy) string {
			return "If the app is among the deleted ones in Entra it is restored and keeps its App ID. If not, it is " +
				"created again with the same permissions, and gets another App ID."
		},
		credentials: func(f facts, r *workflow.Request) ([]pack.Offer, *workflow.Refusal) {
			return productOf(f, r).Credentials, nil
		},
		send: (*workflow.Desk).Recreate,
	},
	card: func(r *workflow.Request, plan []slack.Block) []slack.Block { return append(plan, leftBlocks(r)...) },
}
