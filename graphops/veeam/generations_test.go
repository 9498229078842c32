package veeam

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// signIns are the calls to the token endpoint that the server understood: what
// client_id said, or the account.
func (w *world) signIns() []string {
	var all []string
	for _, e := range w.veeam.Journal() {
		if e.Op == "token" {
			f, _ := url.ParseQuery(e.Body)
			all = append(all, f.Get("client_id")+f.Get("username"))
		}
	}
	return all
}

// services.md section 9: older servers have /v4/token to /v7/token. What a server
// speaks is found out, and remembered.
func TestAServerOfAnyGenerationIsFoundOut(t *testing.T) {
	for version := 4; version <= 8; version++ {
		w := newWorldWith(t, veeamtest.Config{Version: version})
		s := w.server(nil)
		o := w.organization()
		o.Teams = version > 4
		got := w.connected(s, o)
		if want := 2 + map[bool]int{true: 1}[o.Teams]; len(got.Services) != want || w.only().AppID != w.app {
			t.Errorf("version %d: connected %+v, the server has %+v", version, got, w.only())
		}
		before := len(w.veeam.Journal())
		if again := w.connected(s, o); again.ID != got.ID {
			t.Errorf("version %d: %+v became %+v", version, got, again)
		}
		for _, e := range w.veeam.Journal()[before:] {
			if !strings.HasPrefix(e.Path, fmt.Sprintf("/v%d/", version)) {
				t.Errorf("version %d was not remembered: %s", version, e.Path)
			}
		}
		if n := w.veeam.Sessions(); (n != 0) != (version < 7) {
			t.Errorf("version %d: %d sessions are left", version, n)
		}
		if n := len(w.signIns()); n != 2 {
			t.Errorf("version %d: %d sign-ins", version, n)
		}
	}
}

func TestWhatAGenerationCannotHoldIsNotSent(t *testing.T) {
	for version, says := range map[int]string{4: "version 4 of its API, which has no Microsoft Teams",
		5: "version 5 of its API, which has no Teams chats"} {
		w := newWorldWith(t, veeamtest.Config{Version: version})
		o := w.organization()
		o.TeamsChats = true
		_, err := w.connect(w.server(nil), o)
		w.refused(err, "TooOld", says, "Nothing was sent.")
		if n := len(w.veeam.Organizations()); n != 0 || slices.Contains(w.ops(), "addOrganization") {
			t.Errorf("version %d: the server has %d organizations after %q", version, n, w.ops())
		}
	}
}

func TestOldServersHaveOtherNamesForTheGovernmentsClouds(t *testing.T) {
	for version, want := range map[int]string{5: "USgovDefence", 8: "USDefence"} {
		w := newWorldWith(t, veeamtest.Config{Version: version})
		o := w.organization()
		o.Region = "USDefence"
		w.connected(w.server(nil), o)
		for _, e := range w.veeam.Journal() {
			if e.Op == "addOrganization" && !strings.Contains(e.Body, `"region":"`+want+`"`) {
				t.Errorf("version %d was sent %s", version, e.Body)
			}
		}
	}
}

func TestAnUpgradedServerIsFoundOutAgain(t *testing.T) {
	for _, c := range []veeamtest.Config{{Version: 8}, {Version: 8, Oldest: 6}} {
		w := newWorldWith(t, veeamtest.Config{Version: 6, PageSize: 1})
		s := w.server(nil)
		w.connected(s, w.organization())
		c.Entra = w.entra
		newer := veeamtest.New(c)
		newer.AddAccount(username, password)
		w.instead(newer)
		w.connected(s, w.organization())
		if all := newer.Organizations(); len(all) != 1 {
			t.Errorf("%+v has %+v", c, all)
		}
	}
}

func TestALongListWithoutPagesIsReadWhole(t *testing.T) {
	w := newWorldWith(t, veeamtest.Config{Version: 7})
	for i := range 250 {
		w.veeam.PutOrganization(veeamtest.Organization{Office: fmt.Sprintf("other%d.onmicrosoft.com", i), Services: []string{"Exchange"}})
	}
	id := w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
	if got := w.connected(w.server(nil), w.organization()); got.ID != id {
		t.Errorf("connected %+v", got)
	}
}

// services.md section 9: client_id is the application ID in the specification, and the
// organization's *.onmicrosoft.com name in the vendor's blog and its author's code.
func TestAPersonSignsInWithWhatTheServerTakes(t *testing.T) {
	const application, organization, user = veeamtest.ByApplication, veeamtest.ByOrganization, veeamtest.ByUser
	for version := 4; version <= 8; version++ {
		for takes, most := range map[veeamtest.ClientID]map[bool]int{"": {true: 1, false: 2}, application: {true: 1, false: 2},
			organization: {true: 2, false: 1}, user: {true: 3, false: 3}} {
			w := newWorldWith(t, veeamtest.Config{Version: version})
			if takes != "" {
				w.veeam.Change(func(k *veeamtest.Knobs) { k.ClientID = []veeamtest.ClientID{takes} })
			}
			if takes == "" && version < 6 {
				most = map[bool]int{false: 1}
			}
			if takes == "" && version == 6 {
				most = map[bool]int{true: 2}
			}
			w.entra.AddTenant(entratest.Tenant{Domain: "fabrikam.onmicrosoft.com"})
			w.veeam.PutOrganization(veeamtest.Organization{Office: "fabrikam.onmicrosoft.com", Services: []string{"Exchange"}})
			id := w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, AppID: strings.ToUpper(w.app),
				Services: []string{"Exchange", "SharePoint"}})
			s := w.server(func(c *Config) { c.Username, c.Password = "", seal.Secret{} })
			for again := range 2 {
				got, err := w.signedIn(s, w.signIn("ada", forVeeam))
				if err != nil {
					t.Fatalf("version %d takes %q: %v", version, takes, err)
				}
				if len(got) != 1 || got[0].ID != id || got[0].Name != contoso ||
					version > 5 && (got[0].AppID != w.app || !slices.Equal(got[0].Services, []string{"Exchange", "SharePoint"})) {
					t.Errorf("version %d: reached %+v", version, got)
				}
				if n := len(w.signIns()); n != most[version >= 6]+again {
					t.Errorf("version %d takes %q: %d sign-ins the time %d: %q", version, takes, n, again+1, w.signIns())
				}
			}
			if n := w.veeam.Sessions(); n != 0 && version >= 7 {
				t.Errorf("version %d: %d sessions are left", version, n)
			}
		}
	}
}

// What a server took once is tried first, and is not all that is tried: it may want
// another client_id later on, and of another client from the start.
func TestWhatAServerTookBeforeIsNotAllThatIsTried(t *testing.T) {
	for version := 4; version <= 8; version++ {
		w := newWorldWith(t, veeamtest.Config{Version: version})
		w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
		s := w.server(nil)
		reached := func(who string) int {
			t.Helper()
			before := len(w.signIns())
			if got, err := w.signedIn(s, w.signIn("ada", forVeeam)); err != nil || len(got) != 1 {
				t.Errorf("version %d, %s: reached %+v, %v", version, who, got, err)
			}
			return len(w.signIns()) - before
		}
		first := w.client
		for _, takes := range []veeamtest.ClientID{veeamtest.ByUser, veeamtest.ByOrganization, veeamtest.ByApplication, veeamtest.ByUser} {
			w.veeam.Change(func(k *veeamtest.Knobs) { k.ClientID = []veeamtest.ClientID{takes} })
			if n := reached(string(takes)); n < 2 || n > 3 {
				t.Errorf("version %d takes %q: %d sign-ins", version, takes, n)
			}
		}
		w.client = w.tenant.AddPublicClient(entratest.Client{Name: "Own", PublicClientFlows: true,
			Scopes: []string{"User.Read", "Directory.Read.All"}})
		w.veeam.Change(func(k *veeamtest.Knobs) { k.ClientID = []veeamtest.ClientID{veeamtest.ByOrganization} })
		reached("another client")
		w.veeam.Change(func(k *veeamtest.Knobs) { k.ClientID = []veeamtest.ClientID{veeamtest.ByUser} })
		w.client = first
		if n := reached("the first client again"); n != 1 {
			t.Errorf("version %d: what another client took was tried for the first, %d sign-ins", version, n)
		}
	}
}

func TestWithoutTheOrganizationsNameTheOthersAreTried(t *testing.T) {
	w := newWorldWith(t, veeamtest.Config{Version: 5})
	w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
	w.veeam.Change(func(k *veeamtest.Knobs) { k.ClientID = []veeamtest.ClientID{veeamtest.ByUser} })
	got, err := w.server(nil).SignedIn(t.Context(), w.asserted(w.signIn("ada", forVeeam)), "")
	if err != nil || len(got) != 1 || len(w.signIns()) != 2 {
		t.Errorf("reached %+v, %v, with %q", got, err, w.signIns())
	}
}

func TestWhatIsNoQuestionOfTheNameIsNotAskedAgain(t *testing.T) {
	for _, c := range []struct {
		how       veeamtest.Failure
		tries     int
		temporary bool
	}{
		{veeamtest.Failure{}, 1, true}, {veeamtest.Failure{Status: 503}, 1, true}, {veeamtest.Failure{Status: 429}, 1, true},
		{veeamtest.Failure{Status: 401, Code: "ResourceAccessDenied", Message: "No."}, 3, false},
		{veeamtest.Failure{Status: 400, Code: "ParameterValidationFailure", Message: "No."}, 3, false},
		// some servers say no to a name like that
		{veeamtest.Failure{Status: 500, Code: "HttpError", Message: "Object reference not set to an instance of an object."}, 3, true},
	} {
		w := newWorld(t)
		w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
		w.veeam.Fail("token", entratest.Before, c.how, 9)
		_, err := w.signedIn(w.server(nil), w.signIn("ada", forVeeam))
		if n := len(w.signIns()); err == nil || n != c.tries || isTemporary(err) != c.temporary {
			t.Errorf("%+v: %d sign-ins, and %v", c.how, n, err)
		}
	}
}

func TestWhenNoNameIsTakenEveryAnswerIsShown(t *testing.T) {
	w := newWorld(t)
	w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
	says := map[int]string{1: "Unknown application.", 2: "Unknown organization.", 3: "Unknown application."}
	n := 0
	w.instead(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n++
		rw.WriteHeader(400)
		fmt.Fprintf(rw, `{"error":"invalid_grant","error_description":%q}`, says[n])
	}))
	_, err := w.signedIn(w.server(nil), w.signIn("ada", forVeeam))
	w.refused(err, "invalid_grant", "backup-1 refused to sign in. It says: “Unknown application.” With the name of the organization as "+
		"client_id it says: “Unknown organization.”")
}

func TestAnAssertionOfTheOrganizationsOwnAppOnly(t *testing.T) {
	w := newWorld(t)
	w.veeam.Change(func(k *veeamtest.Knobs) { k.OwnApp = true })
	id := w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, AppID: w.app, Services: []string{"Exchange"}})
	s := w.server(nil)
	_, err := w.signedIn(s, w.signIn("ada", forVeeam))
	w.refused(err, "ResourceAccessDenied", "issued to an application that the organization does not use")
	w.veeam.RemoveOrganization(id)
	w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, AppID: w.client.AppID, Services: []string{"Exchange"}})
	if got, err := w.signedIn(s, w.signIn("ada", forVeeam)); err != nil || len(got) != 1 {
		t.Errorf("with the organization's own: %+v, %v", got, err)
	}
}

func TestWhoMayNotReadTheListReadsTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
	w.veeam.Fail("listOrganizations", entratest.Before, veeamtest.Failure{Status: 403, Code: "ResourceAccessDenied",
		Message: "Access is denied."}, 1)
	if got, err := w.signedIn(w.server(nil), w.signIn("ada", forVeeam)); err != nil || len(got) != 1 || got[0].Name != contoso {
		t.Errorf("reached %+v, %v", got, err)
	}
}

// An answer is lost after a POST, and the server comes to its end with it only after
// the list was looked at again: it refuses a second one, and the first is edited.
func TestAnOrganizationThatCameLateIsEdited(t *testing.T) {
	for _, how := range []veeamtest.Failure{{Status: 400, Code: "ParameterValidationFailure",
		Message: "This organization has been added already."}, {Status: 409, Code: "OperationConflict"}} {
		w := newWorld(t)
		s := w.server(nil)
		var late string
		w.veeam.OnCall(func(op string, _ *http.Request) {
			if op == "addOrganization" && late == "" {
				late = w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
				w.veeam.Fail(op, entratest.Before, how, 1)
			}
		})
		got, err := w.connect(s, w.organization())
		if isTemporary(err) {
			got, err = w.connect(s, w.organization())
		}
		if has := w.only(); err != nil || got.ID != late || has.ID != late || has.AppID != w.app {
			t.Errorf("%+v: connected %+v, %v, and the server has %+v", how, got, err, has)
		}
	}
}

func TestWhatDoesNotGoAwayIsExplainedInTheServersWords(t *testing.T) {
	w := newWorldWith(t, veeamtest.Config{Version: 6})
	w.veeam.Fail("addOrganization", entratest.Before, veeamtest.Failure{Status: 500, Code: "HttpError",
		Message: "The license does not cover " + password + "."}, 1)
	_, err := w.connect(w.server(nil), w.organization())
	x, ok := err.(workflow.Describer)
	if !ok || !isTemporary(err) || x.Describe() == nil ||
		!strings.Contains(x.Describe().Text,
			"backup-1 could not add the organization for several minutes. It says: “The license does not cover [secret].”") {
		t.Errorf("got %v", err)
	}
	w.veeam.Fail("addOrganization", entratest.Before, veeamtest.Failure{}, 1)
	if _, err = w.connect(w.server(nil), w.organization()); err.(workflow.Describer).Describe() != nil {
		t.Errorf("without words: %v", err)
	}
}

// A server is slower than a call may take: what it makes in the end is one organization.
func TestASlowServerMakesOneOrganization(t *testing.T) {
	w := newWorld(t)
	s := w.server(func(c *Config) { c.Timeout = 300 * time.Millisecond })
	held, done := make(chan struct{}), make(chan struct{})
	var posts atomic.Int32
	w.instead(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Organizations") {
			b, _ := io.ReadAll(r.Body)
			r = r.Clone(context.Background()) // it goes on without whoever asked
			r.Body = io.NopCloser(bytes.NewReader(b))
			if posts.Add(1) == 1 {
				defer close(done)
				<-held
			}
		}
		w.veeam.ServeHTTP(rw, r)
	}))
	if _, err := w.connect(s, w.organization()); !isTemporary(err) || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("the first call: %v", err)
	}
	got, err := w.connect(w.server(nil), w.organization())
	close(held)
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if has := w.only(); has.ID != got.ID || has.AppID != w.app {
		t.Errorf("connected %+v, and the server has %+v", got, has)
	}
}

// The same process asks a server for several requests at once before it knows it.
func TestAServerIsFoundOutByManyAtOnce(t *testing.T) {
	w := newWorldWith(t, veeamtest.Config{Version: 5})
	w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
	s := w.server(nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if found, err := s.Find(t.Context(), workflow.Organization{Name: contoso}); err != nil || len(found) != 1 {
				t.Errorf("found %+v, %v", found, err)
			}
		})
	}
	wg.Wait()
}
