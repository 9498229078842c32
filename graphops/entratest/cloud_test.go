package entratest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// audiences are what a client may ask a token for in each of Microsoft's clouds, and in none
// of the others that has not the same.
var audiences = map[string][]string{
	"public": {"https://graph.microsoft.com", "https://management.azure.com", "https://management.core.windows.net",
		"https://outlook.office365.com", "https://contoso.sharepoint.com"},
	"usgov": {"https://graph.microsoft.us", "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net",
		"https://outlook.office365.us", "https://contoso.sharepoint.us"},
	"dod": {"https://dod-graph.microsoft.us", "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net",
		"https://outlook-dod.office365.us", "https://contoso.sharepoint-mil.us"},
	"china": {"https://microsoftgraph.chinacloudapi.cn", "https://management.chinacloudapi.cn",
		"https://management.core.chinacloudapi.cn", "https://partner.outlook.cn", "https://contoso.sharepoint.cn"},
}

func TestACloudGivesTokensForItsOwnResourcesOnly(t *testing.T) {
	for name, own := range audiences {
		w := newWorldOf(t, entratest.Config{Cloud: name})
		a := w.register("ada", "proof")
		secret := w.must(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword",
			o{"passwordCredential": o{"displayName": "x"}}).body["secretText"].(string)
		for of, all := range audiences {
			for _, audience := range all {
				status, body := w.form("/"+w.t.ID+"/oauth2/v2.0/token",
					url.Values{"grant_type": {"client_credentials"}, "client_id": {a.appID}, "client_secret": {secret},
						"scope": {audience + "/.default"}})
				switch words, _ := body["error_description"].(string); {
				case slices.Contains(own, audience) && status != 200:
					t.Errorf("%s: a token for %s: %d %s", name, audience, status, words)
				case !slices.Contains(own, audience) && (status != 400 || !strings.Contains(words, "AADSTS500011")):
					t.Errorf("%s: a token for %s, which is of %s: %d %s", name, audience, of, status, words)
				}
			}
		}
		graph := w.must(w.as("ada"), "GET", "/servicePrincipals(appId='"+graphID+"')?$select=servicePrincipalNames", nil)
		if names := graph.body["servicePrincipalNames"].([]any); !slices.Contains(names, any(own[0])) || len(names) != 2 {
			t.Errorf("%s: Graph is %v", name, names)
		}
	}
}
