package packfile

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What is allowed in a pack. Lengths are what Slack and Entra can show.
const (
	titleMax     = 75
	proseMax     = 300
	stepMax      = 1000
	guideMax     = 8000
	workloadsMax = 10
	approvalsMax = 9
)

var (
	platforms = []string{string(plan.Web), string(plan.SPA), string(plan.PublicClient)}
	kinds     = []string{string(plan.CredentialSecret), string(plan.CredentialCertificate),
		string(plan.CredentialFederated), string(plan.CredentialNone)}
	packName    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	packVersion = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$`)
	placeholder = regexp.MustCompile(`\{[A-Za-z]+\}`)
	pageDate    = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$`)
	lifetime    = regexp.MustCompile(`^([0-9]{1,6}[hms])+$`)
)

// placeholders are what next steps may hold.
var placeholders = []string{"{appId}", "{tenantId}", "{thumbprint}", "{appName}"}

// Parse reads one pack. The error is document.Problems: all of them, each with its line.
func Parse(name string, b []byte) (pack.Product, error) {
	p, _, err := parse(name, b)
	return p, err
}

// parse is Parse, and where the version stands.
func parse(name string, b []byte) (pack.Product, place, error) {
	r := &reader{file: name}
	var f file
	root, problems := ofPack.Root(name, b)
	r.problems = problems
	if root == nil {
		if len(problems) == 0 {
			r.report(place{theWhole, 1}, "entra-app pack show vbo365 shows one that is complete", "is empty")
		}
		return pack.Product{}, place{}, r.problems.Sorted()
	}
	f.begin(theWhole, root.Line)
	r.mapping(root, "", f.keys())
	p := r.product(&f)
	if err := r.problems.Sorted(); err != nil {
		return pack.Product{}, f.version.place, err
	}
	return p, f.version.place, nil
}

// product checks what no single value can tell, and puts the product together.
func (r *reader) product(f *file) pack.Product {
	r.head(f)
	p := pack.Product{
		Name: f.name.s, Version: f.version.s, Title: f.title.s, Summary: f.summary.s, Audience: f.audience.s,
		Source: f.source.s, Checked: f.checked.s, Note: f.note.s,
		Platform: plan.Web, PublicClientFlows: f.publicClientFlows.on, Organization: f.organization.on, Custom: f.custom.on,
		OneWorkload: f.oneWorkload.on,
	}
	if f.platform.s != "" {
		r.oneOf(f.platform, platforms)
		p.Platform = plan.Platform(f.platform.s)
	}
	p.Approvals = r.approvals(f.approvals)
	r.templates(f, &p)
	p.RedirectURIs = r.redirects(f.redirectURIs, p.Platform)
	p.RedirectExample = r.example(f.redirectExample, p)
	p.RedirectRequired = r.required(f.redirectRequired, p)
	p.Scopes = r.exposed(f.scopes)
	p.Workloads = r.chosen(f)
	p.Credentials = r.offers(f.credentials)
	r.connectable(f, p)
	p.Permissions = r.permissions(f, p)
	p.DirectoryRoles = r.directoryRoles(f, p)
	p.AzureRoles = r.azureRoles(f, p)
	r.something(f)
	r.used(f)
	p.NextSteps = r.steps(f, p)
	p.Guide = r.guide(f.guide)
	return p
}

// approvals reads how many have to agree; nothing is 0.
func (r *reader) approvals(t text) int {
	if t.s == "" {
		return 0
	}
	n, err := strconv.Atoi(t.s)
	if err != nil || n < 1 || n > approvalsMax {
		r.report(t.place, fmt.Sprintf("write a number from 1 to %d", approvalsMax), "is %s", quote(t.s))
	}
	return n
}

func (r *reader) head(f *file) {
	if f.name.s != "" && !packName.MatchString(f.name.s) {
		r.report(f.name.place, "write small letters, digits and -, beginning with a letter, 40 at most", "is %s", quote(f.name.s))
	}
	if f.version.s != "" && !packVersion.MatchString(f.version.s) {
		r.report(f.version.place, "write numbers with dots, such as 8.5", "is %s", quote(f.version.s))
	}
	base := filepath.Base(r.file)
	if f.name.s != "" && base != f.name.s+".yaml" && base != f.name.s+"-"+f.version.s+".yaml" {
		r.report(f.name.place, fmt.Sprintf("call the file %s.yaml or %s-%s.yaml", f.name.s, f.name.s, f.version.s),
			"is %s, and the file is called %s", quote(f.name.s), quote(base))
	}
	r.long(f.title, titleMax)
	r.long(f.summary, proseMax)
	r.long(f.source, proseMax)
	r.long(f.note, stepMax)
	if f.checked.s != "" && !pageDate.MatchString(f.checked.s) {
		r.report(f.checked.place, "write the day of the page, as in 2026-07-03, or its month", "is %s, which is not a day",
			quote(f.checked.s))
	}
	if f.source.s != "" && f.checked.line == 0 {
		r.report(f.source.place, "add checked, with the day of the page", "is given without the day it was checked")
	}
	r.oneOf(f.audience, plan.Audiences)
}

// oneOf reports a value that is not one of names.
func (r *reader) oneOf(t text, names []string) bool {
	if t.s == "" {
		return false
	}
	if !slices.Contains(names, t.s) {
		r.report(t.place, meant(t.s, names), "is %s, which is not known", quote(t.s))
		return false
	}
	return true
}

// long reports a value that is longer than most characters.
func (r *reader) long(t text, most int) {
	if n := len([]rune(t.s)); n > most {
		r.report(t.place, "", "has %d characters; at most %d are allowed", n, most)
	}
}

// once reports a value that was there before.
func (r *reader) once(seen map[string]place, t text, value string) bool {
	if first, twice := seen[value]; twice {
		r.report(t.place, "delete one of them", "is the same as %s on line %d", first.at, first.line)
		return false
	}
	seen[value] = t.place
	return true
}

// offers reads credentials, the first of which the form suggests.
func (r *reader) offers(list []credential) []pack.Offer {
	var out []pack.Offer
	seen := map[string]place{}
	for _, c := range list {
		if !r.oneOf(c.kind, kinds) || !r.once(seen, c.kind, c.kind.s) {
			continue
		}
		o := pack.Offer{Kind: plan.CredentialKind(c.kind.s), Lifetime: r.duration(c.lifetime), Max: r.duration(c.max)}
		if !o.Kind.Expires() {
			for _, t := range append([]text{c.lifetime, c.max}, c.lifetimes...) {
				if t.line > 0 {
					r.report(t.place, "delete the line", "is for secrets and certificates; %s does not expire", c.kind.s)
				}
			}
		}
		if o.Max > 0 && o.Lifetime > o.Max {
			r.report(c.lifetime.place, "", "is %s, and max is %s", c.lifetime.s, c.max.s)
		}
		for _, t := range c.lifetimes {
			l := r.duration(t)
			if l > 0 && o.Max > 0 && l > o.Max {
				r.report(t.place, "", "is %s, and max is %s", t.s, c.max.s)
			}
			if l > 0 && slices.Contains(o.Lifetimes, l) {
				r.report(t.place, "delete the line", "is there twice")
			}
			o.Lifetimes = append(o.Lifetimes, l)
		}
		if len(c.lifetimes) > 0 && o.Lifetime > 0 && !slices.Contains(o.Lifetimes, o.Lifetime) {
			r.report(c.lifetime.place, "", "is %s, which is not one of lifetimes", c.lifetime.s)
		}
		out = append(out, o)
	}
	return out
}

// duration reads hours, minutes and seconds; nothing is 0.
func (r *reader) duration(t text) time.Duration {
	if t.s == "" {
		return 0
	}
	d, err := time.ParseDuration(t.s)
	if err != nil || !lifetime.MatchString(t.s) || d <= 0 {
		r.report(t.place, "write hours: 4320h is 180 days, 8760h is 12 months and 17520h is 24", "is %s, which is not a duration",
			quote(t.s))
		return 0
	}
	return d
}

// steps checks that each placeholder stands for something.
func (r *reader) steps(f *file, p pack.Product) []string {
	var out []string
	certain := !slices.ContainsFunc(p.Credentials, func(o pack.Offer) bool { return o.Kind != plan.CredentialCertificate })
	for _, t := range f.nextSteps {
		r.long(t, stepMax)
		for _, found := range placeholder.FindAllString(t.s, -1) {
			switch {
			case !slices.Contains(placeholders, found):
				r.report(t.place, meant(found, placeholders), "has %s, which is not a placeholder", found)
			case found == "{thumbprint}" && !certain:
				r.report(t.place, "offer certificates only, or speak of the certificate's thumbprint without the placeholder",
					"has {thumbprint}, and there may be no certificate")
			}
		}
		out = append(out, t.s)
	}
	return out
}

// something reports a pack that asks for nothing, and one that asks for
// permissions although the requester names them.
func (r *reader) something(f *file) {
	switch {
	case f.custom.on && len(f.permissions) > 0:
		r.report(f.custom.place, "delete custom, or the permissions",
			"is true, and there are permissions: the requester names them, or the pack does")
	case !f.custom.on && len(f.permissions)+len(f.directoryRoles)+len(f.azureRoles)+len(f.scopes) == 0:
		r.report(f.place, "add permissions, directoryRoles, azureRoles or scopes; or custom: true, with which the requester names the "+
			"permissions", "asks for nothing")
	}
}

// chosen reads the workloads.
func (r *reader) chosen(f *file) []pack.Workload {
	var out []pack.Workload
	seen := map[string]place{}
	for _, w := range f.workloads {
		r.long(w.title, titleMax)
		switch {
		case w.name.s == "":
			continue
		case !packName.MatchString(w.name.s):
			r.report(w.name.place, "write small letters, digits and -, beginning with a letter", "is %s", quote(w.name.s))
		}
		r.oneOf(w.service, plan.Services)
		if r.once(seen, w.name, w.name.s) {
			out = append(out, pack.Workload{Name: w.name.s, Title: w.title.s, Service: w.service.s})
		}
	}
	if len(f.workloads) > workloadsMax {
		r.report(f.workloads[workloadsMax].place, "", "is one too many; at most %d are allowed", workloadsMax)
	}
	if f.oneWorkload.on && len(f.workloads) < 2 {
		r.report(f.oneWorkload.place, "list two workloads or more, or delete the line",
			"is true, and there are no workloads to choose one from")
	}
	return out
}

// connectable reports a service that no backup server could be connected for.
func (r *reader) connectable(f *file, p pack.Product) {
	azure, organization := false, false
	for _, w := range f.workloads {
		azure = azure || w.service.s == plan.AzureService
		organization = organization || w.service.s != "" && w.service.s != plan.AzureService
		if azure && organization {
			r.report(w.service.place, "make two packs of it", "is %s: an app is that of an organization or an account in Azure, not both",
				quote(w.service.s))
			return
		}
	}
	if _, ok := p.Offer(plan.CredentialCertificate); ok {
		return
	}
	for _, w := range f.workloads {
		if w.service.s != "" {
			r.report(w.service.place, "offer the credential certificate, or delete the line",
				"is %s, and a backup server takes an app with a certificate only", quote(w.service.s))
		}
	}
}

// used reports a workload that changes nothing.
func (r *reader) used(f *file) {
	var all []text
	for _, p := range f.permissions {
		all = append(all, p.workloads...)
	}
	for _, d := range f.directoryRoles {
		all = append(all, d.workloads...)
	}
	for _, a := range f.azureRoles {
		all = append(all, a.workloads...)
	}
	for _, w := range f.workloads {
		if w.name.s != "" && !slices.ContainsFunc(all, func(t text) bool { return strings.EqualFold(t.s, w.name.s) }) {
			r.report(w.name.place, "name it under workloads of a permission or a role, or delete it",
				"is %s, which no permission or role is for", quote(w.name.s))
		}
	}
}
