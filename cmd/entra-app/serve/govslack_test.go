package serve

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// inGovSlack is a world whose workspace is at slack-gov.com and its hosts, over TLS, and
// the hosts of Slack that were reached so far. Those of the usual cloud lead nowhere.
func inGovSlack(t *testing.T) (w *world, reached func() []string) {
	t.Helper()
	const domain = "slack-gov.com"
	w = newWorldOf(t, slacktest.Config{Cloud: domain})
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{domain, "*." + domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	gov := httptest.NewUnstartedServer(w.slack)
	gov.Config.ErrorLog = log.New(io.Discard, "", 0)
	gov.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	gov.StartTLS()
	t.Cleanup(func() { w.stop(); w.slack.Close(); gov.Close() })

	var mu sync.Mutex
	hosts := map[string]bool{}
	transport := w.client.Transport.(*http.Transport)
	transport.TLSClientConfig.RootCAs.AddCert(leaf)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, _ := net.SplitHostPort(address)
		mu.Lock()
		hosts[host] = true
		mu.Unlock()
		switch {
		case (host == domain || strings.HasSuffix(host, "."+domain)) && port == "443":
			address = gov.Listener.Addr().String()
		case net.ParseIP(host) == nil:
			t.Errorf("%s was called", address)
			return nil, fmt.Errorf("there is no %s", address)
		}
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	w.slack.SetURL("https://" + domain)
	w.cfg.Slack.APIURL = "https://" + domain + "/api/"
	return w, func() (all []string) {
		mu.Lock()
		defer mu.Unlock()
		for h := range hosts {
			if net.ParseIP(h) == nil {
				all = append(all, h)
			}
		}
		slices.Sort(all)
		return all
	}
}

// services.md, section 6: GovSlack is slack-gov.com with hosts of its own for files, hooks
// and WebSockets. The whole way goes through them, from the command to the hand-over, and
// the token goes nowhere else.
func TestTheMainJobInGovSlack(t *testing.T) {
	t.Parallel()
	w, reached := inGovSlack(t)
	w.start()
	block, _ := pem.Decode([]byte(selfSigned(t)))
	file := w.bea.AddFile("backup.cer", block.Bytes)
	if !strings.HasPrefix(file.URL, "https://files.slack-gov.com/") {
		t.Errorf("the file is at %s", file.URL)
	}
	w.sends("vb365-backup", nil, map[string]any{"App name": "mail", "Reason": "nightly backup", "Certificate file": file})
	card := w.sees(w.ada, in(approval), "register the app mail")
	if thumbprint := fmt.Sprintf("%X", sha1.Sum(block.Bytes)); !strings.Contains(card.Plain(), thumbprint) {
		t.Errorf("the card does not show the thumbprint: %s", card.Plain())
	}
	w.press(w.tom, card, "Approve") // the refusal goes to the response URL
	w.sees(w.tom, in(approval), "Only the approvers")
	w.approves("register the app mail", "Approve")
	w.sees(w.ada, in(approval), "EA-1: mail · Done")

	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	if shown := w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened")); !strings.Contains(shown, w.appIDOf("payroll-backup")) {
		t.Errorf("the view shows %s", shown)
	}
	w.sees(w.bea, w.bea.DM, "You opened the secret")
	if got, want := reached(), []string{"files.slack-gov.com", "hooks.slack-gov.com", "slack-gov.com",
		"wss-primary.slack-gov.com"}; !slices.Equal(got, want) {
		t.Errorf("it reached %v, want %v", got, want)
	}
	for _, e := range w.slack.Journal() { // links and permalinks too
		if strings.Contains(e.Body+e.Answer, ".slack.com") {
			t.Errorf("%s is about the usual cloud: %s %s", e.Method, e.Body, e.Answer)
		}
	}
}
