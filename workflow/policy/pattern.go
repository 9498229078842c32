package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// matches reports whether s is what a pattern says: * stands for anything, also for nothing.
func matches(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[last])
}

// alike is matches without regard to capitals.
func alike(pattern, s string) bool { return matches(strings.ToLower(pattern), strings.ToLower(s)) }

// oneOf returns the first pattern that one of the names is like, or false.
func oneOf(patterns []string, names ...string) (string, bool) {
	for _, p := range patterns {
		if slices.ContainsFunc(names, func(n string) bool { return n != "" && alike(p, n) }) {
			return p, true
		}
	}
	return "", false
}

// A PermissionPattern is "Mail.*", "application Mail.*" or "Microsoft Graph: application Mail.*". The service may be its
// application ID.
type PermissionPattern struct {
	Resource string       // a pattern of its name, or its application ID; empty is any
	Type     catalog.Type // empty is both
	Name     string       // a pattern
}

// ParsePermission reads a pattern.
func ParsePermission(s string) (PermissionPattern, error) {
	p := PermissionPattern{Name: strings.TrimSpace(s)}
	if resource, rest, ok := strings.Cut(s, ":"); ok {
		p.Resource, p.Name = strings.TrimSpace(resource), strings.TrimSpace(rest)
	}
	if kind, name, ok := strings.Cut(p.Name, " "); ok {
		p.Name = strings.TrimSpace(name)
		switch {
		case strings.EqualFold(kind, string(catalog.Application)):
			p.Type = catalog.Application
		case strings.EqualFold(kind, string(catalog.Delegated)):
			p.Type = catalog.Delegated
		default:
			return p, fmt.Errorf("has %q, which is neither application nor delegated", kind)
		}
	}
	if p.Name == "" || strings.Contains(p.Name, " ") {
		return p, fmt.Errorf("is not the name of a permission")
	}
	return p, nil
}

func (p PermissionPattern) String() string {
	s := p.Name
	if p.Type != "" {
		s = strings.ToLower(string(p.Type)) + " " + s
	}
	if p.Resource != "" {
		s = p.Resource + ": " + s
	}
	return s
}

// Covers reports whether a permission on a service is what p says.
func (p PermissionPattern) Covers(resource, resourceAppID string, t catalog.Type, name string) bool {
	_, on := oneOf([]string{p.Resource}, resource, resourceAppID)
	return (on || p.Resource == "") && (p.Type == "" || p.Type == t) && alike(p.Name, name)
}
