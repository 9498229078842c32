package login

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// A clerk is a sign-in service that says to each poll what it was told to, in a
// bubble of synctest: it needs no network, so time is fake.
type clerk struct {
	interval string   // of the device code response, as JSON
	says     []string // to each poll; the last one again and again
	at       []time.Duration
	began    time.Time
}

const (
	pending  = `400 {"error":"authorization_pending","error_codes":[70016]}`
	slower   = `400 {"error":"slow_down"}`
	declined = `400 {"error":"authorization_declined","error_codes":[70017],"trace_id":"trace"}`
	cut      = "cut"
	tenantID = "11111111-1111-4111-8111-111111111111"
	clientID = "22222222-2222-4222-8222-222222222222"
	objectID = "33333333-3333-4333-8333-333333333333"
)

func token(scope string) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return fmt.Sprintf(`200 {"token_type":"Bearer","scope":%q,"expires_in":3599,"access_token":"at","refresh_token":"rt","id_token":"%s.%s.x","client_info":"%s"}`,
		scope, part(`{"alg":"none"}`), part(`{"tid":"`+tenantID+`","oid":"`+objectID+`","preferred_username":"ada"}`),
		part(`{"uid":"`+objectID+`","utid":"`+tenantID+`"}`))
}

func (c *clerk) RoundTrip(r *http.Request) (*http.Response, error) {
	said := `404 {}`
	at := "https://login.microsoftonline.com/" + tenantID
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		said = fmt.Sprintf(`200 {"authorization_endpoint":"%s/oauth2/v2.0/authorize","token_endpoint":"%s/oauth2/v2.0/token","issuer":"%s/v2.0"}`, at, at, at)
	case strings.HasSuffix(r.URL.Path, "/devicecode"):
		c.began = time.Now()
		said = `200 {"user_code":"USERCODE","device_code":"DEVICECODE","verification_uri":"https://microsoft.com/devicelogin","expires_in":900` + c.interval + `}`
	case strings.HasSuffix(r.URL.Path, "/token"):
		if body, _ := io.ReadAll(r.Body); !strings.Contains(string(body), "device_code=DEVICECODE") {
			said = `400 {"error":"bad_verification_code"}`
			break
		}
		c.at = append(c.at, time.Since(c.began).Round(time.Second))
		said = c.says[min(len(c.at), len(c.says))-1]
	}
	if said == cut {
		return nil, io.ErrUnexpectedEOF
	}
	var status int
	fmt.Sscan(said[:3], &status)
	h := http.Header{"Content-Type": {"application/json"}}
	if status == 429 {
		h.Set("Retry-After", "30")
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(said[4:])), Request: r}, nil
}

// signIn signs in at the clerk.
func (c *clerk) signIn(t *testing.T) error {
	t.Helper()
	client := &Client{HTTP: &http.Client{Transport: c, CheckRedirect: notFollowed}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Pause: time.Second}
	in, err := client.Begin(t.Context(), Tenant{Name: "contoso", Authority: "https://login.microsoftonline.com/" + tenantID,
		ClientID: clientID, GraphURL: "https://graph.microsoft.com"}, []string{"User.Read", "Application.ReadWrite.All"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.Wait(t.Context(), nil)
	for _, secret := range []string{"DEVICECODE", "USERCODE"} {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
			t.Errorf("the error contains %s", secret)
		}
	}
	return err
}

// notFollowed is what graphops does with redirects.
func notFollowed(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func reason(err error) workflow.SignInReason {
	if err == nil {
		return ""
	}
	if no, ok := errors.AsType[*workflow.SignInError](err); ok {
		return no.Reason
	}
	return workflow.SignInReason(fmt.Sprint("not a SignInError: ", err))
}

func seconds(n ...int) (d []time.Duration) {
	for _, s := range n {
		d = append(d, time.Duration(s)*time.Second)
	}
	return d
}

const granted = "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Application.ReadWrite.All openid profile"

func TestPolls(t *testing.T) {
	for _, c := range []struct {
		name     string
		interval string
		says     []string
		at       []time.Duration
		want     workflow.SignInReason
	}{
		{"go out at the interval of the server", `,"interval":7`, []string{pending, pending, pending, declined}, seconds(0, 7, 14, 21),
			workflow.SignInDeclined},
		{"go out every five seconds where it names none", ``, []string{pending, pending, declined}, seconds(0, 5, 10),
			workflow.SignInDeclined},
		{"slow down when told, and stay slow", `,"interval":5`, []string{pending, slower, pending, slower, pending, declined},
			seconds(0, 5, 15, 25, 40, 55), workflow.SignInDeclined},
		{"go on when the service is down", `,"interval":5`, []string{pending, "503 ", "500 {}", "502 <html>", "408 ", declined},
			seconds(0, 5, 10, 15, 20, 25), workflow.SignInDeclined},
		{"go on when Entra says that it is not well", `,"interval":5`,
			[]string{pending, `400 {"error":"temporarily_unavailable","error_codes":[90033]}`,
				`400 {"error":"invalid_request","error_codes":[90006]}`,
				`400 {"error":"invalid_grant","error_description":"AADSTS90024: …"}`, `400 {"error":"server_error"}`, declined},
			seconds(0, 5, 10, 15, 20, 25), workflow.SignInDeclined},
		{"end at a reason, though it is called an error of the server", `,"interval":5`,
			[]string{`400 {"error":"server_error","error_codes":[53003]}`}, seconds(0), workflow.SignInBlocked},
		{"end when declined, whatever the number says", `,"interval":5`,
			[]string{`400 {"error":"authorization_declined","error_codes":[70018]}`}, seconds(0), workflow.SignInDeclined},
		{"end when access is denied, though the number is of a code that is over", `,"interval":5`,
			[]string{`400 {"error":"access_denied","error_codes":[70018]}`}, seconds(0), workflow.SignInDeclined},
		{"end when access is denied, and another number says why", `,"interval":5`,
			[]string{`400 {"error":"access_denied","error_codes":[70018,53003]}`}, seconds(0), workflow.SignInBlocked},
		{"end when access is denied for want of consent", `,"interval":5`,
			[]string{`400 {"error":"access_denied","error_codes":[65004]}`}, seconds(0), workflow.SignInNoConsent},
		{"end when the code is over, whatever the number says", `,"interval":5`,
			[]string{`400 {"error":"expired_token","error_codes":[70017]}`}, seconds(0), workflow.SignInExpired},
		{"wait as long as a throttled service wants", `,"interval":5`, []string{`429 {"error":"x"}`, declined}, seconds(0, 30),
			workflow.SignInDeclined},
		{"go on when connections break", `,"interval":5`, []string{cut, cut, declined}, seconds(0, 5, 10), workflow.SignInDeclined},
		{"end when an answer was lost that redeemed the code", `,"interval":5`,
			[]string{cut, `400 {"error":"invalid_grant","error_codes":[54005]}`}, seconds(0, 5), workflow.SignInOther},
		{"end when the code is not known any more", `,"interval":5`,
			[]string{cut, `400 {"error":"bad_verification_code","error_codes":[70018]}`}, seconds(0, 5), workflow.SignInExpired},
		{"end with a token", `,"interval":5`, []string{pending, cut, token(granted)}, seconds(0, 5, 10), ""},
		{"end with a token that lacks a scope", `,"interval":5`, []string{token("https://graph.microsoft.com/User.Read openid profile")},
			seconds(0), workflow.SignInNoConsent},
		{"end at an answer that is none", `,"interval":5`, []string{"403 <html>a proxy</html>"}, seconds(0), workflow.SignInOther},
		{"end at a redirect", `,"interval":5`, []string{"307 {}"}, seconds(0), workflow.SignInOther},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := &clerk{interval: c.interval, says: c.says}
				if err := k.signIn(t); reason(err) != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
				if !slices.Equal(k.at, c.at) {
					t.Errorf("polls at %v, want %v", k.at, c.at)
				}
			})
		})
	}
}

func TestPollsEndWhenTheCodeExpires(t *testing.T) {
	for name, says := range map[string]string{"nobody signs in": pending, "the service is down all the time": "503 ",
		"the network is": cut} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := &clerk{interval: `,"interval":5`, says: []string{says}}
				if err := k.signIn(t); reason(err) != workflow.SignInExpired {
					t.Errorf("got %v", err)
				}
				if took := time.Since(k.began); took < 14*time.Minute || took > 16*time.Minute || len(k.at) > 181 {
					t.Errorf("after %v and %d polls", took, len(k.at))
				}
			})
		})
	}
}

func TestScopesAreReadHoweverEntraSpellsThem(t *testing.T) {
	for _, c := range []struct{ says, want string }{
		{"User.Read openid", "User.Read openid https://graph.microsoft.com/User.Read"},
		{"https://graph.microsoft.com/User.Read openid", "https://graph.microsoft.com/User.Read openid"},
		{"user.read", "user.read https://graph.microsoft.com/User.Read"},
		{"openid", "openid"},
	} {
		p := newPolling(5, []string{"https://graph.microsoft.com/User.Read"})
		body := []byte(`{"scope":"` + c.says + `","expires_in":3599}`)
		p.read(http.StatusOK, body)
		var got struct {
			Scope     string
			ExpiresIn int `json:"expires_in"`
		}
		if err := json.Unmarshal(spelled(body, p.granted, p.asked), &got); err != nil || got.Scope != c.want || got.ExpiresIn != 3599 {
			t.Errorf("%q is read as %+v, %v; want %q", c.says, got, err, c.want)
		}
	}
}
