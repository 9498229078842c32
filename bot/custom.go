package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// What a form asks about apps of any platform, and about custom ones.

// redirectInputs are one field for each platform that an app has, and its product's.
// A custom app may always get one for public clients.
func redirectInputs(p workflow.Product, has workflow.Plan) []slack.Block {
	var blocks []slack.Block
	for _, on := range workflow.Platforms {
		f, uris := p.RedirectField(on), has.On(on)
		if f == workflow.FieldRedirectURIs {
			uris = append(append([]string{}, uris...), p.NewRedirects(has)...)
		}
		if f == workflow.FieldRedirectURIs || len(uris) > 0 || p.Custom && on == workflow.PublicClient {
			blocks = append(blocks, redirectInput(f, uris))
		}
	}
	return blocks
}

func redirectInput(f workflow.Field, uris []string) *slack.InputBlock {
	hint := "One on each line."
	if f == workflow.FieldPublicRedirectURIs {
		hint = "Of an app on a device, one on each line: http://localhost, or with a scheme of its own as in msauth://com.contoso.app/signature."
	}
	return textInput(f, hint, 3000, true, strings.Join(uris, "\n"), true)
}

// Values of the field Public client flows.
const (
	flowsOff     = "off"
	flowsAllowed = "allowed"
)

// signInInputs let the requester of a custom app choose who can sign in to it, and how.
func signInInputs(who string, flows bool) []slack.Block {
	radio := func(f workflow.Field, hint string, chosen int, options ...*slack.OptionBlockObject) slack.Block {
		e := slack.NewRadioButtonsBlockElement(string(f), options...)
		e.InitialOption = options[chosen]
		return field(f, hint, e)
	}
	anyTenant, allowed := 0, 0
	if who == workflow.AnyTenant {
		anyTenant = 1
	}
	if flows {
		allowed = 1
	}
	return []slack.Block{
		radio(workflow.FieldWhoSignsIn, "", anyTenant,
			choice(workflow.ThisTenant, "People of this tenant", ""), choice(workflow.AnyTenant, "People of any Microsoft Entra tenant", "")),
		radio(workflow.FieldPublicClientFlows, "Sign-in with a device code, without any secret of the app. Only apps on devices and command lines need it.", allowed,
			choice(flowsOff, "Not allowed", ""), choice(flowsAllowed, "Allowed", "")),
	}
}
