package entratest

import "testing"

// services.md section 5, the first two rows: what Entra takes on which platform.
func TestRedirectURIsAreTakenAsEntraTakesThem(t *testing.T) {
	for _, c := range []struct {
		uri              string
		web, spa, public bool
	}{
		{"https://login.contoso.com/cb?x=1", true, true, true},
		{"http://localhost", true, true, true},
		{"http://127.0.0.1:19000", true, true, true},
		{"http://[::1]:3000", false, false, false},
		{"http://localhost.example.com", false, false, false},
		{"http://example.com", false, false, false},
		{"brk-multihub://addin.contoso.com", false, true, true},
		{"brk-9199bf20-a13f-4107-85dc-02114787ef48://host.contoso.com", false, true, true},
		{"brk-outlook://host.contoso.com", false, false, true},
		{"urn:ietf:wg:oauth:2.0:oob", true, false, true},
		{"com.contoso.app:/oauth2redirect", false, false, true},
		{"myapp://", false, false, true},
		{"myapp:///callback", false, false, true},
		{"msauth.com.contoso.my_app://auth", false, false, true},
		{"ms-appx-web://microsoft.aad.brokerplugin/x", true, false, true},
		{"https://a.example/(b)", false, false, false},
		{"https://a.example/#b", false, false, false},
		{"https://*.contoso.com", true, true, true}, // for work and school accounts
		{"contoso.com", false, false, false},
	} {
		for platform, want := range map[string]bool{"web": c.web, "spa": c.spa, "publicClient": c.public} {
			if err := checkRedirect(platform, c.uri, false); (err == nil) != want {
				t.Errorf("%s on %s: %v", c.uri, platform, err)
			}
		}
	}
	for _, uri := range []string{"https://*.contoso.com", "https://a.example/?b=c"} {
		if checkRedirect("web", uri, true) == nil {
			t.Errorf("%s is taken where personal accounts sign in", uri)
		}
	}
}
