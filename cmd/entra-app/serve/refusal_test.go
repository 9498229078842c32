package serve

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/entra-app/entra-app/bot"
	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

const (
	inPaste = "Certificate"
	inFile  = "Certificate file"
)

// What is refused as a file or as pasted text, with what OpenSSL makes: the error
// stands under that field, nothing is kept, and the same form can be corrected.
func TestEveryRefusalOfACertificate(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte { return ofOpenSSL(t, name) }
	join := func(names ...string) []byte {
		var all []byte
		for _, n := range names {
			all = append(all, read(n)...)
		}
		return all
	}
	key := []string{"contains a private key", "was not stored", "make a new one"}
	pfx := []string{"PFX", "was not stored", "openssl pkcs12 -in file.pfx -clcerts -nokeys"}
	for _, c := range []struct {
		what    string
		content []byte
		name    string // of a file; empty is pasted
		says    []string
	}{
		{"a PFX by its name", read("pfx-modern.pfx"), "backup.pfx", []string{"not a file of these types"}}, // Slack itself
		{"a PKCS #12 file by its name", read("pfx-3des.p12"), "backup.p12", []string{"not a file of these types"}},
		{"a PFX that is called .cer", read("pfx-modern.pfx"), "backup.cer", pfx},
		{"an old PFX that is called .der", read("pfx-3des.p12"), "backup.der", pfx},
		{"a PFX whose key is not encrypted", read("pfx-open.pfx"), "backup.cer", append(pfx, "unless its password can't be guessed")},
		{"a PFX in the clothes of PEM, by certutil", read("pfx-certutil.pem"), "backup.pem", pfx},
		{"a PFX in Base64", read("pfx-base64.txt"), "backup.cer", pfx},

		{"a key in PKCS #8", read("private-rsa-pkcs8.pem"), "backup.pem", key},
		{"a key in PKCS #8, DER", read("private-rsa-pkcs8.der"), "backup.der", key},
		{"an encrypted key", read("private-pbes2.pem"), "backup.pem", key},
		{"an encrypted key of old, DER", read("private-pbe-3des.der"), "backup.cer", key},
		{"an RSA key", read("private-rsa-pkcs1.pem"), "backup.pem", key},
		{"an encrypted RSA key", read("private-rsa-encrypted.pem"), "backup.pem", key},
		{"an EC key", read("private-ec-sec1.pem"), "backup.pem", key},
		{"an EC key with its parameters", read("private-ec-parameters.pem"), "backup.pem", key},
		{"an Ed25519 key", read("private-ed25519.pem"), "backup.pem", key},
		{"a key of OpenSSH", read("private-openssh.pem"), "backup.pem", key},
		{"a key in UTF-16", read("private-utf16.pem"), "backup.pem", key},
		{"a certificate and its key", read("private-after-certificate.pem"), "backup.pem", key},
		{"a certificate and its key in DER", read("private-after-certificate.der"), "backup.cer", key},
		{"a key and its certificate", read("private-before-certificate.pem"), "backup.pem", key},

		{"a pasted PFX", read("pfx-base64.txt")[:2900], "", pfx},
		{"a pasted key in PKCS #8", read("private-rsa-pkcs8.pem"), "", key},
		{"a pasted key in Base64", read("private-rsa-pkcs8-base64.txt"), "", key},
		{"a pasted encrypted key", read("private-pbes2.pem"), "", key},
		{"a pasted RSA key", read("private-rsa-pkcs1.pem"), "", key},
		{"a pasted EC key", read("private-ec-sec1.pem"), "", key},
		{"a pasted key of OpenSSH", read("private-openssh.pem"), "", key},
		{"a pasted certificate and its key", read("private-after-certificate.pem"), "", key},
		{"a pasted secret of Kubernetes", read("private-kubernetes.txt"), "", key},

		{"RSA with 1024 bits", read("cert-weak.pem"), "backup.pem", []string{"1024 bits", "2048 bits or more"}},
		{"EC P-192", read("cert-ec-prime192v1.pem"), "backup.pem", []string{"elliptic curve", "RSA key with 2048 bits"}},
		{"EC P-256", read("cert-ec-P-256.pem"), "backup.pem", []string{"elliptic curve", "RSA key with 2048 bits"}},
		{"EC P-521", read("cert-ec-P-521.pem"), "backup.pem", []string{"elliptic curve", "RSA key with 2048 bits"}},
		{"EC P-224", read("cert-ec-P-224.pem"), "backup.pem", []string{"elliptic curve", "RSA key with 2048 bits"}},
		{"Brainpool", read("cert-ec-brainpoolP256r1.pem"), "backup.pem", []string{"elliptic curve", "RSA key with 2048 bits"}},
		{"Bitcoin's curve", read("cert-ec-secp256k1.pem"), "backup.pem", []string{"elliptic curve", "RSA key with 2048 bits"}},
		{"Ed25519", read("cert-ed25519.pem"), "backup.pem", []string{"Make a new RSA key"}},
		{"RSA for PSS alone", read("cert-rsa-pss.pem"), "backup.pem", []string{"Make a new RSA key"}},
		{"one that has expired", read("cert-expired.pem"), "backup.pem", []string{"until 1 January 2025", "Make a new one"}},
		{"one that is not valid yet", read("cert-early.pem"), "backup.pem",
			[]string{"only from 1 July 2026", "Give one that is valid today"}},
		{"one that is valid for too long", read("cert-long.pem"), "backup.pem",
			[]string{"until 1 January 2036", "At most 730 days", "until 31 May 2028 at the latest"}},
		{"a pasted one that has expired", read("cert-expired.pem"), "", []string{"until 1 January 2025", "Make a new one"}},
		{"a request", read("request.pem"), "backup.pem", []string{"certificate request (CSR)", "openssl x509 -req"}},
		{"a request in DER", read("request.der"), "backup.der", []string{"certificate request (CSR)"}},
		{"a list of revoked ones", read("crl.pem"), "backup.pem", []string{"CRL", "Give the app's own certificate"}},
		{"a list of revoked ones in DER", read("crl.der"), "backup.der", []string{"CRL", "Give the app's own certificate"}},
		{"a public key", read("public-key.pem"), "backup.pem", []string{"only a public key", "openssl req -x509"}},
		{"a public key in DER", read("public-key.der"), "backup.der", []string{"only a public key"}},
		{"a public key of SSH", read("ssh.txt"), "", []string{"a key for SSH", "openssl req -x509"}},
		{"two that are no chain", read("several.pem"), "backup.pem", []string{"2 certificates", "Give only that one"}},
		{"two in PKCS #7 that are no chain", read("several.p7b"), "backup.p7b", []string{"2 certificates", "Give only that one"}},
		{"three of which two are no chain", join("leaf.pem", "rsa.pem", "cert-ec-P-256.pem"), "", []string{"3 certificates"}},
		{"PKCS #7 without a certificate", read("empty.p7b"), "backup.p7b", []string{"Give a public X.509 certificate"}},
		{"a signed message", read("signed.p7m"), "backup.p7b", []string{"signed or encrypted message", "Give the app's certificate"}},
		{"a certificate that is cut off", read("rsa.pem")[:600], "", []string{"missing or changed", "Copy all of it"}},
		{"an empty file", []byte{}, "backup.cer", []string{"There is no certificate here"}},
		{"a file of blanks", []byte("\xef\xbb\xbf\r\n \r\n"), "backup.cer", []string{"There is no certificate here"}},
		{"a page of the web", []byte("<!DOCTYPE html><html><body>Sign in to your account</body></html>"), "backup.cer",
			[]string{"There is no certificate in this", "Base-64 encoded X.509 (.CER)"}},
		{"5 MB", bytes.Repeat([]byte("MIIB"), 5<<18), "backup.cer", []string{"larger than 64 KB", "paste its text"}},
		{"nothing at all", nil, "", []string{"Paste the public certificate, or add its file"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := intake(t)
			v := w.form()
			field, fill := inPaste, map[string]any{inPaste: string(c.content)}
			if c.name != "" {
				field, fill = inFile, map[string]any{inFile: w.bea.AddFile(c.name, c.content)}
			}
			w.refused(v.ID, filled(fill), field, c.says...)
			w.keptNothing(c.content)
			w.corrects(v.ID)
		})
	}
}

// Both fields are read: a mistake in one is not hidden by the other.
func TestTextAndFileTogether(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte { return ofOpenSSL(t, name) }
	for _, c := range []struct {
		what        string
		paste, file []byte
		field       string
		says        []string
	}{
		{"two certificates", read("rsa.pem"), read("leaf.pem"), inFile,
			[]string{"two certificates", thumbprint(t, "rsa.pem"), thumbprint(t, "leaf.pem"), "Remove the file, or the text"}},
		{"a key beside a good file", read("private-ec-pkcs8.pem"), read("rsa.cer"), inPaste, []string{"contains a private key"}},
		{"a key in the file beside good text", read("rsa.pem"), read("private-ec-pkcs8.pem"), inFile, []string{"contains a private key"}},
		{"an empty file beside good text", read("rsa.pem"), []byte{}, inFile, []string{"There is no certificate here"}},
		{"words beside a good file", []byte("see the file"), read("rsa.cer"), inPaste, []string{"There is no certificate in this"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := intake(t)
			v := w.form()
			w.refused(v.ID, filled(map[string]any{inPaste: string(c.paste), inFile: w.bea.AddFile("backup.cer", c.file)}), c.field,
				c.says...)
			w.keptNothing(read("private-ec-pkcs8.pem"))
			w.corrects(v.ID)
		})
	}
}

// What Slack does with a file on its way decides what Bea is told.
func TestAFileThatSlackDoesNotHandOver(t *testing.T) {
	t.Parallel()
	cer := ofOpenSSL(t, "rsa.cer")
	var asked atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		rw.Write(cer)
	}))
	t.Cleanup(elsewhere.Close)
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", kind)
			rw.WriteHeader(status)
			rw.Write([]byte(body))
		}
	}
	const signIn = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head></html>"
	for _, c := range []struct {
		what   string
		answer http.HandlerFunc
		says   []string
		log    string // what the operator reads
	}{
		{"the page to sign in, as for a token without files:read", answer(200, "text/html; charset=utf-8", signIn),
			[]string{"did not let this bot read", "files:read", "Paste its text"}, "files:read"},
		{"a redirect to the page to sign in", http.RedirectHandler("/?redir=x", http.StatusFound).ServeHTTP,
			[]string{"did not let this bot read", "files:read"}, "files:read"},
		{"403", answer(403, "text/plain", "no"), []string{"did not let this bot read", "files:read"}, "files:read"},
		{"a redirect to a foreign host", http.RedirectHandler(elsewhere.URL+"/backup.cer", http.StatusFound).ServeHTTP,
			[]string{"did not let this bot read", "Paste its text"}, ""},
		{"a redirect that keeps the method", http.RedirectHandler(elsewhere.URL+"/backup.cer", http.StatusPermanentRedirect).ServeHTTP,
			[]string{"did not let this bot read"}, ""},
		{"404", answer(404, "text/html", "<html>not found</html>"), []string{"no longer has this file", "add it again"}, ""},
		{"410", answer(410, "text/plain", ""), []string{"no longer has this file", "add it again"}, ""},
		{"500", answer(500, "text/html", "<html>oops</html>"), []string{"in time", "Send the form again"}, "could not be read"},
		{"429", answer(429, "text/plain", ""), []string{"in time", "Send the form again"}, "could not be read"},
		{"an end before all is there", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", "5000")
			rw.Write(cer)
		}, []string{"in time", "Send the form again"}, "could not be read"},
		{"more than it said it was", answer(200, "application/octet-stream", strings.Repeat("MIIB", 1<<20)),
			[]string{"larger than 64 KB"}, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := intake(t)
			w.files.Store(&c.answer)
			v := w.form()
			w.refused(v.ID, filled(map[string]any{inFile: w.bea.AddFile("backup.cer", cer)}), inFile, c.says...)
			w.keptNothing()
			if !strings.Contains(w.log.String(), c.log) || strings.Contains(w.log.String(), w.slack.BotToken()) {
				t.Errorf("the log says %s", w.log)
			}
			w.corrects(v.ID)
		})
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the foreign host was asked %d times", n)
	}

	t.Run("a workspace whose bot has no files:read", func(t *testing.T) {
		scopes := slices.DeleteFunc(slices.Clone(bot.Scopes), func(s string) bool { return s == "files:read" })
		w := newWorldOf(t, slacktest.Config{Now: inJune(), Scopes: scopes})
		w.start()
		v := w.form()
		w.refused(v.ID, filled(map[string]any{inFile: w.bea.AddFile("backup.cer", cer)}), inFile, "files:read", "Paste its text")
		w.corrects(v.ID)
	})
	t.Run("a file that was deleted before the form was sent", func(t *testing.T) {
		w := intake(t)
		v, f := w.form(), w.bea.AddFile("backup.cer", cer)
		if errs, err := w.bea.Submit(t.Context(), v.ID, map[string]any{inFile: f}); err != nil || len(errs) == 0 {
			t.Fatalf("a form without a name was sent: %v, %v", errs, err)
		}
		w.bea.DeleteFile(f)
		w.refused(v.ID, map[string]any{"App name": "payroll-backup", "Reason": "nightly backup"}, inFile, "no longer has this file",
			"add it again")
		w.keptNothing()
		w.corrects(v.ID)
	})
	t.Run("a file of another service", func(t *testing.T) {
		w := intake(t)
		v := w.form()
		w.refused(v.ID, filled(map[string]any{inFile: w.bea.AddRemoteFile("backup.cer", elsewhere.URL+"/backup.cer")}), inFile,
			"not stored in Slack", "paste its text")
		w.keptNothing()
		w.corrects(v.ID)
		if n := asked.Load(); n != 0 {
			t.Errorf("the foreign host was asked %d times", n)
		}
	})
}

// A certificate proves who one app is: not two, in whatever tenant and by
// whatever way it is given.
func TestACertificateThatAnotherAppHas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		fill   func(w *world) map[string]any
		field  string
		tenant string
	}{
		{"pasted", func(*world) map[string]any {
			return map[string]any{inPaste: string(ofOpenSSL(t, "rsa.pem"))}
		}, inPaste, "contoso"},
		{"as a file, in another form", func(w *world) map[string]any {
			return map[string]any{inFile: w.bea.AddFile("backup.cer", ofOpenSSL(t, "rsa-utf16le.pem"))}
		}, inFile, "contoso"},
		{"in another tenant", func(*world) map[string]any {
			return map[string]any{inPaste: string(ofOpenSSL(t, "rsa.pem"))}
		}, inPaste, "fabrikam"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorldOf(t, slacktest.Config{Now: inJune()})
			w.secondTenant("fabrikam")
			w.start()
			first := filled(map[string]any{inPaste: string(ofOpenSSL(t, "rsa.pem")), "Tenant": "contoso"})
			if errs, err := w.bea.Submit(t.Context(), w.form().ID, first); err != nil || len(errs) > 0 {
				t.Fatal(errs, err)
			}
			w.sees(w.ada, in(approval), "EA-1")
			v := w.form()
			second := filled(c.fill(w))
			second["App name"], second["Tenant"] = "payroll-restore", c.tenant
			w.refused(v.ID, second, c.field, "EA-1 already uses this certificate", "make a new key")
			second[inPaste], second[inFile] = string(ofOpenSSL(t, "leaf.pem")), nil
			if errs, err := w.bea.Submit(t.Context(), v.ID, second); err != nil || len(errs) > 0 {
				t.Fatalf("corrected: %q, %v", errs, err)
			}
			w.sees(w.ada, in(approval), "EA-2")
		})
	}
}

// An app that the bot has not made is seen with the approver's sign-in, and not
// before: then the certificate is not added, and the card says what to do.
func TestACertificateThatAnAppOfNobodysHas(t *testing.T) {
	t.Parallel()
	w := intake(t)
	w.byHandWith(ofOpenSSL(t, "rsa.pem"))
	w.takes(map[string]any{inFile: w.bea.AddFile("backup.cer", ofOpenSSL(t, "rsa.cer"))}, thumbprint(t, "rsa.pem"))
	w.approves("register the app", "Approve")
	card := w.sees(w.ada, in(approval), "” failed").Plain()
	for _, text := range []string{"The app “by hand”", "has the same certificate", "The certificate was not added", "Press Undo"} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	if n := len(w.app(w.appIDOf("payroll-backup")).Certificates); n != 0 {
		t.Errorf("the app has %d certificates", n)
	}
	w.approves("” failed", "Undo")
	w.sees(w.bea, w.bea.DM, "What was made was deleted again")
	if apps := w.made(); len(apps) != 1 || apps[0].DisplayName != "by hand" || len(apps[0].Certificates) != 1 {
		t.Errorf("there are %+v", apps)
	}
	w.done("EA-2", "payroll-backup", "leaf.pem")
}

// secondTenant adds a tenant of the same people.
func (w *world) secondTenant(name string) {
	const id = "7d1f0a52-0f5c-4a43-9d8e-3c6a1b2f4e70"
	tn := w.entra.AddTenant(entratest.Tenant{ID: id, Name: name, Domain: name + ".com"})
	tn.AddUser(entratest.User{UPN: "ada@" + name + ".com", Name: "Ada", Mail: "ada@contoso.com",
		Roles: []string{entratest.GlobalAdministrator}})
	client := tn.AddPublicClient(entratest.Client{Name: "entra-app bot", PublicClientFlows: true, Scopes: []string{"User.Read"}})
	second := w.cfg.Tenants[0]
	second.Name, second.ID, second.ClientID = name, id, client.AppID
	second.Approvers = []workflow.Approver{{Slack: "U0ADA00001", Entra: "ada@" + name + ".com"}}
	w.cfg.Tenants = append(w.cfg.Tenants, second)
}
