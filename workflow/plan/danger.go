package plan

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// A Danger is something that a plan gives the app, and how dangerous that is.
type Danger struct {
	Name string // "RoleManagement.ReadWrite.Directory"
	Of   string // "Microsoft Graph", "the directory", "Azure"
	catalog.Tier
}

// Dangers are all that the plan gives the app, the worst first.
func (p Plan) Dangers() []Danger {
	var all []Danger
	for _, q := range p.Permissions {
		all = append(all, Danger{q.Name, q.Resource, q.Tier()})
	}
	for _, r := range p.DirectoryRoles {
		all = append(all, Danger{r.Name, "the directory", r.Tier()})
	}
	for _, r := range p.AzureRoles {
		all = append(all, Danger{r.Name, "Azure", r.Tier()})
	}
	slices.SortStableFunc(all, func(a, b Danger) int { return b.Risk.Weight() - a.Risk.Weight() })
	return all
}

// Risk is the risk of the plan as a whole: that of the worst that it gives the app. An app
// that is given nothing is low.
func (p Plan) Risk() catalog.Risk {
	if all := p.Dangers(); len(all) > 0 {
		return all[0].Risk
	}
	return catalog.Low
}

// Worst are those of the plan's dangers that make it what it is as a whole.
func (p Plan) Worst() []Danger {
	all, risk := p.Dangers(), p.Risk()
	return slices.DeleteFunc(all, func(d Danger) bool { return d.Risk != risk })
}
