package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
)

// The second act: an app with a certificate, and the life of the first one.

// quicker has the tenant show every change at once: how it lags was seen in the first act.
func (s *story) quicker(context.Context) error {
	s.w.dir.contoso.Change(func(k *entratest.Knobs) { k.Lag = entratest.Lag{} })
	return nil
}

// certified is an app for a product that signs in with a certificate.
func (s *story) certified(ctx context.Context) error {
	s.scene("Bea asks for an app with a certificate")
	form, err := s.openForm(ctx, bea, "/entra-app request vb365-backup")
	if err != nil {
		return err
	}
	name, public := "m365-"+s.app, s.w.samples[0]
	person := s.w.slack.Person(bea.id)
	s.does(bea, "pastes a private key by mistake, and sends it")
	key, err := privateKey()
	if err != nil {
		return err
	}
	values := map[string]any{"App name": name, "Reason": "Nightly backup of all of Microsoft 365", "Certificate": key}
	wrong, err := person.Submit(ctx, form.ID, values)
	if err != nil || len(wrong) != 1 {
		return expected("one mistake, under the certificate", fmt.Sprint(wrong), err)
	}
	for _, text := range wrong {
		s.sees("under the field: %s", short(text, 150))
	}
	pfx := s.w.samples[2]
	s.does(bea, "adds the file with the key in it, %s, under another name", pfx.Name)
	values["Certificate"], values["Certificate file"] = nil, person.AddFile("backup.cer", pfx.file)
	if wrong, err = person.Submit(ctx, form.ID, values); err != nil || len(wrong) != 1 {
		return expected("one mistake, under the file", fmt.Sprint(wrong), err)
	}
	for _, text := range wrong {
		s.sees("under the field: %s", short(text, 150))
	}
	s.does(bea, "adds the public certificate %s, and sends it again", public.Name)
	values["Certificate file"] = person.AddFile(public.Name, public.file)
	if wrong, err = person.Submit(ctx, form.ID, values); err != nil || len(wrong) != 0 {
		return expected("the form closes", fmt.Sprint(wrong), err)
	}
	thumbprint := fmt.Sprintf("%X", sha1.Sum(public.file))
	card, err := s.decide(ctx, name, "Approve")
	if err != nil {
		return err
	}
	if !strings.Contains(card.Plain(), thumbprint) {
		return expected("the card shows the thumbprint "+thumbprint, card.Plain(), nil)
	}
	s.sees("on the card: the certificate's thumbprint %s", thumbprint)
	if err := s.ended(ctx, "Done"); err != nil {
		return err
	}
	apps := s.named(name)
	if len(apps) != 1 || len(apps[0].Certificates) != 1 || apps[0].Certificates[0].Thumbprint != thumbprint || len(apps[0].Passwords) != 0 {
		return expected("one app with that certificate and no secret", fmt.Sprintf("%+v", apps), nil)
	}
	if a := apps[0]; len(a.Roles) != 14 || !slices.Equal(a.DirectoryRoles, []string{"Global Reader"}) {
		return expected("14 permissions and Global Reader", fmt.Sprint(a.Roles, a.DirectoryRoles), nil)
	}
	s.sees("in the tenant: one certificate, 14 permissions on three resources, the directory role Global Reader")
	return nil
}

// privateKey is one that nobody uses.
func privateKey() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), err
}

// renewal gives the first app a second secret, and removes the old one only
// when the new one works.
func (s *story) renewal(ctx context.Context) error {
	s.scene("Bea renews the secret of %s", s.app)
	before := s.apps()[0].Passwords
	if err := s.ask(ctx, "renew "+s.app, "It ends soon"); err != nil {
		return err
	}
	if _, err := s.decide(ctx, "renew the credential of "+s.app, "Approve"); err != nil {
		return err
	}
	old := s.secret
	if err := s.open(ctx); err != nil {
		return err
	}
	if both := s.apps()[0].Passwords; s.secret == old || len(both) != 2 ||
		both[0].KeyID != before[0].KeyID && both[1].KeyID != before[0].KeyID {
		return expected("two secrets, the old one and another", fmt.Sprintf("%+v", both), nil)
	}
	s.sees("in the tenant: two secrets, and both work")
	dm, err := s.wait(ctx, patience, "the button The new one works", bea, s.dm(bea), func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), s.id) && has(m, "The new one works")
	})
	if err != nil {
		return err
	}
	s.does(bea, "puts it into the product, and presses The new one works")
	if err := s.w.slack.Person(bea.id).Press(ctx, dm.Channel, dm.TS, "The new one works"); err != nil {
		return expected("the press is taken", "", err)
	}
	if _, err := s.decide(ctx, s.id, "Remove the old one"); err != nil {
		return err
	}
	if err := s.ended(ctx, "Done"); err != nil {
		return err
	}
	if left := s.apps()[0].Passwords; len(left) != 1 || left[0].KeyID == before[0].KeyID {
		return expected("the new secret alone", fmt.Sprintf("%+v", left), nil)
	}
	s.sees("in the tenant: the new secret alone")
	return nil
}

// retirement ends the app, after it was seen who uses it.
func (s *story) retirement(ctx context.Context) error {
	s.scene("Bea retires %s", s.app)
	if err := s.w.dir.contoso.Assign(s.appID, bea.upn); err != nil {
		return expected("Bea is assigned to the app", "", err)
	}
	if err := s.ask(ctx, "retire "+s.app, "The server is gone"); err != nil {
		return err
	}
	if _, err := s.decide(ctx, "delete the app "+s.app, "Approve"); err != nil {
		return err
	}
	if err := s.ended(ctx, "Failed"); err != nil {
		return err
	}
	if left := s.apps(); len(left) != 1 || len(left[0].Passwords) == 0 {
		return expected("the app with its credential", fmt.Sprintf("%+v", left), nil)
	}
	s.sees("in the tenant: the app as it was, as somebody is assigned to it")
	if _, err := s.decide(ctx, "It is used by 1 user", "Retry"); err != nil {
		return err
	}
	if err := s.ended(ctx, "Done"); err != nil {
		return err
	}
	deleted := slices.ContainsFunc(s.w.dir.contoso.DeletedApplications(), func(a entratest.Application) bool {
		return a.AppID == s.appID && len(a.Passwords) == 0 && len(a.Roles) == 0
	})
	if len(s.apps()) != 0 || !deleted {
		return expected("the app among the deleted ones, with no credential and no consent", fmt.Sprintf("%+v", s.apps()), nil)
	}
	s.sees("in the tenant: the app is among the deleted ones, without credential and consent")
	return nil
}

// comeback restores it.
func (s *story) comeback(ctx context.Context) error {
	s.scene("Bea wants %s back", s.app)
	if err := s.ask(ctx, "recreate "+s.app, "The server is back"); err != nil {
		return err
	}
	if _, err := s.decide(ctx, "recreate the app "+s.app, "Approve"); err != nil {
		return err
	}
	was := s.appID
	if err := s.open(ctx); err != nil {
		return err
	}
	if err := s.ended(ctx, "Done"); err != nil {
		return err
	}
	if err := s.made(); err != nil {
		return err
	}
	if s.appID != was {
		return expected("the same App ID "+was, s.appID, nil)
	}
	s.sees("it has kept its App ID")
	said, err := s.slash(ctx, bea, "/entra-app apps", s.app+" · ")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(said, "\n") {
		if strings.Contains(line, s.app+" · ") {
			s.sees("apps: %s", line)
		}
	}
	return nil
}

// ask is Bea's: she types a command, and sends the form with a reason.
func (s *story) ask(ctx context.Context, command, reason string) error {
	return s.askWith(ctx, command, map[string]any{"Reason": reason})
}

// askWith is the same with more than a reason.
func (s *story) askWith(ctx context.Context, command string, values map[string]any) error {
	s.does(bea, "types /entra-app %s in #backup-team, and sends the form", command)
	p := s.w.slack.Person(bea.id)
	if _, err := p.Slash(ctx, backupTeam, "/entra-app "+command); err != nil {
		return expected("the form", "", err)
	}
	v, err := s.view(ctx, bea, "the form", func(v slacktest.View) bool { return v.CallbackID == "life" })
	if err != nil {
		return err
	}
	if wrong, err := p.Submit(ctx, v.ID, values); err != nil || len(wrong) != 0 {
		return expected("the form closes", fmt.Sprint(wrong), err)
	}
	return nil
}

// decide is Ada's: she presses a button on the card that says this, and signs in
// with the code that comes.
func (s *story) decide(ctx context.Context, says, button string) (slacktest.Message, error) {
	card, err := s.wait(ctx, patience, "a card with the button "+button, ada, approvals, func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), says) && has(m, button)
	})
	if err != nil {
		return card, err
	}
	s.card, s.id = card, requestID(card.Text)
	s.does(ada, "presses %s on %s, and signs in", button, s.id)
	if err := s.w.slack.Person(ada.id).Press(ctx, approvals, card.TS, button); err != nil {
		return card, expected("the press is taken", "", err)
	}
	if _, err := s.code(ctx); err != nil {
		return card, err
	}
	if err := s.w.dir.entra.SignIn(s.w.dir.entra.UserCodes()[0], ada.upn); err != nil {
		return card, expected("Ada is signed in", "", err)
	}
	return card, nil
}

// ended waits until the card says how it ended.
func (s *story) ended(ctx context.Context, word string) error {
	card, err := s.wait(ctx, longPatience, "the card says "+word, ada, approvals, func(m slacktest.Message) bool {
		return m.TS == s.card.TS && strings.Contains(heading(m), "· "+word)
	})
	if err == nil {
		s.sees("the card: %s", heading(card))
	}
	return err
}
