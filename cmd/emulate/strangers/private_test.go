package strangers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/entra-app/entra-app/cmd/emulate/world"
)

// A machine is where Microsoft's host names lead to an emulated directory: some clients insist on these. It is a
// mount namespace with a hosts file of its own, so nothing else on this machine is misled.
type machine struct {
	*world.Entra
	hosts string
	env   []string
}

var machines atomic.Int32

// microsoft starts a directory under Microsoft's names.
func microsoft(t *testing.T, file []byte) *machine {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "run as root: this test needs a mount namespace, and port 443 of a loopback address")
	}
	if out, err := exec.Command("unshare", "--mount", "true").CombinedOutput(); err != nil {
		missing(t, "no mount namespace can be made: %v %s", err, out)
	}
	address := fmt.Sprintf("127.77.0.%d", machines.Add(1))
	e, trust := directory(t, world.EntraOptions{Listen: address + ":443", Microsoft: true, World: file})
	hosts := filepath.Join(t.TempDir(), "hosts")
	lines := []string{"127.0.0.1 localhost"}
	for _, h := range world.MicrosoftHosts {
		lines = append(lines, address+" "+h)
	}
	if err := os.WriteFile(hosts, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return &machine{e, hosts, trust}
}

// start starts a program on the machine.
func (m *machine) start(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	p := start(t, append(env, m.env...), "unshare", append([]string{"--mount", "sh", "-c", `mount --bind "$0" /etc/hosts && exec "$@"`, m.hosts}, args...)...)
	p.name = strings.Join(args, " ")
	return p
}
