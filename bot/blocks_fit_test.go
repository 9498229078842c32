package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// viewOf is the view in a call of views.open or views.update.
func viewOf(t *testing.T, args url.Values) string {
	t.Helper()
	if v := args.Get("view"); v != "" {
		return v
	}
	var call struct{ View json.RawMessage }
	if err := json.Unmarshal([]byte(args.Get("json")), &call); err != nil {
		t.Fatal(err)
	}
	return string(call.View)
}

// turned presses the button that leads to the next page of a view, and returns the
// page; "" where there is none.
func (w *world) turned(t *testing.T, view, callback string) string {
	t.Helper()
	next := regexp.MustCompile(`"text":"Next page"[^}]*\},"action_id":"([^"]+)","value":"([^"]+)"`).FindStringSubmatch(view)
	if next == nil {
		return ""
	}
	before := len(w.of("views.update"))
	payload, _ := json.Marshal(map[string]any{
		"type": "block_actions", "user": map[string]string{"id": "UADA", "team_id": "T1"}, "trigger_id": "1.2.3",
		"view":    map[string]string{"id": "V1", "callback_id": callback},
		"actions": []any{map[string]string{"type": "button", "action_id": next[1], "value": next[2]}},
	})
	w.bot.Dispatch(context.Background(), Envelope{InteractionKind, payload})
	w.bot.Wait()
	updates := w.of("views.update")
	if len(updates) != before+1 {
		t.Fatalf("a press on Next page changes %d views", len(updates)-before)
	}
	return viewOf(t, updates[before])
}

// detailsOf is all pages of a request's Details, each of which is what Slack takes.
func (w *world) detailsOf(t *testing.T, r *workflow.Request) string {
	t.Helper()
	if _, err := w.kept.Update(context.Background(), r.ID, func(kept *workflow.Request) error {
		kept.Plan, kept.Previous, kept.Kind, kept.State, kept.History, kept.Steps, kept.Residue.Azure = r.Plan, r.Previous, r.Kind,
			r.State, r.History, r.Steps, r.Residue.Azure
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	before := len(w.of("views.open"))
	w.press("UADA", actDetails, buttonValue(r))
	opened := w.of("views.open")
	if len(opened) != before+1 {
		t.Fatalf("Details opens %d views", len(opened)-before)
	}
	all := ""
	for page := viewOf(t, opened[before]); page != ""; page = w.turned(t, page, detailsView) {
		var v struct{ Blocks json.RawMessage }
		json.Unmarshal([]byte(page), &v)
		within(t, "Details", v.Blocks)
		for _, m := range slacktest.ValidateView([]byte(page), false) {
			t.Errorf("Details: %s", m)
		}
		if len(page) > 250<<10 {
			t.Errorf("a page of Details has %d bytes", len(page))
		}
		all += page
	}
	return all
}

// wide is a name of so many characters, which are of several bytes each.
func wide(n int) string { return string([]rune(strings.Repeat("名前é👩‍💻", n/6+1))[:n]) }

// enormous is a plan with the most of everything, and more than may be asked for: an app
// that was adopted can have it.
func enormous() plan.Plan {
	p := plan.Plan{TenantID: "72aa0d83-624a-4ebf-a683-1b9b45548610", AppName: wide(form.AppNameMax), Audience: "AzureADMyOrg",
		Credential: plan.Credential{Kind: plan.CredentialFederated,
			Federated: plan.FederatedIssuer{Issuer: "https://" + wide(580), Subject: wide(600), Audience: wide(600)}}}
	for i, q := range catalog.All() {
		if i == 400 {
			break
		}
		known, _ := plan.Known(q.ResourceAppID, q.Type, q.Name)
		known.Resource, known.Why = fmt.Sprintf("Resource %d of %s", i%50, wide(60)), wide(200)+"."
		p.Permissions = append(p.Permissions, known)
	}
	for i := range form.RedirectsMax {
		uri := fmt.Sprintf("https://host%d.contoso.com/", i)
		uri += wide(form.RedirectMax - len(uri))
		p.RedirectURIs, p.SPARedirectURIs, p.PublicRedirectURIs = append(p.RedirectURIs, uri), append(p.SPARedirectURIs, uri),
			append(p.PublicRedirectURIs, uri)
		p.Scopes = append(p.Scopes, plan.Scope{Name: fmt.Sprintf("scope%d:%s", i, strings.Repeat("s", 100)), Title: wide(100),
			Words: wide(850), PreAuthorized: []string{p.TenantID, p.TenantID}})
		p.Subscriptions = append(p.Subscriptions, fmt.Sprintf("%08d-0000-0000-0000-000000000000", i))
		p.Owners = append(p.Owners, people.Person{ID: fmt.Sprintf("UOWNER%05d", i), Name: wide(80)})
	}
	for i := range 10 {
		p.Workloads = append(p.Workloads, wide(75))
		p.DirectoryRoles = append(p.DirectoryRoles, plan.DirectoryRole{TemplateID: fmt.Sprint(i), Name: wide(60), Why: wide(300)})
		role := plan.AzureRole{Name: wide(60), Why: wide(300)}
		for j := range 300 {
			role.Actions = append(role.Actions, fmt.Sprintf("Microsoft.Role%d/things/number%d/read", i, j))
		}
		p.AzureRoles = append(p.AzureRoles, role)
	}
	return p
}

// Services, section 6: a whole message has a limit of about 11,000 to 13,000 characters,
// msg_blocks_too_long.
func TestEveryMessageOfTheLargestRequestsIsOneThatSlackTakes(t *testing.T) {
	prompt := &workflow.Prompt{Code: seal.New("ABCD1234E"), URL: "https://microsoft.com/devicelogin",
		Expires: time.Unix(1790000000, 0)}
	sentence := "This is what happened, in words that are long enough to be cut. "
	for _, kind := range []workflow.Kind{workflow.KindRegister, workflow.KindUpdate, workflow.KindAdopt, workflow.KindRenew,
		workflow.KindRetire, workflow.KindRecreate} {
		w := newWorld(t)
		r := w.request(t, "payroll", "x", nil)
		for _, s := range workflow.States {
			if s != workflow.StatePending && kind != workflow.KindRegister && kind != workflow.KindAdopt {
				continue
			}
			inState(s)(r)
			r.Kind, r.Plan = kind, enormous()
			r.Plan.RedirectURIs = append(r.Plan.RedirectURIs, "https://new.example")
			r.Reason, r.Approval.Reason, r.Requester.Name = wide(form.ReasonMax), wide(500), wide(80)
			r.Previous = enormous()
			r.Made.KeyExpires = time.Unix(1790000000, 0)
			r.Discovered = workflow.Discovery{Read: true, AppID: r.Made.AppID, Name: r.Plan.AppName}
			r.Failure.Text = strings.Repeat(sentence, 100)
			r.History, r.Steps = r.History[:1], nil
			for range 60 {
				r.History = append(r.History, workflow.Event{At: r.Created, By: "UADA", Kind: workflow.EventNewCode,
					Text: strings.Repeat(sentence, 60)})
			}
			for _, name := range []workflow.StepName{workflow.StepApplication, workflow.StepOwner, workflow.StepConsent,
				workflow.StepCredential, workflow.StepProof} {
				r.Steps = append(r.Steps, workflow.Step{Name: name, Status: workflow.StepDone, Note: strings.Repeat(sentence, 10)})
			}
			messages := map[string][]slack.Block{"status": fitMessage(r, summary(r), w.bot.say().inFull(r))}
			for _, name := range []workflow.PostName{workflow.PostCard, workflow.PostFollow, "signin:1", "outcome:1", workflow.PostThread,
				"expiry:1:UBEA"} {
				d := workflow.Drawing{Request: r, Name: name, Event: &r.History[len(r.History)-1]}
				if s == workflow.StateSignIn {
					d.Prompt = prompt
				}
				_, messages[string(name)] = w.bot.say().message(d)
			}
			for name, blocks := range messages {
				what := fmt.Sprintf("%s %s %s", kind, s, name)
				b, _ := json.Marshal(blocks)
				for _, m := range slacktest.ValidateMessage(b) {
					t.Errorf("%s: %s", what, m)
				}
				if n := size(blocks); n > inMessage.letters {
					t.Errorf("%s: %d characters", what, n)
				}
				within(t, what, b)
				text := string(b)
				if strings.Contains(text, "see Details") && !strings.Contains(text, `"action_id":"details"`) {
					t.Errorf("%s: says Details, and has no button for it", what)
				}
				if !utf8.ValidString(text) || strings.Contains(text, "\ufffd") {
					t.Errorf("%s: a character is cut", what)
				}
				if at := strings.Index(text, "to be cut. …"); strings.Contains(text, "cut…") ||
					at < 0 && strings.Contains(text, "enough to …") {
					t.Errorf("%s: a sentence is cut: %s", what, text)
				}
			}
			if s == workflow.StatePending {
				card := asText(t, messages[string(workflow.PostCard)])
				for _, must := range []string{`"action_id":"approve"`, `"action_id":"deny"`, "Highest risk: ", " sign"} {
					if !strings.Contains(card, must) {
						t.Errorf("%s: the card lacks %s", kind, must)
					}
				}
			}
		}
	}
}

func TestOfAListThatIsTooLongTheCardHasTheRiskiest(t *testing.T) {
	w := newWorld(t)
	r := w.manyOf(t, 3, 390)
	_, blocks := w.bot.card(r)
	text := asText(t, blocks)
	more := regexp.MustCompile(`… and (\d+) more, see Details`).FindStringSubmatch(text)
	if more == nil {
		t.Fatalf("nothing is left out: %s", text)
	}
	named := 0
	var left, shown []plan.Permission
	for _, p := range r.Plan.Permissions {
		if regexp.MustCompile(`[" ]` + regexp.QuoteMeta(p.Name) + `[,"]`).MatchString(text) {
			named++
			shown = append(shown, p)
		} else {
			left = append(left, p)
		}
	}
	if slices.ContainsFunc(left, func(p plan.Permission) bool { return p.Risk == catalog.Critical }) {
		t.Errorf("a critical permission is left out, of %d that are shown", len(shown))
	}
	if named < 60 {
		t.Errorf("%d permissions are named", named)
	}
}

func TestProseIsCutBetweenSentences(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"Short.", 100, "Short."},
		{"The first. The second. The third.", 24, "The first. The second. …"},
		{"The first. The second. The third.", 32, "The first. The second. …"},
		{"only words without an end of any kind", 20, "only words without …"},
		{strings.Repeat("x", 30), 10, strings.Repeat("x", 9) + "…"},
		{strings.Repeat("名", 30), 10, strings.Repeat("名", 9) + "…"},
	} {
		if got := cutProse(c.text, c.most); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.text, c.most, got, c.want)
		}
	}
	if got := fitText(strings.Repeat("<名> & so on. ", 1000)); len(got) > 4000 || regexp.MustCompile(`&[a-z]*(\s|$)`).MatchString(got) {
		t.Errorf("a text of %d bytes: %s", len(got), got)
	}
	if got := someOf([]string{"one", "two", "three"}, 14); got != "one and 2 more" {
		t.Errorf("some of three: %s", got)
	}
}

func TestSixtyLongPermissionsFitAndAllAreThere(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, strings.Repeat("W", form.AppNameMax), strings.Repeat("é", form.ReasonMax), inState(workflow.StatePending))
	r.Plan.Permissions = nil
	for _, p := range catalog.All() {
		if len(r.Plan.Permissions) < form.PermissionsMax && len(p.Description) > 150 {
			known, _ := plan.Known(p.ResourceAppID, p.Type, p.Name)
			r.Plan.Permissions = append(r.Plan.Permissions, known)
		}
	}
	r.Plan.RedirectURIs = nil
	for range form.RedirectsMax {
		r.Plan.RedirectURIs = append(r.Plan.RedirectURIs, "https://example.com/"+strings.Repeat("x", 190))
	}
	_, blocks := w.bot.card(r)
	b, _ := json.Marshal(blocks)
	for _, m := range slacktest.ValidateMessage(b) {
		t.Error(m)
	}
	for _, p := range r.Plan.Permissions {
		if !strings.Contains(string(b), p.Name) {
			t.Errorf("%s is not on the card", p.Name)
		}
	}
	if words := r.Plan.Permissions[0].Words; !strings.Contains(w.detailsOf(t, r), words[:60]) {
		t.Error("Details does not say what a permission allows")
	}
}

func TestAnAppThatHasMuchFitsOnItsCards(t *testing.T) {
	w := newWorld(t)
	r := w.manyOf(t, 250, 390)
	r.State, r.Kind, r.Previous = workflow.StatePending, workflow.KindUpdate, r.Plan
	r.Plan.RedirectURIs = append([]string{"https://new.contoso.com"}, r.Plan.RedirectURIs...)
	for name, blocks := range w.drawn(r) {
		b, _ := json.Marshal(blocks)
		for _, m := range slacktest.ValidateMessage(b) {
			t.Errorf("%s: %s", name, m)
		}
	}
	w.detailsOf(t, r)
}
