package packfile

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// compiled is the schema, as an editor has it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("pack.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("pack.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// value is a pack as JSON has it.
func value(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheSchemaTakesEveryPack(t *testing.T) {
	s := compiled(t)
	for _, e := range library(t).all {
		text, err := pack.Files.ReadFile(e.file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(value(t, text)); err != nil {
			t.Errorf("%s: %v", e.file, err)
		}
		if !bytes.HasPrefix(text, []byte("# yaml-language-server: $schema=pack.schema.json\n")) {
			t.Errorf("%s does not name its schema in the first line", e.file)
		}
	}
	if err := s.Validate(value(t, []byte(good))); err != nil {
		t.Error(err)
	}
}

func TestTheSchemaSeesWhatOneMappingCanTell(t *testing.T) {
	s := compiled(t)
	for _, m := range mistakes {
		if m.onlyHere {
			continue
		}
		if err := s.Validate(value(t, []byte(m.text))); err == nil {
			t.Errorf("the schema takes a pack of which is said: %s", m.says)
		}
	}
}

// An object is a JSON Schema of a mapping.
type object struct {
	AdditionalProperties *bool
	Required             []string
	Properties           map[string]struct{ Enum []string }
	Enum                 []string
}

func TestSchemaAndParserKnowTheSameKeys(t *testing.T) {
	var all struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &all); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		schema object
		keys   []key
	}{
		"the pack":      {all.object, new(file).keys()},
		"redirect":      {all.Defs["redirect"], new(redirect).keys()},
		"field":         {all.Defs["field"], new(field).keys()},
		"scope":         {all.Defs["scope"], new(scope).keys()},
		"workload":      {all.Defs["workload"], new(workload).keys()},
		"permission":    {all.Defs["permission"], new(permission).keys()},
		"directoryRole": {all.Defs["directoryRole"], new(directoryRole).keys()},
		"azureRole":     {all.Defs["azureRole"], new(azureRole).keys()},
		"credential":    {all.Defs["credential"], new(credential).keys()},
	} {
		var known, needed []string
		for _, k := range c.keys {
			known = append(known, k.name)
			if k.need {
				needed = append(needed, k.name)
			}
		}
		slices.Sort(known)
		slices.Sort(needed)
		if got := slices.Sorted(maps.Keys(c.schema.Properties)); !slices.Equal(got, known) {
			t.Errorf("%s: the schema knows %v, the parser %v", name, got, known)
		}
		if got := slices.Sorted(slices.Values(c.schema.Required)); !slices.Equal(got, needed) {
			t.Errorf("%s: the schema needs %v, the parser %v", name, got, needed)
		}
		if c.schema.AdditionalProperties == nil || *c.schema.AdditionalProperties {
			t.Errorf("%s: the schema takes unknown keys", name)
		}
	}
	for name, c := range map[string]struct{ schema, parser []string }{
		"audience":        {all.Properties["audience"].Enum, plan.Audiences},
		"platform":        {all.Properties["platform"].Enum, platforms},
		"redirects":       {all.Defs["redirect"].Properties["platform"].Enum, platforms},
		"kind":            {all.Defs["kind"].Enum, kinds},
		"service":         {all.Defs["workload"].Properties["service"].Enum, plan.Services},
		"resource":        {all.Defs["permission"].Properties["resource"].Enum, names(resources)},
		"type":            {all.Defs["permission"].Properties["type"].Enum, types},
		"risk":            {all.Defs["permission"].Properties["risk"].Enum, risks},
		"directory roles": {all.Defs["directoryRole"].Properties["name"].Enum, names(directoryRoles)},
		"Azure roles":     {all.Defs["builtin"].Enum, names(azureRoles)},
	} {
		if got, want := slices.Sorted(slices.Values(c.schema)), slices.Sorted(slices.Values(c.parser)); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the parser %v", name, got, want)
		}
	}
}

func TestTheResourcesAreTheCatalogues(t *testing.T) {
	seen := map[string]bool{"self": true}
	for _, p := range catalog.All() {
		seen[p.Resource] = true
		if resources[p.Resource] != p.ResourceAppID {
			t.Fatalf("%s is %s in the catalogue", p.Resource, p.ResourceAppID)
		}
	}
	if len(seen) != len(resources) {
		t.Errorf("known are %s, and the catalogue has %v", strings.Join(names(resources), ", "), seen)
	}
}
