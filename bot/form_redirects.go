package bot

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// What a form asks about redirect URIs, and of a custom app about who signs in to it.

// redirectInputs are one field for each platform that an app has, and its product's.
// A custom app may always get one for public clients.
func redirectInputs(p pack.Product, has plan.Plan) []slack.Block {
	var blocks []slack.Block
	for _, on := range plan.Platforms {
		f, uris := form.RedirectField(p, on), has.On(on)
		more := p.NewRedirects(has)
		if all := append(slices.Clone(uris), more...); f != form.FieldRedirectURIs {
			more = nil
		} else if fitsField(all) {
			uris, more = all, nil
		}
		switch {
		case !fitsField(uris):
			blocks = append(blocks, tooMuch(text.Count(len(uris), "redirect URI")+" of the platform "+string(on)))
		case f == form.FieldRedirectURIs || len(uris) > 0 || p.Custom && on == plan.PublicClient:
			in := redirectInput(f, uris)
			in.Optional = !(p.RedirectRequired && f == form.FieldRedirectURIs && len(has.On(on)) > 0)
			blocks = append(blocks, in)
		}
		if len(more) > 0 {
			blocks = append(blocks, note("The product now has more redirect URIs than the field has room for: "+someOf(more, 1000)+
				"."))
		}
	}
	return blocks
}

func redirectInput(f form.Field, uris []string) *slack.InputBlock {
	hint := "One per line."
	if f == form.FieldPublicRedirectURIs {
		hint = "For an app on a device, one per line: http://localhost, or with a custom scheme, as in " +
			"msauth://com.contoso.app/signature."
	}
	return textField{field: f, hint: hint, value: strings.Join(uris, "\n"), lines: true, optional: true}.input()
}

// Values of the field Public client flows.
const (
	flowsOff     = "off"
	flowsAllowed = "allowed"
)

// signInInputs let the requester of a custom app choose who can sign in to it, and how.
func signInInputs(p plan.Plan) []slack.Block {
	radio := func(f form.Field, hint string, chosen int, options ...*slack.OptionBlockObject) slack.Block {
		e := slack.NewRadioButtonsBlockElement(string(f), options...)
		e.InitialOption = options[chosen]
		return field(f, hint, e)
	}
	anyTenant, allowed := 0, 0
	if p.Audience == plan.AnyTenant {
		anyTenant = 1
	}
	if p.PublicClientFlows {
		allowed = 1
	}
	return []slack.Block{
		radio(form.FieldWhoSignsIn, "", anyTenant,
			choice(plan.ThisTenant, "People of this tenant", ""),
			choice(plan.AnyTenant, "People of any Microsoft Entra tenant", "")),
		radio(form.FieldPublicClientFlows,
			"Sign-in with a device code, without any secret of the app. Only apps on devices and command lines need it.", allowed,
			choice(flowsOff, "Not allowed", ""), choice(flowsAllowed, "Allowed", "")),
	}
}

// templateInputs ask for redirect URIs, or for what is filled into the product's
// own. Those that nothing is filled into are shown.
func templateInputs(p pack.Product, m meta) []slack.Block {
	var blocks []slack.Block
	if p.AsksRedirects() {
		hint := "One per line; leave empty if the product needs none."
		if p.RedirectRequired {
			hint = "One per line. Nobody can sign in with the app without one."
		}
		if p.RedirectRequired && m.Existing {
			hint += " Enter it here even if the app has it already."
		}
		blocks = append(blocks, of(p, textField{field: form.FieldRedirectURIs, hint: hint, example: p.RedirectExample,
			value: strings.Join(p.RedirectURIs, "\n"), lines: true, optional: !p.RedirectRequired}.input()))
	}
	for _, f := range p.Fields {
		hint, most := f.Hint, form.RedirectMax
		if f.Many {
			hint, most = strings.TrimSpace(hint+" One per line."), 3000
		}
		blocks = append(blocks, of(p, textField{field: form.FieldOf(f), label: f.Label, hint: hint, example: f.Example, most: most,
			lines: f.Many}.input()))
	}
	for _, d := range p.AlwaysGets() {
		blocks = append(blocks, note("The app also gets these redirect URIs ("+string(d.Platform)+"): "+someOf(d.URIs, 1500)))
	}
	return blocks
}
