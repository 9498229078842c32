package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// The life of an app, by its buttons, and an app that an admin makes by hand.
func TestTheLifeOfAnApp(t *testing.T) {
	w := openWorld(t).withoutLag()
	s := &story{w: w, out: io.Discard, app: "payroll-backup"}
	for _, act := range []func(context.Context) error{s.linking, s.request, s.approve, s.signIn, s.provision, s.open} {
		if err := act(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	v := visit(t, w.url)
	v.shots = 100 // after those of the other journeys
	v.sees(".person", "Otto Marsh")
	dm := s.dm(bea)
	app := func() entratest.Application { return s.apps()[0] }
	first := app()
	// press presses a button of the list of Bea's apps, and gives a reason.
	press := func(action, title string) {
		t.Helper()
		v.is(bea, backupTeam)
		lists, err := chromedp.Run(v.ctx, chromedp.Evaluate[int]("document.querySelectorAll('.message.ephemeral').length"))
		if err != nil {
			t.Fatal(err)
		}
		v.command("/entra-app apps")
		v.until("the list is there", fmt.Sprintf("document.querySelectorAll('.message.ephemeral').length > %d", lists))
		v.click(".message.ephemeral:not(:has(~ .message.ephemeral)) [data-action^='" + action + ":']")
		v.sees("dialog.modal h1", title)
		v.tabTo("[data-block=Reason] textarea")
		v.types("Because of the move")
	}

	press("update", "Update an app")
	v.tabTo("[data-block='Redirect URIs'] textarea")
	v.types(kb.End + kb.Enter + "https://payroll.contoso.com/callback")
	v.shot("update")
	v.submits()
	v.approves(w, "update the app payroll-backup?", "Approve")
	v.sees(".message:last-child h3", "payroll-backup · Done")
	v.sees(".message:last-child", "added: redirect URI https://payroll.contoso.com/callback")
	v.shot("update-card")
	if got := app().RedirectURIs; !slices.Contains(got, "https://payroll.contoso.com/callback") || len(got) != 2 {
		t.Errorf("after the update it has %v", got)
	}
	v.until("one can scroll to the head of a long card", `(() => {
		const card = document.querySelector('.message:last-child h3');
		card.scrollIntoView({block: 'start'});
		const log = document.querySelector('#log').getBoundingClientRect(), head = card.getBoundingClientRect();
		return head.top >= log.top - 1 && head.bottom <= log.bottom })()`)

	press("renew", "Renew a credential")
	v.submits()
	v.approves(w, "renew the credential of payroll-backup", "Approve")
	v.is(bea, dm)
	v.click(".message:last-child [data-action=reveal]")
	v.sees("dialog.modal", "It can't be shown again.")
	v.types(kb.Escape)
	v.until("the view closes", "!document.querySelector('dialog[open]')")
	v.click(".message:last-child [data-action=works]")
	v.approves(w, "Remove the old one", "Remove the old")
	v.sees(".message:last-child h3", "payroll-backup · Done")
	if got := app().Passwords; len(got) != 1 || got[0].KeyID == first.Passwords[0].KeyID {
		t.Errorf("after the renewal it has %+v", got)
	}

	press("retire", "Retire an app")
	v.submits()
	v.approves(w, "delete the app payroll-backup", "Approve")
	v.sees(".message:last-child h3", "payroll-backup · Done")
	v.shot("retired")
	if n := len(s.apps()); n != 0 {
		t.Errorf("%d apps after it was retired", n)
	}

	v.is(bea, dm)
	v.click(".message:last-child [data-action=recreate]")
	v.sees("dialog.modal h1", "Recreate an app")
	v.tabTo("[data-block=Reason] textarea")
	v.types("The server is back")
	v.submits()
	v.approves(w, "recreate the app payroll-backup", "Approve")
	v.sees(".message:last-child h3", "payroll-backup · Ready")
	if got := app(); got.AppID != first.AppID || len(got.Passwords) != 1 {
		t.Errorf("it came back as %+v", got)
	}

	// A manifest, and an app that is made of it by hand.
	v.is(bea, backupTeam)
	v.command("/entra-app request custom")
	v.sees("dialog.modal", "Manifest")
	v.tabTo("[data-block='App name'] input")
	v.types("payroll-mail" + kb.Tab + "Payroll reads its mailbox")
	v.choose("[data-block^='Credential'] select", "none")
	v.until("the form is redrawn", "!document.querySelector('[data-block^=Lifetime]')")
	file := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(file, w.samples[3].file, 0o600); err != nil {
		t.Fatal(err)
	}
	v.do("choose the manifest", chromedp.SetUploadFiles(chromedp.CSS("[data-block='Manifest file'] input[type=file]"), []string{file}))
	v.sees(".file", "manifest.json")
	v.submits()
	v.is(ada, approvals)
	v.sees(".message:last-child", "register the app payroll-mail?")
	v.sees(".message:last-child", handmade.RedirectURIs[0])
	id := requestID(v.text(".message:last-child"))
	made := w.dir.contoso.AddApplication(entratest.Legacy{Name: "payroll-mail", Owner: bea.upn, RedirectURIs: handmade.RedirectURIs,
		Roles: []string{"Mail.Read"}})
	v.command("/entra-app verify " + id + " " + made.AppID)
	v.sees(".message.ephemeral", "compares it with the plan, and changes nothing")
	v.is(ada, s.dm(ada))
	v.until("there is a code", "[...document.querySelectorAll('.message pre')].some((e) => e.innerText.length > 6)")
	v.signIn(w.dir.pages, ada)
	v.is(ada, approvals)
	v.sees(".message h3", "payroll-mail · Done")
	v.shot("verified")
}

// command types one, and sends it.
func (v *visitor) command(text string) {
	v.Helper()
	v.click("#composer textarea")
	v.types(text + kb.Enter)
}

// submits sends the form that is open, with the keyboard.
func (v *visitor) submits() {
	v.Helper()
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.until("the form closes", "!document.querySelector('dialog[open]')")
}
