package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const firstPack = `name: payroll
version: "1"
title: Payroll
summary: Sends slips.
audience: AzureADMyOrg
redirectUris: [https://payroll.contoso.com]
workloads:
  - {name: mail, title: Mail}
permissions:
  - {resource: Microsoft Graph, type: Application, name: Mail.Send, why: Sends the slips., workloads: [mail]}
credentials:
  - {kind: secret, lifetime: 4380h}
nextSteps: ["Enter {appId}."]
`

const secondPack = `name: payroll
version: "2"
title: Payroll
summary: Sends slips.
audience: AzureADMyOrg
redirectUris: [https://payroll.contoso.com, https://payroll2.contoso.com]
scopes:
  - {name: access_as_user, title: Use payroll, words: Lets an app use payroll.}
workloads:
  - {name: mail, title: E-mail}
permissions:
  - {resource: Microsoft Graph, type: Application, name: Mail.Send, why: Sends the slips., workloads: [mail]}
azureRoles:
  - {name: Reader, why: Reads it.}
credentials:
  - {kind: secret, lifetime: 4380h}
nextSteps: ["Enter {appId}."]
`

// A pack that asks for more is noticed, and an update as it is suggested brings all of it.
func TestANewerPackIsCarriedToTheAppsOfTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	w.cfg.Packs = dir
	write := func(name, pack string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(pack), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("payroll.yaml", firstPack)
	w.start()
	w.sends("payroll", nil, map[string]any{"App name": "slips", "Reason": "pays"})
	w.approves("register the app slips", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.ada, in(approval), "EA-1: slips · Done")
	w.stop()

	write("payroll-2.yaml", secondPack)
	w.start()
	const more = "This product now requires more: "
	all := []string{more, "exposed scope access_as_user", "redirect URI https://payroll2.contoso.com", "role in Azure Reader"}
	if _, err := w.bea.Slash(t.Context(), team, "/entra-app apps"); err != nil {
		t.Fatal(err)
	}
	list := w.sees(w.bea, in(team), "1 app").Plain()
	for _, text := range all {
		if !strings.Contains(list, text) {
			t.Errorf("the list does not say %q: %s", text, list)
		}
	}
	w.types("update slips", map[string]any{"Reason": "the new version", "Subscriptions": subscription})
	card := w.sees(w.ada, in(approval), "update the app slips?").Plain()
	for _, text := range []string{"added: redirect URI https://payroll2.contoso.com", "added: exposed scope access_as_user",
		"added: role in Azure Reader on " + subscription} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	w.approves("update the app slips?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: slips · Done")
	if _, err := w.bea.Slash(t.Context(), team, "/entra-app apps"); err != nil {
		t.Fatal(err)
	}
	w.until("nothing is missing", func() bool {
		m, ok := newest(w.bea, team, "1 app")
		return ok && strings.Contains(m.Plain(), "EA-2") && !strings.Contains(m.Plain(), more)
	})
	if has := w.made()[0]; len(has.AzureRoles) != 1 || len(has.Roles) != 1 || len(has.RedirectURIs) != 2 {
		t.Errorf("the app has %+v", has)
	}
}
