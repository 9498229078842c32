package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow/form"
)

// What is not shown in the review is not promised elsewhere: there is no request yet.
func TestAReviewSaysHowMuchOfTheLossesItDoesNotShow(t *testing.T) {
	w := newWorld(t)
	i := &form.Imported{}
	for n := range reviewLines + 7 {
		i.Ignored = append(i.Ignored, fmt.Sprintf("tags[%d]: this bot does not set it", n))
	}
	p := w.bot.desk.Products()[0]
	v, err := json.Marshal(w.bot.say().review(p, p.Choice(), meta{}, form.Draft{Imported: i}))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	if s := string(v); !strings.Contains(s, "and 7 more, which don't fit here") || strings.Contains(s, "request's Details") {
		t.Errorf("the review is %s", s)
	}
}

// The issuer and audience of an API's tokens are nothing that may change unsaid.
func TestAnotherVersionOfAccessTokensIsAskedAboutBeforeARequestIsSent(t *testing.T) {
	for version, lost := range map[string]int{"1": 1, "null": 1, "2": 0} {
		var d form.Draft
		text := `{"displayName":"a","api":{"requestedAccessTokenVersion":` + version +
			`,"oauth2PermissionScopes":[{"value":"s","adminConsentDisplayName":"S","adminConsentDescription":"S"}]}}`
		if err := imported(&d, []byte(text), form.FieldManifest, ""); err != nil || d.Imported.Lost != lost {
			t.Errorf("%s: %d lost of %q, %v; want %d", version, d.Imported.Lost, d.Imported.Ignored, err, lost)
		}
	}
}
