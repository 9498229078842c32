package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestACertificateMadeHereIsOfferedWhereThereIsAPageToFetchItFrom(t *testing.T) {
	for url, want := range map[string]bool{
		"": false, "https://bot.contoso.com": true, "https://bot.contoso.com/entra/": true, "http://127.0.0.1:8080": true,
		"http://localhost:1": true, "http://[::1]:1": true,
		"http://bot.contoso.com": false, "http://10.0.0.1": false, "https://": false, "https://a:b@c.de": false, "ftp://localhost": false,
		"http://localhost.evil.example": false,
	} {
		d := workflow.NewDesk(workflow.DeskConfig{Products: []pack.Product{workflowtest.Vbo(), workflowtest.Backup()}, PublicURL: url,
			Policy: workflow.DefaultPolicy})
		p, _ := d.Product("backup")
		o, ok := p.Offer(plan.CredentialMadeCertificate)
		if ok != want || ok && (p.Credentials[1].Kind != plan.CredentialMadeCertificate || o.Lifetime != 4320*time.Hour ||
			o.Max != 17520*time.Hour) {
			t.Errorf("with %q it has %+v", url, p.Credentials)
		}
		if p, _ := d.Product("vbo365"); len(p.Credentials) != 1 {
			t.Errorf("with %q a product without certificates offers %+v", url, p.Credentials)
		}
	}
	short := workflowtest.Backup()
	short.Credentials[0].Max = 90 * 24 * time.Hour
	d := workflow.NewDesk(workflow.DeskConfig{Products: []pack.Product{short}, PublicURL: "https://a.de", Policy: workflow.DefaultPolicy})
	p, _ := d.Product("backup")
	if o, _ := p.Offer(plan.CredentialMadeCertificate); o.Lifetime != short.Credentials[0].Max || o.Max != o.Lifetime ||
		d.Lifetimes(o)[1].D != o.Max || len(d.Lifetimes(o)) != 2 {
		t.Errorf("where the product has a limit: %+v, %v", o, d.Lifetimes(o))
	}
	if len(short.Credentials) != 3 || short.Credentials[1].Kind != plan.CredentialSecret {
		t.Errorf("the product itself became %+v", short.Credentials)
	}
}

func TestWhatAPackNeedsForACertificateIsNeededForOneMadeHereToo(t *testing.T) {
	p := workflowtest.Backup()
	p.Permissions[0].Credentials, p.Permissions[1].Credentials = []plan.CredentialKind{plan.CredentialCertificate},
		[]plan.CredentialKind{plan.CredentialSecret}
	p.DirectoryRoles[0].Credentials = []plan.CredentialKind{plan.CredentialCertificate}
	made, own := p.Plan(pack.Choice{Credential: plan.CredentialMadeCertificate}),
		p.Plan(pack.Choice{Credential: plan.CredentialCertificate})
	if len(made.Permissions) != len(own.Permissions) || len(made.Permissions) != 3 || len(made.DirectoryRoles) != 1 ||
		made.Credential.Kind != plan.CredentialMadeCertificate {
		t.Errorf("made here: %+v", made)
	}
}

func TestTheLifetimeOfACertificateMadeHereHasALimit(t *testing.T) {
	w := workflowtest.New(t)
	for _, life := range []time.Duration{0, -1, 17521 * time.Hour} {
		d := workflowtest.MadeDraft("a")
		d.Lifetime = life
		desk := workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
			Products:  []pack.Product{workflowtest.Backup()},
			PublicURL: "https://a.de"})
		if _, err := desk.Submit(t.Context(), workflowtest.Bea, d); err == nil || !strings.Contains(err.(form.Errors)[form.FieldLifetime],
			"24 months") {
			t.Errorf("%v: %v", life, err)
		}
	}
	if _, err := w.Boot2().Submit(t.Context(), workflowtest.Bea, workflowtest.MadeDraft("a")); err == nil ||
		err.(form.Errors)[form.FieldCredential] == "" {
		t.Errorf("without a public URL: %v", err)
	}
}

func TestAnAppWithACertificateMadeHereHasTheOneWhoseFileWasFetched(t *testing.T) {
	story := func(t *testing.T, arrange func(w *workflowtest.World, n *workflowtest.Node) (restart bool)) (calls int) {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			w.Signer = workflowtest.AdaOfAzure()
			n := w.Boot()
			restart := arrange(w, n)
			r, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.MadeDraft("payroll-backup"))
			if err != nil {
				t.Fatal(err)
			}
			w.People(n, r.ID)
			if restart {
				n.Stop()
				w.Before, w.After = nil, nil
				n = w.Boot()
			}
			r = w.Settle(n, r.ID, workflow.StateReady)
			_, given, err := n.Claim(t.Context(), r.ID, workflowtest.Bea)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := n.Opened(t.Context(), r.ID, workflowtest.Bea); err != nil {
				t.Fatal(err)
			}
			file := w.Fetch(n.Desk, given)
			r = w.Settle(n, r.ID, workflow.StateDone)
			workflowtest.Pass(time.Second)
			n.Stop()
			a := w.One()
			thumb := r.Made.Thumbprint
			if len(a.Keys) != 0 || !slices.Equal(a.Thumbprints, []string{thumb}) || file != "PFX "+thumb ||
				given.Reveal() != "PASSWORD "+thumb {
				t.Errorf("the app has %v, Bea has %q and %q", a.Thumbprints, file, given.Reveal())
			}
			if h := r.Handover; h.Status != workflow.HandoverShown || len(h.Sealed)+len(h.File) != 0 || r.Outcomes != 1 {
				t.Errorf("handover %+v, %d outcomes", h, r.Outcomes)
			}
			if left := time.Until(r.Made.KeyExpires); left > 8760*time.Hour || left < 8750*time.Hour {
				t.Errorf("it is valid for %v", left)
			}
			calls = len(w.Calls)
		})
		return calls
	}
	calls := story(t, func(*workflowtest.World, *workflowtest.Node) bool { return false })
	for at := range calls {
		cut := func(n *workflowtest.Node) func(string) error {
			left := at
			return func(string) error {
				if left--; left < 0 {
					*n.Off = true
					return workflowtest.ErrPower
				}
				return nil
			}
		}
		t.Run(fmt.Sprint("with the power cut after call ", at), func(t *testing.T) {
			story(t, func(w *workflowtest.World, n *workflowtest.Node) bool { w.After = cut(n); return true })
		})
		t.Run(fmt.Sprint("with the power cut before call ", at), func(t *testing.T) {
			story(t, func(w *workflowtest.World, n *workflowtest.Node) bool { w.Before = cut(n); return true })
		})
	}
	for _, lost := range []string{"make certificate", "certificate", "proof"} {
		t.Run("with the first answer lost: "+lost, func(t *testing.T) {
			story(t, func(w *workflowtest.World, _ *workflowtest.Node) bool {
				first := true
				w.After = func(call string) error {
					if call == lost && first {
						first = false
						return workflowtest.Busy{}
					}
					return nil
				}
				return false
			})
		})
	}
}

func TestTheFileIsGivenOutOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.AskMade(n)
		ctx := t.Context()
		_, first, err := n.Claim(ctx, r.ID, workflowtest.Bea)
		if err != nil || !strings.HasPrefix(first.Link.Reveal(), "https://bot.contoso.com/pfx/"+r.ID+".") {
			t.Fatal(first.Link.Reveal(), err)
		}
		if err := n.NotShown(ctx, r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		if _, err := n.File(ctx, workflowtest.TokenOf(first)); err != workflow.ErrNotFound {
			t.Errorf("a link that Slack did not show: %v", err)
		}
		_, given, _ := n.Claim(ctx, r.ID, workflowtest.Bea)
		token := workflowtest.TokenOf(given)
		if _, err := n.Opened(ctx, r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		r = w.Get(r.ID)
		if h := r.Handover; r.State != workflow.StateReady || h.Status != workflow.HandoverFetching || len(h.Sealed) != 0 ||
			len(h.File) == 0 ||
			strings.Contains(fmt.Sprintf("%+v", r), token.Reveal()[5:]) {
			t.Errorf("once the password was shown: %s, %+v", r.State, h)
		}
		if _, _, err := n.Claim(ctx, r.ID, workflowtest.Bea); refusedBy(err) != workflow.RuleAlreadyOpened {
			t.Errorf("the password again: %v", err)
		}
		for _, wrong := range []string{"", r.ID, "EA-99." + token.Reveal()[5:], token.Reveal()[:20], token.Reveal() + "x",
			strings.ToLower(token.Reveal())} {
			if _, err := n.File(ctx, seal.New(wrong)); err != workflow.ErrNotFound {
				t.Errorf("%q: %v", wrong, err)
			}
			if _, s, err := n.FetchFile(ctx, seal.New(wrong)); err != workflow.ErrNotFound || !s.IsZero() {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		rev := w.Get(r.ID).Rev
		for range 3 {
			if _, err := n.File(ctx, token); err != nil {
				t.Error(err)
			}
		}
		if w.Get(r.ID).Rev != rev {
			t.Error("looking at it changed it")
		}
		results := make(chan error, 16)
		for range cap(results) {
			go func() { _, _, err := n.FetchFile(ctx, token); results <- err }()
		}
		got := map[workflow.Rule]int{}
		for range cap(results) {
			got[refusedBy(<-results)]++
		}
		if got[""] != 1 || got[workflow.RuleAlreadyOpened] != 15 {
			t.Errorf("sixteen at once ended in %v", got)
		}
		if err := n.NotFetched(ctx, r.ID); err != nil {
			t.Fatal(err)
		}
		if file := w.Fetch(n.Desk, given); file != "PFX "+r.Made.Thumbprint {
			t.Errorf("after nothing was written got %q", file)
		}
		if _, err := n.File(ctx, token); refusedBy(err) != workflow.RuleAlreadyOpened {
			t.Errorf("afterwards: %v", err)
		}
		if r := w.Get(r.ID); r.State != workflow.StateDone || len(r.Handover.File) != 0 {
			t.Errorf("it is %s with %+v", r.State, r.Handover)
		}
	})
}

func TestAFileMayBeFetchedBeforeSlackSaysItShowedTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.AskMade(n)
		_, given, _ := n.Claim(t.Context(), r.ID, workflowtest.Bea)
		_, file, err := n.FetchFile(t.Context(), workflowtest.TokenOf(given))
		if err != nil || file.IsZero() {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := n.Opened(t.Context(), r.ID, workflowtest.Bea); err != nil {
				t.Error(err)
			}
			n.Fetched(t.Context(), r.ID)
		}
		if r := w.Get(r.ID); r.State != workflow.StateDone || len(r.Handover.File)+len(r.Handover.Sealed) != 0 {
			t.Errorf("it is %s with %+v", r.State, r.Handover)
		}
	})
}
