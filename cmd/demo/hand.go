package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// handmade is what the manifest among the samples says.
var handmade = plan.Plan{
	AppName: "payroll-mail", Audience: "AzureADMyOrg", RedirectURIs: []string{"https://payroll.contoso.com/callback"},
	Permissions: []plan.Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "Mail.Read"}},
}

// byHand is an app whose manifest Bea has. Ada makes it in the portal, once with
// more than she should, and has the bot look.
func (s *story) byHand(ctx context.Context) error {
	s.scene("Bea has a manifest, and Ada makes the app by hand")
	form, err := s.openForm(ctx, bea, "/entra-app request custom")
	if err != nil {
		return err
	}
	name, ours := "mail-"+s.app, s.w.samples[3]
	s.does(bea, "chooses no credential, for Ada will not make one, and pastes the manifest %s", ours.Name)
	if err := s.w.slack.Person(bea.id).Choose(ctx, form.ID, "Credential", "none"); err != nil {
		return expected("the choice is taken", "", err)
	}
	form, err = s.view(ctx, bea, "the form without a lifetime", func(v slacktest.View) bool {
		return v.ID == form.ID && v.Hash != form.Hash
	})
	if err != nil {
		return err
	}
	wrong, err := s.w.slack.Person(bea.id).Submit(ctx, form.ID,
		map[string]any{"App name": name, "Reason": "Payroll reads its mailbox", "Manifest": ours.Text})
	if err != nil || len(wrong) != 0 {
		return expected("the form closes", fmt.Sprint(wrong), err)
	}
	card, err := s.wait(ctx, patience, "a card with what the manifest says", ada, approvals, func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), name) && strings.Contains(m.Plain(), "Mail.Read") &&
			strings.Contains(m.Plain(), handmade.RedirectURIs[0])
	})
	if err != nil {
		return err
	}
	s.card, s.id = card, requestID(card.Text)
	s.sees("on the card: Mail.Read and %s, as in the manifest", handmade.RedirectURIs[0])
	if err := s.madeWithMore(ctx, name); err != nil {
		return err
	}
	return s.madeAsPlanned(ctx, name)
}

// inThePortal is the app as Ada makes it, with these roles, and then has the bot look at.
func (s *story) inThePortal(ctx context.Context, name, how string, roles ...string) (entratest.Application, error) {
	app := s.w.dir.contoso.AddApplication(entratest.Legacy{Name: name, Owner: bea.upn, RedirectURIs: handmade.RedirectURIs, Roles: roles})
	s.does(ada, "makes it in the portal, %s, types /entra-app verify %s with its App ID, and signs in", how, s.id)
	return app, s.verify(ctx, app.AppID)
}

func (s *story) madeWithMore(ctx context.Context, name string) error {
	if _, err := s.inThePortal(ctx, name, "with Mail.ReadWrite, too", "Mail.Read", "Mail.ReadWrite"); err != nil {
		return err
	}
	card, err := s.wait(ctx, patience, "the card says what differs", ada, approvals, func(m slacktest.Message) bool {
		return m.TS == s.card.TS && strings.Contains(m.Plain(), "What was made by hand does not match the plan") && has(m, "Approve")
	})
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(body(card), "\n") {
		if strings.Contains(line, "What was made by hand") {
			s.sees("on the card: %s", short(line, 200))
		}
	}
	return nil
}

func (s *story) madeAsPlanned(ctx context.Context, name string) error {
	app, err := s.inThePortal(ctx, name, "as the plan says", "Mail.Read")
	if err != nil {
		return err
	}
	if err := s.ended(ctx, "Done"); err != nil {
		return err
	}
	if now, ok := s.w.dir.contoso.Application(app.AppID); !ok || !slices.Equal(now.Roles, app.Roles) || len(now.Passwords) != 0 {
		return expected("the app as Ada made it", fmt.Sprintf("%+v", now), nil)
	}
	s.sees("in the tenant: the app as Ada made it; the bot has only looked")
	return nil
}

// verify has the bot compare an app with the plan.
func (s *story) verify(ctx context.Context, appID string) error {
	typed := "/entra-app verify " + s.id + " " + appID
	if _, err := s.w.slack.Person(ada.id).Slash(ctx, approvals, typed); err != nil {
		return expected("an answer to "+typed, "", err)
	}
	if _, err := s.code(ctx); err != nil {
		return err
	}
	return s.w.dir.entra.SignIn(s.w.dir.entra.UserCodes()[0], ada.upn)
}
