package veeam

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow/seal"
)

// tries is how often a call is made before it counts as failed: net/http reads
// once more by itself where a connection that was open broke.
func tries(op string, how veeamtest.Failure) int {
	if how.Status == 0 && (op == "listOrganizations" || op == "getOrganization") {
		return 2
	}
	return 1
}

func TestWhatGoesAwayByItselfIsTemporary(t *testing.T) {
	for _, how := range []veeamtest.Failure{
		{},
		{Status: 500, Code: "HttpError", Message: "Something broke."}, {Status: 502, Message: "bad gateway"}, {Status: 503},
		{Status: 504, Message: "<html>"},
		{Status: 400, Code: "ProxyOffline", Message: "The proxy is offline."}, {Status: 400, Code: "Timeout"},
		{Status: 400, Code: "OperationConflict"},
		{Status: 408}, {Status: 409, Message: "busy"}, {Status: 423}, {Status: 429}, {Status: 202},
	} {
		for _, op := range []string{"token", "listOrganizations", "addOrganization", "getOrganization"} {
			w := newWorld(t)
			s := w.server(nil)
			w.veeam.Fail(op, entratest.Before, how, tries(op, how))
			_, err := w.connect(s, w.organization())
			if !isTemporary(err) || how.Code != "" && !strings.Contains(err.Error(), how.Message) {
				t.Errorf("%s with %+v: %v", op, how, err)
			}
			w.connected(s, w.organization())
			w.only()
		}
	}
}

func TestWhatDoesNotIsSaidInTheServersWords(t *testing.T) {
	for _, c := range []struct {
		how  veeamtest.Failure
		code string
		says string
	}{
		{veeamtest.Failure{Status: 500, Code: "ParameterValidationFailure", Message: "The value\r\nis not \x1b[1mvalid."},
			"ParameterValidationFailure", "It says: “The value is not [1mvalid.”"},
		{veeamtest.Failure{Status: 403, Code: "ResourceAccessDenied", Message: "Access is denied."}, "ResourceAccessDenied",
			"It says: “Access is denied.”"},
		{veeamtest.Failure{Status: 404, Code: "ResourceNotFound", Message: "Not here."}, "ResourceNotFound", "It says: “Not here.”"},
		{veeamtest.Failure{Status: 400, Code: "HttpError", Message: strings.Repeat("long ", 200)}, "HttpError", "long long …”"},
		{veeamtest.Failure{Status: 400, Message: "<html>not Veeam</html>"}, "HTTP 400", "It says: nothing but 400 Bad Request"},
	} {
		w := newWorld(t)
		w.veeam.Fail("addOrganization", entratest.Before, c.how, 1)
		_, err := w.connect(w.server(nil), w.organization())
		w.refused(err, c.code, c.says)
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, at := range []string{"/v8/token", "/v8/Organizations"} {
			elsewhere := 0
			w.instead(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/elsewhere":
					elsewhere++
				case at:
					http.Redirect(rw, r, "/elsewhere", status)
				default:
					w.veeam.ServeHTTP(rw, r)
				}
			}))
			_, err := w.connect(s, w.organization())
			w.refused(err, "Redirect", "which the bot does not follow")
			if elsewhere != 0 {
				t.Errorf("%d at %s was followed", status, at)
			}
		}
	}
}

func TestAWrongPasswordOfTheAccount(t *testing.T) {
	w := newWorld(t)
	s := w.server(func(c *Config) { c.Password = seal.New("another one") })
	w.veeam.Change(func(k *veeamtest.Knobs) { k.Echo = true })
	_, err := w.connect(s, w.organization())
	w.refused(err, "ResourceAccessDenied", "backup-1 refused to sign in.", "Incorrect user name or password.", "password=[secret]",
		"Nothing was changed there.", "check the account under veeam")
}

func TestAServerThatRepeatsTheRequestGivesNothingAway(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	w.veeam.Change(func(k *veeamtest.Knobs) { k.Echo = true })
	for _, how := range []veeamtest.Failure{{Status: 400, Code: "ParameterValidationFailure", Message: "Can't read this."},
		{Status: 503, Code: "HttpError", Message: "Can't read this."}} {
		for _, op := range []string{"token", "addOrganization"} {
			w.veeam.Fail(op, entratest.Before, how, 1)
			if _, err := w.connect(s, w.organization()); err == nil || !strings.Contains(err.Error(), "Can't read this.") {
				t.Errorf("%s: %v", op, err)
			}
		}
	}
	// And one that quotes only the beginning of the certificate, or its token.
	pfx := w.organization().PFX.Reveal()
	var bearer string
	w.veeam.OnCall(func(op string, r *http.Request) {
		if op == "addOrganization" {
			bearer = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			w.veeam.Fail(op, entratest.Before, veeamtest.Failure{Status: 400, Code: "HttpError",
				Message: "Not " + pfx[:200] + " and not " + bearer + "."}, 1)
		}
	})
	_, err := w.connect(s, w.organization())
	w.refused(err, "HttpError", "Not [secret] and not [secret].")
}

func TestAnAnswerThatIsNone(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	for name, body := range map[string]string{"not JSON": "hello", "no token": "{}", "endless": strings.Repeat(" ", maxAnswer+1)} {
		w.instead(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(body)) }))
		if _, err := w.connect(s, w.organization()); !isTemporary(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.instead(http.NotFoundHandler())
	_, err := w.connect(w.server(nil), w.organization())
	w.refused(err, "HTTP 404", "has none of /v8/token to /v4/token", "check its url under veeam")
	if _, err := w.connect(s, w.organization()); !isTemporary(err) {
		t.Errorf("a server that answered before is being upgraded: %v", err)
	}
}

func TestAListWithoutEndIsNotRead(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	w.instead(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/Organizations") && r.Method == http.MethodGet {
			fmt.Fprint(rw, `{"limit":1,"results":[{"id":"1","name":"x"}]}`)
			return
		}
		w.veeam.ServeHTTP(rw, r)
	}))
	_, err := w.connect(s, w.organization())
	w.refused(err, "TooMany", "nothing was changed there")
	if all := w.veeam.Organizations(); len(all) != 0 {
		t.Errorf("the server has %+v", all)
	}
}

func TestAServerThatDoesNotAnswerInTime(t *testing.T) {
	w := newWorld(t)
	s := w.server(func(c *Config) { c.Timeout = 50 * time.Millisecond })
	held := make(chan struct{})
	defer close(held)
	w.instead(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-held }))
	if _, err := w.connect(s, w.organization()); !isTemporary(err) || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Connect(ctx, w.organization()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNothingIsSentToAServerThatIsNotKnown(t *testing.T) {
	w := newWorld(t)
	pem := filepath.Join(t.TempDir(), "server.pem")
	if err := os.WriteFile(pem, w.veeam.CertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	w.connected(w.server(func(c *Config) { c.TLS = pem }), w.organization())
	w.connected(w.server(func(c *Config) {
		c.TLS = "sha256:" + strings.ToLower(strings.ReplaceAll(w.veeam.Fingerprint(), ":", ""))
	}), w.organization())
	before := len(w.ops())
	shown := strings.ToLower(strings.ReplaceAll(w.veeam.Fingerprint(), ":", ""))
	_, err := w.connect(w.server(func(c *Config) { c.TLS = "sha256:" + strings.Repeat("ab", 32) }), w.organization())
	w.refused(err, "Certificate", "showed a different certificate", "Nothing was sent.", "Its SHA-256 fingerprint is "+shown)
	for _, trust := range []string{"", System} {
		_, err = w.connect(w.server(func(c *Config) { c.TLS = trust }), w.organization())
		w.refused(err, "Certificate", "can't be trusted", "Nothing was sent.", "fingerprint")
	}
	other := filepath.Join(t.TempDir(), "other.pem")
	if err := os.WriteFile(other, veeamtest.New(veeamtest.Config{Entra: w.entra}).CertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = w.connect(w.server(func(c *Config) { c.TLS = other }), w.organization())
	w.refused(err, "Certificate", "can't be trusted")
	if len(w.ops()) != before {
		t.Errorf("something was sent: %q", w.ops()[before:])
	}
}

func TestWhatNoServerCanBeMadeOf(t *testing.T) {
	good := Config{Name: "a", URL: "https://vb365.example.com:4443"}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for says, edit := range map[string]func(*Config){
		"not an https address":       func(c *Config) { c.URL = "http://vb365.example.com" },
		"is not an https":            func(c *Config) { c.URL = "vb365.example.com" },
		"more than a host":           func(c *Config) { c.URL = "https://u:p@h" },
		"belong together":            func(c *Config) { c.Username = "u" },
		"is not sha256":              func(c *Config) { c.TLS = "sha256:ff" },
		"can't be read":              func(c *Config) { c.TLS = "insecure" },
		"no certificate in PEM form": func(c *Config) { c.TLS = "tls.go" },
		"it is not a file":           func(c *Config) { c.TLS = "." },
		"a password belong together": func(c *Config) { c.Password = seal.New("p") },
	} {
		c := good
		edit(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", says, err)
		}
	}
}
