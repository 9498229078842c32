package bot_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/entra-app/entra-app/bot"
)

func TestTheManifestIsWhatSlackTakes(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "manifest.schema.1.0.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	// Go's regular expressions have no look-ahead; it is in patterns for domains, of which we have none.
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.ReplaceAll(raw, []byte(`(?![\\.\\-])`), nil)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("manifest.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string][]byte{"socket": bot.Manifest(""), "http": bot.Manifest("https://bot.contoso.com/")} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(m))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
