package serve

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// odd is an application that Bea owns, with an odd value in every property that Graph's
// description knows, and in some that it doesn't know.
func (w *world) odd() entratest.Application {
	w.t.Helper()
	description, err := os.ReadFile("../../../graphops/entratest/testdata/graph-openapi.json")
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := entratest.OddApplication(description)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := w.tenant.Seed(raw, "bea@contoso.com")
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// differs makes sure that nothing differs but what a plan says, and returns the app as it is.
func (w *world) differs(what string, before []byte, appID string, want ...string) []byte {
	w.t.Helper()
	now := w.tenant.Raw(appID)
	got, err := entratest.Differences(before, now)
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		w.t.Errorf("%s: there differ\n  %s\nand should\n  %s (%v)", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "), err)
	}
	return now
}

// services.md, sections 3 and 5: what belongs to others goes back as it came, in every
// kind of request; and a name is looked up as it is, with its joiners, its two spaces
// and the one at its end.
func TestAnOddApplicationKeepsAllOfItThroughItsLife(t *testing.T) {
	for _, replace := range []bool{false, true} {
		t.Run(map[bool]string{false: "complex properties merged", true: "complex properties replaced"}[replace], func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.tenant.Change(func(k *entratest.Knobs) { k.ReplaceComplex = replace })
			w.start()
			odd := w.odd()
			was := w.tenant.Raw(odd.AppID)
			const shown = "odd legacy"

			w.sends("vb365-backup", [][2]string{{"Application", "An existing one"}},
				map[string]any{"App name": odd.DisplayName, "Reason": "backup", "Certificate": selfSigned(t)})
			w.approves("look at the app", "Approve")
			w.approves("add to the existing app "+shown, "Approve")
			w.sees(w.ada, in(approval), "EA-1: "+shown+" · Done")
			now := w.differs("adopted", was, odd.AppID, ".keyCredentials[+]", ".requiredResourceAccess[+]", ".requiredResourceAccess[+]",
				".requiredResourceAccess[+]")

			w.renews("EA-2", shown, map[string]any{"Reason": "it ends soon", "Certificate": selfSigned(t)})
			now = w.differs("renewed", now, odd.AppID, ".keyCredentials[+]", ".keyCredentials[-]")

			w.types("update "+shown, map[string]any{"Reason": "it has moved",
				"Redirect URIs": strings.Join(append(slices.Clone(odd.Web), "https://new.contoso.com/cb"), "\n")})
			w.approves("update the app "+shown, "Approve")
			w.sees(w.ada, in(approval), "EA-3: "+shown+" · Done")
			now = w.differs("updated", now, odd.AppID, ".web.redirectUriSettings[+]", ".web.redirectUris[+]")

			w.types("retire "+shown, map[string]any{"Reason": "no longer needed"})
			w.approves("delete the app "+shown, "Approve")
			w.sees(w.ada, in(approval), "EA-4: "+shown+" · Done")
			w.types("recreate "+shown, map[string]any{"Reason": "it was needed", "Certificate": selfSigned(t)})
			w.approves("recreate the app "+shown, "Approve")
			w.sees(w.ada, in(approval), "EA-5: "+shown+" · Done")
			w.differs("retired and restored", now, odd.AppID, ".keyCredentials[+]", ".keyCredentials[-]", ".keyCredentials[-]",
				".passwordCredentials[-]")
		})
	}
}

func TestAnOddApplicationIsAsItWasAfterAnUndo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	odd := w.odd()
	was := w.tenant.Raw(odd.AppID)
	w.entra.Fail("addPassword", entratest.Before, 403, 1)
	w.sends("vbo365", [][2]string{{"Application", "An existing one"}}, map[string]any{"App name": odd.DisplayName, "Reason": "backup"})
	w.approves("look at the app", "Approve")
	w.approves("add to the existing app", "Approve")
	w.sees(w.ada, in(approval), "” failed")
	w.approves("” failed", "Undo")
	w.sees(w.ada, in(approval), "odd legacy · Undone")
	w.differs("undone", was, odd.AppID)
}
