package workflow_test

import (
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

func TestDurationsAreSaidAsPeopleDo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Minute: "less than a minute", 10 * time.Second: "less than a minute", 50 * time.Second: "1 minute",
		time.Minute: "1 minute", 15 * time.Minute: "15 minutes", 29 * time.Minute: "29 minutes", 45 * time.Minute: "45 minutes",
		time.Hour: "1 hour", time.Hour + 3*time.Second: "1 hour", 90 * time.Minute: "90 minutes", 2 * time.Hour: "2 hours",
		47 * time.Hour: "47 hours", 48 * time.Hour: "2 days", 168 * time.Hour: "7 days", 8760 * time.Hour: "365 days",
	} {
		if got := text.Days(d); got != want {
			t.Errorf("%v is said as %q, want %q", d, got, want)
		}
	}
}

func TestCountedThings(t *testing.T) {
	for n, want := range map[int]string{0: "0 requests", 1: "1 request", 2: "2 requests"} {
		if got := text.Count(n, "request"); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := workflow.AzureNote(workflow.AzureShare{Subscriptions: []string{"a"}, Roles: make([]plan.AzureRole,
		2)}); got != "2 on 1 subscription" {
		t.Errorf("the note is %q", got)
	}
}
