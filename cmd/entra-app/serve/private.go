package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
)

// private refuses a store, its keys and a key file that others on this machine can read or write,
// and those in a directory in which others can put another file in their place. What is not there
// yet is made for its owner alone. On Windows modes say nothing of who may read.
func private(c config.Config) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	names := []string{c.Store, store.RingPath(c.Store)}
	if c.Key.IsZero() {
		names = append(names, c.KeyFile)
	}
	var errs []error
	dirs := map[string]bool{}
	for _, name := range names {
		errs = append(errs, ownersAlone(name))
		if dir := filepath.Dir(name); !dirs[dir] {
			dirs[dir] = true
			errs = append(errs, notForAll(dir))
		}
	}
	return errors.Join(errs...)
}

// ownersAlone refuses a file that more than its owner can read or write. The group may read one
// that is not ours: that is how we read what an orchestrator has mounted for us.
func ownersAlone(name string) error {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	loose := info.Mode().Perm() & 0o077
	if !ours(info) && !info.IsDir() {
		loose &^= 0o040
	}
	if loose == 0 {
		return nil
	}
	mode, what := "600", "file"
	if info.IsDir() {
		mode, what = "700", "directory"
	}
	return fmt.Errorf("%s has the mode %04o: others on this machine can get at it, and it is a %s with secrets\nhint: chmod %s %s\nhint: "+
		"where it is mounted from an orchestrator, have it mounted with mode 0400, for the user that runs entra-app", name,
		info.Mode().Perm(), what, mode, name)
}

// notForAll refuses a directory in which everybody can rename what is ours.
func notForAll(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&0o002 == 0 || info.Mode()&fs.ModeSticky != 0 {
		return nil // what is wrong with it is said when a file is opened
	}
	return fmt.Errorf("%s has the mode %04o: everybody on this machine can put other files in the place of the store and its key\n"+
		"hint: chmod o-w %s", dir, info.Mode().Perm(), dir)
}
