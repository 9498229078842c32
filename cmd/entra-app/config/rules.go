package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/spell"
	"github.com/entra-app/entra-app/workflow/text"
)

// What an operator says about who may do what: the keys of package policy.

// rules are the operator's, made where the first thing is said.
func (c *Config) rules() *policy.Rules {
	if c.Policy.Rules == nil {
		c.Policy.Rules = &policy.Rules{}
	}
	return c.Policy.Rules
}

// set puts what is said of a tier into a table, which is made where it is missing.
func set[T int | time.Duration](in *policy.ByTier[T], tier catalog.Risk, v T) {
	if *in == nil {
		*in = policy.ByTier[T]{}
	}
	(*in)[tier] = v
}

var ruleKeys = []Key{
	{Name: "policy.approvals", Kind: approvalCount, Shape: ByTier,
		Doc: "How many approvers have to agree, by the tier of risk of the app's permissions and roles as a whole, such as `{critical: " +
			"2}`. What is said of a tier holds for those above it. The last of them signs in. One where nothing is said; a pack or a " +
			"rule may ask for more. Two are recommended for `critical`.",
		Hint: "write a number for each tier, such as {critical: 2}",
		set:  func(c *Config, v value) { set(&c.rules().Approvals, v.tier, v.n) }},
	{Name: "policy.limits.open_requests", Kind: limit,
		Doc: "How many requests of one person may wait or be under way at a time; without it there is no limit.",
		set: func(c *Config, v value) { c.rules().Limits.Open = v.n }},
	{Name: "policy.limits.requests_per_hour", Kind: limit, Doc: "How many requests one person may send within an hour.",
		set: func(c *Config, v value) { c.rules().Limits.Requests = v.n }},
	{Name: "policy.limits.codes_per_hour", Kind: limit,
		Doc: "How often one approver may approve or be sent a sign-in code within an hour, over all requests that are not over.",
		set: func(c *Config, v value) { c.rules().Limits.Codes = v.n }},
	{Name: "policy.rules[].name", Kind: tenantName,
		Doc: "What people read of the rule where it says no. Without a name they read its line.",
		set: func(c *Config, v value) { c.rule().Name = v.text }},
	{Name: "policy.rules[].tenants", Kind: tenantName, Shape: Many, Doc: "The tenants that the rule is about; all where there are none.",
		set: func(c *Config, v value) { c.rule().Tenants = append(c.rule().Tenants, v.text) }},
	{Name: "policy.rules[].packs", Kind: freeText, Shape: Many, Doc: "The packs that the rule is about; all where there are none.",
		set: func(c *Config, v value) { c.rule().Packs = append(c.rule().Packs, v.text) }},
	{Name: "policy.rules[].may_ask", Kind: asker, Shape: Many, Hint: askerHint,
		Doc: "Slack IDs of people and of channels: who may ask, and for which team. Whoever is on the list of any rule that applies " +
			"may; where no rule that applies has such a list, everybody may. Anybody can join a public channel, so name private ones.",
		set: func(c *Config, v value) { c.rule().MayAsk = append(c.rule().MayAsk, v.text) }},
	{Name: "policy.rules[].may_not_ask", Kind: asker, Shape: Many, Hint: askerHint,
		Doc: "Who may not, whatever other rules say.",
		set: func(c *Config, v value) { c.rule().MayNotAsk = append(c.rule().MayNotAsk, v.text) }},
	{Name: "policy.rules[].may_approve", Kind: slackUser, Shape: Many, Hint: "list Slack IDs of approvers, such as U0123456789",
		Doc: "Which of the tenant's approvers may decide. Whoever is on the list of any rule that applies may; where no rule that " +
			"applies has such a list, all of them. A rule makes nobody an approver: that takes an account in `tenants[].approvers`.",
		set: func(c *Config, v value) { c.rule().MayApprove = append(c.rule().MayApprove, v.text) }},
	{Name: "policy.rules[].approvals", Kind: approvalCount, Shape: ByTier, Hint: "write a number for each tier, such as {critical: 2}",
		Doc: "As `policy.approvals`, for these tenants and packs. The greatest number that applies counts.",
		set: func(c *Config, v value) { set(&c.rule().Approvals, v.tier, v.n) }},
	{Name: "policy.rules[].secret_lifetime_max", Kind: duration, Shape: ByTier, Hint: lifetimeHint,
		Doc: "The longest lifetime of a client secret, by the app's tier of risk, such as `{critical: 720h}`. What is said of a tier " +
			"holds for those above it.",
		set: func(c *Config, v value) { set(&c.rule().SecretMax, v.tier, v.duration) }},
	{Name: "policy.rules[].certificate_lifetime_max", Kind: duration, Shape: ByTier, Hint: lifetimeHint,
		Doc: "The same for certificates, from now on.",
		set: func(c *Config, v value) { set(&c.rule().CertificateMax, v.tier, v.duration) }},
	{Name: "policy.rules[].forbid.packs", Kind: freeText, Shape: Many, Doc: "Packs that nobody may ask for. `*` stands for anything, " +
		"here and in the other patterns.",
		set: func(c *Config, v value) { c.rule().Forbid.Packs = append(c.rule().Forbid.Packs, v.text) }},
	{Name: "policy.rules[].forbid.permissions", Kind: permission, Shape: Many,
		Doc: "Permissions that no app may get: a pattern of names, such as `Mail.*`; with `application` or `delegated` and a service " +
			"before it, such as `\"Microsoft Graph: application Mail.*\"`.",
		Hint: `write the name of a permission, such as Mail.Read or "application Mail.*"`,
		set: func(c *Config, v value) {
			p, _ := policy.ParsePermission(v.text)
			c.rule().Forbid.Permissions = append(c.rule().Forbid.Permissions, p)
		}},
	{Name: "policy.rules[].forbid.directory_roles", Kind: freeText, Shape: Many,
		Doc: "Directory roles that no app may get: their names or template IDs.",
		set: func(c *Config, v value) {
			c.rule().Forbid.DirectoryRoles = append(c.rule().Forbid.DirectoryRoles, v.text)
		}},
	{Name: "policy.rules[].forbid.azure_roles", Kind: freeText, Shape: Many,
		Doc: "Roles in Azure that no app may get: their names or IDs.",
		set: func(c *Config, v value) { c.rule().Forbid.AzureRoles = append(c.rule().Forbid.AzureRoles, v.text) }},
	{Name: "policy.rules[].forbid.credentials", Kind: credential, Shape: Many,
		Doc: "Kinds of credentials that no app may get: `" + strings.Join(credentialNames(), "`, `") + "`.",
		set: func(c *Config, v value) { c.rule().Forbid.Credentials = append(c.rule().Forbid.Credentials, v.text) }},
	{Name: "policy.rules[].forbid.redirect_hosts", Kind: host, Shape: Many,
		Doc: "Hosts that no redirect URI may lead to, such as `localhost` or `*.ngrok.io`.",
		set: func(c *Config, v value) {
			c.rule().Forbid.RedirectHosts = append(c.rule().Forbid.RedirectHosts, v.text)
		}},
	{Name: "policy.rules[].federated[].issuer", Kind: issuer, Need: true,
		Doc: "The issuer, such as `https://token.actions.githubusercontent.com`.",
		set: func(c *Config, v value) { c.issuer().Issuer = v.text }},
	{Name: "policy.rules[].federated[].subjects", Kind: freeText, Shape: Many, Need: true, Hint: subjectHint,
		Doc: "The subjects, such as `repo:contoso/*`, and `repo:contoso@1234567/*` where the repository's subjects have IDs. Capitals " +
			"count, as in Entra.",
		set: func(c *Config, v value) { c.issuer().Subjects = append(c.issuer().Subjects, v.text) }},
}

const (
	askerHint    = "list Slack IDs: U… of a person, C… or G… of a channel"
	lifetimeHint = "write a duration for each tier, such as {critical: 720h}"
	subjectHint  = "list subjects, such as repo:contoso/*"
)

var ruleLists = []list{
	{name: "policy.rules", doc: "Rules about who may ask for what, and how many have to agree. [Rules](#rules) says how they are read.",
		hint:     "list a rule, such as {packs: [custom], may_ask: [C0123456789]}",
		begin:    func(c *Config) { c.rules().List = append(c.rules().List, policy.Rule{}) },
		optional: true},
	{name: "policy.rules[].federated", doc: "Whose tokens apps may trust. Once any rule has such a list, all others are refused, in " +
		"every tenant.",
		hint:     "list an issuer with subjects, such as {issuer: https://token.actions.githubusercontent.com, subjects: [repo:contoso/*]}",
		begin:    func(c *Config) { c.rule().Federated = append(c.rule().Federated, policy.Issuer{}) },
		optional: true},
}

func (c *Config) rule() *policy.Rule { l := c.rules().List; return &l[len(l)-1] }

func (c *Config) issuer() *policy.Issuer { l := c.rule().Federated; return &l[len(l)-1] }

// approvalsMost is more than any channel of approvers has.
const approvalsMost = 20

func parseCount(most int) func(string) (value, *fault) {
	return func(s string) (value, *fault) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > most {
			return value{}, bad("is %s, and has to be a number from 1 to %d", quote(s), most)
		}
		return value{n: n}, nil
	}
}

var (
	approvalCount = &Kind{Name: "number", parse: parseCount(approvalsMost)}
	limit         = &Kind{Name: "number", parse: parseCount(100_000)}
	asker         = &Kind{Name: "Slack ID", parse: slackID("UWCG", "a person or a channel")}
	permission    = &Kind{Name: "pattern", free: true, parse: parsePermission}
	credential    = &Kind{Name: "name", parse: parseCredential}
	host          = &Kind{Name: "pattern", parse: parseHost}
	issuer        = &Kind{Name: "pattern", parse: parseIssuer}
)

// parsePermission takes a pattern that covers some permission: one that is mistyped would forbid nothing. What an app of the
// operator's own offers is in no catalogue; its service is named by ID.
func parsePermission(s string) (value, *fault) {
	p, err := policy.ParsePermission(s)
	if err != nil {
		return value{}, bad("is %s, which %v", quote(s), err)
	}
	var near []string
	for _, q := range catalog.All() {
		if p.Covers(q.Resource, q.ResourceAppID, q.Type, q.Name) {
			return value{text: s}, nil
		}
		near = append(near, q.Name)
	}
	if _, known := catalog.ResourceAppID(p.Resource); text.IsGUID(strings.ToLower(p.Resource)) && !known {
		return value{text: s}, nil
	}
	f := bad("is %s, and covers no permission that is known here", quote(s))
	if name := spell.Nearest(p.Name, near); name != "" && name != p.Name {
		f = f.but("did you mean " + name + "?")
	}
	return value{}, f
}

// credentialNames are the kinds of credentials.
func credentialNames() []string {
	var all []string
	for _, k := range plan.CredentialKinds() {
		all = append(all, string(k))
	}
	return all
}

func parseCredential(s string) (value, *fault) {
	return parseName(s, credentialNames(), bad("is %s, and has to be one of %s", quote(s), names(credentialNames())))
}

func parseHost(s string) (value, *fault) {
	if strings.ContainsAny(s, "/:@? ") {
		return value{}, bad("is %s, which is not the name of a host", quote(s)).but("write a host without https:// and without a path, " +
			"such as *.ngrok.io")
	}
	return value{text: s}, nil
}

// parseIssuer takes an issuer whose host is named: many people have one on a host that begins or ends like that of another.
func parseIssuer(s string) (value, *fault) {
	fixed, _, _ := strings.Cut(s, "*")
	rest, https := strings.CutPrefix(fixed, "https://")
	if !https || rest == "" || fixed != s && !strings.Contains(rest, "/") {
		return value{}, bad("is %s, and has to begin with https:// and a host", quote(s)).but("write the issuer, such as " +
			"https://token.actions.githubusercontent.com; a * can stand in its path only")
	}
	return value{text: s}, nil
}

// checkRules checks what no single value of the rules can tell.
func (r *reader) checkRules() {
	i := -1
	for n := 0; ; n++ {
		at := fmt.Sprintf("policy.rules[%d]", n)
		line, there := r.lines[at]
		if !there {
			return
		}
		if !r.begun[at] {
			continue
		}
		i++
		rule := &r.cfg.Policy.Rules.List[i]
		rule.File, rule.Line = r.file, line
		if rule.SaysNothing() && !r.beganIn(at) {
			r.report(line, at, "says nothing", "say who may_ask, what to forbid, or another of: "+names(children("policy.rules[].")))
		}
		r.tenantsOf(at)
		r.approversOf(at)
		r.subjectsOf(at)
	}
}

// beganIn reports whether something that is wrong stands under a key: then it is not for nothing that there is nothing.
func (r *reader) beganIn(at string) bool {
	return slices.ContainsFunc(r.problems, func(p document.Problem) bool { return strings.HasPrefix(p.Key, at+".") })
}

// tenantsOf refuses names that no tenant has.
func (r *reader) tenantsOf(at string) {
	var all []string
	for _, t := range r.cfg.Tenants {
		all = append(all, t.Name)
	}
	r.each(at+".tenants", func(full, name string) {
		if slices.Contains(all, name) {
			return
		}
		hint := "these are configured: " + names(all)
		if near := spell.Nearest(name, all); near != "" {
			hint = "did you mean " + near + "?"
		}
		r.report(r.lines[full], full, fmt.Sprintf("is %s, which is not the name of a tenant", quote(name)), hint)
	})
}

// approversOf refuses people who are no approvers of any tenant: a rule makes nobody one.
func (r *reader) approversOf(at string) {
	var all []string
	for _, t := range r.cfg.Tenants {
		for _, a := range t.Approvers {
			all = append(all, a.Slack)
		}
	}
	r.each(at+".may_approve", func(full, id string) {
		if !slices.Contains(all, id) {
			r.report(r.lines[full], full, "is "+quote(id)+", who is not an approver of any tenant",
				"add them to tenants[].approvers with their account; these are there: "+names(all))
		}
	})
}

// each calls do for every value of a list, as it stands.
func (r *reader) each(full string, do func(full, value string)) {
	if v, one := r.values[full]; one {
		do(full, v)
	}
	for i := 0; ; i++ {
		at := fmt.Sprintf("%s[%d]", full, i)
		if _, there := r.lines[at]; !there {
			return
		}
		if v, ok := r.values[at]; ok {
			do(at, v)
		}
	}
}

// subjectsOf refuses subjects of other people: those of an issuer that everybody has tokens of.
func (r *reader) subjectsOf(at string) {
	for i := 0; ; i++ {
		trust := fmt.Sprintf("%s.federated[%d]", at, i)
		if _, there := r.lines[trust]; !there {
			return
		}
		r.each(trust+".subjects", func(full, subject string) {
			fixed, _, wild := strings.Cut(subject, "*")
			repo, ofRepo := strings.CutPrefix(fixed, "repo:")
			switch {
			case wild && fixed == "":
				r.report(r.lines[full], full, "is "+quote(subject)+", which begins with *: that trusts whoever has a token of this issuer",
					"begin with what only your own subjects begin with, such as repo:contoso/*")
			case wild && ofRepo && !strings.ContainsAny(repo, "/@"):
				r.report(r.lines[full], full, "is "+quote(subject)+", which other organizations' repositories match too",
					"end the name of the organization, as in repo:contoso/*")
			}
		})
	}
}

// CheckPacks names rules about packs that there are not.
func (c *Config) CheckPacks(all []string) error {
	var wrong document.Problems
	if c.Policy.Rules == nil {
		return nil
	}
	for i, rule := range c.Policy.Rules.List {
		check := func(key string, packs []string) {
			for _, p := range packs {
				if slices.Contains(all, p) || strings.Contains(p, "*") && key != "packs" {
					continue
				}
				hint := "these are there: " + names(all)
				if near := spell.Nearest(p, all); near != "" {
					hint = "did you mean " + near + "?"
				}
				wrong = append(wrong, document.Problem{File: rule.File, Line: rule.Line, Key: fmt.Sprintf("policy.rules[%d].%s", i, key),
					Text: fmt.Sprintf("names %s, which is not a pack", quote(p)), Hint: hint})
			}
		}
		check("packs", rule.Packs)
		check("forbid.packs", rule.Forbid.Packs)
	}
	return wrong.Sorted()
}

// tiers are the names of the tiers of risk, the lowest first.
var tiers = []string{string(catalog.Low), string(catalog.Medium), string(catalog.High), string(catalog.Critical)}

// Warnings are what is allowed and not recommended, each a sentence for the log of a start.
func (c *Config) Warnings() []string {
	var all []string
	if c.Policy.Rules.Needs("", "", catalog.Critical) < workflow.CriticalApprovals {
		all = append(all, "one approval is enough for an app that can take control of a tenant; two are recommended: set "+
			"policy.approvals to {critical: 2}")
	}
	if !c.Policy.Rules.ListsIssuers() {
		all = append(all, "no rule lists whose tokens apps may trust, so a federated credential of any GitHub organization can be "+
			"approved; list yours under federated of a rule in policy.rules")
	}
	return all
}

// names lists some for a hint.
func names(all []string) string { return strings.Join(all, ", ") }
