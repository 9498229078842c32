package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
)

const day = 24 * time.Hour

var now = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

func graph(t catalog.Type, name string) plan.Permission {
	return plan.Permission{Resource: "Microsoft Graph", ResourceAppID: catalog.MicrosoftGraph, Type: t, Name: name}
}

func secretFor(d time.Duration) plan.Credential {
	return plan.Credential{Kind: plan.CredentialSecret, Lifetime: d}
}

func trusts(issuer, subject string) plan.Credential {
	return plan.Credential{Kind: plan.CredentialFederated, Federated: plan.FederatedIssuer{Issuer: issuer, Subject: subject}}
}

func certificateFor(d time.Duration) plan.Credential {
	return plan.Credential{Kind: plan.CredentialCertificate, Certificate: certificate.Certificate{NotAfter: now.Add(d)}}
}

// pattern is a permission that a rule names.
func pattern(t *testing.T, s string) PermissionPattern {
	t.Helper()
	p, err := ParsePermission(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const github = "https://token.actions.githubusercontent.com"

// members says that the group SBACKUP has UBEA, that SOTHER has nobody, and nothing of other groups.
func members(group, user string) (in, known bool) {
	return group == "SBACKUP" && user == "UBEA", group == "SBACKUP" || group == "SOTHER"
}

func TestVerdicts(t *testing.T) {
	rules := &Rules{List: []Rule{
		{Name: "backups", Line: 10, Packs: []string{"vbo365"}, MayAsk: []string{"SBACKUP", "UADA", "C0TEAM"}},
		{Name: "platform", Line: 11, MayAsk: []string{"UADA", "SUNKNOWN"}, Packs: []string{"custom", "vbo365"}},
		{Name: "left", Line: 12, MayNotAsk: []string{"UOTTO"}},
		{Name: "no mail", Line: 13, Forbid: Forbidden{Permissions: []PermissionPattern{pattern(t, "application Mail.*")}}},
		{Name: "prod", Line: 14, Tenants: []string{"prod"}, Forbid: Forbidden{Packs: []string{"cust*"},
			DirectoryRoles: []string{"Global Administrator"}, AzureRoles: []string{"owner"}, Credentials: []string{"secret"},
			RedirectHosts: []string{"localhost", "*.ngrok.io"}}},
		{Name: "short", Line: 15, SecretMax: ByTier[time.Duration]{catalog.High: 30 * day},
			CertificateMax: ByTier[time.Duration]{catalog.Critical: 60 * day}},
		{Name: "deploys", Line: 16, Tenants: []string{"dev"}, Federated: []Issuer{
			{Issuer: github, Subjects: []string{"repo:contoso/*", "repo:contoso@1234/*"}}}},
	}}
	for _, c := range []struct {
		what string
		c    Case
		says string // empty: yes
	}{
		{"in the group", Case{Pack: "vbo365", By: "UBEA"}, ""},
		{"named", Case{Pack: "vbo365", By: "UADA"}, ""},
		{"for the team", Case{Pack: "vbo365", By: "UTOM", Channel: "C0TEAM"}, ""},
		{"a group that can't be read", Case{Pack: "vbo365", By: "UTOM"}, "not known whether UTOM is in a user group that may ask"},
		{"not for this pack", Case{Pack: "custom", By: "UBEA", Name: "Bea"}, "not known whether Bea is in a user group"},
		{"a pack of which nothing is said", Case{Pack: "vbazure", By: "UTOM"}, ""},
		{"a no wins", Case{Pack: "vbazure", By: "UOTTO"}, "UOTTO may not ask for vbazure in dev: the rule “left”, line 12"},
		{"a no wins over a yes", Case{Pack: "vbo365", By: "UOTTO", Channel: "C0TEAM"}, "UOTTO may not ask"},
		{"mail", Case{Gives: plan.Plan{Permissions: []plan.Permission{graph(catalog.Application, "Mail.Read")}}},
			"No app may have the application permission Mail.Read of Microsoft Graph in dev: the rule “no mail”, line 13"},
		{"mail of one person", Case{Gives: plan.Plan{Permissions: []plan.Permission{graph(catalog.Delegated, "Mail.Read")}}}, ""},
		{"capitals", Case{Gives: plan.Plan{Permissions: []plan.Permission{graph(catalog.Application, "mail.read")}}}, "No app may have"},
		{"another name", Case{Gives: plan.Plan{Permissions: []plan.Permission{graph(catalog.Application, "MailboxSettings.Read")}}}, ""},
		{"a pack", Case{Tenant: "prod", Pack: "custom", By: "UADA"}, "Nobody may ask for custom in prod"},
		{"a pack elsewhere", Case{Pack: "custom", By: "UADA"}, ""},
		{"a role", Case{Tenant: "prod", Gives: plan.Plan{DirectoryRoles: []plan.DirectoryRole{{Name: "Global Administrator"}}}},
			"No app may have the directory role Global Administrator in prod"},
		{"a role in Azure", Case{Tenant: "prod", Gives: plan.Plan{AzureRoles: []plan.AzureRole{{Name: "Owner"}}}},
			"No app may have the role Owner in Azure in prod"},
		{"a secret", Case{Tenant: "prod", Gives: plan.Plan{Credential: secretFor(day)}}, "credential of the kind secret in prod"},
		{"a host", Case{Tenant: "prod", Gives: plan.Plan{RedirectURIs: []string{"https://a.NGROK.io./x"}}},
			"may lead to a.NGROK.io in prod"},
		{"a host of a phone", Case{Tenant: "prod", Gives: plan.Plan{PublicRedirectURIs: []string{"http://localhost:80"}}},
			"lead to localhost"},
		{"a host on a page", Case{Tenant: "prod", Gives: plan.Plan{SPARedirectURIs: []string{"http://localhost"}}}, "lead to localhost"},
		{"a host that can't be read", Case{Tenant: "prod", Gives: plan.Plan{RedirectURIs: []string{"https://[::1"}}}, "can't be read"},
		{"another host", Case{Tenant: "prod", Gives: plan.Plan{RedirectURIs: []string{"https://ngrok.io.contoso.com"}}}, ""},
		{"a long secret", Case{Risk: catalog.Critical, Gives: plan.Plan{Credential: secretFor(31 * day)}},
			"A secret of an app of critical risk may be valid for at most 30 days in dev"},
		{"a short secret", Case{Risk: catalog.Critical, Gives: plan.Plan{Credential: secretFor(30 * day)}}, ""},
		{"a long secret for little", Case{Risk: catalog.Medium, Gives: plan.Plan{Credential: secretFor(300 * day)}}, ""},
		{"a long certificate", Case{Risk: catalog.Critical, Gives: plan.Plan{Credential: certificateFor(61 * day)}},
			"A certificate of an app"},
		{"a certificate made here", Case{Risk: catalog.Critical, Gives: plan.Plan{Credential: plan.Credential{
			Kind: plan.CredentialMadeCertificate, Lifetime: 61 * day}}}, "A certificate of an app of critical risk"},
		{"a certificate for less", Case{Risk: catalog.High, Gives: plan.Plan{Credential: certificateFor(61 * day)}}, ""},
		{"an organization that is listed", Case{Gives: plan.Plan{Credential: trusts(github, "repo:contoso/a:ref:refs/heads/main")}}, ""},
		{"a repository with IDs", Case{Gives: plan.Plan{Credential: trusts(github, "repo:contoso@1234/a@5:ref:refs/heads/main")}}, ""},
		{"an organization that nobody listed", Case{Gives: plan.Plan{Credential: trusts(github, "repo:evil/a:ref:refs/heads/main")}},
			"The subject repo:evil/a:ref:refs/heads/main is not on the list of those that apps may trust in dev: the rule “deploys”"},
		{"a name that begins like it", Case{Gives: plan.Plan{Credential: trusts(github, "repo:contoso-evil/a")}}, "is not on the list"},
		{"other capitals", Case{Gives: plan.Plan{Credential: trusts(github, "repo:Contoso/a")}}, "is not on the list"},
		{"an issuer that nobody listed", Case{Gives: plan.Plan{Credential: trusts("https://gitlab.com", "repo:contoso/a")}},
			"The issuer https://gitlab.com is not on any list"},
		{"a tenant without a list", Case{Tenant: "prod", Gives: plan.Plan{Credential: trusts(github, "repo:contoso/a")}},
			"is not on any list of those that apps may trust in prod"},
	} {
		t.Run(c.what, func(t *testing.T) {
			c.c.Now, c.c.In = now, members
			if c.c.Tenant == "" {
				c.c.Tenant = "dev"
			}
			if c.c.Risk == "" {
				c.c.Risk = catalog.Low
			}
			v := rules.Judge(c.c)
			switch {
			case c.says == "" && len(v.No) > 0:
				t.Errorf("no: %+v", v.No)
			case c.says != "" && (len(v.No) == 0 || !strings.Contains(v.No[0].Text, c.says)):
				t.Errorf("%+v, want %q", v.No, c.says)
			}
			if v = (*Rules)(nil).Judge(c.c); len(v.No) > 0 || v.Approvals != 1 {
				t.Errorf("without any rules: %+v", v)
			}
		})
	}
	if v := rules.Judge(Case{Tenant: "dev", Pack: "vbo365", By: "UBEA"}); len(v.No) == 0 {
		t.Error("a group of which nothing is known permits")
	}
}

func TestEveryKindOfRuleHasAVerdict(t *testing.T) {
	// A rule that has nothing to say is named as a mistake, so all that it can say has to be counted.
	for _, r := range []Rule{
		{MayAsk: []string{"U"}}, {MayNotAsk: []string{"U"}}, {MayApprove: []string{"U"}}, {Approvals: ByTier[int]{catalog.Low: 1}},
		{SecretMax: ByTier[time.Duration]{catalog.Low: 1}}, {CertificateMax: ByTier[time.Duration]{catalog.Low: 1}},
		{Federated: []Issuer{{}}}, {Forbid: Forbidden{Packs: []string{"a"}}}, {Forbid: Forbidden{Permissions: []PermissionPattern{{}}}},
		{Forbid: Forbidden{DirectoryRoles: []string{"a"}}}, {Forbid: Forbidden{AzureRoles: []string{"a"}}},
		{Forbid: Forbidden{Credentials: []string{"a"}}}, {Forbid: Forbidden{RedirectHosts: []string{"a"}}},
	} {
		if r.SaysNothing() {
			t.Errorf("%+v says nothing", r)
		}
	}
	if r := (Rule{Name: "a", Tenants: []string{"b"}, Packs: []string{"c"}}); !r.SaysNothing() {
		t.Error("a rule without anything says something")
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"*", "", true}, {"a*", "a", true}, {"a*", "ab", true}, {"a*", "ba", false},
		{"*a", "ba", true}, {"*a", "ab", false}, {"a*b*c", "a1b2c", true}, {"a*b*c", "abc", true}, {"a*b*c", "acb", false},
		{"a*a", "a", false}, {"*.a", "x.a", true}, {"*.a", "a", false}, {"**", "x", true}, {"", "", true}, {"", "x", false},
	} {
		if got := matches(c.pattern, c.s); got != c.want {
			t.Errorf("%q matches %q: %v", c.pattern, c.s, got)
		}
	}
}
