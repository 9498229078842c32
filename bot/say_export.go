package bot

import (
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// in is the cloud that a request's tenant is in.
func (s say) in(r *workflow.Request) cloud.Cloud {
	t, _ := s.Tenant(r.Tenant)
	return cloud.Of(t.Cloud)
}

func exportView(in cloud.Cloud, r *workflow.Request, format string, page int) slack.ModalViewRequest {
	if kindOf(r).adds {
		format = asJSON
	}
	plan := r.Has()
	if r.Requester.Email != "" { // the bot makes the requester an owner, too
		plan.Owners = append([]people.Person{r.Requester}, plan.Owners...)
	}
	text, err := exported(in, plan, format)
	if err != nil {
		return noticeView("Export manifest", "This plan can't be exported in this form: "+err.Error()+".")
	}
	buttons := slack.NewActionBlock("",
		button(actExport+asJSON, "Manifest (JSON)", r.ID, "The application's JSON for Microsoft Graph"),
		button(actExport+string(manifest.AzureCLI), "Azure CLI", r.ID, "A script for the Azure CLI"),
		button(actExport+string(manifest.PowerShell), "PowerShell", r.ID, "A script for Microsoft Graph PowerShell"))
	words := "The application of " + r.ID + " for Microsoft Graph. It includes neither consent nor roles: the scripts do those too. " +
		"After a run by hand, an approver types " + Command + " verify " + r.ID + ", and the bot checks the tenant against the plan."
	if format != asJSON {
		words = "Read it before you run it. It does exactly what " + r.ID + " says, and stops at the first error. Then type " +
			Command + " verify " + r.ID + "."
	}
	blocks := []slack.Block{block(line(words)), buttons}
	if kindOf(r).adds { // a script would register another app
		blocks = []slack.Block{block(line("What the app of " + r.ID +
			" is to have, as the application's JSON for Microsoft Graph. It was not made here, so there is no script: what it lacks of " +
			"this is added to it."))}
	}
	var all []slack.Block
	for _, part := range parts(text, 2800) {
		all = append(all, block(preformatted(part)))
	}
	shown, turn := pageOf(all, page, actExport+format+":page", r.ID)
	blocks = append(blocks, shown...)
	if turn != nil {
		blocks = append(blocks, slack.NewActionBlock("", turn...))
	}
	return window(exportCallback, "Export manifest", blocks...)
}

func exported(in cloud.Cloud, p plan.Plan, format string) (string, error) {
	if format == asJSON {
		j, err := manifest.Export(p)
		return string(j), err
	}
	return manifest.ScriptIn(in, p, manifest.Kind(format))
}

// parts cuts a text at the ends of lines into parts of at most so many bytes. A
// line that is longer is cut where it has to be.
func parts(text string, most int) []string {
	var out []string
	part := ""
	for l := range strings.Lines(text) {
		for len(part)+len(l) > most {
			if part == "" {
				at := most
				for !utf8.RuneStart(l[at]) {
					at--
				}
				part, l = l[:at], l[at:]
			}
			out, part = append(out, part), ""
		}
		part += l
	}
	return append(out, part)
}
