package main

import (
	"fmt"
	"io"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// choose picks an option of a select by its value.
func (v *visitor) choose(selector, value string) {
	v.Helper()
	v.until(selector+" is there", fmt.Sprintf("document.querySelector(%q) !== null", selector))
	if _, err := chromedp.Run(v.ctx,
		chromedp.Evaluate[bool](fmt.Sprintf("(() => { const e = document.querySelector(%q); e.value = %q; e.dispatchEvent(new "+
			"Event('change', { bubbles: true })); return e.value === %q; })()", selector, value, value))); err != nil {
		v.Fatal(err)
	}
}

// links has Bea show which account is hers, before anybody looks.
func (w *world) links(t *testing.T) {
	t.Helper()
	if err := (&story{w: w, out: io.Discard}).linking(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// An app that a backup server is connected with, and an app of another hand.
func TestBackupServerAndAnExistingApp(t *testing.T) {
	w := openWorld(t).withoutLag()
	w.links(t)
	v := visit(t, w.url)
	v.shots = 80 // after those of the other journeys
	dm := func(p *person) string { return w.slack.Person(p.id).DM() }

	v.sees(".person", "Otto Marsh")
	v.is(bea, backupTeam)
	v.command("/entra-app request vb365-backup")
	v.sees("dialog.modal", "Backup server")
	v.choose("[data-block^='Backup server'] select", backupServer)
	v.sees("dialog.modal", "vb365-prod gets it")
	v.tabTo("[data-block='App name'] input")
	v.types("m365-direct" + kb.Tab + "Nobody has to carry a key")
	v.shot("backup-server")
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.until("the form closes", "!document.querySelector('dialog[open]')")
	v.approves(w, "m365-direct", "Approve")
	v.sees(".message h3", "m365-direct · Done")
	v.shot("backup-card")
	v.is(bea, dm(bea))
	v.sees(".message", "is connected: contoso.onmicrosoft.com")
	v.shot("backup-connected")
	v.click(".message [data-action=check]")
	v.until("there is a code", "[...document.querySelectorAll('.message pre')].at(-1).innerText.trim().length === 9")
	v.signIn(w.dir.pages, bea)
	v.sees(".message", "Connected: contoso.onmicrosoft.com, Exchange, SharePoint, Teams")
	v.shot("backup-checked")

	// The app that Bea made by hand long ago.
	v.is(bea, backupTeam)
	v.command("/entra-app update " + legacyName)
	v.sees("dialog.modal", "An existing one")
	v.tabTo("[data-block=Reason] textarea")
	v.types("Its mailboxes are backed up too")
	v.shot("existing-form")
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.until("the form closes", "!document.querySelector('dialog[open]')")
	v.is(ada, approvals)
	v.sees(".message", "Nothing is removed from it")
	v.shot("existing-card")
	v.approves(w, "look at the app "+legacyName, "Approve")
	v.sees(".message", "All that it has, and keeps")
	v.shot("existing-whole")
	v.approves(w, "add to the existing app "+legacyName, "Approve")
	v.sees(".message", "Added to the app")
	v.shot("existing-difference")
	v.window(360, 740, "dark")
	v.until("the tenant is put away", "document.querySelector('#side').hidden")
	v.fits()
	v.shot("existing-phone")
}
