package graphops

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
	"github.com/entra-app/entra-app/workflow/plan"
)

// backupPlan is all of vb365-backup: 14 permissions on three resources, a
// directory role and a certificate.
func backupPlan(tb testing.TB) plan.Plan {
	tb.Helper()
	products, err := packfile.All()
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range products {
		if p.Name == "vb365-backup" {
			pem, err := os.ReadFile("../workflow/certificate/testdata/leaf.pem")
			if err != nil {
				tb.Fatal(err)
			}
			plan := p.Plan(p.Choice())
			if plan.Credential.Certificate, err = certificate.Parse(pem); err != nil || len(plan.Permissions) != 14 ||
				len(plan.DirectoryRoles) != 1 {
				tb.Fatalf("%v; %d permissions, %d roles", err, len(plan.Permissions), len(plan.DirectoryRoles))
			}
			return plan
		}
	}
	tb.Fatal("there is no vb365-backup")
	return plan.Plan{}
}

// carryOut does all that the plan says, and returns the calls and the round trips
// one after another.
func carryOut(tb testing.TB, w *world, p plan.Plan) (calls, depth int) {
	tb.Helper()
	must := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	in, err := w.dir.SignIn(tb.Context(), "contoso", p.SignInScopes())
	must(err)
	must(w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"))
	before, all := w.s.RoundTrips(), len(w.s.Journal())
	s, err := in.Wait(tb.Context(), workflow.Ask{Resources: p.Resources(), Email: "bea@contoso.com", Policy: true})
	must(err)
	defer s.Close()
	var m workflow.Made
	m.ObjectID, m.AppID, err = s.EnsureApplication(tb.Context(), app("backup", p.Permissions...))
	must(err)
	m.ServicePrincipal, err = s.EnsureServicePrincipal(tb.Context(), principalFor(m.AppID))
	must(err)
	ada := []string{s.Signer().ObjectID}
	_, err = s.EnsureOwners(tb.Context(), m, []string{s.Signer().Requesters[0].ObjectID}, ada, ada)
	must(err)
	must(s.EnsureConsent(tb.Context(), m.ServicePrincipal, p.Permissions))
	must(s.EnsureDirectoryRole(tb.Context(), m.ServicePrincipal, p.DirectoryRoles[0].TemplateID))
	must(certified(s.EnsureCertificate(tb.Context(), m.ObjectID, "EA-1", p.Credential.Certificate)))
	has, err := inspected(s, tb.Context(), m, p)
	must(err)
	if len(has.Roles) != 14 || len(has.DirectoryRoles) != 1 || len(has.Thumbprints) != 1 ||
		has.Thumbprints[0] != p.Credential.Certificate.Thumbprint {
		tb.Fatalf("the app has %+v", has)
	}
	return len(w.s.Journal()) - all, w.s.RoundTrips() - before
}

func backupWorld(tb testing.TB) *world {
	return newWorldWith(tb, entratest.Config{}, append([]string{"User.ReadBasic.All", "Directory.Read.All", "Policy.Read.All",
		"RoleManagement.ReadWrite.Directory"}, botScopes...)...)
}

func TestTheBackupPlanTakesNoMoreThanTenRoundTrips(t *testing.T) {
	if _, depth := carryOut(t, backupWorld(t), backupPlan(t)); depth > 10 {
		t.Errorf("%d round trips one after another", depth)
	}
}

// latency is what the benchmark adds to each call.
const latency = 100 * time.Millisecond

// BenchmarkBackupPlan prints the calls, the round trips one after another, and
// the time that is ours: what is left without the latency of the round trips.
func BenchmarkBackupPlan(b *testing.B) {
	plan := backupPlan(b)
	for b.Loop() {
		b.StopTimer()
		w := backupWorld(b)
		w.wire = func(*http.Request) (*http.Response, error) { <-time.After(latency); return nil, nil }
		b.StartTimer()
		began := time.Now()
		calls, depth := carryOut(b, w, plan)
		took := time.Since(began)
		b.ReportMetric(float64(calls), "calls")
		b.ReportMetric(float64(depth), "deep")
		b.ReportMetric(float64((took - time.Duration(depth)*latency).Milliseconds()), "own-ms")
	}
}

// run carries a plan of 20 permissions on three resources out, and returns how
// many round trips followed each other: requests that go out together are one.
func run(w *world) (graph, deep int) {
	w.Helper()
	ps := widePlan(w.TB, 20)
	in, err := w.dir.SignIn(w.Context(), "contoso", botScopes)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		w.Fatal(err)
	}
	before, tokens := w.s.RoundTrips(), w.count("token")
	s, err := in.Wait(w.Context(), workflow.Ask{Resources: all, Email: "bea@contoso.com"})
	if err != nil {
		w.Fatal(err)
	}
	a := app("wide", ps...)
	obj, appID, sp := w.made(s, a)
	if err := owned(w.Context(), s, obj, []string{s.Signer().Requesters[0].ObjectID}, []string{s.Signer().ObjectID}); err != nil {
		w.Fatal(err)
	}
	if err := s.EnsureConsent(w.Context(), sp, ps); err != nil {
		w.Fatal(err)
	}
	_, secret, err := s.AddPassword(w.Context(), obj, "EA-1", w.now().Add(time.Hour))
	if err != nil {
		w.Fatal(err)
	}
	graph = w.s.RoundTrips() - before
	discovered := w.count("openid")
	if got, err := w.dir.Prove(w.Context(), "contoso", appID, workflow.Proof{Secret: secret}, all); err != nil ||
		len(got[catalog.MicrosoftGraph]) != 16 {
		w.Fatalf("proof: %q, %v", got, err)
	}
	if n := w.count("openid") - discovered; n != 1 {
		w.Errorf("the proof has asked %d times where the token endpoint is", n)
	}
	if n := w.count("token") - tokens; n != 2+len(all) { // two of the sign-in
		w.Errorf("%d tokens", n)
	}
	s.Close()
	return graph, graph + 2 // the proof is discovery, then all tokens at once; the sign-in's are not counted
}

func TestFromTokenToProofInEightRoundTrips(t *testing.T) {
	w := newWorld(t)
	if graph, deep := run(w); graph != 6 || deep > 8 {
		t.Errorf("%d round trips to Graph, %d in all", graph, deep)
	}
}
