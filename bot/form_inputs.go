package bot

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// field is an input whose label, block ID and, as a rule, action ID are the
// field's name.
func field(f form.Field, hint string, e slack.BlockElement) *slack.InputBlock {
	var h *slack.TextBlockObject
	if hint != "" {
		h = plain(hint)
	}
	return slack.NewInputBlock(string(f), plain(string(f)), h, e)
}

// A textField asks for something that is typed.
type textField struct {
	field    form.Field
	label    string // "" is the field's name
	hint     string
	example  string // is shown as long as the field is empty
	value    string // that it begins with
	most     int    // characters; 0 is as many as Slack takes
	lines    bool   // there is room for several
	optional bool
}

func (t textField) input() *slack.InputBlock {
	e := slack.NewPlainTextInputBlockElement(nil, string(t.field))
	e.Multiline, e.MaxLength, e.InitialValue = t.lines, min(cmp.Or(t.most, mostTyped), mostTyped), t.value
	if t.example != "" {
		e.Placeholder = plain(t.example)
	}
	in := field(t.field, t.hint, e)
	in.Optional = t.optional
	if t.label != "" {
		in.Label = plain(t.label)
	}
	return in
}

func choice(value, text, description string) *slack.OptionBlockObject {
	var d *slack.TextBlockObject
	if description != "" {
		d = plain(clip(description, 75))
	}
	return slack.NewOptionBlockObject(value, plain(clip(text, 75)), d)
}

// of makes a block that is another one for each product: what was typed for one
// product does not stay for the next.
func of(p pack.Product, in *slack.InputBlock) *slack.InputBlock {
	in.BlockID += " of " + p.Name
	return in
}

// scopesInput asks for what the app itself offers to others.
func scopesInput(now []plan.Scope) slack.Block {
	lines := make([]string, len(now))
	for i, s := range now {
		lines[i] = s.Line()
	}
	if !fitsField(lines) {
		return tooMuch(text.Count(len(now), "exposed scope"))
	}
	return textField{field: form.FieldScopes, value: strings.Join(lines, "\n"), lines: true, optional: true,
		hint: "If the app is an API: the scopes that it offers, one per line, as in “access_as_user, admins: Use it as " +
			"the signed-in person”. The word admins or users says who may consent."}.input()
}

func subscriptionsInput(now []string) *slack.InputBlock {
	return textField{field: form.FieldSubscriptions, value: strings.Join(now, "\n"), lines: true,
		hint: "The IDs of the Azure subscriptions, one per line. A resource group is /subscriptions/ID/resourceGroups/NAME, a " +
			"management group /providers/Microsoft.Management/managementGroups/NAME."}.input()
}

func ownersInput() *slack.InputBlock {
	people := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, plain("Choose people"), string(form.FieldOwners))
	most := form.OwnersMax
	people.MaxSelectedItems = &most
	in := field(form.FieldOwners, "Who may change the app in Entra, besides you.", people)
	in.Optional = true
	return in
}

// workloadsInput lets the requester choose what the product is used for.
func workloadsInput(p pack.Product, chosen pack.Choice) *slack.InputBlock {
	var options, initial []*slack.OptionBlockObject
	for _, w := range p.Workloads {
		o := choice(w.Name, w.Title, "")
		options = append(options, o)
		if slices.Contains(chosen.Workloads, w.Name) {
			initial = append(initial, o)
		}
	}
	var e slack.BlockElement
	if p.OneWorkload {
		radio := slack.NewRadioButtonsBlockElement(string(form.FieldWorkloads), options...)
		if len(initial) > 0 {
			radio.InitialOption = initial[0]
		}
		e = radio
	} else {
		boxes := slack.NewCheckboxGroupsBlockElement(string(form.FieldWorkloads), options...)
		boxes.InitialOptions = initial
		e = boxes
	}
	in := of(p, field(form.FieldWorkloads, "The app gets what these need, and no more.", e))
	in.DispatchAction = true
	return in
}

// mostTyped is how many characters Slack takes in a field, those that it begins
// with included.
const mostTyped = 3000

// mostChosen is how many options Slack lets a field begin with.
const mostChosen = 100

// fitsField reports whether a field can begin with these lines. One that can't is left
// out of the form, and what the app has stays as it is.
func fitsField(lines []string) bool { return len(strings.Join(lines, "\n")) <= mostTyped }

// tooMuch stands in the place of a field that has no room for what the app has.
func tooMuch(what string) slack.Block {
	return note("The app has " + what + ": more than fit into a Slack field. They stay as they are. This form can't change them.")
}

// certificateInputs ask for a public certificate, pasted or as a file.
func certificateInputs(words string) []slack.Block {
	paste := textField{field: form.FieldCertificate, hint: words + " The private key stays with you: never paste it.",
		lines: true, optional: true}.input()
	file := slack.NewFileInputBlockElement(string(form.FieldCertificateFile)).WithMaxFiles(1).WithFileTypes("cer", "crt", "pem",
		"der", "p7b", "p7c")
	upload := field(form.FieldCertificateFile,
		"Needed if nothing is pasted above: a .cer, .crt, .pem, .der or .p7b file. A .pfx contains the private key and is refused.", file)
	upload.Optional = true
	return []slack.Block{paste, upload}
}
