package graphops

import (
	"os"
	"strings"
	"testing"

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
