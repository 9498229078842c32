package form

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

// Redirect URIs as people have them: services.md section 5; cases/manifests/01-naa-broker-spa.json
// and 02-oob-public-client.json. "" is one that is taken; else a part of the true reason.
func TestRedirectURIsThatPeopleReallyUse(t *testing.T) {
	const http, own, broker, pub = "has to begin with https://", "is for public clients", "is for single-page apps", "public clients"
	for _, c := range []struct{ uri, web, spa, public string }{
		{"https://login.contoso.com/cb?x=1", "", "", ""},
		{"http://localhost", "", "", ""},
		{"http://localhost:8400/", "", "", ""},
		{"HTTP://LocalHost:3000/a", "", "", ""},
		{"http://127.0.0.1:19000", "", "", ""},
		{"http://[::1]:3000", "IPv6 loopback", "IPv6 loopback", "IPv6 loopback"},
		{"http://example.com", http, http, http},
		{"brk-multihub://addin.contoso.com", broker, "", ""},
		{"brk-multihub://localhost:3000", broker, "", ""},
		{"brk-9199bf20-a13f-4107-85dc-02114787ef48://host.contoso.com", broker, "", ""},
		{"brk-outlook://host.contoso.com", broker, "GUID of a broker", ""},
		{"brk-multihub://", broker, "the host of the app", ""},
		{"urn:ietf:wg:oauth:2.0:oob", "", own, ""},
		{"urn:x", "two parts", own, "two parts"},
		{"com.contoso.app:/oauth2redirect", own, own, ""},
		{"myapp://", own, own, ""},
		{"myapp:///callback", own, own, ""},
		{"msauth.com.contoso.my_app://auth", own, own, ""},
		{"msauth://com.contoso.app/VzSiQcXRmi2kyjzcA%2BmYLEtbGVs%3D", own, own, ""},
		{"msal6b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001://auth", own, own, ""},
		{"ms-app://s-1-15-2-1234", own, own, ""},
		{"ms-appx-web://microsoft.aad.brokerplugin/00000000-0000-0000-0000-000000000000", "", own, ""},
		{"exp://127.0.0.1:19000", own, own, ""},
		{"msauth:opaque", own, own, "followed by a /"},
		{"localhost:3000", own, own, "followed by a /"},
		{"contoso.com/cb", "begins with a scheme", "begins with a scheme", "begins with a scheme"},
		{"https://", "a host", "a host", "a host"},
		{"https:///cb", "a host", "a host", "a host"},
		{"https:", "begins with a scheme", "begins with a scheme", "begins with a scheme"},
		{"javascript://x/%0aalert%281%29", "a browser does not pass", "a browser does not pass",
			"a browser does not pass"},
		{"data://x", "a browser", "a browser", "a browser"},
		{"file://server/share", "a browser", "a browser", "a browser"},
		{"intent://x#Intent", "contain a #", "contain a #", "contain a #"},
		{"intent://x", "a browser", "a browser", "a browser"},
		{"view-source:/x", "a browser", "a browser", "a browser"},
		{"content://com.contoso.files/x", "a browser", "a browser", "a browser"},
		{"JAR:/x", "a browser", "a browser", "a browser"},
		{"filesystem:/x", "a browser", "a browser", "a browser"},
		{"https://a.example/x\u200b", "invisible characters", "invisible characters", "invisible characters"},
		{"https://a.example/x\x7f", "invisible characters", "invisible characters", "invisible characters"},
		{"https://*.contoso.com", "wildcard", "wildcard", "wildcard"},
		{"myapp://app/#x", "contain a #", "contain a #", "contain a #"},
		{"myapp://bea:hunter2@app", "a password", "a password", "a password"},
		{"https://münchen.example", "xn--", "xn--", "xn--"},
		{"https://a.example/ b", "spaces", "spaces", "spaces"},
		{"https://a.example/(b)", "supports none", "supports none", "supports none"},
		{"https://a.example/" + strings.Repeat("x", 240), "256 characters", "256 characters", "256 characters"},
	} {
		for _, on := range []struct {
			platform plan.Platform
			want     string
		}{{plan.Web, c.web}, {"", c.web}, {plan.SPA, c.spa}, {plan.PublicClient, c.public}} {
			got := RedirectProblem(c.uri, on.platform)
			if (got == "") != (on.want == "") || !strings.Contains(got, on.want) {
				t.Errorf("%s on %q: %q, want %q", c.uri, on.platform, got, on.want)
			}
		}
	}
}
