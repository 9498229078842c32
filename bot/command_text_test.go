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

func TestCommandsAsPeopleTypeThem(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll-backup", "x", nil)
	for typed, want := range map[string]string{
		"":                       "What /entra-app can do",
		"help":                   "What /entra-app can do",
		"stauts":                 "Did you mean “status”?",
		"requst vbo365":          "Did you mean “request”?",
		"request vbo36":          "Did you mean “vbo365”?",
		"audit":                  "Which request?",
		"audit EA-99":            "There is no EA-99",
		"renew payroll":          "No app called payroll was registered or adopted here",
		"retire":                 "Which app?",
		"apps":                   "have no apps yet",
		"  STATUS   ea-1 ":       "payroll-backup",
		"status 1":               "payroll-backup",
		"status EA-99":           "There is no EA-99",
		"status “payroll”":       "payroll-backup",
		"status ROLL":            "payroll-backup",
		"status <@UBEA|bea>":     "payroll-backup",
		"status <#CTEAM|team>":   "payroll-backup",
		"status <#C999|>":        "No request matches",
		"status pending":         "payroll-backup",
		"status all":             "payroll-backup",
		"status":                 "1 request, newest first.",
		"status nothing of that": "No request matches",
		"cancel":                 "Which request?",
		"cancel EA-99":           "There is no EA-99",
		"cancel " + r.ID:         "is cancelled",
	} {
		if typed == "cancel "+r.ID {
			continue // last, below
		}
		if got := w.says(typed); !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %q", typed, got, want)
		}
	}
	if got := w.says("cancel " + r.ID); !strings.Contains(got, "is cancelled") {
		t.Errorf("cancel: %s", got)
	}
	if got := w.says("request"); got != "null" {
		t.Errorf("request is acknowledged with %s", got)
	}
	w.bot.Wait()
	if n := len(w.of("views.open")); n != 1 {
		t.Errorf("%d views were opened", n)
	}
}

func TestQuotesAroundANameAreNoPartOfIt(t *testing.T) {
	for text, want := range map[string][2]string{
		"renew “payroll backup”": {"renew", "payroll backup"},
		`status a "q" b`:         {"status", `a "q" b`},
		`"status"`:               {"status", ""},
		"„retire old app“":       {"retire", "old app"},
		`renew "`:                {"renew", `"`},
		"Help":                   {"help", ""},
		// services.md section 5: names hold double and trailing spaces, and joiners.
		"update two  spaces":         {"update", "two  spaces"},
		"update “at the end ”":       {"update", "at the end "},
		"update\u00a0نرم\u200cافزار": {"update", "نرم\u200cافزار"},
	} {
		if verb, rest := split(text); verb != want[0] || rest != want[1] {
			t.Errorf("%s is %q and %q", text, verb, rest)
		}
	}
}
