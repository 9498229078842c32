package serve

import (
	"bytes"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/workflow"
)

// inFront puts a TLS proxy in front of the bot, as public_url wants it, and
// returns a browser that knows it.
func (w *world) inFront() *http.Client {
	w.t.Helper()
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: w.addr}) }}
	front := httptest.NewTLSServer(proxy)
	w.t.Cleanup(front.Close)
	w.cfg.PublicURL = front.URL
	return front.Client()
}

var (
	pageAddress  = regexp.MustCompile(`https://127\.0\.0\.1:\d+/pfx/(EA-\d+\.[A-Za-z0-9_-]{43})`)
	filePassword = regexp.MustCompile(`\b[A-HJ-NP-Za-km-z2-9]{24}\b`)
)

func TestACertificateThatIsMadeHereIsFetchedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.inFront()
	w.start()
	w.sends("vb365-backup", [][2]string{{"Credential", "made-certificate"}},
		map[string]any{"App name": "payroll-made", "Reason": "nightly backup"})
	card := w.sees(w.ada, in(approval), "register the app")
	for _, text := range []string{"certificate that this bot makes", "180 days", "MailboxItem.ImportExport.All"} {
		if !strings.Contains(card.Plain(), text) {
			t.Errorf("the card does not say %q: %s", text, card.Plain())
		}
	}
	w.press(w.ada, card, "Approve")
	code := w.signsIn("ada@contoso.com")
	ready := w.sees(w.bea, w.bea.DM, "Its password and the link to it can be opened")

	shown := w.reveals(ready)
	password := filePassword.FindString(shown)
	link := pageAddress.FindStringSubmatch(w.viewWith(password))
	if password == "" || link == nil {
		t.Fatalf("the view says %s", shown)
	}
	w.sees(w.bea, w.bea.DM, "You were shown the password")
	if m, ok := newest(w.bea, w.bea.DM(), "Reveal secret"); ok {
		t.Errorf("the button is still there: %s", m.Plain())
	}
	ask := func(method, address string) (int, http.Header, []byte) {
		t.Helper()
		req, _ := http.NewRequest(method, address, nil)
		resp, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, resp.Header, body
	}
	for _, method := range []string{"GET", "HEAD", "GET"} {
		status, header, body := ask(method, link[0])
		if status != 200 || header.Get("Cache-Control") != "no-store" ||
			method == "GET" && !strings.Contains(string(body), "payroll-made") {
			t.Errorf("%s: %d %s", method, status, body)
		}
	}
	if status, _, _ := ask("GET", link[0][:len(link[0])-2]+"xx"); status != 404 {
		t.Errorf("a wrong address: %d", status)
	}
	w.stop() // what was not fetched yet outlives the process
	w.start()
	status, header, file := ask("POST", link[0])
	if status != 200 || header.Get("Content-Type") != "application/x-pkcs12" {
		t.Fatalf("POST: %d %s", status, file)
	}
	key, x, err := pkcs12.Decode(file, password)
	if err != nil {
		t.Fatal(err)
	}
	apps := w.made()
	if len(apps) != 1 || len(apps[0].Certificates) != 1 || len(apps[0].Passwords) != 0 {
		t.Fatalf("apps: %+v", apps)
	}
	if thumb := fmt.Sprintf("%X", sha1.Sum(x.Raw)); apps[0].Certificates[0].Thumbprint != thumb || !strings.Contains(ready.Plain(), thumb) {
		t.Errorf("the tenant has %s, the file has %s", apps[0].Certificates[0].Thumbprint, thumb)
	}
	if _, err := tls.X509KeyPair(pemOf(t, x.Raw, key)); err != nil {
		t.Error(err)
	}
	for _, method := range []string{"POST", "GET"} {
		if status, _, body := ask(method, link[0]); status != http.StatusGone ||
			!strings.Contains(string(body), "has been fetched already") {
			t.Errorf("%s afterwards: %d %s", method, status, body)
		}
	}
	w.sees(w.bea, w.bea.DM, "file was fetched on")
	w.sees(w.ada, in(approval), "Done")
	w.stop()
	w.noFileLeaks(password, link[1], code, file)
}

// viewWith is the view that shows the password, as Slack was sent it.
func (w *world) viewWith(password string) (view string) {
	w.t.Helper()
	w.until("the journal has the view", func() bool {
		for _, e := range w.slack.Journal() {
			if e.Method == "views.update" && password != "" && strings.Contains(e.Body, password) {
				view = e.Body
			}
		}
		return view != ""
	})
	return view
}

// noFileLeaks looks for the password, the link and the file in the log, the store
// and everything that Slack was told, but for the view.
func (w *world) noFileLeaks(password, token, code string, file []byte) {
	w.t.Helper()
	db, err := os.ReadFile(w.cfg.Store)
	if err != nil {
		w.t.Fatal(err)
	}
	_, random, _ := strings.Cut(token, ".")
	for place, b := range map[string][]byte{"the log": []byte(w.log.String()), "the store": db} {
		for what, secret := range map[string]string{"the password": password, "the token": random, "the file": string(file[40:140]),
			"the file in base64": base64.StdEncoding.EncodeToString(file[39:141])} {
			if bytes.Contains(b, []byte(secret)) {
				w.t.Errorf("%s has %s", place, what)
			}
		}
		for _, s := range slices.Concat(w.entra.Secrets(), []string{w.slack.BotToken(), w.slack.AppToken(), code}) {
			if s != "" && bytes.Contains(b, []byte(s)) {
				w.t.Errorf("%s has a secret", place)
			}
		}
		if place == "the log" && bytes.Contains(b, []byte(workflow.PagePath)) {
			w.t.Error("the log has a path of the page")
		}
	}
	views := 0
	for _, e := range w.slack.Journal() {
		all := e.Body + e.Answer
		if strings.Contains(all, password) || strings.Contains(all, random) {
			if views++; e.Method != "views.update" {
				w.t.Errorf("%s %s has the password or the token", e.Direction, e.Method)
			}
		}
	}
	if views != 1 {
		w.t.Errorf("the password was in %d views", views)
	}
}

func TestWithoutAPublicURLNoCertificateIsMadeAndThereIsNoPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	if _, err := w.bea.Slash(t.Context(), team, "/entra-app request vb365-backup"); err != nil {
		t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	if form := w.bea.Views()[0].Plain(); strings.Contains(form, "made here") {
		t.Errorf("the form offers it: %s", form)
	}
	resp, err := http.Get("http://" + w.addr + "/pfx/EA-1.x")
	if err != nil || resp.StatusCode != 404 || resp.Header.Get("Referrer-Policy") != "" {
		t.Errorf("the page: %v %v", resp, err)
	}
}

// pemOf is a certificate and its key as crypto/tls takes them.
func pemOf(t *testing.T, der []byte, key any) (cert, private []byte) {
	t.Helper()
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k})
}
