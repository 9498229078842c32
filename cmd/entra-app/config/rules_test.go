package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/document"
)

func TestMistakesInApprovals(t *testing.T) {
	for _, c := range []struct{ says, text string }{
		{`12: policy.approvals is a single value, and has to be tiers with values|hint: write a number for each tier`, "  approvals: 2"},
		{`12: policy.approvals is empty`, "  approvals:"},
		{`12: policy.approvals is a mapping`, "  approvals: {}"},
		{`12: policy.approvals.critcal is not a tier of risk|hint: did you mean critical?`, "  approvals: {critcal: 2}"},
		{`12: policy.approvals.zebra is not a tier of risk|hint: these are the tiers: low, medium, high, critical`, "  approvals: {zebra: 2}"},
		{`12: policy.approvals.critical is "0", and has to be a number from 1 to 20`, "  approvals: {critical: 0}"},
		{`14: policy.approvals.high is "two"|13: policy.approvals.critical is "-1"`, "  approvals:\n    critical: -1\n    high: two"},
		{`14: policy.approvals.high is given twice; it is already on line 13`, "  approvals:\n    high: 2\n    high: 3"},
		{`12: policy.aprovals is not a key that is known here|hint: did you mean approvals?`, "  aprovals: {critical: 2}"},
	} {
		saysAll(t, c.says, c.text)
	}
}

// saysAll checks what is said of a policy with these lines.
func saysAll(t *testing.T, says, lines string) {
	t.Helper()
	_, err := parse("f", []byte(good+"policy:\n"+lines+"\n"), env)
	if _, ok := errors.AsType[document.Problems](err); !ok {
		t.Errorf("%s\nis taken", lines)
		return
	}
	for text := range strings.SplitSeq(says, "|") {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s\nsays\n%v\nwithout %q", lines, err, text)
		}
	}
}

func TestApprovalsOfATier(t *testing.T) {
	c, err := parse("f", []byte(good+"policy:\n  approvals: {high: 2, critical: 3}\n"), env)
	if err != nil {
		t.Fatal(err)
	}
	for tier, want := range map[catalog.Risk]int{catalog.Low: 1, catalog.Medium: 1, catalog.High: 2, catalog.Critical: 3} {
		if got := c.Policy.Rules.Needs("contoso", "custom", tier); got != want {
			t.Errorf("%s takes %d approvals, want %d", tier, got, want)
		}
	}
	if all := c.Warnings(); len(all) != 0 {
		t.Errorf("it warns: %q", all)
	}
	if c, err = parse("f", []byte(good), env); err != nil || c.Policy.Rules != nil || len(c.Warnings()) != 1 {
		t.Errorf("without approvals: %+v, %q, %v", c.Policy.Rules, c.Warnings(), err)
	}
}
