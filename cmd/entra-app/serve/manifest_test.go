package serve

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf16"
)

const (
	inText     = "Manifest"
	inManifest = "Manifest file"
)

// custom opens the form for an app whose permissions are the requester's choice.
func (w *world) custom() string {
	w.t.Helper()
	if _, err := w.bea.Slash(w.t.Context(), team, "/entra-app request custom"); err != nil {
		w.t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	return w.bea.Views()[0].ID
}

// named is a form that is right but for the manifest.
func named(fields map[string]any) map[string]any {
	all := map[string]any{"App name": "payroll-mail", "Reason": "nightly backup", inText: nil, inManifest: nil}
	for name, v := range fields {
		all[name] = v
	}
	return all
}

// inUTF16 is what Windows PowerShell's > makes of a text.
func inUTF16(order binary.AppendByteOrder, text string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// The same app as the portal shows it today, and as it did before.
const (
	ofGraph = `{"displayName":"x","signInAudience":"AzureADMyOrg","web":{"redirectUris":["https://backup.contoso.com/callback"]},` +
		`"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"810c84a8-4a9e-49e6-bf7d-12d183f40d01","type":"Role"}]}]`
	ofAAD = `{"name":"x","signInAudience":"AzureADMyOrg","replyUrlsWithType":[{"url":"https://backup.contoso.com/callback","type":"Web"}],` +
		`"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"810c84a8-4a9e-49e6-bf7d-12d183f40d01","type":"Role"}]}]`
)

func TestEveryFormOfAManifestIsTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what    string
		content []byte
		name    string // of a file; empty is pasted
	}{
		{"Graph's format, pasted", []byte(ofGraph + "}"), ""},
		{"Graph's format", []byte(ofGraph + "}"), "app.json"},
		{"the old format, pasted", []byte(ofAAD + "}"), ""},
		{"the old format", []byte(ofAAD + "}"), "app.json"},
		{"with a BOM and the lines of Windows", []byte("\ufeff" + strings.ReplaceAll(ofGraph, ",", ",\r\n") + "}\r\n"), "app.txt"},
		{"in UTF-16", inUTF16(binary.LittleEndian, ofGraph+"}\r\n"), "app.json"},
		{"in UTF-16, big end first", inUTF16(binary.BigEndian, ofAAD+"}\n"), "app.json"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := intake(t)
			fill := map[string]any{inText: string(c.content)}
			if c.name != "" {
				fill = map[string]any{inManifest: w.bea.AddFile(c.name, c.content)}
			}
			w.becomesAPlan(w.custom(), fill)
		})
	}
}

// becomesAPlan sends the form and makes sure of the card of the first request.
func (w *world) becomesAPlan(view string, fields map[string]any) {
	w.t.Helper()
	errs, err := w.bea.Submit(w.t.Context(), view, named(fields))
	if err == nil && len(errs) == 0 && len(w.bea.Views()) == 1 { // what is lost was told: it is sent again
		errs, err = w.bea.Submit(w.t.Context(), view, nil)
	}
	if err != nil || len(errs) > 0 {
		w.t.Fatalf("refused: %q, %v", errs, err)
	}
	card := w.sees(w.ada, in(approval), "register the app payroll-mail?").Plain()
	for _, text := range []string{"EA-1", "Mail.Read", "https://backup.contoso.com/callback"} {
		if !strings.Contains(card, text) {
			w.t.Errorf("the card does not say %q: %s", text, card)
		}
	}
}

// A manifest may have been exported with what makes an app work. None of that is
// kept, and the people who decide are told that it was there.
func TestSecretsInAManifestAreNamedAndNotKept(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte { return ofOpenSSL(t, name) }
	in64 := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	secret := []byte("q8Q~0fK3mZ7pXw2vT5yB9nR4cL6hJ1dS8gA3eU0i")
	for _, c := range []struct {
		what, format, part, told string
		given                    []byte
	}{
		{"a secret", ofGraph, `"passwordCredentials":[{"displayName":"prod","secretText":"` + string(secret) + `"}]`,
			"passwordCredentials: a secret cannot be copied, and this text contains one: remove that secret", secret},
		{"a secret in the old format", ofAAD, `"passwordCredentials":[{"value":"` + string(secret) + `"}]`,
			"passwordCredentials: a secret cannot be copied, and this text contains one", secret},
		{"a symmetric key", ofGraph, `"keyCredentials":[{"type":"Symmetric","usage":"Verify","key":"` + in64(secret) + `"}]`,
			"keyCredentials[0]: it holds a secret", []byte(in64(secret))},
		{"a symmetric key in the old format", ofAAD, `"keyCredentials":[{"type":"Symmetric","usage":"Sign","value":"` + in64(secret) +
			`"}]`, "keyCredentials[0]: it holds a private key", []byte(in64(secret))},
		{"a key that signs", ofGraph, `"keyCredentials":[{"type":"X509CertAndPassword","usage":"Sign","key":"` +
			in64(read("pfx-modern.pfx")) + `"}]`, "keyCredentials[0]: it holds a private key", read("pfx-modern.pfx")},
		{"a PFX that is said to verify", ofGraph, `"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"` +
			in64(read("pfx-open.pfx")) + `"}]`, "keyCredentials[0]: it contains a private key", read("pfx-open.pfx")},
		{"a private key that is said to verify", ofAAD, `"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","value":"` +
			in64(read("private-rsa-pkcs8.der")) + `"}]`, "keyCredentials[0]: it contains a private key", read("private-rsa-pkcs8.der")},
		{"a key behind much that is left out", ofGraph, `"appRoles":[{"displayName":"` + strings.Repeat("x", 2000) + `"}],` + many(60) +
			`"passwordCredentials":[{"secretText":"` + string(secret) + `"}]`, "passwordCredentials: a secret cannot be copied, and",
			secret},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := intake(t)
			content := []byte(c.format + "," + c.part + "}")
			if !json.Valid(content) {
				t.Fatalf("no JSON: %s", content)
			}
			w.becomesAPlan(w.custom(), map[string]any{inManifest: w.bea.AddFile("app.json", content)})
			w.until("it is told", func() bool {
				for _, m := range w.ada.Messages(approval) {
					if strings.Contains(m.Plain(), c.told) {
						return true
					}
				}
				return false
			})
			w.saidNothing(c.given)
		})
	}
}

// many are properties that are not carried over.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"not carried over ` + strings.Repeat("y", 40) + string(rune('0'+i/10)) + string(rune('0'+i%10)) + `":1,`)
	}
	return b.String()
}

func TestEveryRefusalOfAManifest(t *testing.T) {
	t.Parallel()
	text := func(s string) []byte { return []byte(s) }
	key := ofOpenSSL(t, "private-rsa-pkcs8.pem")
	for _, c := range []struct {
		what    string
		content []byte
		name    string
		says    []string
	}{
		{"a value too many", text(ofGraph + `,"displayName" "y"}`), "app.json", []string{"not JSON: line 1", "Copy the manifest again"}},
		{"an end that is missing", text(ofGraph), "", []string{"The end of this is missing", "from the first { to the last }"}},
		{"a list", text("[" + ofGraph + "}," + ofGraph + "}]"), "app.json", []string{"This is a list", "what is between { and }"}},
		{"a page of the web", text("<!DOCTYPE html><html></html>"), "app.txt", []string{"not a manifest"}},
		{"other JSON", text(`{"a":1}`), "app.json", []string{"nothing in it belongs", "App registrations"}},
		{"an empty file", []byte{}, "app.json", []string{"There is nothing here", "Paste the manifest"}},
		{"a file of blanks", inUTF16(binary.LittleEndian, " \r\n"), "app.json", []string{"There is nothing here"}},
		{"half of UTF-16", inUTF16(binary.LittleEndian, ofGraph+"}")[:301], "app.json", []string{"not text in UTF-8", "-Encoding utf8"}},
		{"a key twice", text(ofGraph + `,"displayName":"y"}`), "", []string{"displayName is there twice", "Keep one"}},
		{"a private key", key, "", []string{"private key", "create a new key pair"}},
		{"personal accounts", text(strings.Replace(ofGraph, "AzureADMyOrg", "PersonalMicrosoftAccount", 1) + "}"), "app.json",
			[]string{"personal Microsoft accounts"}},
		{"a redirect URI that Entra does not take", text(strings.Replace(ofGraph, "https://backup", "http://backup", 1) + "}"),
			"app.json", []string{"has to begin with https://"}},
		{"5 MB", bytes.Repeat([]byte("    \n"), 1<<20), "app.json", []string{"larger than 256 KB", "paste its text"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := intake(t)
			v := w.custom()
			field, fill := inText, map[string]any{inText: string(c.content)}
			if c.name != "" {
				field, fill = inManifest, map[string]any{inManifest: w.bea.AddFile(c.name, c.content)}
			}
			w.refused(v, named(fill), field, c.says...)
			w.keptNothing(key)
			w.becomesAPlan(v, map[string]any{inText: ofGraph + "}"})
		})
	}
	t.Run("text and file", func(t *testing.T) {
		w := intake(t)
		v := w.custom()
		w.refused(v, named(map[string]any{inText: ofGraph + "}", inManifest: w.bea.AddFile("app.json", text(ofAAD+"}"))}), inManifest,
			"one manifest", "Remove the file, or the text")
		w.keptNothing()
		w.becomesAPlan(v, map[string]any{inText: ofGraph + "}"})
	})
	t.Run("permissions and a manifest", func(t *testing.T) {
		w := intake(t)
		v := w.custom()
		w.refused(v, named(map[string]any{"Permissions": []string{"graph:Application:User.Read.All"},
			inManifest: w.bea.AddFile("app.json", text(ofGraph+"}"))}), inManifest, "not both")
		w.becomesAPlan(v, map[string]any{"Permissions": []string{}, inText: ofGraph + "}"})
	})
}
