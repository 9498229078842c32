package veeamtest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// services.md section 9: older servers have /v4/token to /v7/token.
func TestEachGenerationSpeaksInItsOwnWayOnly(t *testing.T) {
	for version := 4; version <= 8; version++ {
		d := newDesk(t, Config{Version: version})
		d.s.PutOrganization(Organization{Office: "contoso.onmicrosoft.com", Services: []string{"Exchange"}})
		own := fmt.Sprintf("/v%d", version)
		for path, want := range map[string]int{own + "/organizations": 200, strings.ToUpper(own) + "/Organizations/": 200,
			own + "/Jobs": 404, "/": 404,
			fmt.Sprintf("/v%d/Organizations", version-1): 404, fmt.Sprintf("/v%d/Organizations", version+1): 404} {
			if r := d.list("GET", path); r.status != want {
				t.Errorf("%d: %s: %d, want %d", version, path, r.status, want)
			}
		}
		if r := d.list("GET", own+"/Organizations"); r.array != (version < 8) {
			t.Errorf("%d: the list is an array: %v", version, r.array)
		}
		for what, c := range map[string]struct {
			path  string
			since int
		}{"a page": {"?limit=2", 8}, "msid": {"?msid=x", 8}, "the short view": {"?extendedView=false", 6}} {
			if r := d.list("GET", own+"/Organizations"+c.path); (r.status == 200) != (version >= c.since) {
				t.Errorf("%d: %s: %d", version, what, r.status)
			}
		}
		turnedOff := url.Values{"grant_type": {"password"}, "username": {`host\ADMIN`}, "password": {"secret of admin"},
			"disable_antiforgery_token": {"true"}}
		if r := d.form(own+"/token", turnedOff); (r.status == 200) != (version >= 7) {
			t.Errorf("%d: disable_antiforgery_token: %d", version, r.status)
		}
		for property, since := range map[string]int{"isTeamsOnline": 5, "isTeamsChatsOnline": 6, "description": 7} {
			b := o{"type": "OnPremises", "region": "Worldwide", property: nil}
			if property == "description" {
				b[property] = "x"
			} else {
				b[property] = false
			}
			message, _ := d.json("POST", own+"/Organizations", b).body["message"].(string)
			if known := !strings.Contains(message, "unknown field"); known != (version >= since) {
				t.Errorf("%d: %s: %s", version, property, message)
			}
		}
		wrong := d.form(own+"/token", url.Values{"grant_type": {"password"}, "username": {"x"}, "password": {"y"}})
		if _, oauth := wrong.body["error_description"]; oauth != (version <= 5) || wrong.body["errorCode"] != nil != (version == 8) {
			t.Errorf("%d: a wrong password: %d %v", version, wrong.status, wrong.body)
		}
		if r := d.list("POST", own+"/token/logout"); r.status != map[int]int{4: 404, 5: 404, 6: 404, 7: 200, 8: 204}[version] {
			t.Errorf("%d: logout: %d", version, r.status)
		}
	}
}
