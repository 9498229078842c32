package bot

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

// The case “app name `vb365.contoso.com` in a command, delivered as
// <http://vb365.contoso.com|vb365.contoso.com>”: the app is found.
func TestAnAppWhoseNameLooksLikeAHostIsFoundInEveryCommand(t *testing.T) {
	const delivered = "<http://vb365.contoso.com|vb365.contoso.com>"
	w := newWorld(t)
	made := w.request(t, "vb365.contoso.com", "backup", inState(workflow.StateDone))
	for _, quoted := range []string{delivered, "“" + delivered + "”", "`" + delivered + "`"} {
		if got := w.says("status " + strings.Trim(quoted, "`")); !strings.Contains(got, made.ID) {
			t.Errorf("status %s: %s", quoted, got)
		}
		for _, verb := range []string{"renew", "retire", "update"} {
			w.bot.Wait()
			before := len(w.of("views.open"))
			if got := w.says(verb + " " + quoted); got != "null" {
				t.Errorf("%s %s is answered with %s", verb, quoted, got)
			}
			w.bot.Wait()
			opened := w.of("views.open")
			if len(opened) != before+1 || !strings.Contains(opened[before].Encode(), made.ID) {
				t.Errorf("%s %s opens %d forms", verb, quoted, len(opened)-before)
			}
		}
		if got := w.says("check " + quoted); !strings.Contains(got, made.ID) && !strings.Contains(got, "backup server") {
			t.Errorf("check %s: %s", quoted, got)
		}
		if got := w.says("recreate " + quoted); strings.Contains(got, "was registered or adopted here") || strings.Contains(got, "http") {
			t.Errorf("recreate %s: %s", quoted, got)
		}
	}
	for _, verb := range []string{"renew", "retire", "recreate", "check"} {
		if got := w.says(verb + " <http://other.contoso.com|other.contoso.com>"); !strings.Contains(got, "other.contoso.com") ||
			strings.Contains(got, "http") {
			t.Errorf("%s of an app that is not there: %s", verb, got)
		}
	}
	if got := w.says(delivered); !strings.Contains(got, "no command “vb365.contoso.com”") {
		t.Errorf("a host instead of a command: %s", got)
	}
	if got := w.says("request " + delivered); !strings.Contains(got, "no product “vb365.contoso.com”") {
		t.Errorf("a host instead of a product: %s", got)
	}
}

func TestWhatSlackMakesOfACommandsTextIsReadAsItWasTyped(t *testing.T) {
	for delivered, want := range map[string]string{
		"renew <http://vb365.contoso.com|vb365.contoso.com> now": "renew vb365.contoso.com now",
		"<https://portal.contoso.com:4443/?a&amp;b>":             "https://portal.contoso.com:4443/?a&b",
		"<mailto:bea@contoso.com|bea@contoso.com>":               "bea@contoso.com",
		"<mailto:bea@contoso.com>":                               "bea@contoso.com",
		"<@U0BEA|bea> <@U0BEA>":                                  "@bea @U0BEA",
		"<#C0TEAM|backup-team> <#G0SECRET|>":                     "#backup-team #G0SECRET",
		"<!here> <!subteam^S1|@admins> <!channel|channel>":       "@here @admins @channel",
		"R&amp;D &lt;backup&gt; &amp;lt;":                        "R&D <backup> &lt;",
		"&lt;http://a.com|b&gt;":                                 "<http://a.com|b>",
		"a < b":                                                  "a < b",
	} {
		if got := asTyped(delivered); got != want {
			t.Errorf("%s was typed as %s, want %s", delivered, got, want)
		}
	}
}
