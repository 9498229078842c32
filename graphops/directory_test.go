package graphops

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/cloud"
)

func TestEverythingThatIsWrongWithAConfigIsSaid(t *testing.T) {
	good := Tenant{Name: "contoso", TenantID: tenantID, ClientID: clientID, AuthorityURL: "https://login.microsoftonline.com/",
		GraphURL: "https://graph.microsoft.com/"}
	with := func(edit func(*Tenant)) []Tenant { x := good; edit(&x); return []Tenant{x} }
	for name, c := range map[string]struct {
		tenants []Tenant
		want    []string
	}{
		"nothing":  {nil, []string{"no tenant"}},
		"all good": {[]Tenant{good}, nil},
		"the emulator's": {with(func(x *Tenant) {
			x.AuthorityURL, x.GraphURL = "https://127.0.0.1:8443", "http://127.0.0.1:8081"
		}), nil},
		"twice":               {[]Tenant{good, good}, []string{"twice"}},
		"everything":          {[]Tenant{{}}, []string{"no name", "tenant ID", "client ID", "authority URL", "Graph URL"}},
		"Graph without TLS":   {with(func(x *Tenant) { x.GraphURL = "http://graph.microsoft.com" }), []string{"Graph URL"}},
		"sign-in without TLS": {with(func(x *Tenant) { x.AuthorityURL = "http://127.0.0.1" }), []string{"authority URL"}},
		"Graph with version":  {with(func(x *Tenant) { x.GraphURL = "https://graph.microsoft.com/v1.0" }), []string{"Graph URL"}},
		"tenant by domain":    {with(func(x *Tenant) { x.TenantID = "contoso.com" }), []string{"tenant ID"}},
	} {
		_, err := New(Config{Tenants: c.tenants})
		if (err != nil) != (c.want != nil) {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %q", name, err, want)
			}
		}
	}
}

func TestClouds(t *testing.T) {
	for _, c := range cloud.All {
		if _, err := New(Config{Tenants: []Tenant{{Name: "x", TenantID: tenantID, ClientID: clientID, AuthorityURL: c.Authority,
			GraphURL: c.Graph, ARMURL: c.ARM}}}); err != nil {
			t.Error(err)
		}
	}
}

func TestTheVersionOfTheSDKIsTheOneInGoMod(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "github.com/microsoftgraph/msgraph-sdk-go v"+sdkVersion) {
		t.Errorf("go.mod has another version than %s", sdkVersion)
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
