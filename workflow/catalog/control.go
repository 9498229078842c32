package catalog

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// control.json is what leads to control of the tenant: permissions with which an app can
// widen its own rights, take over accounts, apps, agents or devices, or decide who may sign
// in and how; and those that open all mail or all files. Each has what it allows, how one
// gets from it to Global Administrator, and the public page that says so. A permission is
// critical if it is there, and there alone; the sentences are ours.

//go:embed control.json
var controlData []byte

// azureADGraph is the predecessor of Microsoft Graph, whose permissions old apps still have:
// those of the same names allow the same.
const azureADGraph = "00000002-0000-0000-c000-000000000000"

var controls = sync.OnceValue(func() map[key]Tier {
	m, err := readControls(controlData)
	if err != nil {
		panic("catalog: control.json: " + err.Error()) // embedded: cannot differ from what the tests saw
	}
	return m
})

// A control is some permissions of one resource that allow the same.
type control struct {
	Resource string   `json:"resource"` // as in keys; Microsoft Graph's where it is empty
	Names    []string `json:"names"`
	Types    []Type   `json:"types"` // both where it is empty
	Why      string   `json:"why"`
	How      string   `json:"how"`
	Source   string   `json:"source"` // the name of a page
}

func readControls(data []byte) (map[key]Tier, error) {
	var f struct {
		Sources     map[string]string `json:"sources"`
		Permissions []control         `json:"permissions"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	m := map[key]Tier{}
	for _, c := range f.Permissions {
		page, known := f.Sources[c.Source]
		resources, ok := c.resources()
		if !known || !ok || c.Why == "" || c.How == "" {
			return nil, fmt.Errorf("%v: the resource, the page or a sentence is missing", c.Names)
		}
		types := c.Types
		if types == nil {
			types = []Type{Application, Delegated}
		}
		for _, name := range c.Names {
			for _, r := range resources {
				for _, t := range types {
					how := c.How
					if t == Delegated {
						how = "With an administrator signed in, " + strings.ToLower(how[:1]) + how[1:]
					}
					m[key{r, t, strings.ToLower(name)}] = Tier{Risk: Critical, Why: c.Why, How: how, Source: page}
				}
			}
		}
	}
	return m, nil
}

// resources are the application IDs that c is about.
func (c control) resources() ([]string, bool) {
	if c.Resource == "" {
		return []string{MicrosoftGraph, azureADGraph}, true
	}
	for id, s := range short {
		if s == c.Resource {
			return []string{id}, true
		}
	}
	return nil, false
}
