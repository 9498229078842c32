package packfile

import (
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
)

func TestEveryRoleThatAPackMayNameIsTiered(t *testing.T) {
	for name, id := range directoryRoles {
		if got, tier := catalog.DirectoryRole(id); got != name {
			t.Errorf("%s of the directory is %q there, and %s", name, got, tier.Risk)
		}
	}
	for name, id := range azureRoles {
		if got, tier := catalog.AzureRole(id, nil, nil); got != name {
			t.Errorf("%s in Azure is %q there, and %s", name, got, tier.Risk)
		}
	}
}
