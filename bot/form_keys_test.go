package bot

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// keysInText are private keys as people paste them.
func keysInText(t *testing.T) map[string]string {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(rsaKey)
	sec1, _ := x509.MarshalECPrivateKey(ec)
	block := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}))
	return map[string]string{
		"in PEM":                  "it is for this: " + block,
		"on one line":             strings.ReplaceAll(block, "\n", " "),
		"the beginning alone":     base64.StdEncoding.EncodeToString(pkcs8)[:110],
		"without words":           "key " + base64.StdEncoding.EncodeToString(sec1),
		"the words alone":         "-----BEGIN ENCRYPTED PRIVATE KEY-----",
		"with long dashes of its": "—BEGIN PRIVATE KEY—",
	}
}

func TestAPrivateKeyIsRefusedWhereverItIsPasted(t *testing.T) {
	for what, key := range keysInText(t) {
		w := newWorld(t)
		refused := func(where, under string, reply Reply) {
			t.Helper()
			said := replied(t, reply)
			if !strings.Contains(said, `"`+under+`":`) || !strings.Contains(said, "private key") ||
				!strings.Contains(said, "not stored") && !strings.Contains(said, "not kept") {
				t.Errorf("%s, in %s: answered with %s", what, where, said)
			}
		}
		for _, f := range []string{"App name", "Reason", "Redirect URIs of vbo365", "Certificate"} {
			values := filled("payroll")
			values[f] = map[string]any{"value": map[string]any{"type": "plain_text_input", "value": key}}
			if f == "Certificate" { // beside a file, which would count
				values["Certificate file"] = map[string]any{"value": map[string]any{"type": "file_input",
					"files": []any{map[string]any{"id": "F1", "url_private": w.url + "/files/1"}}}}
			}
			refused(f, f, w.submission(requestForm, "{}", "V"+f, values))
		}
		r := w.request(t, "payroll", "backup", inState(workflow.StateDone))
		refused("a renewal", "Reason", w.submission(appForm, `{"k":"renew","r":"`+r.ID+`","c":"secret"}`, "V-life",
			map[string]any{"Reason": reasonState(key)[reasonBlock], "Credential": filled("x")["Credential"],
				"Lifetime": filled("x")["Lifetime"]}))
		pending := w.request(t, "other", "backup", nil)
		if _, err := w.desk.Deny(t.Context(), pending.ID, people.Person{ID: "UADA"}, key); err == nil ||
			strings.Contains(err.Error(), key) {
			t.Errorf("%s, in a denial: %v", what, err)
		}
		found, err := w.desk.List(t.Context(), workflow.Query{})
		if err != nil || len(found) != 2 {
			t.Errorf("%s: %d requests are kept, %v", what, len(found), err)
		}
		if body := strings.Fields(key); strings.Contains(w.log.String(), body[len(body)-1]) {
			t.Errorf("%s: it is in the log: %s", what, w.log)
		}
		for _, c := range w.calls {
			if strings.Contains(c.method, "files") {
				t.Errorf("%s: a file was read though the form is refused", what)
			}
		}
	}
}

func TestPeopleMayWriteAboutKeys(t *testing.T) {
	w := newWorld(t)
	for i, reason := range []string{"we lost the private key - and need another", "the private key — of the old one — is lost",
		"rotate MIIE keys", "private-key: see the wiki", nasty} {
		values := filled("payroll " + string(rune('a'+i)))
		values["Reason"] = reasonState(reason)[reasonBlock]
		if reply := w.submission(requestForm, "{}", "V"+reason, values); reply != nil {
			t.Errorf("%q is answered with %s", reason, replied(t, reply))
		}
	}
}

func replied(t *testing.T, reply Reply) string {
	t.Helper()
	b, err := json.Marshal(reply)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
