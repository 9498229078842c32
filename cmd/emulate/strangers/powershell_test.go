package strangers

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/people"
)

// There is no PowerShell in Debian's packages or npm's. What is there is the grammar with which editors read it: the
// exported scripts have to be programs for it, whatever is written in them. What they send is compared with what the
// scripts for bash send in workflow/manifest.
func TestTheExportedPowerShellIsPowerShell(t *testing.T) {
	plan := small("7d1f2b3c-0000-4000-8000-00000000000a")
	plan.AppName = "it's \u2018a\u2019 $(x) `n\n# \U0001f600"
	plan.Owners = []people.Person{{Name: "O'Hara", Email: "bea.o'hara@contoso.com"}}
	hostile, err := manifest.Script(plan, manifest.PowerShell)
	if err != nil {
		t.Fatal(err)
	}
	scripts := map[string]string{"hostile.ps1": hostile,
		"broken.ps1": strings.Replace(hostile, "Write-Host 'Register", "Write-Host ('Register", 1)}
	for _, name := range []string{"script.ps1", "secret.ps1", "ews.ps1"} {
		scripts[name] = read(t, "../../../workflow/manifest/testdata/"+name)
	}
	dir, args := t.TempDir(), []string{}
	for name, text := range scripts {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	path, err := filepath.Abs("testdata/powershell.cjs")
	if err != nil {
		t.Fatal(err)
	}
	said := start(t, []string{"NODE_PATH=" + modules(t)}, "node", append([]string{path}, args...)...).ends(t)
	verdict := regexp.MustCompile(`(\w+\.ps1): (\d+) commands, wrong at \[(.*)\]`).FindAllStringSubmatch(said, -1)
	if len(verdict) != len(scripts) {
		t.Fatalf("it said %s", said)
	}
	for _, v := range verdict {
		if n, _ := strconv.Atoi(v[2]); n < 5 || (v[3] != "") != (v[1] == "broken.ps1") {
			t.Errorf("%s has %d commands, and is wrong at [%s]", v[1], n, v[3])
		}
	}
}
