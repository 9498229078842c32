package packs

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
	"github.com/entra-app/entra-app/workflow/text"
)

func list(c call) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tVERSION\tTITLE\tCREDENTIALS\tPERMISSIONS\tFROM")
	var older []string
	for _, p := range c.library.Offered() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, p.Version, p.Title, credentials(p), permissions(p), table(p, c.now))
		for _, v := range c.library.Versions(p.Name)[1:] {
			older = append(older, p.Name+"@"+v)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(older) > 0 {
		fmt.Fprintf(c.out, "\nOlder versions, to compare with: %s\n", strings.Join(older, ", "))
	}
	return nil
}

// table says of when the table is that a pack is from, and how old that makes it.
func table(p pack.Product, now time.Time) string {
	at, err := time.Parse(time.DateOnly, p.Checked)
	if err != nil {
		at, err = time.Parse("2006-01", p.Checked)
	}
	if err != nil {
		return "-"
	}
	months := (now.Year()-at.Year())*12 + int(now.Month()-at.Month())
	age := "new"
	switch {
	case months >= 24:
		age = fmt.Sprintf("%d years old", months/12)
	case months > 0:
		age = text.Count(months, "month") + " old"
	}
	return "table of " + at.Format("2006-01") + ", " + age
}

func credentials(p pack.Product) string {
	kinds := make([]string, len(p.Credentials))
	for i, o := range p.Credentials {
		kinds[i] = string(o.Kind)
	}
	return strings.Join(kinds, ", ")
}

// permissions counts what an app with every workload gets: one number for each
// credential where they differ.
func permissions(p pack.Product) string {
	if p.Custom {
		return "any"
	}
	var counts []string
	for _, o := range p.Credentials {
		choice := p.Choice()
		choice.Credential = o.Kind
		n := fmt.Sprint(len(p.Plan(choice).Permissions))
		if !slices.Contains(counts, n) {
			counts = append(counts, n)
		}
	}
	return strings.Join(counts, " or ")
}

func show(c call) error {
	name, version, _ := strings.Cut(c.args[0], "@")
	p, err := c.library.Find(name, version)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s %s: %s\n%s\n\n", p.Name, p.Version, p.Title, p.Summary)
	showSettings(c.out, p, c.library.Versions(name), c.now)
	showPermissions(c.out, p)
	showRoles(c.out, p)
	showScopes(c.out, p)
	showSteps(c.out, p)
	return nil
}

// showSettings prints what is said in one line each.
func showSettings(out io.Writer, p pack.Product, versions []string, now time.Time) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	row("Versions", strings.Join(versions, ", "))
	if p.Source != "" {
		row("From", p.Source+", "+table(p, now))
	}
	row("Note", p.Note)
	if ews := catalog.EWS(); slices.ContainsFunc(p.Permissions, func(n pack.Need) bool {
		return ews.Uses(n.ResourceAppID, n.Type, n.Name)
	}) {
		row(ews.Service, ews.Notice(now)+" From "+strings.Join(ews.Sources, ", ")+", "+ews.Checked)
	}
	row("Audience", p.Audience)
	row("Redirect URIs", strings.Join(p.RedirectURIs, ", "))
	row("Redirect URIs such as", p.RedirectExample)
	if p.RedirectRequired {
		row("Redirect URIs needed", "at least one")
	}
	if p.AsksRedirects() {
		row("Platform of redirect URIs", string(p.Platform))
	}
	for _, d := range p.Redirects {
		row("Redirect URIs of "+string(d.Platform), strings.Join(d.URIs, ", "))
	}
	for _, f := range p.Fields {
		like := ""
		if f.Example != "" {
			like = "such as " + f.Example
		}
		row("Field {"+f.Name+"}", joined(packfile.Asked(f), like))
	}
	if p.PublicClientFlows {
		row("Public client flows", "yes, with delegated permissions")
	}
	for i, o := range p.Credentials {
		name := "Credentials"
		if i > 0 {
			name = "or"
		}
		row(name, joined(string(o.Kind), packfile.Lifetimes(o)))
	}
	for i, k := range p.Workloads {
		name := "Workloads"
		switch {
		case i > 0 && p.OneWorkload:
			name = "or"
		case i > 0:
			name = "and"
		}
		row(name, joined(k.Name+": "+k.Title, packfile.Service(k)))
	}
	row("Approvals", fmt.Sprint(max(1, p.Approvals)))
	w.Flush()
}

// showPermissions prints the permissions, a group for each resource and type.
func showPermissions(out io.Writer, p pack.Product) {
	if p.Custom {
		fmt.Fprintln(out, "\nThe requester names the permissions, as far as the policy allows.")
	}
	var groups []string
	for _, n := range p.Permissions {
		if g := packfile.Group(n.Permission); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	for _, g := range groups {
		fmt.Fprintf(out, "\n%s\n", g)
		for _, n := range p.Permissions {
			if packfile.Group(n.Permission) == g {
				need(out, joined(n.Name, string(n.Risk)+" risk", packfile.For(n.Workloads), packfile.With(n.Credentials)), n.Why)
			}
		}
	}
}

func showRoles(out io.Writer, p pack.Product) {
	for i, n := range p.DirectoryRoles {
		if i == 0 {
			fmt.Fprintln(out, "\nDirectory roles of the app")
		}
		need(out, joined(n.Name, packfile.For(n.Workloads), packfile.With(n.Credentials)), n.Why)
	}
	for i, n := range p.AzureRoles {
		if i == 0 {
			fmt.Fprintln(out, "\nAzure roles on the subscriptions, resource groups or management groups that the requester names")
		}
		need(out, joined(n.Name, packfile.For(n.Workloads)), n.Why)
		for _, a := range n.Actions {
			fmt.Fprintln(out, "      action", a)
		}
		for _, a := range n.DataActions {
			fmt.Fprintln(out, "      data action", a)
		}
	}
}

func showScopes(out io.Writer, p pack.Product) {
	for i, s := range p.Scopes {
		if i == 0 {
			fmt.Fprintln(out, "\nScopes that it offers as api://{appId}")
		}
		who := "users may consent"
		if s.AdminsOnly {
			who = "only admins may consent"
		}
		need(out, joined(s.Name, who, s.Title), s.Words)
		for _, id := range s.PreAuthorized {
			fmt.Fprintln(out, "      pre-authorised", id)
		}
	}
}

// showSteps prints the guide, which has the next steps in it, or these alone.
func showSteps(out io.Writer, p pack.Product) {
	if guide := packfile.Guide(p); guide != "" {
		fmt.Fprintf(out, "\nStep by step\n\n%s\n", guide)
		return
	}
	fmt.Fprintln(out, "\nNext steps")
	for i, s := range p.NextSteps {
		fmt.Fprintf(out, "  %d. %s\n", i+1, s)
	}
}

// need prints something that is asked for, and why.
func need(out io.Writer, what, why string) { fmt.Fprintf(out, "  %s\n      %s\n", what, why) }

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

func diff(c call) error {
	older, err := c.library.Find(c.args[0], c.args[1])
	if err != nil {
		return err
	}
	newer, err := c.library.Find(c.args[0], c.args[2])
	if err != nil {
		return err
	}
	changes := packfile.Diff(older, newer)
	fmt.Fprintf(c.out, "%s: from %s to %s\n", older.Name, older.Version, newer.Version)
	if len(changes) == 0 {
		fmt.Fprintln(c.out, "\nNothing that an app needs has changed.")
	}
	group := ""
	for _, d := range changes {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(c.out, "\n%s\n", group)
		}
		says := d.Is
		switch d.Sign {
		case packfile.Removed:
			says = d.Was
		case packfile.Changed:
			says = "was " + d.Was + "; is " + d.Is
		}
		fmt.Fprintf(c.out, "%s %s\n", d.Sign, joined(d.Name, says))
		if d.Why != "" && d.Sign != packfile.Removed {
			fmt.Fprintln(c.out, "      "+d.Why)
		}
	}
	return nil
}
