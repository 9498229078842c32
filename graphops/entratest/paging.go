package entratest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// filters names the properties that the documentation lets a list be filtered
// by, and the operators for each.
var filters = map[string]map[string]string{
	"application":                 {"appId": "eq in", "displayName": "eq in startswith", "id": "eq in", "identifierUris": "any", "publisherDomain": "eq startswith", "signInAudience": "eq", "tags": "any"},
	"servicePrincipal":            {"appId": "eq in startswith", "displayName": "eq in startswith", "id": "eq in", "servicePrincipalNames": "any", "servicePrincipalType": "eq", "accountEnabled": "eq", "tags": "any"},
	"oAuth2PermissionGrant":       {"clientId": "eq", "consentType": "eq", "principalId": "eq", "resourceId": "eq"},
	"appRoleAssignment":           {"resourceId": "eq"},
	"user":                        {"userPrincipalName": "eq in startswith", "mail": "eq in startswith", "displayName": "eq in startswith", "id": "eq in", "accountEnabled": "eq"},
	"directoryRole":               {"roleTemplateId": "eq", "displayName": "eq"},
	"unifiedRoleAssignment":       {"principalId": "eq in", "roleDefinitionId": "eq in", "directoryScopeId": "eq in"},
	"federatedIdentityCredential": {"name": "eq", "subject": "eq"},
	"directoryObject":             {"id": "eq in"},
}

// list answers with the items that the query asks for: in no order that can
// be relied on, as the documentation promises none, and at most a page.
func (c *call) list(typ, of string, items []object) (answer, error) {
	if f := c.query.Get("$filter"); f != "" {
		if strings.Contains(f, "keyCredentials/any") && !c.isAdvanced() {
			return answer{}, unsupported(typ, "keyCredentials")
		}
		keep, err := parseFilter(typ, f)
		if err != nil {
			return answer{}, err
		}
		items = slices.DeleteFunc(items, func(o object) bool { return !keep(o) })
	}
	top, seed, from := c.t.s.cfg.PageSize, c.t.s.chance().Uint64(), 0
	if q := c.query.Get("$top"); q != "" {
		n, err := strconv.Atoi(q)
		if err != nil || n < 1 || n > 999 {
			return answer{}, bad("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", q)
		}
		if top >= 100 || n < top { // a service may answer with less than was asked for
			top = n
		}
	}
	if q := c.query.Get("$skiptoken"); q != "" {
		b, _ := base64.RawURLEncoding.DecodeString(q)
		if _, err := fmt.Sscanf(string(b), "%d:%d", &seed, &from); err != nil {
			return answer{}, &problem{status: 400, code: "Directory_ExpiredPageToken", message: "The specified page token value has expired and can no longer be included in your request."}
		}
	}
	count := len(items)
	slices.SortFunc(items, func(a, b object) int { return cmp.Compare(shuffle(seed, a), shuffle(seed, b)) })
	result := object{"@odata.context": c.t.s.graphURL + "/v1.0/$metadata#" + of}
	if c.query.Get("$count") == "true" {
		result["@odata.count"] = count
	}
	items = items[min(from, len(items)):]
	if len(items) > top {
		items = items[:top]
		q := url.Values{}
		for k, v := range c.query {
			q[k] = v
		}
		q.Set("$skiptoken", base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%d", seed, from+top)))
		result["@odata.nextLink"] = c.t.s.graphURL + "/v1.0" + (&url.URL{Path: c.path}).EscapedPath() + "?" + q.Encode()
	}
	for i, o := range items {
		var err error
		if items[i], err = c.selected(typ, o); err != nil {
			return answer{}, err
		}
	}
	if items == nil {
		items = []object{}
	}
	result["value"] = items
	return ok(result)
}

func shuffle(seed uint64, o object) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %v", seed, o["id"])
	return h.Sum64()
}

// selected leaves what $select asks for.
func (c *call) selected(typ string, o object) (object, error) {
	q := c.query.Get("$select")
	if q == "" {
		return o, nil
	}
	out := object{}
	if t, ok := o["@odata.type"]; ok {
		out["@odata.type"] = t
		typ = strings.TrimPrefix(text(t), "#microsoft.graph.")
	}
	for _, name := range strings.Split(q, ",") {
		name = strings.TrimSpace(name)
		if _, known := types[typ][name]; !known && !c.t.novel[typ+"."+name] {
			return nil, &problem{status: 400, code: "BadRequest", message: fmt.Sprintf("Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, typ)}
		}
		out[name] = o[name]
	}
	return out, nil
}

const quoted = `'(?:[^']|'')*'`

var (
	andClause   = regexp.MustCompile(`^((?:[^']|` + quoted + `)*?)\s+and\s+(.*)$`)
	eqClause    = regexp.MustCompile(`^(\w+) eq (` + quoted + `|true|false|null|[0-9a-fA-F-]{36})$`)
	startClause = regexp.MustCompile(`^(?i:startswith)\(\s*(\w+)\s*,\s*(` + quoted + `)\s*\)$`)
	inClause    = regexp.MustCompile(`^(\w+) in \(((?:\s*` + quoted + `\s*,?)+)\)$`)
	anyClause   = regexp.MustCompile(`^(\w+)/any\((\w+):\s*(\w+) eq (` + quoted + `)\)$`)
	literal     = regexp.MustCompile(quoted)
	keyEnds     = regexp.MustCompile(`^keyCredentials/any\((\w+):\s*(\w+)/endDateTime (eq|ge|le) ([0-9TZ:.+-]+)\)$`)
)

// keyEnding finds objects by when one of their certificates ends. It is for advanced
// queries only. Source: Graph, "Advanced query capabilities on Microsoft Entra ID objects".
func keyEnding(op, literal string) (func(object) bool, error) {
	at, err := time.Parse(time.RFC3339Nano, literal)
	if err != nil {
		return nil, &problem{status: 400, code: "BadRequest", message: fmt.Sprintf("Invalid filter clause: '%s' is not an Edm.DateTimeOffset.", literal)}
	}
	return func(o object) bool {
		return slices.ContainsFunc(list(o["keyCredentials"]), func(v any) bool {
			end := ticks(text(v.(object)["endDateTime"]))
			return map[string]bool{"eq": end.Equal(at), "ge": !end.Before(at), "le": !end.After(at)}[op]
		})
	}, nil
}

// isAdvanced reports whether a query asks for the advanced capabilities.
func (c *call) isAdvanced() bool {
	return strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual") && c.query.Get("$count") == "true"
}

// parseFilter understands a eq b, startswith(a,'b'), a in ('b','c'),
// a/any(x:x eq 'b'), and these joined by and.
func parseFilter(typ, f string) (func(object) bool, error) {
	f = strings.TrimSpace(f)
	if m := andClause.FindStringSubmatch(f); m != nil {
		left, err := parseFilter(typ, m[1])
		if err != nil {
			return nil, err
		}
		right, err := parseFilter(typ, m[2])
		return func(o object) bool { return left(o) && right(o) }, err
	}
	var name, op string
	var values []string
	var is func(v any) bool
	equal := func(v any) bool {
		return slices.ContainsFunc(values, func(want string) bool { return strings.EqualFold(fmt.Sprint(v), want) })
	}
	if m := eqClause.FindStringSubmatch(f); m != nil {
		name, op, values, is = m[1], "eq", []string{unquote(m[2])}, equal
		if m[2] == "null" {
			is = func(v any) bool { return v == nil }
		}
	} else if m := startClause.FindStringSubmatch(f); m != nil {
		prefix := strings.ToLower(unquote(m[2]))
		name, op, is = m[1], "startswith", func(v any) bool { return strings.HasPrefix(strings.ToLower(text(v)), prefix) }
	} else if m := inClause.FindStringSubmatch(f); m != nil {
		for _, l := range literal.FindAllString(m[2], -1) {
			values = append(values, unquote(l))
		}
		name, op, is = m[1], "in", equal
	} else if m := keyEnds.FindStringSubmatch(f); m != nil && m[1] == m[2] && (typ == "application" || typ == "servicePrincipal") {
		return keyEnding(m[3], m[4])
	} else if m := anyClause.FindStringSubmatch(f); m != nil && m[2] == m[3] {
		values = []string{unquote(m[4])}
		name, op, is = m[1], "any", func(v any) bool { return slices.ContainsFunc(list(v), equal) }
	} else {
		return nil, &problem{status: 400, code: "BadRequest", message: fmt.Sprintf("Invalid filter clause: '%s'.", f)}
	}
	if ops, ok := filters[typ][name]; !ok {
		if _, known := types[typ][name]; !known {
			return nil, &problem{status: 400, code: "BadRequest", message: fmt.Sprintf("Invalid filter clause: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, typ)}
		}
		return nil, unsupported(typ, name)
	} else if !slices.Contains(strings.Fields(ops), op) {
		return nil, unsupported(typ, name)
	}
	return func(o object) bool { return is(o[name]) }, nil
}

func unsupported(typ, name string) error {
	return &problem{status: 400, code: "Request_UnsupportedQuery", message: fmt.Sprintf("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", name, typ)}
}

func unquote(l string) string {
	if len(l) >= 2 && l[0] == '\'' {
		return strings.ReplaceAll(l[1:len(l)-1], "''", "'")
	}
	return l
}
