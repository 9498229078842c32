package serve

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// whenValid is when the certificates of the cases are: they end in September 2027.
var whenValid = time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)

// The certificates of the cases, 30-ec256.cer, 42-leaf-and-negative-root.pem and
// 44-leaf-and-brainpool-root.pem, each added as a file and, where it is text, pasted: what
// Entra takes for signing in is decided by the leaf, whatever stands beside it.
// services.md, section 3.
func TestTheLeafDecidesWhatBecomesOfACertificate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, refused string }{
		{"30-ec256.cer", "elliptic curve"},
		{"42-leaf-and-negative-root.pem", ""},
		{"44-leaf-and-brainpool-root.pem", ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile("testdata/certificates/" + c.file)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			w := newWorldOf(t, slacktest.Config{Now: func() time.Time { return whenValid.Add(time.Since(began)) }})
			w.start()
			v := w.form()
			field := map[bool]string{true: "Certificate", false: "Certificate file"}[strings.Contains(string(content), "BEGIN")]
			for _, under := range []string{"Certificate file", field} {
				fill := map[string]any{"App name": "backup", "Reason": "nightly", "Certificate": nil, "Certificate file": nil}
				if fill[under] = string(content); under == "Certificate file" {
					fill[under] = w.bea.AddFile(c.file, content)
				}
				errs, err := w.bea.Submit(t.Context(), v.ID, fill)
				if err != nil {
					t.Fatal(err)
				}
				if c.refused != "" {
					if !strings.Contains(errs[under], c.refused) {
						t.Errorf("under %s: %q", under, errs)
					}
					continue
				}
				if len(errs) > 0 {
					t.Fatalf("under %s: %q", under, errs)
				}
				w.approves("register the app backup", "Approve")
				w.sees(w.ada, in(approval), "EA-1: backup · Done")
				if apps := w.made(); len(apps) != 1 || len(apps[0].Certificates) != 1 {
					t.Errorf("the app has %+v", apps)
				}
				return
			}
		})
	}
}
