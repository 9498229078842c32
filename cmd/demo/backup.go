package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow/seal"
)

// backupServer is what the bot calls the emulated Veeam server.
const backupServer = "vb365-prod"

// startBackup serves a Veeam Backup for Microsoft 365 server that has nothing yet,
// and returns how the bot is configured for it.
func startBackup(c *closers, entra *entratest.Server, now func() time.Time) (*veeamtest.Server, config.Veeam, error) {
	v := veeamtest.New(veeamtest.Config{Entra: entra, Now: now})
	const account, password = `VB365\svc-entra-app`, "for the demonstration only"
	v.AddAccount(account, password)
	addr, err := serveOn(c, "127.0.0.1:0", v, &tls.Config{Certificates: []tls.Certificate{v.Certificate()}})
	return v, config.Veeam{
		Name: backupServer, URL: "https://" + addr, TLS: "sha256:" + v.Fingerprint(), Username: account,
		Password: seal.New(password),
	}, err
}

// connected is an app whose certificate is made here and goes to the server: nobody
// is handed it.
func (s *story) connected(ctx context.Context) error {
	s.scene("Bea has an app connected with the backup server")
	form, err := s.openForm(ctx, bea, "/entra-app request vb365-backup")
	if err != nil {
		return err
	}
	name, p := "direct-"+s.app, s.w.slack.Person(bea.id)
	s.does(bea, "chooses the backup server %s", backupServer)
	if err := p.Choose(ctx, form.ID, "Backup server", backupServer); err != nil {
		return expected("the choice is taken", "", err)
	}
	form, err = s.view(ctx, bea, "the form for a certificate made here", func(v slacktest.View) bool {
		return v.ID == form.ID && v.Hash != form.Hash
	})
	if err != nil {
		return err
	}
	wrong, err := p.Submit(ctx, form.ID, map[string]any{"App name": name, "Reason": "Nightly backup, without anybody carrying a key"})
	if err != nil || len(wrong) != 0 {
		return expected("the form closes", fmt.Sprint(wrong), err)
	}
	card, err := s.decide(ctx, name, "Approve")
	if err != nil {
		return err
	}
	if !strings.Contains(card.Plain(), "nobody is handed the credential") {
		return expected("the card says that nobody is handed the credential", card.Plain(), nil)
	}
	if err := s.ended(ctx, "Done"); err != nil {
		return err
	}
	on, apps := s.w.veeam.Organizations(), s.named(name)
	if len(on) != 1 || len(apps) != 1 || len(apps[0].Certificates) != 1 || on[0].AppID != apps[0].AppID {
		return expected("one organization on the server, with the app and its certificate", fmt.Sprintf("%+v, %+v", on, apps), nil)
	}
	s.sees("on the server: %s with %s", on[0].Office, strings.Join(on[0].Services, ", "))
	done, err := s.wait(ctx, patience, "the message with Check the connection", bea, s.dm(bea), func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), s.id) && has(m, "Check the connection")
	})
	if err != nil {
		return err
	}
	if has(done, "Reveal secret") {
		return expected("nothing to open", done.Plain(), nil)
	}
	return s.checksConnection(ctx, done)
}

// checksConnection has the server say what Bea reaches there.
func (s *story) checksConnection(ctx context.Context, done slacktest.Message) error {
	s.does(bea, "presses Check the connection, and signs in as %s", bea.upn)
	if err := s.w.slack.Person(bea.id).Press(ctx, done.Channel, done.TS, "Check the connection"); err != nil {
		return expected("the press is taken", "", err)
	}
	if err := s.until(ctx, patience, func() bool { return len(s.w.dir.entra.UserCodes()) == 1 }); err != nil {
		return expected("a code for Bea", "", err)
	}
	if err := s.w.dir.entra.SignIn(s.w.dir.entra.UserCodes()[0], bea.upn); err != nil {
		return expected("Bea is signed in", "", err)
	}
	said, err := s.wait(ctx, patience, "what the server shows Bea", bea, s.dm(bea), func(m slacktest.Message) bool {
		return strings.Contains(m.Plain(), "Connected: ")
	})
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(said.Plain(), "\n") {
		if strings.HasPrefix(line, "Connected: ") {
			s.sees("%s", line)
		}
	}
	return nil
}
