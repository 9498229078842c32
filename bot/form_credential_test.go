package bot

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestTheFormAsksWhereTheCredentialGoes(t *testing.T) {
	w := newServerWorld(t, "")
	p, _ := w.desk.Product("vb365-backup")
	for name, c := range map[string]struct {
		chosen    pack.Choice
		has, lack []string
	}{
		"hand-over": {p.Choice(), []string{`"Backup server"`, "Hand it over to me", "vb365-prod", "Certificate file"},
			[]string{"made here"}},
		"server": {pack.Choice{Workloads: []string{"exchange"}, Credential: plan.CredentialMadeCertificate, Backup: "vb365-prod"},
			[]string{"Certificate made here (vb365-prod gets it)", "Lifetime", "on a server"}, []string{"Certificate file"}},
	} {
		v, _ := json.MarshalIndent(w.bot.say().form(p, c.chosen, meta{Channel: "CTEAM"}), "", "  ")
		for _, m := range slacktest.ValidateView(v, false) {
			t.Errorf("%s: %s", name, m)
		}
		for _, text := range c.has {
			if !strings.Contains(string(v), text) {
				t.Errorf("%s: the form has no %s", name, text)
			}
		}
		for _, text := range c.lack {
			if strings.Contains(string(v), text) {
				t.Errorf("%s: the form has %s", name, text)
			}
		}
		golden(t, "backup-form-"+name+".json", v)
	}
	if p, _ := w.desk.Product("vbo365"); strings.Contains(marshalled(t, w.bot.say().form(p, p.Choice(), meta{})), "Backup server") {
		t.Error("a product that no server takes is asked for one")
	}
	r := w.connected(t, "payroll", workflow.StateDone)
	if life := marshalled(t, w.bot.say().lifeForm(workflow.KindRenew, r, asItIs(r))); !strings.Contains(life, `"b\":\"vb365-prod\"`) ||
		!strings.Contains(life, "made here") || strings.Contains(life, "Certificate file") {
		t.Errorf("the renewal's form is %s", life)
	}
}

func TestTheFormAsksWhetherAServerGetsItsAccountInAzure(t *testing.T) {
	w := newServerWorld(t, "")
	p, _ := w.desk.Product("vb365-archiver")
	for kind, has := range map[plan.CredentialKind]string{
		plan.CredentialMadeCertificate: "Certificate made here (vb365-prod gets it)",
		plan.CredentialSecret:          "Client secret (vb365-prod gets it)",
	} {
		v := w.bot.say().form(p, pack.Choice{Workloads: []string{"builtin"}, Credential: kind, Backup: "vb365-prod"},
			meta{Channel: "CTEAM"})
		b, _ := json.Marshal(v)
		for _, m := range slacktest.ValidateView(b, false) {
			t.Errorf("%s: %s", kind, m)
		}
		if text := string(b); !strings.Contains(text, has) || strings.Contains(text, "you have the private key") {
			t.Errorf("%s: the form is %s", kind, text)
		}
	}
	r := w.connected(t, "payroll", workflow.StatePending)
	r.Plan.Backup.Services, r.Plan.Credential.Kind = []string{plan.AzureService}, plan.CredentialSecret
	_, card := w.bot.card(r)
	if text := marshalled(t, card); !strings.Contains(text, " the app as its Azure service account for ") ||
		!strings.Contains(text, "it goes to the backup server and is then shredded here") {
		t.Errorf("the card is %s", text)
	}
	r = w.connected(t, "other", workflow.StateDone)
	r.Plan.Backup.Services, r.Made.Connected = []string{plan.AzureService}, "Azure service account other"
	for post, blocks := range w.drawn(r) {
		if text := marshalled(t, blocks); strings.Contains(text, actCheck) {
			t.Errorf("%s has a check of what a person reaches: %s", post, text)
		}
	}
}

func TestTheFormAsksForTheLifetimeOfACertificateMadeHere(t *testing.T) {
	w := newPfxWorld(t)
	p, _ := w.desk.Product("vb365-backup")
	chosen := p.Choice()
	chosen.Credential = plan.CredentialMadeCertificate
	v, _ := json.MarshalIndent(w.bot.say().form(p, chosen, meta{Channel: "CTEAM"}), "", "  ")
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	if !strings.Contains(string(v), "MailboxItem.ImportExport.All") || strings.Contains(string(v), "Certificate file") ||
		!strings.Contains(string(v), "Certificate made here") {
		t.Errorf("the form is %s", v)
	}
	r := w.made(t, "payroll", workflow.StateDone, nil)
	life, _ := json.Marshal(w.bot.say().lifeForm(workflow.KindRenew, r, asItIs(r)))
	for _, form := range []string{string(v), string(life)} {
		if !regexp.MustCompile(`"initial_option":\s*\{\s*"text":\s*\{[^}]*"180 days"`).MatchString(form) {
			t.Errorf("180 days are not suggested: %s", form)
		}
	}
	for _, m := range slacktest.ValidateView(life, false) {
		t.Error(m)
	}
	state := state{"Lifetime of vb365-backup made here": {"Lifetime": {SelectedOption: &option{Value: "8760h0m0s"}}}}
	if d := state.draft(); d.Lifetime != 8760*time.Hour {
		t.Errorf("read as %v", d.Lifetime)
	}
}
