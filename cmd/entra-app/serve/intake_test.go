package serve

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// The files of OpenSSL's that workflow/certificate/testdata/make.sh makes, handed
// in through the forms.

// ofOpenSSL reads one of them.
func ofOpenSSL(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "workflow", "certificate", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// thumbprint is the SHA-1 of the certificate in a PEM file.
func thumbprint(t testing.TB, name string) string {
	t.Helper()
	block, _ := pem.Decode(ofOpenSSL(t, name))
	if block == nil {
		t.Fatalf("%s is not in PEM", name)
	}
	return fmt.Sprintf("%X", sha1.Sum(block.Bytes))
}

// inJune is a clock that goes on from a day on which these files are valid.
func inJune() func() time.Time {
	began := time.Now()
	return func() time.Time {
		return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC).Add(time.Since(began))
	}
}

// intake is a world in June, with a bot that runs.
func intake(t testing.TB) *world {
	t.Helper()
	w := newWorldOf(t, slacktest.Config{Now: inJune()})
	w.start()
	return w
}

// filled is a form that is right but for what is in the fields for the certificate.
func filled(fields map[string]any) map[string]any {
	all := map[string]any{"App name": "payroll-backup", "Reason": "nightly backup", "Certificate": nil, "Certificate file": nil}
	for name, v := range fields {
		all[name] = v
	}
	return all
}

// refused makes sure that a form comes back with these words under this field,
// and nothing else.
func (w *world) refused(view string, fill map[string]any, field string, says ...string) {
	w.t.Helper()
	errs, err := w.bea.Submit(w.t.Context(), view, fill)
	if err != nil || len(errs) != 1 {
		w.t.Fatalf("under the fields: %q, %v; want one error under %s", errs, err, field)
	}
	for block, text := range errs {
		if block != field && !strings.HasPrefix(block, field+" of ") {
			w.t.Errorf("the error stands under %q, want %s: %s", block, field, text)
		}
		for _, word := range says {
			if !strings.Contains(text, word) {
				w.t.Errorf("it does not say %q: %s", word, text)
			}
		}
		if strings.Contains(text, "Something went wrong") || !strings.HasSuffix(text, ".") {
			w.t.Errorf("that is no help: %s", text)
		}
	}
}

// keptNothing looks for a request, and for pieces of what was given in the store,
// in the log and in everything that the bot told Slack.
func (w *world) keptNothing(given ...[]byte) {
	w.t.Helper()
	for _, channel := range []string{approval, w.bea.DM()} {
		if m, ok := newest(w.ada, channel, "EA-"); ok {
			w.t.Errorf("there is a request: %s", m.Plain())
		}
	}
	w.saidNothing(given...)
}

// saidNothing is the second half of that.
func (w *world) saidNothing(given ...[]byte) {
	w.t.Helper()
	db, err := os.ReadFile(w.cfg.Store)
	if err != nil {
		w.t.Fatal(err)
	}
	said := w.log.String()
	for _, e := range w.slack.Journal() {
		if e.Direction != "delivery" { // what Bea typed is what was delivered
			said += e.Body + e.Answer
		}
	}
	for _, b := range given {
		for _, piece := range pieces(b) {
			if bytes.Contains(db, piece) || strings.Contains(said, string(piece)) {
				w.t.Errorf("%q of what was given is in the store, in the log or in what Slack was told", piece)
			}
		}
	}
}

// pieces are parts of a file that nobody else would write, as it is and in Base64.
func pieces(b []byte) [][]byte {
	text := bytes.ReplaceAll(b, []byte{0}, nil)
	var all [][]byte
	for _, line := range bytes.Fields(text) {
		if n := len(line); n >= 24 {
			all = append(all, line[n/2-12:n/2+12])
		}
	}
	if n := len(b); n >= 48 {
		all = append(all, b[n/2-12:n/2+12])
		for shift := range 3 { // Base64 goes by threes
			all = append(all, []byte(base64.StdEncoding.EncodeToString(b[n/2-12+shift : n/2+12+shift])[:32]))
		}
	}
	return all
}

// corrects sends the same form with a certificate that is right, and makes sure that
// its request is the first that was ever kept.
func (w *world) corrects(view string) {
	w.t.Helper()
	errs, err := w.bea.Submit(w.t.Context(), view, filled(map[string]any{"Certificate": string(ofOpenSSL(w.t, "rsa.pem"))}))
	if err != nil || len(errs) > 0 {
		w.t.Fatalf("the corrected form: %q, %v", errs, err)
	}
	if card := w.sees(w.ada, in(approval), "register the app").Plain(); !strings.Contains(card, "EA-1") ||
		!strings.Contains(card, thumbprint(w.t, "rsa.pem")) {
		w.t.Errorf("the card says %s", card)
	}
}

func TestEveryFormOfACertificateIsTaken(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte { return ofOpenSSL(t, name) }
	crlf := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }
	rsa, leaf := thumbprint(t, "rsa.pem"), thumbprint(t, "leaf.pem")
	for _, c := range []struct {
		what, field string
		content     []byte
		name        string // of the file
		thumbprint  string
	}{
		{"DER", "", read("rsa.cer"), "backup.cer", rsa},
		{"DER that is called .der", "", read("rsa.cer"), "backup.der", rsa},
		{"DER that a mail left something after", "", read("rsa-junk.cer"), "backup.cer", rsa},
		{"PEM", "", read("rsa.pem"), "backup.pem", rsa},
		{"PEM that is called .crt", "", read("rsa.pem"), "backup.crt", rsa},
		{"PEM with the lines of Windows", "", read("rsa-crlf.pem"), "backup.CER", rsa},
		{"PEM with a BOM", "", read("rsa-utf8-bom.pem"), "backup.cer", rsa},
		{"PEM in UTF-16", "", read("rsa-utf16le.pem"), "backup.cer", rsa},
		{"PEM below the words of openssl x509 -text", "", read("rsa-text.pem"), "backup.pem", rsa},
		{"PEM with something after it", "", read("rsa-junk.pem"), "backup.pem", rsa},
		{"PEM of openssl's TRUSTED CERTIFICATE", "", read("rsa-trusted.pem"), "backup.pem", rsa},
		{"Base64 without lines around it", "", read("rsa-base64.txt"), "backup.cer", rsa},
		{"Base64 in UTF-16, big end first", "", read("rsa-utf16be.txt"), "backup.cer", rsa},
		{"PKCS #7 in DER, with a chain", "", read("leaf.p7b"), "backup.p7b", leaf},
		{"PKCS #7 that is called .p7c", "", read("leaf.p7b"), "backup.p7c", leaf},
		{"PKCS #7 in PEM", "", read("leaf-p7b.pem"), "backup.p7b", leaf},
		{"PKCS #7 in PEM with the lines of Windows", "", crlf(read("leaf-p7b.pem")), "backup.p7b", leaf},
		{"PKCS #7 in UTF-16", "", read("leaf-utf16le.p7b"), "backup.p7b", leaf},
		{"PKCS #7 in Base64", "", read("leaf-p7b.txt"), "backup.p7b", leaf},
		{"CMS in PEM", "", read("leaf-cms.pem"), "backup.pem", leaf},
		{"a chain in odd order", "", read("leaf-chain.pem"), "backup.pem", leaf},
		{"pasted PEM", "paste", read("rsa.pem"), "", rsa},
		{"pasted PEM with the lines of Windows", "paste", read("rsa-crlf.pem"), "", rsa},
		{"pasted PEM with a BOM", "paste", read("rsa-utf8-bom.pem"), "", rsa},
		{"pasted PEM in one line", "paste", read("rsa-spaces.pem"), "", rsa},
		{"pasted Base64", "paste", read("rsa-base64.txt"), "", rsa},
		{"pasted Base64 in one line", "paste", read("rsa-one-line.txt"), "", rsa},
		{"a pasted mail", "paste", read("rsa-mail.txt"), "", rsa},
		{"pasted JSON", "paste", read("rsa-json.txt"), "", rsa},
		{"pasted PKCS #7", "paste", read("leaf-p7b.pem"), "", leaf},
		{"a pasted chain in odd order", "paste", read("leaf-chain.pem"), "", leaf},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := intake(t)
			fill := map[string]any{"Certificate": string(c.content)}
			if c.field == "" {
				fill = map[string]any{"Certificate file": w.bea.AddFile(c.name, c.content)}
			}
			w.takes(fill, c.thumbprint)
		})
	}
	t.Run("text and file that are the same certificate", func(t *testing.T) {
		w := intake(t)
		w.takes(map[string]any{"Certificate": string(read("rsa-base64.txt")),
			"Certificate file": w.bea.AddFile("backup.cer", read("rsa.cer"))}, rsa)
	})
	t.Run("a file at files.slack.com", func(t *testing.T) {
		w := newWorldOf(t, slacktest.Config{Now: inJune()})
		asked := w.filesAtSlack(read("rsa.cer"))
		w.start()
		w.takes(map[string]any{"Certificate file": w.bea.AddRemoteFile("backup.cer",
			"https://files.slack.com/files-pri/T1-F1/download/backup.cer")}, rsa)
		if got := asked(); !slices.Equal(got, []string{"Bearer " + w.slack.BotToken()}) {
			t.Errorf("files.slack.com was asked with %q", got)
		}
	})
}

// takes sends the form and makes sure that the certificate is on the card, with
// both thumbprints, whose it is and until when.
func (w *world) takes(fields map[string]any, thumbprint string) {
	w.t.Helper()
	errs, err := w.bea.Submit(w.t.Context(), w.form().ID, filled(fields))
	if err != nil || len(errs) > 0 {
		w.t.Fatalf("refused: %q, %v", errs, err)
	}
	card := w.sees(w.ada, in(approval), "register the app").Plain()
	for _, text := range []string{thumbprint, "SHA-256", "CN=", "1 January 2027"} {
		if !strings.Contains(card, text) {
			w.t.Errorf("the card does not say %q: %s", text, card)
		}
	}
}

// filesAtSlack is files.slack.com, which the world's client reaches instead of the
// real one. It returns what that was asked with.
func (w *world) filesAtSlack(content []byte) func() []string {
	asked := make(chan string, 10)
	next := w.client.Transport
	w.client.Transport = tripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "files.slack.com" {
			return next.RoundTrip(r)
		}
		asked <- r.Header.Get("Authorization")
		header := http.Header{"Content-Type": {"application/octet-stream"}}
		return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(bytes.NewReader(content)), Request: r}, nil
	})
	return func() (all []string) {
		for len(asked) > 0 {
			all = append(all, <-asked)
		}
		return all
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// A certificate that was read from a file goes all the way to the app, by the
// clock of that day.
func TestAFileOfOpenSSLsEndsUpOnTheApp(t *testing.T) {
	t.Parallel()
	w := intake(t)
	w.takes(map[string]any{"Certificate file": w.bea.AddFile("backup.p7b", ofOpenSSL(t, "leaf.p7b"))}, thumbprint(t, "leaf.pem"))
	w.approves("register the app", "Approve")
	w.sees(w.ada, in(approval), "Done")
	if apps := w.made(); len(apps) != 1 || len(apps[0].Certificates) != 1 ||
		apps[0].Certificates[0].Thumbprint != thumbprint(t, "leaf.pem") {
		t.Errorf("the tenant has %+v", apps)
	}
}
