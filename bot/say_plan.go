package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// planBlocks is exactly what is approved: the app, its permissions, its credential.
func (s say) planBlocks(r *workflow.Request, on surface) []slack.Block {
	plan := s.appPlan(r, on)
	if card := kindOf(r).card; card != nil {
		return card(r, plan)
	}
	return plan
}

func (s say) appPlan(r *workflow.Request, on surface) []slack.Block {
	p := r.Plan
	parts := []any{
		bold("App: "), r.AppName(), mixed(r.AppName()), "\n",
		bold("Product: "), s.productTitle(r), "\n",
		bold("Tenant: "), r.Tenant, " (", code(p.TenantID), ")\n",
	}
	if !kindOf(r).adds { // there it stays as it is
		parts = append(parts, bold("Who can sign in to it: "), audience(p.Audience), "\n")
	}
	if len(p.Workloads) > 0 {
		most := 300
		if on == inDetails {
			most = 3000
		}
		parts = append(parts, bold("For: "), someOf(p.Workloads, most), "\n")
	}
	addresses, lists := redirects(p)
	parts = append(parts, addresses...)
	if p.PublicClientFlows {
		parts = append(parts, bold("Public client flows: "),
			"allowed: people sign in to it with a device code, without any secret of the app\n")
	}
	if r.RequiresAssignment() {
		parts = append(parts, bold("Assignment required: "), "yes, as nobody signs in to it\n")
	}
	names, list := owners(p)
	parts, lists = append(parts, names...), append(lists, list...)
	credential, apart := credentialLine(p)
	parts = append(append(parts, credential...), backupLine(r)...)
	parts = append(parts, bold("Highest risk: "), riskWords(r))
	blocks := append(append([]slack.Block{block(line(parts...))}, apart...), lists...)
	blocks = append(append(blocks, dangerBlocks(p, on)...), permissionBlocks(p.Permissions, on)...)
	if on == inAMessage && len(p.Permissions) >= briefFrom {
		blocks = append(blocks, note("Details says what each of these permissions allows."))
	}
	blocks = append(blocks, roleBlocks(p)...)
	blocks = append(blocks, s.ewsPlan(p, on)...)
	if on == inAMessage && slices.ContainsFunc(p.AzureRoles, func(r plan.AzureRole) bool {
		return len(r.Actions)+len(r.DataActions) > 0
	}) {
		blocks = append(blocks, note("Details names each action of the custom roles."))
	}
	return blocks
}

// mixed warns of a name that was not given here, and looks like another.
func mixed(name string) string {
	if words := text.MixedScripts(name); words != "" {
		return ": " + words + ", so it can be taken for another name"
	}
	return ""
}

// redirectsOn is what the redirect URIs of a platform are called.
var redirectsOn = map[plan.Platform]string{
	plan.Web: "Redirect URIs", plan.SPA: "Redirect URIs (single-page app)", plan.PublicClient: "Redirect URIs (public client)",
}

// redirects are the plan's redirect URIs by platform: one in a line, several in a list.
func redirects(p plan.Plan) (parts []any, lists []slack.Block) {
	none := true
	for _, on := range plan.Platforms {
		name, uris := redirectsOn[on], p.On(on)
		none = none && len(uris) == 0
		switch len(uris) {
		case 0:
		case 1:
			parts = append(parts, bold(name+": "), text.URI(uris[0]), "\n")
		default:
			g := &growing{title: name}
			for _, uri := range uris {
				g.lines = append(g.lines, line(text.URI(uri)))
			}
			lists = append(lists, g)
		}
	}
	if none {
		parts = []any{bold("Redirect URIs: "), "none\n"}
	}
	return parts, lists
}

// owners are the plan's owners: a few in a line, more in a list.
func owners(p plan.Plan) (parts []any, lists []slack.Block) {
	switch n := len(p.Owners); {
	case n == 0:
		return nil, nil
	case n <= inALine:
		return append(append([]any{bold("Owners besides the requester: ")}, users(p.Owners)...), "\n"), nil
	}
	g := &growing{title: "Owners besides the requester"}
	for _, o := range p.Owners {
		g.lines = append(g.lines, line(user(o.ID)))
	}
	return nil, []slack.Block{g}
}

// credentialLine says how the app will prove who it is: in a line, or in a block apart.
func credentialLine(p plan.Plan) (parts []any, apart []slack.Block) {
	row := credentialOf(p.Credential.Kind)
	parts = append([]any{bold("Credential: ")}, row.plan(p)...)
	if row.apart {
		return nil, []slack.Block{block(line(parts...))}
	}
	if beyond := p.Credential.BeyondBaseline(); beyond != "" {
		parts = append(parts, "\n    ", beyond)
	}
	return append(parts, "\n"), nil
}

// audience says signInAudience in words. Source: Graph, application resource type.
func audience(a string) string {
	switch a {
	case plan.ThisTenant:
		return "this tenant only"
	case plan.AnyTenant:
		return "people of any Microsoft Entra tenant"
	}
	return a
}

// A surface is where a plan is shown.
type surface int

const (
	inAMessage surface = iota
	inDetails          // which has room for every word
)

// briefFrom is the number of permissions from which on a message names each
// with its type and tier only. What each allows is then in Details.
const briefFrom = 13

// inALine is how many of something stand in a line; more have a list.
const inALine = 5
