package serve

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/cloud"
)

// inCloud is a world whose tenant is in one of Microsoft's clouds, configured by the cloud's
// name alone. Its client reaches that cloud's addresses and no other of Microsoft's.
func inCloud(t *testing.T, c cloud.Cloud) (w *world, reached func() []string) {
	t.Helper()
	w = newWorldIn(t, slacktest.Config{}, entratest.Config{Cloud: c.Name})
	tenant := &w.cfg.Tenants[0]
	at, err := url.Parse(tenant.AuthorityURL)
	if err != nil {
		t.Fatal(err)
	}
	tenant.Cloud, tenant.AuthorityURL, tenant.GraphURL, tenant.ARMURL = c.Name, "", "", ""
	w.entra.SetURLs(c.Authority, c.Graph, "https://microsoft.com")
	w.entra.SetARMURL(c.ARM)
	var mu sync.Mutex
	hosts := map[string]bool{}
	next := w.client.Transport
	w.client.Transport = tripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Scheme == "http" { // Slack's emulator
			return next.RoundTrip(r)
		}
		mu.Lock()
		hosts["https://"+r.URL.Host] = true
		mu.Unlock()
		if !slices.Contains([]string{c.Authority, c.Graph, c.ARM}, "https://"+r.URL.Host) {
			t.Errorf("%s: %s was called", c.Name, r.URL.Host)
		}
		there := r.Clone(r.Context())
		there.URL.Host, there.Host = at.Host, at.Host
		return next.RoundTrip(there)
	})
	return w, func() (all []string) {
		mu.Lock()
		defer mu.Unlock()
		for h := range hosts {
			all = append(all, h)
		}
		return all
	}
}

// In each of Microsoft's clouds an app is registered, another is proven and gets a role in
// Azure, and the exported scripts are for that cloud.
func TestAnAppIsRegisteredInEachOfMicrosoftsClouds(t *testing.T) {
	t.Parallel()
	for _, c := range cloud.All {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			w, reached := inCloud(t, c)
			w.start()
			w.sends("vb365-backup", nil, map[string]any{"App name": "backup", "Reason": "nightly", "Certificate": selfSigned(t)})
			w.approves("register the app backup", "Approve")
			w.sees(w.ada, in(approval), "backup · Done")
			w.sends("vbazure", nil, map[string]any{"App name": "azure", "Reason": "nightly", "Subscriptions": subscription})
			w.approves("register the app azure", "Approve")
			w.sees(w.ada, in(approval), "azure · Ready")
			for _, host := range []string{c.Authority, c.Graph, c.ARM} {
				if !slices.Contains(reached(), host) {
					t.Errorf("%s was not called, but %v", host, reached())
				}
			}
			var script string
			for _, kind := range []string{"Azure CLI", "PowerShell"} {
				w.press(w.ada, w.sees(w.ada, in(approval), "azure · Ready"), "Details")
				w.until("Details is open", func() bool { return len(w.ada.Views()) > 0 })
				v := w.ada.Views()[len(w.ada.Views())-1]
				if err := w.ada.PressView(t.Context(), v.ID, "Export manifest"); err != nil {
					t.Fatal(err)
				}
				w.until("the export is shown", func() bool {
					return strings.Contains(w.ada.Views()[len(w.ada.Views())-1].Plain(), "Microsoft Graph")
				})
				if err := w.ada.PressView(t.Context(), v.ID, kind); err != nil {
					t.Fatal(err)
				}
				w.until("the script is shown", func() bool {
					script = w.ada.Views()[len(w.ada.Views())-1].Plain()
					return strings.Contains(script, "az login") || strings.Contains(script, "Connect-MgGraph")
				})
				for _, must := range map[string][]string{"Azure CLI": c.SetCLI(),
					"PowerShell": {"$Environment = '" + c.GraphModule + "'", "$AzureEnvironment = '" + c.AzureModule + "'"}}[kind] {
					if !strings.Contains(script, must) {
						t.Errorf("the script for %s does not say %q: %s", kind, must, script)
					}
				}
				w.ada.CloseView(t.Context(), v.ID, true)
			}
		})
	}
}
