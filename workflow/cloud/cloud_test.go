package cloud_test

import (
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/cloud"
)

func TestEveryCloudHasAllThatDependsOnIt(t *testing.T) {
	for _, c := range cloud.All {
		v := reflect.ValueOf(c)
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Type.Kind() == reflect.String && v.Field(i).String() == "" {
				t.Errorf("%s has no %s", c.Name, f.Name)
			}
		}
		for _, at := range []string{c.Authority, c.Graph, c.ARM, c.Admin} {
			if u, err := url.Parse(at); err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" {
				t.Errorf("%s: %s is no address of a service", c.Name, at)
			}
		}
		if found, ok := cloud.Named(c.Name); !ok || found != c {
			t.Errorf("%s is not found by its name", c.Name)
		}
	}
	if c, ok := cloud.Named(""); !ok || c != cloud.Public || cloud.Public.SetCLI() != nil {
		t.Errorf("without a name it is %+v", c)
	}
	if _, ok := cloud.Named("germany"); ok {
		t.Error("that one is closed")
	}
}

// The operator's table of clouds is this list.
func TestTheReadmeNamesEveryCloudWithItsCommands(t *testing.T) {
	readme, err := os.ReadFile("../../cmd/entra-app/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cloud.All {
		set := "–"
		if c.SetCLI() != nil {
			set = "`" + strings.Join(c.SetCLI(), "`, `") + "`"
		}
		row := "| `" + c.Name + "` | " + c.What + " | " + c.Admin + " | " + set + " |"
		if !strings.Contains(string(readme), row) {
			t.Errorf("cmd/entra-app/README.md has no row %s", row)
		}
	}
}
