package manifest

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// What stands around a manifest, and around the values in it, because of where it was
// copied from: a message in Markdown, a script, PowerShell, a web page.

var (
	fenceBefore = regexp.MustCompile("^(`+|~~~+)[ \\t]*[A-Za-z0-9_+-]*[ \\t]*(\r?\n|[\\[{]|$)")
	fenceAfter  = regexp.MustCompile("(`+|~~~+)$")
)

// bare is the manifest without the fence around it and the semicolon after it. fixed is
// what was left out.
func bare(b []byte) (out []byte, fixed []string) {
	if m := fenceBefore.FindSubmatchIndex(b); m != nil {
		fixed = []string{fixedFence}
		b = bytes.TrimSpace(fenceAfter.ReplaceAll(b[m[4]:], nil))
	}
	if cut := bytes.TrimRight(b, "; \t\r\n"); len(cut) < len(b) && bytes.HasSuffix(b, []byte(";")) {
		b, fixed = cut, append(fixed, fixedEnd)
	}
	return b, fixed
}

// A peeler removes what is around names, lists and identifiers, and notes what it put right.
type peeler struct{ fixes }

// inside takes lists out of the objects that Graph and Windows PowerShell put around them,
// and cleans identifiers.
func (p *peeler) inside(v any) {
	switch v := v.(type) {
	case object:
		for i := range v {
			v[i].value = p.unwrapped(v[i].value)
			if identifiers[v[i].name] {
				v[i].value = p.identifier(v[i].value)
			}
			p.inside(v[i].value)
		}
	case []any:
		for i := range v {
			v[i] = p.unwrapped(v[i])
			p.inside(v[i])
		}
	}
}

// unwrapped is the list in {"value": […]}, as Graph answers one, or in
// {"value": […], "Count": 1}, as ConvertTo-Json of Windows PowerShell 5.1 writes one.
func (p *peeler) unwrapped(v any) any {
	for {
		o, _ := v.(object)
		inner := o.of("value")
		_, isList := inner.([]any)
		counted := false
		for _, f := range o {
			switch {
			case strings.EqualFold(f.name, "Count"):
				counted = true
			case f.name != "value" && f.name != "@odata.context" && f.name != "@odata.count":
				return v
			}
		}
		if !isList && !counted || !slices.ContainsFunc(o, func(f field) bool { return f.name == "value" }) {
			return v
		}
		p.fix(fixedWrapped)
		v = inner
	}
}

// identifiers are the properties whose values are looked up, and not names that people gave.
var identifiers = map[string]bool{
	"resourceAppId": true, "id": true, "appId": true, "type": true, "delegatedPermissionIds": true, "permissionIds": true,
	"signInAudience": true, "allowedMemberTypes": true, "usage": true,
}

// identifier is an identifier, or a list of them, as it is looked up.
func (p *peeler) identifier(v any) any {
	switch v := v.(type) {
	case string:
		clean := cleaned(v)
		if clean != v {
			p.fix(fixedIDs)
		}
		return clean
	case []any:
		for i := range v {
			if s, ok := v[i].(string); ok {
				v[i] = p.identifier(s)
			}
		}
	}
	return v
}

func cleaned(s string) string { return strings.TrimSpace(strings.Map(usualRune, s)) }

// usualRune is a rune as identifiers have it: web pages and editors put others in its place.
func usualRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Pd, r), r == '\u2212': // dashes, and the sign for minus
		return '-'
	case !unicode.IsPrint(r), r == '\u115f', r == '\u3164':
		return -1
	}
	return r
}
