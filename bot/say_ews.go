package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What people see of Exchange Web Services: that Exchange Online blocks it for apps that
// are not on the organization's list, a script that changes the list, and the button with
// which somebody says that it is done.

// actEWS is the button's action ID, and asEWS the format of an export that is the script.
const (
	actEWS = "ews-listed"
	asEWS  = "ews"
)

// ewsPlan is for a card: what the approver has to know before anything is made. The window
// of Details has room for where it is from, too.
func (s say) ewsPlan(p plan.Plan, on surface) []slack.Block {
	if !p.UsesEWS() {
		return nil
	}
	ews := catalog.EWS()
	parts := []any{bold(ews.Service + ": "), ews.Notice(s.now)}
	if on == inDetails {
		parts = append(parts, " As of "+ews.Checked+", from ", link(ews.Sources[0]))
	}
	return []slack.Block{block(line(parts...))}
}

// ewsNext is for the requester: what is to be done about the list, once the app is there.
func (s say) ewsNext(r *workflow.Request) []slack.Block {
	ews := catalog.EWS()
	if r.Made.AppID == "" || !r.Plan.UsesEWS() {
		return nil
	}
	if kindOf(r).deletes {
		return []slack.Block{
			block(line("If its App ID ", code(r.Made.AppID),
				" is on the organization's list "+ews.List+" in Exchange Online, it can be removed there.")),
			slack.NewActionBlock("", ewsScriptButton(r)),
		}
	}
	parts := []any{bold(ews.Service + ": "), ews.Notice(s.now)}
	if old := r.EWSBefore(); old != "" {
		parts = append(parts, " This App ID is a new one: the old one, ", code(old), ", can be removed from the list.")
	}
	blocks := []slack.Block{block(line(parts...))}
	switch {
	case r.EWSListed():
		return append(blocks, block(line(user(r.EWS.By), " said on ", r.EWS.At, " that this App ID is on the list.")))
	case catalog.EWS().Over(s.now), !r.NeedsEWS():
		return blocks
	}
	return append(blocks,
		block(line("Run the script in Exchange Online PowerShell, or give it to an Exchange administrator. It adds the App ID and keeps "+
			"what is on the list. Then press ", bold(ewsButton), ".")),
		slack.NewActionBlock("", s.ewsButtons(r)...))
}

func ewsScriptButton(r *workflow.Request) *slack.ButtonBlockElement {
	return button(actExport+asEWS, "Exchange script", r.ID, "A script for Exchange Online PowerShell")
}

// ewsButtons are those of an app that has to be listed: the approvers' card has them, too.
func (s say) ewsButtons(r *workflow.Request) []slack.BlockElement {
	if !r.NeedsEWS() || catalog.EWS().Over(s.now) {
		return nil
	}
	return []slack.BlockElement{ewsScriptButton(r).WithStyle(slack.StylePrimary), // it comes first
		button(actEWS, ewsButton, buttonValue(r), "The App ID of "+r.ID+" is on the list")}
}

const ewsButton = "It is on the list"

// ewsReminder is the requester's message while nobody has said that the app is listed.
func (s say) ewsReminder(r *workflow.Request) (string, []slack.Block) {
	text := fmt.Sprintf("%s: nobody has confirmed yet that %s is on Exchange's list.", r.ID, r.AppName())
	if r.EWSListed() {
		text = fmt.Sprintf("%s: %s is on Exchange's list.", r.ID, r.AppName())
	}
	blocks := []slack.Block{
		header(clip(r.AppName()+": "+catalog.EWS().Service, 150)),
		s.aboutApp(r),
	}
	return text, append(blocks, s.ewsNext(r)...)
}

// ewsScript is the script for r's app.
func ewsScript(in cloud.Cloud, r *workflow.Request) (string, error) {
	l := manifest.Listing{Cloud: in, TenantID: firstOf(r.Made.TenantID, r.Plan.TenantID), AppName: r.AppName()}
	switch old := r.EWSBefore(); {
	case r.Made.AppID == "":
		return "", fmt.Errorf("%s has no App ID yet", r.ID)
	case kindOf(r).deletes:
		l.Remove = []string{r.Made.AppID}
	case old != "":
		l.Add, l.Remove = []string{r.Made.AppID}, []string{old}
	default:
		l.Add = []string{r.Made.AppID}
	}
	return manifest.EWSScript(l)
}

func ewsView(in cloud.Cloud, r *workflow.Request) slack.ModalViewRequest {
	text, err := ewsScript(in, r)
	if err != nil {
		return noticeView("Exchange script", "There is no script: "+err.Error()+".")
	}
	blocks := []slack.Block{block(line("Read it before you run it. It changes the organization's list "+catalog.EWS().List+
		" in Exchange Online for this app, and nothing else on it. It may be run again. Then press ", bold(ewsButton),
		" in the message of "+r.ID+"."))}
	for _, part := range parts(text, 2800) {
		blocks = append(blocks, block(preformatted(part)))
	}
	return window(exportCallback, "Exchange script", blocks...)
}
