package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// credentialInputs ask for the kind of credential, and for what that kind needs.
func (s say) credentialInputs(p pack.Product, chosen pack.Choice) []slack.Block {
	kinds := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, string(form.FieldCredential))
	offers := s.Credentials(p, chosen.Backup)
	for _, offer := range offers {
		title := offer.Kind.Title()
		if chosen.Backup != "" {
			title = titleOn(chosen.Backup, offer.Kind)
		}
		o := choice(string(offer.Kind), title, "")
		kinds.Options = append(kinds.Options, o)
		if offer.Kind == chosen.Credential {
			kinds.InitialOption = o
		}
	}
	kind := of(p, field(form.FieldCredential, "", kinds))
	kind.DispatchAction = len(offers) > 1
	if chosen.Backup != "" { // Slack must not keep what was chosen from another list
		kind.BlockID += " on a server"
	}
	blocks := []slack.Block{kind}
	if asks := credentialOf(chosen.Credential).asks; asks != nil {
		return append(blocks, asks(s, p, chosen)...)
	}
	return blocks
}

// handoffInputs ask where the credential goes, and which it is.
func (s say) handoffInputs(p pack.Product, chosen pack.Choice) []slack.Block {
	in := s.credentialInputs(p, chosen)
	if where := s.backupInput(p, chosen.Backup); where != nil {
		return append([]slack.Block{where}, in...)
	}
	return in
}

// backupInput lets the requester choose where the credential goes; nil where there
// is no choice.
func (s say) backupInput(p pack.Product, server string) slack.Block {
	names := s.Backups(p)
	if len(names) == 0 {
		return nil
	}
	servers := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, string(form.FieldBackup),
		choice(toMe, "Hand it over to me", ""))
	servers.InitialOption = servers.Options[0]
	for _, name := range names {
		o := choice(name, name, "")
		servers.Options = append(servers.Options, o)
		if name == server {
			servers.InitialOption = o
		}
	}
	in := of(p, field(form.FieldBackup,
		"With a server chosen, the bot connects it with the app, and nobody is handed the credential.", servers))
	in.DispatchAction = true
	return in
}

// toMe is the choice that the app is handed to the requester: Slack has no option
// with an empty value.
const toMe = "-"

// fits is a choice whose credential p offers with the server that was chosen.
func (s say) fits(p pack.Product, chosen pack.Choice, serverBefore string) pack.Choice {
	if !slices.Contains(s.Backups(p), chosen.Backup) {
		chosen.Backup = ""
	}
	offers := s.Credentials(p, chosen.Backup)
	has := slices.ContainsFunc(offers, func(o pack.Offer) bool { return o.Kind == chosen.Credential })
	if len(offers) > 0 && (!has || chosen.Backup != serverBefore) {
		chosen.Credential = offers[0].Kind
	}
	return chosen
}

// titleOn is the title of a credential that a server gets.
func titleOn(server string, kind plan.CredentialKind) string {
	title := credentialOf(kind).server.title
	if title == "" {
		return kind.Title()
	}
	return title + " (" + server + " gets it)"
}
