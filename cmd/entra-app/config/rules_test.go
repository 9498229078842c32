package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/policy"
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
	if all := c.Warnings(); len(all) != 1 || !strings.Contains(all[0], "any GitHub organization") {
		t.Errorf("it warns: %q", all)
	}
	if c, err = parse("f", []byte(good), env); err != nil || c.Policy.Rules != nil || len(c.Warnings()) != 2 {
		t.Errorf("without approvals: %+v, %q, %v", c.Policy.Rules, c.Warnings(), err)
	}
}

const trusts = "        subjects: [repo:contoso/*]"

func TestMistakesInRules(t *testing.T) {
	for _, c := range []struct{ says, text string }{
		{`12: policy.rules is a single value, and has to be a list`, "  rules: none"},
		{`13: policy.rules[0] says nothing|hint: say who may_ask`, "  rules:\n  - name: idle"},
		{`13: policy.rules[0].may_aks is not a key that is known here|hint: did you mean may_ask?`, "  rules:\n  - may_aks: [U0123456789]"},
		{`13: policy.rules[0].may_ask has no entry|hint: list at least one, or delete the line`, "  rules:\n  - may_ask: []"},
		{`13: policy.rules[0].may_ask has no entry`, "  rules:\n  - may_ask:"},
		{`13: policy.rules[0].may_ask is a mapping, and has to be a list`, "  rules:\n  - may_ask: {a: b}"},
		{`15: policy.rules[0].may_ask[1] is "bea", which is not the Slack ID of a person or a channel|hint: list Slack IDs`,
			"  rules:\n  - may_ask:\n    - U0123456789\n    - bea"},
		{`13: policy.rules[0].may_approve is "U0BEA00001", who is not an approver of any tenant|hint: add them to tenants[].approvers`,
			"  rules:\n  - may_approve: U0BEA00001"},
		{`13: policy.rules[0].may_ask[0] is empty`, "  rules:\n  - may_ask: ['']"},
		{`13: policy.rules[0].may_ask[0] is a list, and has to be one value`, "  rules:\n  - may_ask: [[U0123456789]]"},
		{`14: policy.rules[0].tenants[0] is "contso", which is not the name of a tenant|hint: did you mean contoso?`,
			"  rules:\n  - may_ask: U0123456789\n    tenants: [contso]"},
		{`14: policy.rules[0].tenants is "fabrikam", which is not the name of a tenant|hint: these are configured: contoso`,
			"  rules:\n  - may_ask: U0123456789\n    tenants: fabrikam"},
		{`14: policy.rules[0].forbid.permissions[0] is "Mail.Reed", and covers no permission that is known here|hint: did you mean Mail.Read?`,
			"  rules:\n  - forbid:\n      permissions: [Mail.Reed]"},
		{`has "app", which is neither application nor delegated`, "  rules:\n  - forbid: {permissions: [app Mail.Read]}"},
		{`covers no permission`, "  rules:\n  - forbid: {permissions: ['Microsoft Grph: Mail.Read']}"},
		{`is not the name of a permission`, "  rules:\n  - forbid: {permissions: ['Microsoft Graph:']}"},
		{`13: policy.rules[0].forbid.credentials[0] is "secrets", and has to be one of certificate, federated|hint: did you mean secret?`,
			"  rules:\n  - forbid: {credentials: [secrets]}"},
		{`13: policy.rules[0].forbid.redirect_hosts[0] is "https://ngrok.io", which is not the name of a host`,
			"  rules:\n  - forbid: {redirect_hosts: ['https://ngrok.io']}"},
		{`13: policy.rules[0].secret_lifetime_max.critical is "30d", which is not a duration|hint: days are written as hours: 720h`,
			"  rules:\n  - secret_lifetime_max: {critical: 30d}"},
		{`14: policy.rules[0].federated[0].subjects is missing`, "  rules:\n  - federated:\n      - issuer: https://token.actions.githubusercontent.com"},
		{`15: policy.rules[0].federated[0].issuer is missing`, "  rules:\n  - federated:\n      -\n" + trusts},
		{`is "https://*", and has to begin with https:// and a host`, "  rules:\n  - federated:\n      - issuer: https://*\n" + trusts},
		{`is "http://a.com", and has to begin with https://`, "  rules:\n  - federated:\n      - issuer: http://a.com\n" + trusts},
		{`15: policy.rules[0].federated[0].subjects[1] is "repo:contoso*", which other organizations' repositories match too`,
			"  rules:\n  - federated:\n      - issuer: https://a.com\n        subjects: [repo:contoso/*, 'repo:contoso*']"},
		{`subjects is "*", which begins with *: that trusts whoever has a token of this issuer`,
			"  rules:\n  - federated:\n      - issuer: https://a.com\n        subjects: '*'"},
	} {
		saysAll(t, c.says, c.text)
	}
}

func TestRulesAreReadWithTheirLines(t *testing.T) {
	c, err := parse("f", []byte(good+`policy:
  rules:
    - name: no mail
      forbid:
        permissions: ["Microsoft Graph: application Mail.*", "11111111-2222-3333-4444-555555555555: Ours.Read"]
        credentials: secret
    - tenants: contoso
      packs: [custom]
      may_ask: [U0123456789, C0123456789]
      secret_lifetime_max: {critical: 720h}
      federated:
        - {issuer: https://token.actions.githubusercontent.com, subjects: repo:contoso/*}
`), env)
	if err != nil {
		t.Fatal(err)
	}
	list := c.Policy.Rules.List
	if len(list) != 2 || list[0].At() != "f:13" || list[1].At() != "f:17" || list[0].Name != "no mail" {
		t.Fatalf("%+v", list)
	}
	if p := list[0].Forbid.Permissions; len(p) != 2 || p[0].String() != "Microsoft Graph: application Mail.*" || p[1].Name != "Ours.Read" {
		t.Errorf("permissions: %+v", p)
	}
	if r := list[1]; len(r.MayAsk) != 2 || r.SecretMax[catalog.Critical].Hours() != 720 || len(r.Federated[0].Subjects) != 1 ||
		r.Packs[0] != "custom" || r.Tenants[0] != "contoso" {
		t.Errorf("%+v", r)
	}
	err = c.CheckPacks([]string{"vbo365", "customs"})
	if err == nil || !strings.Contains(err.Error(), `f:17: policy.rules[1].packs names "custom", which is not a pack`) ||
		!strings.Contains(err.Error(), "did you mean customs?") || c.CheckPacks([]string{"custom"}) != nil {
		t.Errorf("an unknown pack: %v", err)
	}
}

func TestLimitsOfOnePerson(t *testing.T) {
	c, err := parse("f", []byte(good+"policy:\n  limits: {open_requests: 5, requests_per_hour: 10, codes_per_hour: 6}\n"), env)
	if err != nil || c.Policy.Rules.Limits != (policy.Limits{Open: 5, Requests: 10, Codes: 6}) {
		t.Errorf("%+v, %v", c.Policy.Rules, err)
	}
	saysAll(t, `12: policy.limits.open_requests is "0", and has to be a number from 1|12: policy.limits.codes is not a key|hint: did you mean`,
		"  limits: {open_requests: 0, codes: 3, codes_per_hou: 4}")
}
