package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pastes puts a text where the focus is, as one does who has copied it.
func (v *visitor) pastes(text string) {
	v.Helper()
	if _, err := chromedp.Call(v.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		v.Fatal(err)
	}
}

// An app with a certificate, and its renewal from the list of apps.
func TestCertificateAndRenewal(t *testing.T) {
	w := openWorld(t).withoutLag()
	w.links(t)
	v := visit(t, w.url)
	v.shots = 50 // after those of the main job
	dm := func(p *person) string { return w.slack.Person(p.id).DM() }

	v.sees(".person", "Otto Marsh")
	v.is(bea, backupTeam)
	v.command("/entra-app request vb365-backup")
	v.sees("dialog.modal", "Global Reader")
	v.tabTo("[data-block='App name'] input")
	v.types("m365-backup" + kb.Tab + "Nightly backup of mailboxes")

	// Checkboxes, with the keyboard; the app redraws the form for them.
	v.tabTo("[data-block^='Workloads'] input[value=teams]")
	v.types(" ")
	v.until("what Teams needs is gone", "!document.querySelector('dialog.modal').innerText.includes('ChannelMessage.Read.All')")
	v.until("the box keeps the focus", "document.activeElement.matches('input[value=teams]') && !document.activeElement.checked")
	v.shot("workloads")

	// Samples open within the form, and are copied.
	v.click("dialog.modal [data-samples=open]")
	v.sees(".samples", "Subscription Production")
	v.until("the samples are where one can use them", "document.querySelector('.samples').closest('dialog') !== null")
	v.click(".samples [data-copy=Certificate]")
	v.sees(".samples [data-copy=Certificate]", "Copied")
	v.shot("samples")
	v.types(kb.Escape)
	v.until("the samples close, and the form does not",
		"!document.querySelector('.samples:popover-open') && document.querySelector('dialog[open]') !== null")

	// A file: a wrong one, the sample as it is downloaded, and people.
	dir := t.TempDir()
	wrong, right := filepath.Join(dir, "backup.pfx"), filepath.Join(dir, w.samples[0].Name)
	for name, content := range map[string][]byte{wrong: w.samples[2].file, right: w.samples[0].file} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v.tabTo("[data-block='Certificate file'] input[type=file]")
	v.do("choose a PFX file", chromedp.SetUploadFiles(chromedp.CSS("dialog input[type=file]"), []string{wrong}))
	v.sees(".file-trouble", "backup.pfx is not a file of these types")
	v.do("choose the certificate", chromedp.SetUploadFiles(chromedp.CSS("dialog input[type=file]"), []string{right}))
	v.sees(".file", w.samples[0].Name)
	v.tabTo("[data-block=Owners] input")
	v.types("tom")
	v.sees(".combo-option", "Tom Weiss")
	v.types(kb.Enter)
	v.sees(".chip", "Tom Weiss")
	v.types(kb.Escape)
	v.until("the form stays in its frame", "document.querySelector('dialog.modal').scrollTop === 0")
	v.shot("certificate")
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.until("the form closes", "!document.querySelector('dialog[open]')")
	v.approves(w, "m365-backup", "Approve")
	v.sees(".message h3", "m365-backup · Done")
	v.shot("certificate-card")
	v.is(bea, dm(bea))
	v.sees(".message", "Next steps")
	v.shot("certificate-hand-over")

	// Renew, from the list, with a certificate that is pasted.
	v.is(bea, backupTeam)
	v.command("/entra-app apps")
	v.sees(".message.ephemeral", "credential valid until")
	v.shot("apps")
	v.click(".message [data-action^='renew:']")
	v.sees("dialog.modal h1", "Renew a credential")
	v.tabTo("[data-block=Reason] textarea")
	v.types("It ends soon")
	v.tabTo("[data-block^=Certificate] textarea")
	v.pastes(w.samples[1].Text)
	v.shot("renew")
	v.tabTo("[data-modal=submit]")
	v.types(kb.Enter)
	v.until("the form closes", "!document.querySelector('dialog[open]')")
	v.approves(w, "renew the credential of m365-backup", "Approve")
	v.is(bea, dm(bea))
	v.sees(".message [data-action=works]", "The new one works")
	v.window(1440, 900, "dark")
	v.shot("overlap-dark")
	v.click(".message [data-action=works]")
	v.sees(".message", "waits for an approver to remove it")
	app := w.dir.contoso.Applications()
	if got := app[len(app)-1]; len(got.Certificates) != 2 {
		t.Errorf("while both are in use the app has %+v", got.Certificates)
	}

	// What is new, in the dark and on a telephone.
	v.is(bea, backupTeam)
	v.command("/entra-app request vb365-archiver")
	v.sees("dialog.modal", "Two built-in roles")
	v.click("[data-block^='Workloads'] input[value=minimal]")
	v.sees("dialog.modal", "a custom role with")
	v.shot("radio-dark")
	v.window(360, 740, "dark")
	v.fits()
	v.click("dialog.modal [data-samples=open]")
	v.sees(".samples", "Another certificate")
	v.fits()
	v.shot("phone-samples")
}

// approves makes the visitor Ada, who presses a button on the card that says
// this and signs in.
func (v *visitor) approves(w *world, says, button string) {
	v.Helper()
	id := w.slack.Person(ada.id).DM()
	v.is(ada, approvals)
	v.sees(".message", says)
	v.click(fmt.Sprintf(".message:last-child [aria-label^=%q]", button))
	v.sees(".message", "Waiting for a sign-in")
	v.is(ada, id)
	v.until("there is a code", "[...document.querySelectorAll('.message pre')].some((e) => e.innerText.length > 6)")
	v.signIn(w.dir.pages, ada)
	v.is(ada, approvals)
}
