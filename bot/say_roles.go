package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// offeredLists are what an app offers besides its scopes.
func offeredLists(p plan.Plan) []*growing {
	roles := &growing{title: "App roles that the app offers"}
	for _, r := range p.AppRoles {
		roles.lines = append(roles.lines, line(bold(r.Name), " (for ", r.For(), ") ", r.Title, "\n", r.Words))
	}
	claims := &growing{title: "Optional claims in the app's tokens"}
	for _, c := range p.OptionalClaims {
		claims.lines = append(claims.lines, line(c.Line()))
	}
	names := &growing{title: "Identifier URIs"}
	for _, uri := range p.IdentifierURIs {
		names.lines = append(names.lines, line(code(uri)))
	}
	return []*growing{roles, claims, names}
}

// roleBlocks lists what else the app gets: roles, and what it offers itself.
func roleBlocks(p plan.Plan) []slack.Block {
	directory := &growing{title: "Directory roles of the app"}
	for _, r := range p.DirectoryRoles {
		directory.lines = append(directory.lines, line(bold(r.Name), " (", code(r.TemplateID), ") · risk ",
			bold(string(r.Tier().Risk)), "\n", italic("Needed: "+r.Why)))
	}
	azure := &growing{title: "Azure roles of the app",
		words: " on the " + azurescope.Word(p.Subscriptions) + "s " + strings.Join(p.Subscriptions, ", ")}
	subscriptions := &growing{title: "These are the " + azurescope.Word(p.Subscriptions) + "s"}
	if n := len(p.Subscriptions); n > inALine {
		azure.words = " on " + text.Count(n, azurescope.Word(p.Subscriptions))
		for _, id := range p.Subscriptions {
			subscriptions.lines = append(subscriptions.lines, line(code(id)))
		}
	}
	for _, r := range p.AzureRoles {
		what := "the built-in role " + r.ID
		if r.ID == "" {
			what = "a custom role with " + text.Count(len(r.Actions), "action") + " and " +
				text.Count(len(r.DataActions), "data action")
		}
		azure.lines = append(azure.lines,
			line(bold(r.Name), " (", what, ") · risk ", bold(string(r.Tier().Risk)), "\n", italic("Needed: "+r.Why)))
	}
	offers := &growing{title: "API that the app offers to others"}
	for _, s := range p.Scopes {
		who := "users may consent"
		if s.AdminsOnly {
			who = "only admins may consent"
		}
		parts := []any{bold(s.Name), " (", who, ")\n", firstOf(s.Title, s.Name), " – ", s.Words}
		if s.UserTitle != "" || s.UserWords != "" {
			title, words := s.ForUsers()
			parts = append(parts, "\n", bold("Users read: "), title, " – ", words)
		}
		if len(s.PreAuthorized) > 0 {
			parts = append(parts, "\n", bold("Without consent: "), "the apps ", strings.Join(s.PreAuthorized, ", "))
		}
		offers.lines = append(offers.lines, line(parts...))
	}
	var blocks []slack.Block
	for _, g := range append([]*growing{directory, azure, subscriptions, offers}, offeredLists(p)...) {
		if g.lines != nil {
			blocks = append(blocks, g)
		}
	}
	return blocks
}

// actionBlocks list what the plan's custom roles in Azure allow, each action.
func actionBlocks(p plan.Plan) []slack.Block {
	var blocks []slack.Block
	for _, r := range p.AzureRoles {
		for _, of := range []struct {
			kind    string
			actions []string
		}{{"action", r.Actions}, {"data action", r.DataActions}} {
			g := &growing{title: r.Name + ": its " + text.Count(len(of.actions), of.kind) + " in Azure"}
			for _, a := range of.actions {
				g.lines = append(g.lines, line(code(a)))
			}
			if g.lines != nil {
				blocks = append(blocks, g)
			}
		}
	}
	return blocks
}
