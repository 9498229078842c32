package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Services, section 6: posting to a deactivated person can even succeed, so `deleted` is
// looked at first.
func TestNothingIsSentToWhoeverIsGone(t *testing.T) {
	for name, gone := range map[string]string{"deactivated": deactivated, "unknown to Slack": `{"ok":false,"error":"user_not_found"}`,
		"not visible any more": `{"ok":false,"error":"user_not_visible"}`} {
		w := newWorld(t)
		r := w.request(t, "payroll", "backup", inState(workflow.StateReady))
		r.Approval.By.ID = "UBEA"
		w.answers["users.info"] = gone
		for _, name := range []workflow.PostName{workflow.PostFollow, "outcome:1", "signin:1", "expiry:1:UBEA"} {
			for _, at := range []workflow.Post{{}, {Channel: "DUBEA", TS: "4.4"}, {Begun: time.Now()}} {
				if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: name, Post: at}); ts != "none" || err != nil {
					t.Errorf("%s at %+v: %q, %v", name, at, ts, err)
				}
			}
		}
		for _, method := range []string{"chat.postMessage", "chat.update", "conversations.open"} {
			if n := len(w.of(method)); n > 0 {
				t.Errorf("%s: %d of %s", name, n, method)
			}
		}
		if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: workflow.PostCard}); ts == "none" || err != nil {
			t.Errorf("%s: the card is at %q, %v", name, ts, err)
		}
	}
}

func TestWhereSlackIsBusyAMessageWaits(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", nil)
	w.answers["users.info"] = `{"ok":false,"error":"internal_error"}`
	_, _, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: workflow.PostFollow})
	if _, later := err.(workflow.Temporary); !later || len(w.of("chat.postMessage")) > 0 {
		t.Errorf("drawn all the same: %v", err)
	}
}

func TestWhyNobodyCanBeGivenAnything(t *testing.T) {
	for answer, want := range map[string]string{
		deactivated: "deactivated", `{"ok":false,"error":"user_not_found"}`: "no such account",
		strings.Replace(deactivated, `"deleted":true`, `"is_restricted":true`, 1):       "guests",
		strings.Replace(deactivated, `"team_id":"T1"`, `"team_id":"T2"`, 1):             "deactivated",
		strings.Replace(deactivated, `"T1","name":"bea"`, `"T2","is_stranger":true`, 1): "deactivated",
		strings.Replace(deactivated, `"deleted":true`, `"deleted":false`, 1):            "",
	} {
		w := newWorld(t)
		w.answers["users.info"] = answer
		if why, err := w.bot.Away(t.Context(), "UBEA"); err != nil || (why == "") != (want == "") || !strings.Contains(why, want) {
			t.Errorf("%s: %q, %v", answer, why, err)
		}
	}
	w := newWorld(t)
	w.bot.person(t.Context(), "UBEA")
	w.answers["users.info"] = deactivated
	if why, err := w.bot.Away(t.Context(), "UBEA"); why == "" || err != nil {
		t.Errorf("who left a minute ago: %q, %v", why, err)
	}
	w.answers["users.info"] = `{"ok":false,"error":"missing_scope"}`
	w.bot.people.known = nil
	if why, err := w.bot.Away(t.Context(), "UBEA"); err == nil {
		t.Errorf("where Slack does not say: %q", why)
	}
}

func TestTheCardSaysThatTheRequesterIsGone(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", inState(workflow.StatePending))
	r.Away = "this account is deactivated"
	_, blocks := w.bot.card(r)
	if text := asText(t, blocks); !strings.Contains(text, "Bea is gone: this account is deactivated.") ||
		!strings.Contains(text, "can't be approved") {
		t.Errorf("the card says %s", text)
	}
}

// Services, section 6: is_email_confirmed.
func TestWhetherAnAddressWasConfirmedIsWhatSlackSays(t *testing.T) {
	for said, want := range map[string]people.EmailConfirmed{`"is_email_confirmed":true,`: people.EmailProved,
		`"is_email_confirmed":false,`: people.EmailUnproved, ``: people.EmailNothingSaid} {
		w := newWorld(t)
		w.answers["users.info"] =
			fmt.Sprintf(`{"ok":true,"user":{"id":"UBEA",%s"team_id":"T1","name":"bea","profile":{"email":"bea@contoso.com"}}}`, said)
		if p, err := w.bot.person(t.Context(), "UBEA"); err != nil || p.Confirmed != want || p.Email != "bea@contoso.com" {
			t.Errorf("%q: %+v, %v", said, p, err)
		}
		r := w.request(t, "payroll", "backup", nil)
		r.Requester.Confirmed = want
		_, blocks := w.bot.card(r)
		if says := strings.Contains(asText(t, blocks), "ever confirmed") ||
			strings.Contains(asText(t, blocks), "never confirmed"); says != (want != people.EmailProved) {
			t.Errorf("%q: the card says so: %v", said, says)
		}
	}
}

// services.md, section 1: a first sign-in with a good credential may fail for minutes.
func TestWhoeverHasANewCredentialOfTheirOwnIsToldOfTheFirstSignIn(t *testing.T) {
	for _, kind := range []plan.CredentialKind{plan.CredentialCertificate, plan.CredentialFederated} {
		w := newWorld(t)
		r := w.request(t, "payroll", "backup", inState(workflow.StateDone))
		r.Handover = workflow.Handover{}
		r.Plan.Credential.Kind = kind
		_, blocks := w.bot.outcome(r)
		if text := asText(t, blocks); !strings.Contains(text, firstSignIn) {
			t.Errorf("%s: %s", kind, text)
		}
		r.Kind, r.Previous = workflow.KindUpdate, r.Plan
		if _, blocks = w.bot.outcome(r); strings.Contains(asText(t, blocks), firstSignIn) {
			t.Errorf("%s: an update has no new credential", kind)
		}
	}
}
