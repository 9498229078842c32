package entratest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestAFreshApplicationIsUnknownForAWhile(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) {
		k.Lag = entratest.Lag{Application: 10 * time.Second, ServicePrincipal: 10 * time.Second}
	})
	upsert := func() reply {
		r := w.request(w.as("ada"), "PATCH", "/applications(uniqueName='bot-x')", o{"displayName": "x"})
		r.Header.Set("Prefer", "create-if-missing")
		return w.send(r)
	}
	made := upsert()
	id, appID := made.id(), made.body["appId"]
	if again := upsert(); again.status != 204 {
		t.Errorf("the upsert is not idempotent while the application is unknown: %d %s", again.status, again.raw)
	}
	w.refused(w.call(w.as("ada"), "GET", "/applications/"+id, nil), 404, "Request_ResourceNotFound", id)
	w.refused(w.call(w.as("ada"), "POST", "/applications/"+id+"/addPassword", o{}), 404, "Directory_ObjectNotFound",
		"Unable to read the company information from the directory.")
	first := w.call(w.as("ada"), "POST", "/servicePrincipals", o{"appId": appID})
	w.refused(first, 400, "Request_BadRequest", "does not reference a valid application object")
	if !strings.Contains(string(first.raw), `"code":"NoBackingApplicationObject"`) {
		t.Errorf("no detail in %s", first.raw)
	}
	w.refused(w.call(w.as("ada"), "POST", "/servicePrincipals", o{"appId": appID}), 403, "Authorization_RequestDenied",
		"backing application of the service principal")
	if n := len(w.must(w.as("ada"), "GET", "/applications", nil).values()); n != 1 {
		t.Errorf("a list shows %d applications", n)
	}
	w.clock.move(10 * time.Second)
	sp := w.must(w.as("ada"), "POST", "/servicePrincipals", o{"appId": appID}).id()
	a := app{id: id, appID: appID.(string), spID: sp}
	w.refused(w.tryAssign("ada", a, graphID, "Directory.Read.All"), 404, "Request_ResourceNotFound", sp)
	on, _ := w.resource("ada", graphID, "Directory.Read.All")
	w.refused(w.call(w.as("ada"), "POST", "/oauth2PermissionGrants",
		o{"clientId": sp, "consentType": "AllPrincipals", "resourceId": on, "scope": "User.Read"}), 404, "Directory_ObjectNotFound", "")
	w.clock.move(10 * time.Second)
	w.assign("ada", a, graphID, "Directory.Read.All")
}

func TestLagCanBeCountedInCalls(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag.Calls = 2 })
	id := w.must(w.as("ada"), "POST", "/applications", o{"displayName": "x"}).id()
	for i, want := range []int{404, 404, 200, 200} {
		if r := w.call(w.as("ada"), "GET", "/applications/"+id, nil); r.status != want {
			t.Errorf("use %d: %d, want %d", i, r.status, want)
		}
	}
}

func TestAFaultBeforeDoesNothingAndOneAfterDoesEverything(t *testing.T) {
	w := newWorld(t)
	w.s.Fail("createApplication", entratest.Before, 503, 1)
	w.s.Fail("createApplication", entratest.After, 504, 1)
	first := w.call(w.as("ada"), "POST", "/applications", o{"displayName": "x"})
	if w.refused(first, 503, "serviceNotAvailable", ""); first.header.Get("Retry-After") != "1" || len(w.t.Applications()) != 1 {
		t.Errorf("before: %v, %d applications", first.header, len(w.t.Applications()))
	}
	w.refused(w.call(w.as("ada"), "POST", "/applications", o{"displayName": 1}), 400, "Request_BadRequest", "") // does not count
	w.refused(w.call(w.as("ada"), "POST", "/applications", o{"displayName": "x"}), 504, "GatewayTimeout", "")
	if n := len(w.t.Applications()); n != 2 {
		t.Errorf("after: %d applications", n)
	}
	w.s.Fail("createApplication", entratest.After, 0, 1)
	if resp, err := w.http.Do(w.request(w.as("ada"), "POST", "/applications", o{"displayName": "y"})); err == nil {
		resp.Body.Close()
		t.Errorf("the cut connection answered %d", resp.StatusCode)
	}
	if n := len(w.t.Applications()); n != 3 {
		t.Errorf("after the cut: %d applications", n)
	}
	w.s.Fail("token", entratest.Before, 503, 1)
	code := w.begin("User.Read")
	if status, body := w.poll(code); status != 503 || body["error"] != "temporarily_unavailable" {
		t.Errorf("%d %v", status, body)
	}
	defer func() {
		if recover() == nil {
			t.Error("a fault in an operation that does not exist")
		}
	}()
	w.s.Fail("makeCoffee", entratest.Before, 418, 1)
}

func TestEachCallIsThrottledOrLostOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	w.t.Change(func(k *entratest.Knobs) { k.ThrottleEach = true })
	r := w.call(ada, "POST", "/applications", o{"displayName": "x"})
	if w.refused(r, 429, "TooManyRequests", ""); r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.must(ada, "POST", "/applications", o{"displayName": "x"})
	w.t.Change(func(k *entratest.Knobs) { k.ThrottleEach, k.AnswerLost = false, true })
	if resp, err := w.http.Do(w.request(ada, "POST", "/applications", o{"displayName": "y"})); err == nil {
		resp.Body.Close()
		t.Error("the answer was not lost")
	}
	w.must(ada, "POST", "/applications", o{"displayName": "y"})
	if n := len(w.t.Applications()); n != 4 {
		t.Errorf("%d applications, want the client, x, y and y", n)
	}
}

func TestTheHookCanPullThePlug(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	var ops []string
	w.s.OnCall(func(op string, r *http.Request) {
		ops = append(ops, op+" "+r.URL.Path)
		if op == "createApplication" {
			panic(http.ErrAbortHandler)
		}
	})
	if resp, err := w.http.Do(w.request(ada, "POST", "/applications", o{"displayName": "x"})); err == nil {
		resp.Body.Close()
		t.Error("answered")
	}
	w.must(ada, "GET", "/me", nil)
	if got := fmt.Sprint(ops); got != "[createApplication /v1.0/applications getMe /v1.0/me]" {
		t.Error(got)
	}
}

func TestMagicNamesMakeTheTroubleTheyPromise(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	try := map[string]func(t *testing.T, w *world){
		"-graph503": func(t *testing.T, w *world) {
			id := w.must(ada, "POST", "/applications", o{"displayName": "a-graph503"}).id()
			for i, want := range []int{503, 503, 503, 200} {
				if r := w.call(ada, "GET", "/applications/"+id, nil); r.status != want {
					t.Errorf("call %d: %d, want %d", i, r.status, want)
				}
			}
		},
		"-throttled": func(t *testing.T, w *world) {
			id := w.must(ada, "POST", "/applications", o{"displayName": "a-Throttled"}).id()
			for i, want := range []int{429, 429, 200} {
				if r := w.call(ada, "GET", "/applications/"+id, nil); r.status != want {
					t.Errorf("call %d: %d, want %d", i, r.status, want)
				}
			}
		},
		"-lag": func(t *testing.T, w *world) {
			id := w.must(ada, "POST", "/applications", o{"displayName": "a-lag"}).id()
			w.refused(w.call(ada, "GET", "/applications/"+id, nil), 404, "Request_ResourceNotFound", "")
			w.clock.move(4 * time.Second)
			w.must(ada, "GET", "/applications/"+id, nil)
		},
		"-noconsent": func(t *testing.T, w *world) {
			w.refused(w.tryAssign("ada", w.register("ada", "a-noconsent"), graphID, "Directory.Read.All"), 403,
				"Authorization_RequestDenied", "")
		},
		"-nosecret": func(t *testing.T, w *world) {
			w.refused(w.call(ada, "POST", "/applications/"+w.register("ada", "a-nosecret").id+"/addPassword", o{}), 400,
				"CredentialTypeNotAllowedAsPerAppPolicy", "")
		},
		"-slowproof": func(t *testing.T, w *world) {
			a := w.register("ada", "a-slowproof")
			secret := w.must(ada, "POST", "/applications/"+a.id+"/addPassword", o{}).body["secretText"].(string)
			if _, err := w.tryAppToken(a.appID, secret, w.url+"/.default"); err == nil {
				t.Error("the secret works at once")
			}
			w.clock.move(4 * time.Second)
			w.appToken(a.appID, secret, w.url+"/.default")
		},
		"-toomany": func(t *testing.T, w *world) {
			a := w.register("ada", "a-toomany")
			w.assign("ada", a, graphID, "Directory.Read.All")
			w.assign("ada", a, graphID, "Group.Read.All")
			if got, _ := w.t.Application(a.appID); len(got.Roles) != 3 {
				t.Errorf("roles %v", got.Roles)
			}
		},
		"-inuse": func(t *testing.T, w *world) {
			a := w.register("ada", "a-inuse")
			if got, _ := w.t.Application(a.appID); fmt.Sprint(got.AssignedTo) != "[Operators of a-inuse Ada Able]" {
				t.Errorf("assigned to %q", got.AssignedTo)
			}
		},
	}
	for _, m := range entratest.MagicNames() {
		t.Run(m.Suffix, func(t *testing.T) {
			if try[m.Suffix] == nil {
				t.Fatal("no test")
			}
			try[m.Suffix](t, &world{T: t, s: w.s, t: w.t, clock: w.clock, url: w.url, http: w.http, client: w.client, tokens: w.tokens})
		})
	}
}

func TestABatchRunsWhatCanRun(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	a := w.register("ada", "x")
	on, role := w.resource("ada", graphID, "Directory.Read.All")
	json := o{"Content-Type": "application/json"}
	trips := w.s.RoundTrips()
	w.s.Fail("addOwner", entratest.Before, 429, 1)
	r := w.must(ada, "POST", "/$batch", o{"requests": []any{
		o{"id": "1", "method": "GET", "url": "/me?$select=id"},
		o{"id": "2", "method": "POST", "url": "servicePrincipals/" + on + "/appRoleAssignedTo", "headers": json,
			"body": o{"principalId": a.spID, "resourceId": on, "appRoleId": role}},
		o{"id": "3", "method": "POST", "url": "/applications/" + a.id + "/owners/$ref", "headers": json, "body": o{"@odata.id": "x"}},
		o{"id": "4", "method": "DELETE", "url": "/applications/" + a.id, "dependsOn": []any{"3"}},
		o{"id": "5", "method": "GET", "url": "/servicePrincipals/" + a.spID + "/appRoleAssignments", "dependsOn": []any{"2"}},
		o{"id": "6", "method": "POST", "url": "/applications", "body": o{"displayName": "x"}},
	}})
	want := map[any]float64{"1": 200, "2": 201, "3": 429, "4": 424, "5": 200, "6": 400}
	for _, v := range r.body["responses"].([]any) {
		v := v.(map[string]any)
		if v["status"] != want[v["id"]] {
			t.Errorf("%v: %v, want %v: %v", v["id"], v["status"], want[v["id"]], v["body"])
		}
		if v["id"] == "3" && v["headers"].(map[string]any)["Retry-After"] != "1" {
			t.Errorf("no Retry-After: %v", v)
		}
		if v["id"] == "5" && len(v["body"].(map[string]any)["value"].([]any)) != 1 {
			t.Errorf("5 ran before 2: %v", v)
		}
		delete(want, v["id"])
	}
	if len(want) != 0 || w.s.RoundTrips() != trips+1 {
		t.Errorf("without an answer: %v; %d round trips", want, w.s.RoundTrips()-trips)
	}
	var many []any
	for i := range 21 {
		many = append(many, o{"id": fmt.Sprint(i), "method": "GET", "url": "/me"})
	}
	w.refused(w.call(ada, "POST", "/$batch", o{"requests": many}), 400, "BadRequest", "20")
	w.refused(w.call(ada, "POST", "/$batch", o{"requests": []any{o{"id": "1", "method": "GET", "url": "/me", "dependsOn": []any{"2"}}}}),
		400, "BadRequest", "depends")
	absolute := w.must(ada, "POST", "/$batch",
		o{"requests": []any{o{"id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/me"}}})
	if !strings.Contains(string(absolute.raw), "must be relative") {
		t.Errorf("an absolute url: %s", absolute.raw)
	}
}

func TestALostBatchWasExecuted(t *testing.T) {
	w := newWorld(t)
	w.s.Fail("batch", entratest.After, 503, 1)
	one := o{"requests": []any{o{"id": "1", "method": "POST", "url": "/applications", "headers": o{"Content-Type": "application/json"},
		"body": o{"displayName": "x"}}}}
	w.refused(w.call(w.as("ada"), "POST", "/$batch", one), 503, "serviceNotAvailable", "")
	if n := len(w.t.Applications()); n != 2 {
		t.Errorf("%d applications", n)
	}
}

func TestPollingIsToldApartInEveryState(t *testing.T) {
	w := newWorld(t)
	says := func(code map[string]any, kind string, aadsts float64) {
		t.Helper()
		status, body := w.poll(code)
		codes, _ := body["error_codes"].([]any)
		if status < 400 || body["error"] != kind || aadsts != 0 &&
			(len(codes) != 1 || codes[0] != aadsts ||
				!strings.HasPrefix(body["error_description"].(string), fmt.Sprintf("AADSTS%d: ", int(aadsts)))) {
			t.Errorf("%d %v, want %s %v", status, body, kind, aadsts)
		}
	}
	code := w.begin("User.Read", "offline_access", "openid")
	says(code, "authorization_pending", 70016)
	w.t.Change(func(k *entratest.Knobs) { k.SlowDown = true })
	says(code, "slow_down", 0)
	w.clock.move(5 * time.Second)
	says(code, "authorization_pending", 70016)
	other := w.s.AddTenant(entratest.Tenant{Name: "Fabrikam"})
	other.AddUser(entratest.User{UPN: "fay@fabrikam.com"})
	if err := w.s.SignIn(code["user_code"].(string), "fay@fabrikam.com"); err == nil || !strings.Contains(err.Error(), "AADSTS50020") {
		t.Errorf("somebody of another tenant: %v", err)
	}
	w.clock.move(5 * time.Second)
	says(code, "authorization_pending", 70016) // another account may still be tried
	if err := w.s.SignIn(code["user_code"].(string), "ada@contoso.com"); err != nil {
		t.Error(err)
	}
	if status, body := w.poll(code); status != 200 || body["refresh_token"] == nil || body["client_info"] != nil ||
		body["scope"] != "User.Read openid" {
		t.Errorf("%d %v", status, body)
	}
	says(code, "invalid_grant", 54005)
	says(o{"device_code": "made up"}, "bad_verification_code", 70018)
	if err := w.s.SignIn("NOSUCHONE", "ada@contoso.com"); err == nil || !strings.Contains(err.Error(), "AADSTS70018") {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		path, clientID, scope string
		aadsts                float64
	}{
		"an unknown tenant":   {"nowhere.com", w.client.AppID, "User.Read", 90002},
		"an unknown client":   {w.t.ID, graphID, "User.Read", 700016},
		"no scope":            {w.t.ID, w.client.AppID, "", 900144},
		"an unknown scope":    {w.t.ID, w.client.AppID, "User.Reed", 70011},
		"an unknown resource": {w.t.ID, w.client.AppID, "https://example.com/x", 500011},
		"the shared endpoint": {"organizations", w.client.AppID, "User.Read", 50194},
	} {
		if _, body := w.form("/"+c.path+"/oauth2/v2.0/devicecode",
			map[string][]string{"client_id": {c.clientID}, "scope": {c.scope}}); body["error_codes"].([]any)[0] != c.aadsts {
			t.Errorf("%s: %v", name, body)
		}
	}
}

func TestNoSecretIsInTheJournalOrThePortal(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	secret := w.must(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword", o{}).body["secretText"].(string)
	w.appToken(a.appID, secret, w.url+"/.default")
	resp, err := w.http.Get(w.url + "/portal/state")
	if err != nil {
		t.Fatal(err)
	}
	state, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	everything := string(state) + fmt.Sprintf("%+v %+v %+v", w.s.Journal(), w.t.Applications(), w.t.Calls())
	if len(w.s.Secrets()) < 6 {
		t.Errorf("only %d secrets", len(w.s.Secrets()))
	}
	for _, s := range w.s.Secrets() {
		if strings.Contains(everything, s) {
			t.Errorf("%q is in there", s)
		}
	}
	if !strings.Contains(everything, a.appID) || !strings.Contains(everything, "addPassword") {
		t.Error("nothing is in there")
	}
}
