package whole

import (
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// Risk is the highest of all that an app has: what somebody could do with it. What could not
// be read counts as high, as it may be anything.
func (a App) Risk() catalog.Risk {
	most := catalog.Low
	if len(a.Gaps) > 0 {
		most = catalog.High
	}
	for _, i := range a.Items() {
		if i.isPower() && i.Risk.Weight() > most.Weight() {
			most = i.Risk
		}
	}
	return most
}

// isPower reports whether an item is something that the app may do. How one comes to act as it,
// and who may change it, is not.
func (i Item) isPower() bool {
	switch i.Kind {
	case KindRole, KindGrant, KindDirectory, KindGroup, KindAzure:
		return true
	}
	return false
}

// riskOf is the risk of a permission. One that the catalogue does not know is high.
func riskOf(a App, r Resource, t catalog.Type, name string) catalog.Risk {
	if r.AppID != "" && strings.EqualFold(r.AppID, a.AppID) {
		return catalog.Low // in its own API
	}
	return catalog.TierOf(r.AppID, t, name).Risk
}

// riskOfDirectory is that of a directory role, active or eligible.
func riskOfDirectory(d DirectoryRole) catalog.Risk {
	_, tier := catalog.DirectoryRole(d.DefinitionID)
	return tier.Risk
}

// riskOfAzure is that of a role in Azure, given as in AzureRole: of a custom one, which has
// only a name or an ID of its own here, it is high.
func riskOfAzure(role string) catalog.Risk {
	_, tier := catalog.AzureRole(role, nil, nil)
	return tier.Risk
}
