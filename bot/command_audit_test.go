package bot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow/audit"
)

// entriesOf is what somebody sees of the log of a request, page by page, each as Slack takes it.
func (w *world) entriesOf(t *testing.T, user, id string) (pages []string) {
	t.Helper()
	before := len(w.of("views.open"))
	reply := w.saysTo(user, "audit "+id)
	w.bot.Wait()
	opened := w.of("views.open")
	if len(opened) != before+1 {
		t.Fatalf("no window opens: %s", reply)
	}
	for page := viewOf(t, opened[before]); page != ""; page = w.turned(t, page, auditView) {
		var v struct{ Blocks json.RawMessage }
		json.Unmarshal([]byte(page), &v)
		within(t, "the log", v.Blocks)
		for _, m := range slacktest.ValidateView([]byte(page), false) {
			t.Errorf("the log: %s", m)
		}
		pages = append(pages, page)
	}
	return pages
}

func TestThoseInvolvedReadTheLogOfARequestPageByPage(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", nil)
	for i := range 250 {
		e := audit.Entry{What: audit.WhatStep, Request: r.ID, Slack: "UADA", UPN: "ada@contoso.com", Entra: "oid-of-ada", Result: "done",
			Detail: fmt.Sprintf("Step %d.", i), From: "slack message CADMINS/17.2", Plan: strings.Repeat("a", 64),
			RequestIDs: slices.Repeat([]string{"PATCH /applications/a-long-object-id: 204 a-request-id"}, 60)}
		if err := w.kept.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, user := range []string{"UBEA", "UADA"} { // who asked, and an approver
		pages := w.entriesOf(t, user, strings.ToLower(r.ID))
		all := strings.Join(pages, "\n")
		for _, want := range []string{"asked", "asked for it", "Step 0.", "Step 249.", "oid-of-ada", "a-request-id",
			"slack message CADMINS/17.2", "entra-app audit prove"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s does not see %q", user, want)
			}
		}
		if len(pages) < 3 {
			t.Errorf("%d pages", len(pages))
		}
	}
}

func TestALogOfARequestIsNotShownToOthers(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll-zephyr", "backup", nil)
	before := len(w.of("views.open"))
	said := w.types(t, "UGIL", "audit "+r.ID, "")
	if strings.Contains(said, "zephyr") || strings.Contains(said, "UBEA") {
		t.Errorf("somebody who is not involved is told: %s", said)
	}
	if got := w.types(t, "UGIL", "status "+r.ID, ""); got != said {
		t.Errorf("audit says %s\nand status %s", said, got)
	}
	if len(w.of("views.open")) != before {
		t.Error("a window opens")
	}
}
