// Package pack has the products that an app can be asked for: one YAML file
// each, embedded, and checked against the catalogue of permissions.
package pack

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

//go:embed *.yaml
var files embed.FS

// order is the one that the form offers them in.
var order = []string{"vbo365", "custom"}

// file is a pack as it is written.
type file struct {
	Name         string       `yaml:"name"`
	Title        string       `yaml:"title"`
	Summary      string       `yaml:"summary"`
	Audience     string       `yaml:"audience"`
	RedirectURIs []string     `yaml:"redirectUris"`
	Custom       bool         `yaml:"custom"`
	Lifetime     string       `yaml:"lifetime"`
	Permissions  []permission `yaml:"permissions"`
	NextSteps    []string     `yaml:"nextSteps"`
}

type permission struct {
	Resource string       `yaml:"resource"`
	Type     catalog.Type `yaml:"type"`
	Name     string       `yaml:"name"`
	Why      string       `yaml:"why"`
}

// All returns the embedded products, in the order that the form offers them in.
func All() ([]workflow.Product, error) {
	var all []workflow.Product
	for _, name := range order {
		b, err := fs.ReadFile(files, name+".yaml")
		if err != nil {
			return nil, err
		}
		p, err := Parse(name+".yaml", b)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Parse reads one pack. Unknown keys and unknown permissions are errors that
// name the file.
func Parse(name string, b []byte) (workflow.Product, error) {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return workflow.Product{}, fmt.Errorf("%s: %w", name, err)
	}
	lifetime, err := time.ParseDuration(f.Lifetime)
	switch {
	case err != nil:
		return workflow.Product{}, fmt.Errorf("%s: lifetime: %w", name, err)
	case f.Name == "" || f.Name+".yaml" != path.Base(name):
		return workflow.Product{}, fmt.Errorf("%s: name is %q, and has to be the file's", name, f.Name)
	case f.Title == "" || f.Audience == "" || len(f.NextSteps) == 0:
		return workflow.Product{}, fmt.Errorf("%s: title, audience and nextSteps have to be given", name)
	case f.Custom == (len(f.Permissions) > 0):
		return workflow.Product{}, fmt.Errorf("%s: a pack has either permissions or custom: true", name)
	}
	p := workflow.Product{
		Name: f.Name, Title: f.Title, Summary: f.Summary, Audience: f.Audience, RedirectURIs: f.RedirectURIs,
		Custom: f.Custom, Lifetime: lifetime, NextSteps: f.NextSteps,
	}
	for _, q := range f.Permissions {
		id, ok := catalog.ResourceAppID(q.Resource)
		if !ok {
			return workflow.Product{}, fmt.Errorf("%s: %s: resource %q is not known", name, q.Name, q.Resource)
		}
		need, err := workflow.Need(id, q.Type, q.Name, q.Why)
		if err != nil {
			return workflow.Product{}, fmt.Errorf("%s: %w", name, err)
		}
		p.Permissions = append(p.Permissions, need)
	}
	return p, nil
}
