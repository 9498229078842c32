package manifest

import (
	"os"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/cloud"
)

// services.md, section 7: az ad app permission admin-consent works in the public cloud only,
// not in Cloud Shell, is deprecated, and right after a service principal was made it races.
// So scripts and README consent with Graph, and a script tries again until Entra knows
// everywhere what is new.
func TestConsentIsGivenWithGraphAndWithPatience(t *testing.T) {
	for _, c := range cloud.All {
		bash, err := ScriptIn(c, rich(t), AzureCLI)
		if err != nil {
			t.Fatal(err)
		}
		ps, err := ScriptIn(c, rich(t), PowerShell)
		if err != nil {
			t.Fatal(err)
		}
		for script, patience := range map[string]string{bash: "patient az rest --method post ", ps: "Invoke-Patiently { Send-Graph POST "} {
			var consents int
			for line := range strings.Lines(script) {
				if !strings.Contains(line, "/appRoleAssignedTo") && !strings.Contains(line, "/oauth2PermissionGrants") {
					continue
				}
				if consents++; !strings.HasPrefix(line, patience) {
					t.Errorf("%s: this consents without patience: %s", c.Name, line)
				}
			}
			if consents != 5 || strings.Contains(script, "admin-consent") { // two roles, and the scopes of three services
				t.Errorf("%s: it consents %d times:\n%s", c.Name, consents, script)
			}
		}
	}
	for _, file := range []string{"../../README.md", "../../cmd/entra-app/README.md", "../../cmd/emulate/README.md"} {
		if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), "admin-consent") {
			t.Errorf("%s has the command: %v", file, err)
		}
	}
}
