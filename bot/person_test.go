package bot

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

func TestPeopleAreLookedUpOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if p, err := w.bot.person(context.Background(), "UADA"); err != nil || p.ID != "UADA" {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
	wg.Wait()
	if n := len(w.of("users.info")); n != 1 {
		t.Errorf("Slack was asked %d times", n)
	}
}

func TestGuestsSeeNothing(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll-secretproject", "x", nil)
	w.answers["users.info"] = `{"ok":true,"user":{"id":"UGUEST","team_id":"T1","is_restricted":true}}`
	for _, typed := range []string{"status all", "status " + r.ID} {
		if got := w.says(typed); strings.Contains(got, "secretproject") || !strings.Contains(got, "guests") {
			t.Errorf("%s: %s", typed, got)
		}
	}
	w.press("UGUEST", actDetails, buttonValue(r))
	w.press("UGUEST", "page:older", `{}`)
	for _, c := range w.of("views.open") {
		t.Errorf("a guest was shown %s", c)
	}
	for _, c := range w.of("response") {
		if strings.Contains(c.Encode(), "secretproject") {
			t.Errorf("a guest was told %s", c)
		}
	}
}

func TestGuestsStrangersAndUnknownPeopleAreRefused(t *testing.T) {
	for name, user := range map[string]string{
		"a guest":            `{"ok":true,"user":{"id":"UBEA","team_id":"T1","is_restricted":true}}`,
		"a deactivated one":  `{"ok":true,"user":{"id":"UBEA","team_id":"T1","deleted":true}}`,
		"a stranger":         `{"ok":true,"user":{"id":"UBEA","team_id":"T2"}}`,
		"nobody Slack knows": `{"ok":false,"error":"user_not_found"}`,
	} {
		w := newWorld(t)
		w.answers["users.info"] = user
		if reply := w.submission(requestForm, `{"p":"vbo365"}`, "V1", filled("payroll")); reply == nil {
			t.Errorf("%s may ask", name)
		}
		if all, _ := w.desk.List(context.Background(), workflow.Query{}); len(all) != 0 {
			t.Errorf("%s asked for %v", name, all)
		}
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
		r.Requester.Confirmed, r.Known = want, identity.Known{} // as of one from before
		_, blocks := w.bot.card(r)
		if says := strings.Contains(asText(t, blocks), "ever confirmed") ||
			strings.Contains(asText(t, blocks), "never confirmed"); says != (want != people.EmailProved) {
			t.Errorf("%q: the card says so: %v", said, says)
		}
	}
}
