package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// lessened takes from the app with a certificate what is no longer backed up with it.
func (s *story) lessened(ctx context.Context) error {
	name := "m365-" + s.app
	s.scene("Bea backs up mailboxes only, and has %s updated", name)
	before := s.named(name)[0]
	if err := s.askWith(ctx, "update "+name, map[string]any{"Reason": "Sites and teams are backed up elsewhere",
		"Workloads": []string{"Exchange"}}); err != nil {
		return err
	}
	card, err := s.decide(ctx, "update the app "+name, "Approve")
	if err != nil {
		return err
	}
	removed := 0
	for line := range strings.SplitSeq(body(card), "\n") {
		if strings.Contains(line, "removed: permission ") {
			if removed++; removed <= 3 {
				s.sees("on the card: %s", strings.TrimSpace(line))
			}
		}
	}
	if err := s.ended(ctx, "Done"); err != nil {
		return err
	}
	after := s.named(name)
	if len(after) != 1 || removed == 0 || len(before.Roles)-len(after[0].Roles) != removed || len(after[0].Certificates) != 1 ||
		after[0].AppID != before.AppID {
		return expected(fmt.Sprintf("the same app with %d permissions less", removed), fmt.Sprintf("%+v", after), nil)
	}
	s.sees("in the tenant: %d permissions of %d, the same certificate", len(after[0].Roles), len(before.Roles))
	return nil
}

// azure is an app that has roles in a subscription, and nothing in the directory.
func (s *story) azure(ctx context.Context) error {
	s.scene("Bea asks for an app with roles in Azure")
	form, err := s.openForm(ctx, bea, "/entra-app request vbazure")
	if err != nil {
		return err
	}
	name, on := "azure-"+s.app, subscriptions[0]
	values := map[string]any{"App name": name, "Reason": "Snapshots of virtual machines", "Subscriptions": on.Name}
	s.does(bea, "names the subscription %s instead of its ID, and sends it", on.Name)
	wrong, err := s.w.slack.Person(bea.id).Submit(ctx, form.ID, values)
	if err != nil || len(wrong) != 1 {
		return expected("one mistake, under Subscriptions", fmt.Sprint(wrong), err)
	}
	for _, text := range wrong {
		s.sees("under the field: %s", short(text, 150))
	}
	s.does(bea, "puts %s there, and sends it again", on.ID)
	values["Subscriptions"] = on.ID
	if wrong, err = s.w.slack.Person(bea.id).Submit(ctx, form.ID, values); err != nil || len(wrong) != 0 {
		return expected("the form closes", fmt.Sprint(wrong), err)
	}
	card, err := s.decide(ctx, name, "Approve")
	if err != nil {
		return err
	}
	for _, text := range []string{"Contributor", "Key Vault Crypto User", "Storage Queue Data Contributor", on.ID} {
		if !strings.Contains(card.Plain(), text) {
			return expected("the card says "+text, card.Plain(), nil)
		}
	}
	s.sees("on the card: Contributor, Key Vault Crypto User and Storage Queue Data Contributor, in %s", on.ID)
	if _, err = s.wait(ctx, longPatience, "the card says Ready", ada, approvals, func(m slacktest.Message) bool {
		return m.TS == s.card.TS && strings.Contains(heading(m), "Ready")
	}); err != nil {
		return err
	}
	apps := s.named(name)
	var roles []string
	for _, a := range apps {
		for _, r := range a.AzureRoles {
			roles = append(roles, r.Subscription+"/"+r.Role)
		}
	}
	slices.Sort(roles)
	if want := []string{on.Name + "/Contributor", on.Name + "/Key Vault Crypto User",
		on.Name + "/Storage Queue Data Contributor"}; len(apps) != 1 || !slices.Equal(roles, want) || len(apps[0].Roles) != 0 {
		return expected(fmt.Sprint(want), fmt.Sprint(roles), nil)
	}
	s.sees("in Azure: the three roles in %s, and none in %s", on.Name, subscriptions[1].Name)
	first, secret := s.appID, s.secret
	s.appID = apps[0].AppID
	err = s.open(ctx)
	s.appID, s.secret = first, secret
	return err
}

// monthsLater is a morning on which credentials are about to end.
func (s *story) monthsLater(ctx context.Context) error {
	const before = 20 * 24 * time.Hour
	then := s.apps()[0].Passwords[0].End.Add(-before).UTC().Truncate(24 * time.Hour).Add(9 * time.Hour)
	s.scene("It is %s, and nobody has thought of the secret since", then.Format("2 January 2006"))
	if err := s.w.sleepUntil(ctx, then); err != nil {
		return err
	}
	told, err := s.wait(ctx, patience, "a reminder for Bea", bea, s.dm(bea), func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), s.app+": the credential expires") && has(m, "Renew") && !strings.Contains(m.Plain(), "-"+s.app)
	})
	if err != nil {
		return err
	}
	s.sees("a DM for Bea, with the button Renew: %s", told.Text)
	digest, err := s.wait(ctx, patience, "the digest of the day", ada, approvals, func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), "Today in contoso")
	})
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(body(digest), "\n") {
		s.sees("in #entra-approvals: %s", short(line, 150))
	}
	if !strings.Contains(digest.Plain(), s.app) {
		return expected("the digest names "+s.app, digest.Plain(), nil)
	}
	return nil
}
