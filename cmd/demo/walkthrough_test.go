package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// The main job, in a browser, as the README's picture shows it.
func TestWalkthrough(t *testing.T) {
	w := openWorld(t)
	v := visit(t, w.url)
	dm := func(p *person) string { return w.slack.Person(p.id).DM() }

	// Bea asks, with the keyboard alone.
	v.sees(".person", "Otto Marsh")
	v.is(bea, backupTeam)
	v.sees(".message", "The new backup server is racked")
	v.click("#composer textarea")
	v.types("/en")
	v.sees(".suggest li", "/entra-app")
	v.shot("suggestion")
	v.types(kb.Tab + "request vbo365" + kb.Enter)
	v.sees("dialog.modal h1", "Request an app")
	v.shot("form")
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.sees(".field-error", "required")
	v.until("the first field with a mistake has the focus", "document.activeElement.closest('[data-block=\"App name\"]') !== null")
	v.types("payroll-backup" + kb.Tab + "Nightly backup of mailboxes and sites")
	v.tabTo("[data-block^='Redirect URIs'] textarea")
	v.types(kb.End + kb.Enter + "http://backup.example")
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.sees(".field-error", "has to begin with https://")
	v.shot("mistake")
	for range len("\nhttp://backup.example") {
		v.types(kb.Backspace)
	}
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.until("the form closes", "!document.querySelector('dialog[open]')")

	// Otto may not.
	v.is(otto, approvals)
	v.sees(".message", "register the app payroll-backup?")
	v.click(".message [data-action=approve]")
	v.sees(".message.ephemeral", "Only visible to you")
	v.sees(".message.ephemeral", "people of other workspaces can't take part")
	v.shot("stranger")

	// Ada approves, and signs in on the page that the message names.
	v.is(ada, approvals)
	v.until("Otto's answer is not for Ada",
		"document.querySelectorAll('.message').length > 1 && !document.querySelector('.message.ephemeral')")
	v.shot("card")
	v.click(".message [data-action=details]")
	v.sees("dialog.modal .modal-body", "Directory.Read.All")
	v.types(kb.Escape)
	v.until("the details close", "!document.querySelector('dialog[open]')")
	v.click(".message [data-action=approve]")
	v.sees(".message", "Waiting for a sign-in")
	v.is(ada, dm(ada))
	v.sees(".message pre", "")
	v.until("there is a code", "[...document.querySelectorAll('.message pre')].some((e) => e.innerText.length > 6)")
	v.shot("code")
	v.signIn(w.dir.pages, ada)
	v.is(ada, approvals)
	v.sees(".message h3", "Ready")
	v.shot("ready")
	v.click(".message .thread-link")
	v.sees("#thread .message", "approved the plan")
	v.shot("thread")
	v.types(kb.Escape)
	v.until("the thread closes", "document.querySelector('#thread').hidden")

	// Bea opens the secret, once.
	v.is(bea, dm(bea))
	v.sees(".message", "can be opened once")
	old := last(w.slack.Person(bea.id).Messages(dm(bea)))
	v.shot("hand-over")
	v.click(".message [data-action=reveal]")
	v.sees("dialog.modal", "It can't be shown again.")
	v.until("the secret is there", "document.querySelectorAll('dialog.modal pre').length === 3")
	v.hasSecret(w, true)
	v.shot("secret")
	v.types(kb.Escape)
	v.until("the secret is gone with its view", "!document.querySelector('dialog[open]') && !document.querySelector('dialog pre')")
	v.until("the button is gone", "!document.querySelector('.message [data-action=reveal]')")
	v.hasSecret(w, false)
	if _, err := w.oldCopy(v.ctx, old); err != nil {
		t.Fatal(err)
	}
	v.click(".message [data-action=reveal]")
	v.sees("dialog.modal", "has been opened already")
	v.hasSecret(w, false)
	v.shot("refused")
	v.click("[data-modal=close]")

	// Tom follows, and so does the tenant beside the workspace.
	v.is(tom, backupTeam)
	v.click("#composer textarea")
	v.types("/entra-app status payroll" + kb.Enter)
	v.sees(".message.ephemeral", "the secret was handed over")
	v.shot("status")
	v.is(tom, dm(tom))
	v.click(".tab:first-child")
	v.sees(".home", "You have asked for nothing yet")
	v.shot("home")

	// The same in the dark, and on a telephone.
	v.window(1440, 900, "dark")
	v.is(ada, approvals)
	v.fits()
	v.shot("dark")
	for _, scheme := range []string{"light", "dark"} {
		v.window(360, 740, scheme)
		v.until("the tenant is put away", "document.querySelector('#side').hidden")
		v.sees(".message", "payroll-backup")
		v.until("the end is in sight", "(() => { const e = document.querySelector('#log'); return e.scrollHeight - e.scrollTop - "+
			"e.clientHeight < 4 })()")
		v.fits()
		v.shot("phone-" + scheme)
	}
	v.click("#menu")
	v.sees(".sections", "backup-team")
	v.shot("phone-menu")
	v.click(fmt.Sprintf(".place[href='#%s/%s']", ada.id, backupTeam))
	v.until("the list is put away", "!document.body.matches('.drawer') && "+
		"document.querySelector('#heading').innerText.includes('backup-team')")
	v.click("#composer textarea")
	v.types("/entra-app request custom" + kb.Enter)
	v.sees("dialog.modal", "Permissions")
	v.fits()
	v.click("[data-block=Permissions] input")
	v.types("mail.read")
	v.sees(".combo-option", "Mail.Read")
	v.types(kb.Enter)
	v.sees(".chip", "Mail.Read")
	v.shot("phone-form")
	v.types(kb.Escape + kb.Escape)
	v.until("the form closes", "!document.querySelector('dialog[open]')")
}

// last is the newest message with the button that opens a secret.
func last(all []slacktest.Message) slacktest.Message {
	for _, m := range slices.Backward(all) {
		if has(m, "Reveal secret") {
			return m
		}
	}
	return slacktest.Message{}
}
