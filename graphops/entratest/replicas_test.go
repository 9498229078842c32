package entratest_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// replicated is a world whose tenant has three replicas. A write takes a minute to get
// from the one that answered to the others.
func replicated(t *testing.T, seed uint64) *world {
	t.Helper()
	w := newWorldOf(t, entratest.Config{Seed: seed})
	w.t.Replicate(entratest.Replication{Delay: func(*rand.Rand) time.Duration { return time.Minute }})
	return w
}

// eventually lets time go by.
func (w *world) eventually() { w.clock.move(3 * time.Minute) }

// many makes the same call many times, and counts what was answered.
func (w *world) many(method, path string, body any) map[string]int {
	w.Helper()
	seen := make(map[string]int)
	for range 300 {
		r := w.call(w.as("ada"), method, path, body)
		seen[fmt.Sprintf("%d %s", r.status, r.code())]++
	}
	return seen
}

func (w *world) sees(seen map[string]int, want ...string) {
	w.Helper()
	for _, s := range want {
		if seen[s] == 0 {
			w.Errorf("%q was never answered: %v", s, seen)
		}
	}
	if len(seen) > len(want) {
		w.Errorf("something else was answered: %v", seen)
	}
}

// services.md, section 1: an object that was just made, changed or removed may look as it
// was before, on any call, and it can flicker.
func TestAReplicaKnowsAWriteLater(t *testing.T) {
	w := replicated(t, 1)
	token := w.as("ada")
	a := w.must(token, "POST", "/applications", o{"displayName": "payroll"})
	path := "/applications/" + a.id()
	w.sees(w.many("GET", path, nil), "200 ", "404 Request_ResourceNotFound", "404 Directory_ObjectNotFound", "404 ResourceNotFound", "404 ")
	w.eventually()
	w.sees(w.many("GET", path, nil), "200 ")

	w.must(token, "PATCH", path, o{"notes": "changed"})
	names := make(map[any]int)
	for range 100 {
		names[w.must(token, "GET", path+"?$select=notes", nil).body["notes"]]++
	}
	if names["changed"] == 0 || names[nil] == 0 {
		t.Errorf("right after a change its notes were %v", names)
	}
	w.eventually()

	w.must(token, "DELETE", path, nil)
	lists := make(map[int]int)
	for range 100 {
		lists[len(w.must(token, "GET", "/applications?$filter=displayName%20eq%20%27payroll%27", nil).values())]++
	}
	if lists[0] == 0 || lists[1] == 0 {
		t.Errorf("right after its deletion it was listed %v times", lists)
	}
	w.eventually()
	if seen := w.many("GET", path, nil); seen["404 Request_ResourceNotFound"] != 300 {
		t.Errorf("a deletion that is known everywhere has one form: %v", seen)
	}
}

// services.md, section 1, the table's first row.
func TestAServicePrincipalOfAnUnknownApplicationIsRefusedInManyWords(t *testing.T) {
	forms := make(map[string]int)
	for seed := range uint64(60) {
		w := replicated(t, seed+1)
		a := w.must(w.as("ada"), "POST", "/applications", o{"displayName": "payroll"})
		r := w.call(w.as("ada"), "POST", "/servicePrincipals", o{"appId": a.body["appId"]})
		detail := strings.Contains(string(r.raw), `"details":[{"code":"NoBackingApplicationObject"`)
		forms[fmt.Sprintf("%d %s %t", r.status, r.code(), detail)]++
	}
	for _, want := range []string{"201  false", "400 Request_BadRequest true", "400 Request_BadRequest false",
		"400 NoBackingApplicationObject false",
		"404 Request_ResourceNotFound false", "403 Authorization_RequestDenied false"} {
		if forms[want] == 0 {
			t.Errorf("%q was never answered: %v", want, forms)
		}
	}
}

// known registers an application that every replica knows.
func (w *world) known(name string) (id, appID, sp string) {
	w.Helper()
	a := w.must(w.as("ada"), "POST", "/applications", o{"displayName": name, "uniqueName": name})
	w.eventually()
	p := w.must(w.as("ada"), "POST", "/servicePrincipals", o{"appId": a.body["appId"]})
	w.eventually()
	return a.id(), a.body["appId"].(string), p.id()
}

// services.md, section 1: assignments and grants.
func TestConsentRefersToWhatAReplicaHasNotHeardOf(t *testing.T) {
	assigned, granted := map[string]int{}, map[string]int{} // what was answered, over some seeds
	for seed := range uint64(8) {
		w := replicated(t, 20+seed)
		p, graph, role := w.payroll()
		seen := w.many("POST", "/servicePrincipals/"+graph+"/appRoleAssignedTo",
			o{"principalId": p, "resourceId": graph, "appRoleId": role})
		if seen["201 "] != 1 {
			t.Errorf("seed %d: it was assigned %d times", 20+seed, seen["201 "])
		}
		for form, n := range seen {
			assigned[form] += n
		}
		seen = w.many("POST", "/oauth2PermissionGrants", o{"clientId": p, "resourceId": graph, "consentType": "AllPrincipals",
			"scope": "User.Read"})
		if seen["201 "] != 1 {
			t.Errorf("seed %d: it was granted %d times", 20+seed, seen["201 "])
		}
		for form, n := range seen {
			granted[form] += n
		}
	}
	for _, form := range []string{"400 Request_BadRequest", "404 Request_ResourceNotFound", "404 Directory_ObjectNotFound"} {
		if assigned[form] == 0 || granted[form] == 0 {
			t.Errorf("%q was never answered: %v, %v", form, assigned, granted)
		}
	}
	if granted["409 Request_MultipleObjectsWithSameKeyValue"] == 0 {
		t.Errorf("a second grant was never refused: %v", granted)
	}
}

// payroll registers an application, and returns its service principal, Microsoft Graph's
// and a role of that.
func (w *world) payroll() (sp, graph string, role any) {
	w.Helper()
	a := w.must(w.as("ada"), "POST", "/applications", o{"displayName": "payroll"})
	w.eventually()
	p := w.must(w.as("ada"), "POST", "/servicePrincipals", o{"appId": a.body["appId"]})
	g := w.must(w.as("ada"), "GET", "/servicePrincipals(appId='"+graphID+"')?$select=id,appRoles", nil)
	return p.id(), g.id(), g.body["appRoles"].([]any)[0].(o)["id"]
}

// services.md, section 1: lists of assignments and grants still show what was removed.
func TestRemovedConsentIsStillListed(t *testing.T) {
	w := replicated(t, 11)
	sp, graph, role := w.payroll()
	w.many("POST", "/servicePrincipals/"+graph+"/appRoleAssignedTo", o{"principalId": sp, "resourceId": graph, "appRoleId": role})
	w.many("POST", "/oauth2PermissionGrants", o{"clientId": sp, "resourceId": graph, "consentType": "AllPrincipals", "scope": "User.Read"})
	w.eventually()
	for _, of := range []string{"/servicePrincipals/" + sp + "/appRoleAssignments",
		"/servicePrincipals/" + sp + "/oauth2PermissionGrants"} {
		one := w.must(w.as("ada"), "GET", of, nil).values()
		if len(one) != 1 {
			t.Fatalf("%s: %v", of, one)
		}
		path := of + "/" + one[0]["id"].(string)
		if strings.HasSuffix(of, "Grants") {
			path = "/oauth2PermissionGrants/" + one[0]["id"].(string)
		}
		w.must(w.as("ada"), "DELETE", path, nil)
		stale := make(map[int]int)
		for range 50 {
			stale[len(w.must(w.as("ada"), "GET", of, nil).values())]++
		}
		if stale[0] == 0 || stale[1] == 0 {
			t.Errorf("after its removal %s was %v", of, stale)
		}
	}
}

// services.md, section 1: a unique name is taken where a slower replica has not heard of
// its application, and while it is among the deleted ones.
func TestAUniqueNameIsTakenInTheWholeTenant(t *testing.T) {
	w := replicated(t, 4)
	w.must(w.as("ada"), "POST", "/applications", o{"displayName": "payroll", "uniqueName": "payroll"})
	upsert := func() map[string]int {
		seen := make(map[string]int)
		for range 100 {
			r := w.request(w.as("ada"), "PATCH", "/applications(uniqueName='payroll')", o{"displayName": "payroll"})
			r.Header.Set("Prefer", "create-if-missing")
			got := w.send(r)
			if got.status >= 400 && !strings.Contains(got.message(),
				"Another object with the same value for property uniqueName already exists") {
				t.Errorf("%d %s", got.status, got.raw)
			}
			seen[fmt.Sprintf("%d %s", got.status, got.code())]++
		}
		return seen
	}
	w.sees(upsert(), "204 ", "400 Request_BadRequest", "400 Request_MultipleObjectsWithSameKeyValue",
		"409 Request_MultipleObjectsWithSameKeyValue")
	w.eventually()
	w.sees(upsert(), "204 ")
	id := w.must(w.as("ada"), "GET", "/applications(uniqueName='payroll')", nil).id()
	w.must(w.as("ada"), "DELETE", "/applications/"+id, nil)
	w.eventually()
	w.sees(upsert(), "400 Request_BadRequest", "400 Request_MultipleObjectsWithSameKeyValue", "409 Request_MultipleObjectsWithSameKeyValue")
	w.clock.move(31 * 24 * time.Hour)
	w.tokens = make(map[string]string)
	if seen := upsert(); seen["201 "] != 1 {
		t.Errorf("after 30 days: %v", seen)
	}
}

// services.md, section 1: the token endpoint.
func TestANewSecretIsKnownToSomeReplicasOnly(t *testing.T) {
	w := replicated(t, 5)
	id, appID, _ := w.known("payroll")
	secret := w.must(w.as("ada"), "POST", "/applications/"+id+"/addPassword",
		o{"passwordCredential": o{"displayName": "one"}}).body["secretText"].(string)
	signIn := func() map[int]int {
		codes := make(map[int]int)
		for range 100 {
			status, body := w.form("/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {appID},
				"client_secret": {secret}, "scope": {w.url + "/.default"}})
			code := 0
			if status != 200 {
				code = int(body["error_codes"].([]any)[0].(float64))
			}
			codes[code]++
		}
		return codes
	}
	if codes := signIn(); codes[0] == 0 || codes[7000215] == 0 || len(codes) != 2 {
		t.Errorf("with a new secret: %v", codes)
	}
	w.eventually()
	if codes := signIn(); codes[0] != 100 {
		t.Errorf("later: %v", codes)
	}
	w.must(w.as("ada"), "DELETE", "/applications/"+id, nil)
	if codes := signIn(); codes[0] == 0 || codes[700016] == 0 || len(codes) != 2 {
		t.Errorf("after the deletion: %v", codes)
	}
}

// services.md, section 1: lists of keyCredentials that are written back as a whole.
func TestAnOldCollectionThatIsWrittenBackLosesWhatIsNew(t *testing.T) {
	w := replicated(t, 6)
	id, _, _ := w.known("payroll")
	for _, name := range []string{"one", "two"} { // the second is written without the first, as by somebody who has not seen it
		w.must(w.as("ada"), "PATCH", "/applications/"+id, o{"keyCredentials": []any{w.year(name).entry()}})
	}
	w.eventually()
	keys := w.must(w.as("ada"), "GET", "/applications/"+id+"?$select=keyCredentials", nil).body["keyCredentials"].([]any)
	if len(keys) != 1 {
		t.Errorf("there are %d keys, want the last one", len(keys))
	}
}

// services.md, section 1: what was written is written, also where the replica that takes it
// has not heard that it is otherwise by now.
func TestAWriteThatChangesNothingAtAnOldReplicaIsAWrite(t *testing.T) {
	for seed := range uint64(8) {
		w := replicated(t, seed)
		id, _, sp := w.known("payroll")
		path := "/applications/" + id
		w.must(w.as("ada"), "PATCH", path, o{"notes": "one", "web": o{"redirectUris": []any{"https://one.contoso.com"}}})
		w.must(w.as("ada"), "PATCH", "/servicePrincipals/"+sp, o{"appRoleAssignmentRequired": true})
		w.eventually()
		for _, n := range []string{"two", "one"} { // some replica takes the second that has not heard of the first
			w.must(w.as("ada"), "PATCH", path, o{"notes": n, "web": o{"redirectUris": []any{"https://" + n + ".contoso.com"}}})
			w.must(w.as("ada"), "PATCH", "/servicePrincipals/"+sp, o{"appRoleAssignmentRequired": n == "one"})
		}
		w.eventually()
		a, _ := w.t.Application(w.must(w.as("ada"), "GET", path, nil).body["appId"].(string))
		if a.Notes != "one" || !slices.Equal(a.Web, []string{"https://one.contoso.com"}) || !a.AssignmentRequired {
			t.Errorf("seed %d: it has %q, %q, assignment required %t", seed, a.Notes, a.Web, a.AssignmentRequired)
		}
	}
}

// services.md, section 1: what was removed is there still for a replica that is behind, and
// it says so to who would make it again.
func TestARemovedAssignmentIsThereAlreadyForAReplicaThatIsBehind(t *testing.T) {
	w := replicated(t, 9)
	sp, graph, role := w.payroll()
	w.eventually()
	body := o{"principalId": sp, "resourceId": graph, "appRoleId": role}
	list := "/servicePrincipals/" + graph + "/appRoleAssignedTo"
	made := w.must(w.as("ada"), "POST", list, body)
	w.eventually()
	w.must(w.as("ada"), "DELETE", list+"/"+made.id(), nil)
	for range 50 {
		r := w.call(w.as("ada"), "POST", list, body)
		if r.status == 201 {
			w.eventually()
			w.must(w.as("ada"), "DELETE", list+"/"+r.id(), nil)
		} else if !strings.Contains(fmt.Sprint(r.body), "already exists") {
			t.Fatalf("it says %v", r.body)
		}
	}
}

func TestASeedIsOneHistory(t *testing.T) {
	history := func(seed uint64) []string {
		w := replicated(t, seed)
		a := w.must(w.as("ada"), "POST", "/applications", o{"displayName": "payroll"})
		for range 20 {
			w.call(w.as("ada"), "POST", "/servicePrincipals", o{"appId": a.body["appId"]})
			w.call(w.as("ada"), "GET", "/applications", nil)
			w.clock.move(5 * time.Second)
		}
		var lines []string
		for _, e := range w.s.Journal() {
			lines = append(lines, fmt.Sprint(e.Op, e.Path, e.Status, e.Code, e.Replica))
		}
		return append(lines, a.id())
	}
	if one, other := history(7), history(7); !slices.Equal(one, other) {
		t.Errorf("one seed had two histories:\n%s\n%s", strings.Join(one, "\n"), strings.Join(other, "\n"))
	}
	if slices.Equal(history(7), history(8)) {
		t.Error("two seeds had the same history")
	}
}
