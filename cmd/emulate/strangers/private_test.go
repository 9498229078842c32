package strangers

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

// microsoft starts a directory under Microsoft's names.
func microsoft(t *testing.T, file []byte) *machine {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "run as root: this test needs a mount namespace, and port 443 of a loopback address")
	}
	if out, err := exec.Command("unshare", "--mount", "true").CombinedOutput(); err != nil {
		missing(t, "no mount namespace can be made: %v %s", err, out)
	}
	var (
		address string
		e       *world.Entra
		trust   []string
		err     error
	)
	for range 20 {
		address = loopback()
		e, trust, err = tryDirectory(t, world.EntraOptions{Listen: address + ":443", Microsoft: true, World: file})
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	hosts := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, []byte(world.Hosts(address)), 0o644); err != nil {
		t.Fatal(err)
	}
	return &machine{e, hosts, trust}
}

// loopback is any address of this machine's own outside 127.0.0.0/16. Others who run these tests here have theirs.
func loopback() string {
	return fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
}

// start starts a program on the machine.
func (m *machine) start(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	p := start(t, append(env, m.env...), "unshare",
		append([]string{"--mount", "sh", "-c", `mount --bind "$0" /etc/hosts && exec "$@"`, m.hosts}, args...)...)
	p.name = strings.Join(args, " ")
	return p
}
