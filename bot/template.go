package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// templateInputs ask for redirect URIs, or for what is filled into the product's
// own. Those that nothing is filled into are shown.
func templateInputs(p workflow.Product, existing bool) []slack.Block {
	var blocks []slack.Block
	if p.AsksRedirects() {
		hint := "One on each line; leave empty if the product needs none."
		if p.RedirectRequired {
			hint = "One on each line. Nobody can sign in with the app without one."
		}
		if p.RedirectRequired && existing {
			hint += " Name it here also if the app has it already."
		}
		in := textInput(workflow.FieldRedirectURIs, hint, mostTyped, true, strings.Join(p.RedirectURIs, "\n"), !p.RedirectRequired)
		exemplify(in, p.RedirectExample)
		blocks = append(blocks, of(p, in))
	}
	for _, f := range p.Fields {
		hint, most := f.Hint, workflow.RedirectMax
		if f.Many {
			hint, most = strings.TrimSpace(hint+" One on each line."), 3000
		}
		in := textInput(f.Field(), hint, most, f.Many, "", false)
		in.Label = plain(f.Label)
		exemplify(in, f.Example)
		blocks = append(blocks, of(p, in))
	}
	for _, d := range p.AlwaysGets() {
		blocks = append(blocks, note("The app also gets these redirect URIs ("+string(d.Platform)+"): "+someOf(d.URIs, 1500)))
	}
	return blocks
}

// exemplify shows an example in a field as long as it is empty.
func exemplify(in *slack.InputBlock, example string) {
	if e, ok := in.Element.(*slack.PlainTextInputBlockElement); ok && example != "" {
		e.Placeholder = plain(example)
	}
}

// filledIn is what was typed into the fields of a product.
func (s state) filledIn(p workflow.Product) map[string][]string {
	typed := map[string][]string{}
	for _, f := range p.Fields {
		typed[f.Name] = s.lines(f.Field())
	}
	return typed
}
