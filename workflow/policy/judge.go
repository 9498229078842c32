package policy

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// A Case is what is judged: who asks, where, for what.
type Case struct {
	Tenant, Pack string
	By, Name     string // Slack ID and name of who asks
	Channel      string // Slack ID of the request's team
	// In says whether that person is in a user group, and whether that is known; nil is that nothing is.
	In    func(group, user string) (in, known bool)
	Gives plan.Plan // what the app gets
	Risk  catalog.Risk
	Now   time.Time
}

// About is what a No is about.
type About string

const (
	AboutAsker      About = "asker"
	AboutPack       About = "pack"
	AboutPermission About = "permission"
	AboutRole       About = "role"
	AboutCredential About = "credential"
	AboutLifetime   About = "lifetime"
	AboutRedirect   About = "redirect"
	AboutIssuer     About = "issuer"
	AboutSubject    About = "subject"
)

// A No is one thing that a rule is against, as a sentence. Rule is nil where it is against what no rule lists.
type No struct {
	About About
	Text  string
	Rule  *Rule
}

// A Verdict is what the rules say. It is yes where there is no No.
type Verdict struct {
	No        []No
	Yes       []*Rule // those that list what has to be listed
	Approvals int
	Raised    []*Rule // those that ask for so many, where that is more than one
}

// Title names a rule for people.
func (r *Rule) Title() string {
	where := fmt.Sprintf("line %d of the configuration", r.Line)
	if r.Name == "" {
		return "the rule on " + where
	}
	return fmt.Sprintf("the rule “%s”, %s", r.Name, where)
}

// At is where a rule stands, as editors take it.
func (r *Rule) At() string { return fmt.Sprintf("%s:%d", r.File, r.Line) }

// Judge says whether something may be asked for and carried out, and how many have to agree.
func (r *Rules) Judge(c Case) Verdict {
	v := Verdict{Approvals: r.Needs(c.Tenant, c.Pack, c.Risk)}
	if r == nil {
		return v
	}
	rules := r.about(c.Tenant, c.Pack)
	for _, rule := range rules {
		if v.Approvals > 1 && rule.Approvals.most(c.Risk) == v.Approvals {
			v.Raised = append(v.Raised, rule)
		}
	}
	v.asker(c, rules)
	for _, rule := range rules {
		v.forbidden(c, rule)
		v.lifetimes(c, rule)
	}
	if c.Gives.Credential.Federated != (plan.FederatedIssuer{}) && r.ListsIssuers() {
		v.issuer(c, rules)
	}
	return v
}

func (v *Verdict) no(about About, rule *Rule, format string, args ...any) {
	v.No = append(v.No, No{about, fmt.Sprintf(format, args...), rule})
}

// asker judges who asks, and for which team.
func (v *Verdict) asker(c Case, rules []*Rule) {
	var lists, unknown bool
	var last, by *Rule
	for _, rule := range rules {
		for _, id := range rule.MayNotAsk {
			switch in, known := c.is(id); {
			case in:
				v.no(AboutAsker, rule, "%s may not ask for %s in %s: %s.", c.who(), c.Pack, c.Tenant, rule.Title())
				return
			case !known:
				v.no(AboutAsker, rule, "It is not known whether %s is in the user group %s, which may not ask for %s in %s (%s).",
					c.who(), id, c.Pack, c.Tenant, rule.Title())
				return
			}
		}
		for _, id := range rule.MayAsk {
			lists, last = true, rule
			switch in, known := c.is(id); {
			case in && by == nil:
				by = rule
			case !known:
				unknown = true
			}
		}
	}
	switch {
	case by != nil:
		v.Yes = append(v.Yes, by)
	case unknown:
		v.no(AboutAsker, last, "It is not known whether %s is in a user group that may ask for %s in %s (%s). Try again later.",
			c.who(), c.Pack, c.Tenant, last.Title())
	case lists:
		v.no(AboutAsker, last, "%s is not on the list of those who may ask for %s in %s: %s.", c.who(), c.Pack, c.Tenant,
			last.Title())
	}
}

// who is the asker, for people.
func (c Case) who() string { return cmp.Or(c.Name, c.By) }

// is reports whether the asker is who an ID names: a person, a channel or a user group; and whether that is known.
func (c Case) is(id string) (is, known bool) {
	switch {
	case strings.HasPrefix(id, "S"):
		if c.In == nil {
			return false, false
		}
		return c.In(id, c.By)
	case strings.HasPrefix(id, "C"), strings.HasPrefix(id, "G"):
		return id == c.Channel, true
	}
	return id == c.By, true
}

// forbidden judges what one rule forbids.
func (v *Verdict) forbidden(c Case, rule *Rule) {
	f, in := rule.Forbid, c.Tenant
	if _, bad := oneOf(f.Packs, c.Pack); bad {
		v.no(AboutPack, rule, "Nobody may ask for %s in %s: %s.", c.Pack, in, rule.Title())
	}
	for _, q := range c.Gives.Permissions {
		if slices.ContainsFunc(f.Permissions, func(p PermissionPattern) bool {
			return p.Covers(q.Resource, q.ResourceAppID, q.Type, q.Name)
		}) {
			v.no(AboutPermission, rule, "No app may have the %s permission %s of %s in %s: %s.", strings.ToLower(string(q.Type)), q.Name,
				q.Resource, in, rule.Title())
		}
	}
	for _, q := range c.Gives.DirectoryRoles {
		if _, bad := oneOf(f.DirectoryRoles, q.Name, q.TemplateID); bad {
			v.no(AboutRole, rule, "No app may have the directory role %s in %s: %s.", q.Name, in, rule.Title())
		}
	}
	for _, q := range c.Gives.AzureRoles {
		if _, bad := oneOf(f.AzureRoles, q.Name, q.ID); bad {
			v.no(AboutRole, rule, "No app may have the role %s in Azure in %s: %s.", q.Name, in, rule.Title())
		}
	}
	if slices.Contains(f.Credentials, string(c.Gives.Credential.Kind)) {
		v.no(AboutCredential, rule, "No app may have a credential of the kind %s in %s: %s.", c.Gives.Credential.Kind, in, rule.Title())
	}
	if len(f.RedirectHosts) > 0 {
		v.redirects(c, rule)
	}
}

// redirects judges where answers to a sign-in may be sent. An address without a host that can be read is refused.
func (v *Verdict) redirects(c Case, rule *Rule) {
	for _, uri := range slices.Concat(c.Gives.RedirectURIs, c.Gives.SPARedirectURIs, c.Gives.PublicRedirectURIs) {
		u, err := url.Parse(uri)
		if err != nil {
			v.no(AboutRedirect, rule, "The host of the redirect URI %s can't be read, and some are forbidden in %s: %s.", uri, c.Tenant,
				rule.Title())
			continue
		}
		host := strings.TrimSuffix(u.Hostname(), ".")
		if _, bad := oneOf(rule.Forbid.RedirectHosts, host); bad {
			v.no(AboutRedirect, rule, "No redirect URI may lead to %s in %s: %s.", host, c.Tenant, rule.Title())
		}
	}
}

// lifetimes judges how long a credential lives.
func (v *Verdict) lifetimes(c Case, rule *Rule) {
	cred := c.Gives.Credential
	judge := func(what string, lives, most time.Duration) {
		if most > 0 && lives > most {
			v.no(AboutLifetime, rule, "%s of an app of %s risk may be valid for at most %s in %s: %s.", what, c.Risk, text.Days(most),
				c.Tenant, rule.Title())
		}
	}
	lives := cred.Lifetime
	if end := cred.Certificate.NotAfter; !end.IsZero() {
		lives = end.Sub(c.Now)
	}
	if cred.Kind.Noun() == "certificate" {
		judge("A certificate", lives, rule.CertificateMax.least(c.Risk))
	} else {
		judge("A secret", lives, rule.SecretMax.least(c.Risk))
	}
}

// ListsIssuers reports whether any rule says whose tokens apps may trust. From then on nobody else's are, in no tenant and for
// no pack: a list that was made for one of them shows that the operator means to say so, and who is not on it is unknown.
func (r *Rules) ListsIssuers() bool {
	return r != nil && slices.ContainsFunc(r.List, func(rule Rule) bool { return len(rule.Federated) > 0 })
}

// issuer judges whose tokens the app trusts. Entra compares issuer and subject character by character, and so do the patterns.
func (v *Verdict) issuer(c Case, rules []*Rule) {
	f := c.Gives.Credential.Federated
	var near *Rule
	for _, rule := range rules {
		for _, listed := range rule.Federated {
			if !matches(listed.Issuer, f.Issuer) {
				continue
			}
			near = rule
			if slices.ContainsFunc(listed.Subjects, func(s string) bool { return matches(s, f.Subject) }) {
				v.Yes = append(v.Yes, rule)
				return
			}
		}
	}
	if near != nil {
		v.no(AboutSubject, near, "The subject %s is not on the list of those that apps may trust in %s: %s.", text.Clip(f.Subject, 200),
			c.Tenant, near.Title())
		return
	}
	v.no(AboutIssuer, nil, "The issuer %s is not on any list of those that apps may trust in %s.", text.Clip(f.Issuer, 200), c.Tenant)
}
