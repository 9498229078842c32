package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/catalog"
)

func TestEveryPermissionHasAnOptionThatNoOtherReadsLike(t *testing.T) {
	seen := map[string]string{}
	for _, p := range catalog.All() {
		o := permissionOption(p)
		text := o.Text.Text
		if n := utf8.RuneCountInString(text); n > 75 || strings.HasSuffix(text, "…") {
			t.Errorf("%q has %d characters", text, n)
		}
		if other, twice := seen[text]; twice && other != o.Value {
			t.Errorf("%s and %s both read %q", other, o.Value, text)
		}
		seen[text] = o.Value
		if graph := p.ResourceAppID == catalog.MicrosoftGraph; strings.HasSuffix(text, p.Resource) == graph {
			t.Errorf("%s reads %q", o.Value, text)
		}
	}
}

func TestWhatIsTypedFindsMicrosoftGraphFirst(t *testing.T) {
	for _, typed := range []string{"mail.read", "User.Read"} {
		found, ok := suggestions(typed).(slack.OptionsResponse)
		if !ok || len(found.Options) < 2 {
			t.Fatalf("%s finds %v", typed, found)
		}
		first := found.Options[0]
		if name, _, _ := strings.Cut(first.Text.Text, " · "); !strings.EqualFold(name, typed) || !strings.HasPrefix(first.Value, "graph:") {
			t.Errorf("%s finds %s first: %s", typed, first.Value, first.Text.Text)
		}
	}
}
