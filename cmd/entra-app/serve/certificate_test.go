package serve

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// form opens the form for a certificate and returns its view.
func (w *world) form() slacktest.View {
	w.t.Helper()
	if _, err := w.bea.Slash(context.Background(), team, "/entra-app request vb365-backup"); err != nil {
		w.t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	return w.bea.Views()[0]
}

func TestACertificateThatIsUploadedEndsUpOnTheApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	block, _ := pem.Decode([]byte(selfSigned(t)))
	v := w.form()
	errs, err := w.bea.Submit(t.Context(), v.ID, map[string]any{"App name": "payroll-backup", "Reason": "nightly backup",
		"Certificate file": w.bea.AddFile("backup.cer", block.Bytes)})
	if err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	thumbprint := fmt.Sprintf("%X", sha1.Sum(block.Bytes))
	if card := w.sees(w.ada, in(approval), "register the app"); !strings.Contains(card.Plain(), thumbprint) {
		t.Errorf("the card does not show the thumbprint %s: %s", thumbprint, card.Plain())
	}
	w.approves("register the app", "Approve")
	w.sees(w.bea, w.bea.DM, thumbprint)
	w.sees(w.ada, in(approval), "Done")
	if apps := w.made(); len(apps) != 1 || len(apps[0].Certificates) != 1 || apps[0].Certificates[0].Thumbprint != thumbprint {
		t.Errorf("the app has %+v, want %s", apps, thumbprint)
	}
}

// What a private key is in is refused under the field, and goes no further.
func TestAPrivateKeyIsRefusedAndNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, _ := pem.Decode([]byte(selfSigned(t)))
	cert, err := x509.ParseCertificate(public.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := pkcs12.Modern.Encode(key, cert, nil, "password")
	if err != nil {
		t.Fatal(err)
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	both := append(pem.EncodeToMemory(public), keyPEM...)
	const isKey, isPFX = "This contains a private key. It was not stored.", "This is a PFX (PKCS #12) file"
	v := w.form()
	for _, c := range []struct {
		what, field string
		value       any
		says        string
	}{
		{"a PFX file", "Certificate file", w.bea.AddFile("backup.pfx", pfx), "not a file of these types"}, // Slack itself
		{"a PFX file that is called .cer", "Certificate file", w.bea.AddFile("backup.cer", pfx), isPFX},
		{"a pasted key", "Certificate", string(keyPEM), isKey},
		{"a certificate with its key", "Certificate", string(both), isKey},
		{"a key in a file", "Certificate file", w.bea.AddFile("backup.der", der), isKey},
		{"a certificate with its key in a file", "Certificate file", w.bea.AddFile("backup.pem", both), isKey},
	} {
		fill := map[string]any{"App name": "payroll-backup", "Reason": "nightly backup", "Certificate": nil, "Certificate file": nil,
			c.field: c.value}
		errs, err := w.bea.Submit(t.Context(), v.ID, fill)
		var says string
		for id, text := range errs {
			if strings.HasPrefix(id, "Certificate") {
				says = text
			}
		}
		if err != nil || len(errs) != 1 || !strings.Contains(says, c.says) {
			t.Errorf("%s: %v, %v", c.what, errs, err)
		}
	}
	w.stop()
	db, err := os.ReadFile(w.cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	said := w.log.String()
	for _, e := range w.slack.Journal() {
		if e.Direction != "delivery" { // what Bea sent is what was delivered
			said += e.Body + e.Answer
		}
	}
	for what, secret := range map[string][]byte{"the key": der, "the PFX file": pfx} {
		for _, form := range []string{string(secret), base64.StdEncoding.EncodeToString(secret)[:60],
			strings.Split(string(keyPEM), "\n")[1], "PRIVATE KEY"} {
			if strings.Contains(said, form) || bytes.Contains(db, []byte(form)) {
				t.Errorf("%s is in the log, the store or an answer", what)
			}
		}
	}
	if _, ok := newest(w.ada, approval, "payroll-backup"); ok {
		t.Error("there is a request for it")
	}
}

// The bot's token goes to Slack and nowhere else.
func TestAFileThatSlackDoesNotKeepIsNotFetched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	var asked atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		rw.Write([]byte(selfSigned(t)))
	}))
	t.Cleanup(elsewhere.Close)
	ours := w.bea.AddFile("backup.cer", nil).URL
	v := w.form()
	for _, address := range []string{
		elsewhere.URL + "/backup.cer",
		elsewhere.URL + "/files.slack.com/backup.cer",
		strings.Replace(elsewhere.URL, "http://", "http://files.slack.com@", 1) + "/backup.cer",
		strings.Replace(ours, "http://", "http://"+strings.TrimPrefix(elsewhere.URL, "http://")+"#@", 1),
	} {
		errs, err := w.bea.Submit(t.Context(), v.ID, map[string]any{"App name": "payroll-backup", "Reason": "nightly backup",
			"Certificate file": w.bea.AddRemoteFile("backup.cer", address)})
		if err != nil || !strings.Contains(fmt.Sprint(errs), "This file is not stored in Slack, so it was not read.") {
			t.Errorf("%s: %v, %v", address, errs, err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
	if strings.Contains(w.log.String(), w.slack.BotToken()) {
		t.Error("the log has the token")
	}
}
