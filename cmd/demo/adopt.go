package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
)

const legacyName = "hr-portal"

// legacy is an app that Bea made by hand long ago.
var legacy = entratest.Legacy{
	Name: legacyName, Owner: bea.upn, RedirectURIs: []string{"https://hr.contoso.com/callback"}, Roles: []string{"Mail.Read"},
}

// adopted gives that app what a product needs, and leaves it what it has.
func (s *story) adopted(ctx context.Context) error {
	s.scene("Bea has an app that she made by hand long ago")
	name, p := legacyName, s.w.slack.Person(bea.id)
	form, err := s.openForm(ctx, bea, "/entra-app update "+name)
	if err != nil {
		return err
	}
	s.sees("the form, for an existing application")
	wrong, err := p.Submit(ctx, form.ID, map[string]any{"Reason": "Its mailboxes are backed up too"})
	if err != nil || len(wrong) != 0 {
		return expected("the form closes", fmt.Sprint(wrong), err)
	}
	if err := s.looked(ctx, name); err != nil {
		return err
	}
	first, secret := s.appID, s.secret
	s.appID = s.named(name)[0].AppID
	err = s.open(ctx)
	s.appID, s.secret = first, secret
	if err != nil {
		return err
	}
	done, err := s.wait(ctx, patience, "the card says what was added and what stays", ada, approvals, func(m slacktest.Message) bool {
		return m.TS == s.card.TS && strings.Contains(heading(m), "· Done")
	})
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(done.Plain(), "\n") {
		if strings.Contains(line, "Mail.Read (application)") || strings.Contains(line, "Directory.Read.All (application)") {
			s.sees("on the card: %s", strings.TrimSpace(line))
		}
	}
	apps := s.named(name)
	if len(apps) != 1 || !slices.Contains(apps[0].Roles, "Microsoft Graph/Mail.Read") ||
		!slices.Contains(apps[0].Roles, "Microsoft Graph/Directory.Read.All") ||
		!slices.Contains(apps[0].RedirectURIs, legacy.RedirectURIs[0]) || len(apps[0].Passwords) != 1 {
		return expected("the app with what it had, and what the product needs", fmt.Sprintf("%+v", apps), nil)
	}
	s.sees("in the tenant: all that it had, and what the product needs")
	return nil
}

// looked has that app looked at, and then decides on what it has.
func (s *story) looked(ctx context.Context, name string) error {
	card, err := s.decide(ctx, "look at the app "+name, "Approve")
	if err != nil {
		return err
	}
	if !strings.Contains(card.Plain(), "Nothing is removed from it") {
		return expected("the card says that nothing is removed", card.Plain(), nil)
	}
	s.sees("on the card: the bot looks at it first. Nothing is removed from it")
	card, err = s.decide(ctx, "add to the existing app "+name, "Approve")
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(card.Plain(), "\n") {
		if strings.Contains(line, "as a whole") || strings.Contains(line, "Graph/Mail.Read") {
			s.sees("on the card, before anything is changed: %s", strings.TrimSpace(line))
		}
	}
	if !strings.Contains(card.Plain(), "Microsoft Graph/Mail.Read") {
		return expected("the card shows what the app can do already", card.Plain(), nil)
	}
	return nil
}
