package bot

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// briefFrom is the number of permissions from which on a message names each
// with its type and tier only. What each allows is then in Details.
const briefFrom = 13

// card is the approvers' message: who asks for what and why, what it will be,
// and what has come of it. It has buttons only while somebody has to decide.
func (b *Bot) card(r *workflow.Request) (text string, blocks []slack.Block) {
	blocks = []slack.Block{
		header(cardTitle(r)),
		block(line(bold("Asked for by "), user(r.Requester.ID), " for ", channel(r.Team), " on ", r.Created, "\n",
			bold("Reason: "), r.Reason)),
	}
	blocks = append(blocks, b.planBlocks(r, briefFrom)...)
	if r.State == workflow.Pending {
		blocks = append(blocks, block(line(bold(whoSigns(r)), r.RolesWords(), ".")))
	}
	if steps := stepBlock(r); steps != nil {
		blocks = append(blocks, steps)
	}
	if uses := dependentsBlock(r); uses != nil {
		blocks = append(blocks, uses)
	}
	blocks = append(blocks, block(b.outcomeLine(r)))
	if buttons := b.cardButtons(r); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	return summary(r), blocks
}

func cardTitle(r *workflow.Request) string {
	if r.State == workflow.Pending {
		return clip(fmt.Sprintf("%s: %s?", r.ID, doing(r)), 150)
	}
	return fmt.Sprintf("%s: %s · %s", r.ID, r.AppName(), stateWord(r))
}

// doing is what a request does once it is approved.
func doing(r *workflow.Request) string {
	switch {
	case r.Task == workflow.Verify:
		return "check the app " + r.AppName()
	case r.Task == workflow.RemoveOld:
		return "remove the old credential of " + r.AppName()
	case r.Task == workflow.Undo && r.Kind == workflow.Renew:
		return "remove the new credential of " + r.AppName()
	case r.Task == workflow.Undo && r.Kind == workflow.Adopt:
		return "take away what was added to " + r.AppName()
	case r.Task == workflow.Undo, r.Kind == workflow.Retire:
		return "delete the app " + r.AppName()
	case r.Kind == workflow.Adopt:
		return "add to the existing app " + r.AppName()
	case r.Kind == workflow.Update:
		return "update the app " + r.AppName()
	case r.Kind == workflow.Renew:
		return "renew the credential of " + r.AppName()
	case r.Kind == workflow.Recreate:
		return "recreate the app " + r.AppName()
	}
	return "register the app " + r.AppName()
}

// outcomeLine says who decided, when, and what came of it.
func (b *Bot) outcomeLine(r *workflow.Request) *slack.RichTextSection {
	parts := []any{bold(stateWord(r)), ": "}
	switch r.State {
	case workflow.Pending:
		if r.Failure.Text != "" {
			parts = append(parts, clip(r.Failure.Text, 900), "\n")
		}
		parts = append(parts, agreedBy(r)...)
		parts = append(parts, waitsFor(r), ". It expires on ", r.Entered.Add(b.desk.Policy().PendingExpires), ".")
	case workflow.Denied:
		parts = append(parts, "by ", user(r.Approval.By.ID), " on ", r.Approval.At, ". Reason: ", r.Approval.Reason)
	default:
		if r.Approval.N > 0 && !r.Approval.Denied {
			parts = append(append(append(parts, "approved by "), approvers(r)...), " on ", r.Approval.At)
			if r.SignIn.Account != "" {
				parts = append(parts, ", signed in as ", r.SignIn.Account)
			}
			parts = append(parts, ". ")
		}
		parts = append(parts, came(r))
	}
	if r.Made.AppID != "" && r.State != workflow.Undone {
		parts = append(parts, "\n", bold("App ID: "), code(r.Made.AppID))
	}
	return line(parts...)
}

func (b *Bot) cardButtons(r *workflow.Request) []slack.BlockElement {
	v := buttonValue(r)
	details := button(actDetails, "Details", v, "Details of "+r.ID)
	switch r.State {
	case workflow.Pending:
		return []slack.BlockElement{
			button(actApprove, "Approve", v, "Approve "+r.ID).WithStyle(slack.StylePrimary),
			button(actDeny, "Deny", v, "Deny "+r.ID), details,
		}
	case workflow.Signing, workflow.Provisioning:
		return []slack.BlockElement{details}
	case workflow.Leftover:
		return []slack.BlockElement{button(actOld, "Remove the old one", v, "Remove the old credential of "+r.ID).WithStyle(slack.StylePrimary), details}
	case workflow.Failed, workflow.RevokedState:
		buttons := []slack.BlockElement{button(actRetry, "Retry", v, "Retry "+r.ID).WithStyle(slack.StylePrimary)}
		if r.Undoable() {
			buttons = append(buttons, undoButton(r))
		}
		if b.desk.MayHandOver(r) {
			buttons = append(buttons, handOverButton(r))
		}
		if r.CanGiveUp() {
			buttons = append(buttons, button(actGiveUp, "Give up", v, "Give "+r.ID+" up"))
		}
		return append(buttons, details)
	}
	return nil
}

func undoButton(r *workflow.Request) slack.BlockElement {
	title, text := "Delete the app?", "This deletes "+r.AppName()+" from the tenant, after you have signed in. Entra keeps it for 30 days."
	if r.Kind == workflow.Renew {
		title, text = "Remove the new credential?", "This removes the new credential of "+r.AppName()+", after you have signed in. The old one stays."
	}
	if r.Kind == workflow.Adopt {
		title, text = "Take away what was added?", "This takes the new credential and what else was added away from "+r.AppName()+", after you have signed in. What it had before stays."
	}
	if s := r.Step(workflow.StepConnect); s != nil && s.Tries > 0 {
		stops := "its backup stops"
		if r.Plan.Backup.IsAzure() {
			stops = "its Azure service account stops working"
		}
		text += " If " + r.Plan.Backup.Server + " took it already, " + stops + "."
	}
	return button(actUndo, "Undo", buttonValue(r), "Undo "+r.ID).WithStyle(slack.StyleDanger).WithConfirm(slack.NewConfirmationBlockObject(
		plain(title), plain(clip(text, 300)), plain("Do it"), plain("Don't")))
}

// planBlocks is exactly what is approved: the app, its permissions, its credential.
func (b *Bot) planBlocks(r *workflow.Request, brief int) []slack.Block {
	plan, whole := b.appPlan(r, brief), brief > workflow.PermissionsMax
	switch r.Kind {
	case workflow.Adopt:
		return append(adoptionBlocks(r), plan...)
	case workflow.Update:
		return append(changesBlocks(r, whole), plan...)
	case workflow.Recreate:
		return append(plan, leftBlocks(r, whole)...)
	case workflow.Retire:
		plan = append(plan, leftBlocks(r, whole)...)
		if r.State == workflow.Pending {
			warning := block(line(bold("This deletes the app. "), "Its credentials and consents go first: whatever signs in with it stops working at once. Before that the bot looks at what else in the tenant depends on it, and stops if anything does. What it has now:"))
			return append([]slack.Block{warning}, plan...)
		}
	}
	return plan
}

func (b *Bot) appPlan(r *workflow.Request, brief int) []slack.Block {
	p := r.Plan
	parts := []any{
		bold("App: "), r.AppName(), "\n",
		bold("Product: "), b.productTitle(r), "\n",
		bold("Tenant: "), r.Tenant, " (", code(p.TenantID), ")\n",
	}
	if r.Kind != workflow.Adopt { // there it stays as it is
		parts = append(parts, bold("Who can sign in to it: "), audience(p.Audience), "\n")
	}
	if len(p.Workloads) > 0 {
		parts = append(parts, bold("For: "), strings.Join(p.Workloads, ", "), "\n")
	}
	parts = append(parts, redirects(p)...)
	if p.PublicClientFlows {
		parts = append(parts, bold("Public client flows: "), "allowed: people sign in to it with a device code, without any secret of the app\n")
	}
	if len(p.Owners) > 0 {
		parts = append(parts, bold("Owners besides the requester: "))
		for i, o := range p.Owners {
			if i > 0 {
				parts = append(parts, ", ")
			}
			parts = append(parts, user(o.ID))
		}
		parts = append(parts, "\n")
	}
	parts = append(parts, credentialLine(p)...)
	if beyond := p.Credential.BeyondBaseline(); beyond != "" {
		parts = append(parts, "\n    ", beyond)
	}
	parts = append(parts, "\n")
	parts = append(parts, backupLine(r)...)
	parts = append(parts, bold("Highest risk: "), string(p.Risk()))
	blocks := []slack.Block{block(line(parts...))}
	blocks = append(blocks, permissionBlocks(p.Permissions, brief)...)
	if len(p.Permissions) >= brief {
		blocks = append(blocks, note("These are all permissions. Details says what each of them allows."))
	}
	blocks = append(blocks, roleBlocks(p)...)
	if brief <= workflow.PermissionsMax && len(actionBlocks(p)) > 0 {
		blocks = append(blocks, note("Details names each action of the custom roles."))
	}
	return blocks
}

// redirects are the plan's redirect URIs by platform.
func redirects(p workflow.Plan) []any {
	var parts []any
	for _, on := range []struct {
		name string
		uris []string
	}{{"Redirect URIs: ", p.RedirectURIs}, {"Redirect URIs (single-page app): ", p.SPARedirectURIs}, {"Redirect URIs (public client): ", p.PublicRedirectURIs}} {
		switch len(on.uris) {
		case 0:
		case 1:
			parts = append(parts, bold(on.name), on.uris[0], "\n")
		default:
			parts = append(parts, bold(on.name), "\n    "+strings.Join(on.uris, "\n    "), "\n")
		}
	}
	if parts == nil {
		parts = []any{bold("Redirect URIs: "), "none\n"}
	}
	return parts
}

// credentialLine says how the app will prove who it is.
func credentialLine(p workflow.Plan) []any {
	parts, c := []any{bold("Credential: ")}, p.Credential
	switch c.Kind {
	case workflow.ClientSecret:
		parts = append(parts, "client secret, valid for ", workflow.LifetimeWords(c.Lifetime))
		if p.Backup.Server != "" {
			parts = append(parts, "; it goes to the backup server and is then shredded here")
		}
		return parts
	case workflow.MadeCertificate:
		if p.Backup.Server != "" {
			return append(parts, "certificate that this bot makes, RSA 3072, self-signed, valid for ", workflow.LifetimeWords(c.Lifetime), "; its private key goes to the backup server and is then shredded here")
		}
		return append(parts, "certificate that this bot makes, RSA 3072, self-signed, valid for ", workflow.LifetimeWords(c.Lifetime), "; the requester gets it once, with its private key, as a PFX file")
	case workflow.OwnCertificate:
		cert := c.Certificate
		return append(parts, "certificate of the requester, ", cert.Key, ", ", cert.Subject, ", valid until ", cert.NotAfter,
			"\n    SHA-1 thumbprint ", code(cert.Thumbprint), "\n    SHA-256 ", code(cert.Fingerprint))
	case workflow.Federated:
		f := c.Federated
		return append(parts, "federated: whoever has a token of the issuer ", code(f.Issuer), " with the subject ", code(f.Subject), " and the audience ", code(f.Audience))
	}
	return append(parts, "none; people sign in to it")
}

// roleBlocks lists what else the app gets: roles, and what it offers itself.
func roleBlocks(p workflow.Plan) []slack.Block {
	var blocks []slack.Block
	var lines []*slack.RichTextSection
	for _, r := range p.DirectoryRoles {
		lines = append(lines, line(bold(r.Name), " · risk ", bold(string(r.Risk())), "\n", italic("Needed: "+r.Why)))
	}
	if lines != nil {
		blocks = append(blocks, block(line(bold("Directory roles of the app")), list(lines...)))
	}
	lines = nil
	for _, r := range p.AzureRoles {
		what := "a built-in role"
		if r.ID == "" {
			what = "a custom role with " + workflow.Count(len(r.Actions), "action") + " and " + workflow.Count(len(r.DataActions), "data action")
		}
		lines = append(lines, line(bold(r.Name), " (", what, ") · risk ", bold("high"), "\n", italic("Needed: "+r.Why)))
	}
	if lines != nil {
		blocks = append(blocks, block(line(bold("Azure roles of the app"), " on the "+workflow.AzureScopeWord(p.Subscriptions)+"s ", code(strings.Join(p.Subscriptions, ", "))), list(lines...)))
	}
	lines = nil
	for _, s := range p.Scopes {
		who := "users may consent"
		if s.AdminsOnly {
			who = "only admins may consent"
		}
		parts := []any{bold(s.Name), " (", who, ")\n", s.Words}
		if len(s.PreAuthorized) > 0 {
			parts = append(parts, "\n", bold("Without consent: "), "the apps ", strings.Join(s.PreAuthorized, ", "))
		}
		lines = append(lines, line(parts...))
	}
	if lines != nil {
		blocks = append(blocks, block(line(bold("API that the app offers to others")), list(lines...)))
	}
	return blocks
}

// permissionBlocks lists permissions by resource and type, each with its tier,
// what it allows and what it is needed for. From brief on they are named without
// the words. The riskiest come first.
func permissionBlocks(ps []workflow.Permission, brief int) []slack.Block {
	var blocks []slack.Block
	short := len(ps) >= brief
	for _, t := range []catalog.Type{catalog.Application, catalog.Delegated} {
		for _, resource := range resourcesOf(ps) {
			var lines []*slack.RichTextSection
			for weight := 4; weight >= 1; weight-- {
				for _, p := range ps {
					if p.Type == t && p.Resource == resource && p.Risk.Weight() == weight {
						lines = append(lines, permissionLine(p, short))
					}
				}
			}
			title := fmt.Sprintf("%s, %s permissions", resource, strings.ToLower(string(t)))
			for len(lines) > 0 {
				n := min(len(lines), linesPerBlock(short))
				blocks = append(blocks, block(line(bold(title)), list(lines[:n]...)))
				lines, title = lines[n:], title+" (continued)"
			}
		}
	}
	return blocks
}

func linesPerBlock(short bool) int {
	if short {
		return 30
	}
	return 5
}

func permissionLine(p workflow.Permission, short bool) *slack.RichTextSection {
	parts := []any{bold(p.Name), " · risk ", bold(string(p.Risk))}
	if !short {
		parts = append(parts, "\n", p.Words)
		if p.Why != "" {
			parts = append(parts, "\n", italic("Needed: "+p.Why))
		}
	}
	return line(parts...)
}

func resourcesOf(ps []workflow.Permission) []string {
	var names []string
	seen := map[string]bool{}
	for _, p := range ps {
		if !seen[p.Resource] {
			seen[p.Resource] = true
			names = append(names, p.Resource)
		}
	}
	return names
}

// audience says signInAudience in words. Source: Graph, application resource type.
func audience(a string) string {
	switch a {
	case "AzureADMyOrg":
		return "this tenant only"
	case "AzureADMultipleOrgs":
		return "people of any Microsoft Entra tenant"
	}
	return a
}

// stepBlock shows how far the steps are, or is nil while there are none.
func stepBlock(r *workflow.Request) slack.Block {
	if len(r.Steps) == 0 {
		return nil
	}
	lines := make([]*slack.RichTextSection, len(r.Steps))
	for i, s := range r.Steps {
		word := stepWord(s.Status)
		if s.Status == workflow.StepWaiting {
			word = "waiting for " + r.Awaited(s.Name)
		}
		parts := []any{bold(word), " · " + r.StepTitle(s.Name)}
		if s.Note != "" && s.Status != workflow.StepWaiting { // which says that already
			parts = append(parts, italic(" ("+clip(s.Note, 200)+")"))
		}
		lines[i] = line(parts...)
	}
	return block(line(bold("Steps")), list(lines...))
}

func stepWord(s workflow.StepStatus) string {
	switch s {
	case workflow.StepRunning:
		return "running"
	case workflow.StepDone:
		return "done"
	case workflow.StepFailed:
		return "failed"
	case workflow.StepSkipped:
		return "skipped"
	}
	return "to do"
}
