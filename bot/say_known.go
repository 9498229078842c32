package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

// What is said of how it is known who somebody is.

// unlinkedBlocks tell whoever asked that it is not known who they are, and let them show it.
func (s say) unlinkedBlocks(r *workflow.Request) []slack.Block {
	blocks := []slack.Block{block(line(cutProse(outcomeText(r), 900)))}
	buttons := []slack.BlockElement{}
	if t, ok := s.Tenant(r.Tenant); ok {
		buttons = append(buttons, linkButton(t).WithStyle(slack.StylePrimary))
	}
	return append(blocks, slack.NewActionBlock("", append(buttons, button(actCancel, "Cancel", buttonValue(r), "Cancel "+r.ID))...))
}

// knownBlocks tell approvers how it is known who asks.
func knownBlocks(r *workflow.Request) []slack.Block {
	switch r.Known.How {
	case identity.KnownLink:
		return []slack.Block{note("The requester has shown by a sign-in of their own that their account is " +
			firstOf(r.Known.UPN, r.Known.ObjectID) + ".")}
	case identity.KnownMatch:
		return []slack.Block{note("The requester's account is " + firstOf(r.Known.UPN, r.Known.ObjectID) +
			": the only one that has the address in their Slack profile.")}
	case identity.KnownAddress:
		if r.Requester.Confirmed == people.EmailNothingSaid {
			return []slack.Block{note("Slack does not say whether the requester's address is confirmed. The sign-in looks up their " +
				"account by it.")}
		}
		return []slack.Block{note("Slack has confirmed the requester's address. The sign-in looks up their account by it.")}
	}
	switch r.Requester.Confirmed { // of a request from before it was asked
	case people.EmailUnproved:
		return []slack.Block{note("The e-mail address in the requester's Slack profile was never confirmed, so they have to link their " +
			"account before this can be approved.")}
	case people.EmailNothingSaid:
		return []slack.Block{note("Slack does not say whether the e-mail address in the requester's profile was ever confirmed. Their " +
			"account in the tenant is looked up by it.")}
	}
	return nil
}
