package entratest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// filters names the properties that the documentation lets a list be filtered
// by, and the operators for each.
var filters = map[string]map[string]string{
	"application": {"appId": "eq in", "displayName": "eq in startswith", "id": "eq in", "identifierUris": "any",
		"publisherDomain": "eq startswith", "signInAudience": "eq", "tags": "any", "keyCredentials": "any"},
	"servicePrincipal": {"appId": "eq in startswith", "displayName": "eq in startswith", "id": "eq in",
		"servicePrincipalNames": "any", "servicePrincipalType": "eq", "accountEnabled": "eq", "tags": "any", "keyCredentials": "any"},
	"oAuth2PermissionGrant": {"clientId": "eq", "consentType": "eq", "principalId": "eq", "resourceId": "eq"},
	"appRoleAssignment":     {"resourceId": "eq"},
	"user": {"userPrincipalName": "eq in startswith endswith", "mail": "eq in startswith endswith",
		"displayName": "eq in startswith", "id": "eq in", "accountEnabled": "eq", "proxyAddresses": "any", "otherMails": "any"},
	"group":                          {"id": "eq in", "displayName": "eq startswith"},
	"directoryRole":                  {"roleTemplateId": "eq", "displayName": "eq"},
	"unifiedRoleAssignment":          {"principalId": "eq in", "roleDefinitionId": "eq in", "directoryScopeId": "eq in"},
	"unifiedRoleEligibilitySchedule": {"principalId": "eq", "roleDefinitionId": "eq", "directoryScopeId": "eq"},
	"federatedIdentityCredential":    {"name": "eq", "subject": "eq"},
	"directoryObject":                {"id": "eq in"},
}

// advanced names the types for which the directory also answers advanced queries. Those need $count=true and
// ConsistencyLevel: eventual. Source: learn.microsoft.com/graph/aad-advanced-queries.
var advanced = []string{"application", "servicePrincipal", "user", "directoryObject"}

// eventual reports whether the caller asks for an advanced query as the documentation says.
func (c *call) eventual() bool {
	return strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual") && c.query.Get("$count") == "true"
}

func needsEventual(operator string) error {
	return &problem{status: 400, code: "Request_UnsupportedQuery",
		message: fmt.Sprintf("Operator: '%s' is not supported because the required parameters might be missing. "+
			"Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to "+
			"https://aka.ms/graph-docs/advanced-queries for more information", operator)}
}

// filtered leaves what $filter asks for.
func (c *call) filtered(typ string, items []object) ([]object, error) {
	f := c.query.Get("$filter")
	if f == "" {
		return items, nil
	}
	p := &filterParser{typ: typ, text: f, words: filterWords.FindAllString(f, -1)}
	keep, err := p.or()
	switch {
	case err != nil:
		return nil, err
	case len(p.words) > 0:
		return nil, p.wrong()
	case p.operator != "" && !slices.Contains(advanced, typ):
		return nil, unsupported(typ, p.property)
	case p.operator != "" && !c.eventual():
		return nil, needsEventual(p.operator)
	}
	return slices.DeleteFunc(items, func(o object) bool { return !keep(o) }), nil
}

// A predicate reports whether an object is wanted.
type predicate = func(object) bool

const quoted = `'(?:[^']|'')*'`

var filterWords = regexp.MustCompile(quoted + `|\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)|[(),:/]|[^\s(),:/']+|'`)

// A filterParser reads a $filter: a eq 'b', a ne 'b', startswith(a,'b'), endswith(a,'b'), a in ('b','c') and
// a/any(x:…) with these on x, joined by and, or, not and parentheses.
type filterParser struct {
	typ, text string
	words     []string // what is still to be read
	variable  string   // what an any() calls the elements that it looks at

	operator, property string // the last one that takes an advanced query, and the last property
}

func (p *filterParser) wrong() error {
	return &problem{status: 400, code: "BadRequest", message: fmt.Sprintf("Invalid filter clause: '%s'.", p.text)}
}

// next returns the next word, or "".
func (p *filterParser) next() string {
	if len(p.words) == 0 {
		return ""
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

// takes reads the next word if it is w.
func (p *filterParser) takes(w string) bool {
	is := len(p.words) > 0 && strings.EqualFold(p.words[0], w)
	if is {
		p.next()
	}
	return is
}

// literal reads a value; null is none.
func (p *filterParser) literal() (value string, null bool, err error) {
	w := p.next()
	switch {
	case len(w) > 1 && w[0] == '\'':
		return unquote(w), false, nil
	case w == "true", w == "false", guid.MatchString(w):
		return w, false, nil
	case w == "null":
		return "", true, nil
	}
	return "", false, p.wrong()
}

func (p *filterParser) or() (predicate, error) {
	left, err := p.and()
	for err == nil && p.takes("or") {
		var right predicate
		was := left
		if right, err = p.and(); err == nil {
			left = func(o object) bool { return was(o) || right(o) }
		}
	}
	return left, err
}

func (p *filterParser) and() (predicate, error) {
	left, err := p.not()
	for err == nil && p.takes("and") {
		var right predicate
		was := left
		if right, err = p.not(); err == nil {
			left = func(o object) bool { return was(o) && right(o) }
		}
	}
	return left, err
}

func (p *filterParser) not() (predicate, error) {
	if !p.takes("not") {
		return p.one()
	}
	is, err := p.not()
	p.operator = "Not"
	return func(o object) bool { return !is(o) }, err
}

// one reads a clause, or a whole filter in parentheses.
func (p *filterParser) one() (predicate, error) {
	if p.takes("(") {
		is, err := p.or()
		if err == nil && !p.takes(")") {
			err = p.wrong()
		}
		return is, err
	}
	name := p.next()
	switch {
	case strings.EqualFold(name, "startswith") && p.takes("("):
		return p.affix("startswith", strings.HasPrefix)
	case strings.EqualFold(name, "endswith") && p.takes("("):
		p.operator = "EndsWith"
		return p.affix("endswith", strings.HasSuffix)
	case p.variable != "" && p.takes("/"):
		return p.ends(name)
	case p.takes("/"):
		return p.any(name)
	case p.takes("in"):
		return p.in(name)
	case p.takes("eq"):
		return p.equal(name, "eq")
	case p.takes("ne"):
		is, err := p.equal(name, "ne")
		p.operator = "NotEqualsMatch"
		return func(o object) bool { return !is(o) }, err
	}
	return nil, p.wrong()
}

// may finds the property called name, and checks that it can be filtered with op.
func (p *filterParser) may(name, op string) (string, error) {
	if p.variable != "" {
		if name != p.variable || p.property == "keyCredentials" {
			return "", p.wrong()
		}
		return name, nil
	}
	found, known := propertyOf(p.typ, name)
	if !known {
		return "", &problem{status: 400, code: "BadRequest",
			message: fmt.Sprintf("Invalid filter clause: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, p.typ)}
	}
	if op == "ne" {
		op = "eq"
	}
	if p.property = found; !slices.Contains(strings.Fields(filters[p.typ][found]), op) {
		return "", unsupported(p.typ, found)
	}
	return found, nil
}

func (p *filterParser) affix(op string, is func(s, affix string) bool) (predicate, error) {
	name, comma := p.next(), p.takes(",")
	v, null, err := p.literal()
	if err == nil && (!comma || null || !p.takes(")")) {
		err = p.wrong()
	}
	if err != nil {
		return nil, err
	}
	name, err = p.may(name, op)
	return func(o object) bool { return is(strings.ToLower(text(o[name])), strings.ToLower(v)) }, err
}

func (p *filterParser) equal(name, op string) (predicate, error) {
	want, null, err := p.literal()
	if err != nil {
		return nil, err
	}
	name, err = p.may(name, op)
	if p.variable != "" && p.property == "proxyAddresses" { // of which the kind is SMTP or smtp
		kind, _, _ := strings.Cut(want, ":")
		return func(o object) bool {
			v := fmt.Sprint(o[name])
			return strings.HasPrefix(v, kind+":") && strings.EqualFold(v, want)
		}, err
	}
	return func(o object) bool {
		return (o[name] == nil) == null && (null || strings.EqualFold(fmt.Sprint(o[name]), want))
	}, err
}

func (p *filterParser) in(name string) (predicate, error) {
	if !p.takes("(") {
		return nil, p.wrong()
	}
	var values []string
	for {
		v, null, err := p.literal()
		if err != nil || null {
			return nil, p.wrong()
		}
		if values = append(values, v); p.takes(")") {
			break
		}
		if !p.takes(",") {
			return nil, p.wrong()
		}
	}
	name, err := p.may(name, "in")
	return func(o object) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(fmt.Sprint(o[name]), v) })
	}, err
}

// ends reads k/endDateTime le 2026-01-01T00:00:00Z, which finds keyCredentials by their end, in advanced queries only.
func (p *filterParser) ends(name string) (predicate, error) {
	property, op, literal := p.next(), p.next(), p.next()
	at, err := time.Parse(time.RFC3339Nano, literal)
	switch {
	case err != nil || name != p.variable || !slices.Contains([]string{"eq", "ge", "le"}, op):
		return nil, p.wrong()
	case p.property != "keyCredentials" || property != "endDateTime":
		return nil, unsupported(p.typ, p.property)
	}
	p.operator = "keyCredentials/any"
	return func(o object) bool {
		key, _ := o[name].(object)
		end := ticks(text(key["endDateTime"]))
		return map[string]bool{"eq": end.Equal(at), "ge": !end.Before(at), "le": !end.After(at)}[op]
	}, nil
}

// any reads any(x:…), which asks for an element of a collection.
func (p *filterParser) any(name string) (predicate, error) {
	if !p.takes("any") || !p.takes("(") || p.variable != "" {
		return nil, p.wrong()
	}
	variable := p.next()
	if !p.takes(":") {
		return nil, p.wrong()
	}
	name, err := p.may(name, "any")
	if err != nil {
		return nil, err
	}
	if name == "proxyAddresses" || name == "otherMails" {
		p.operator = name + "/any"
	}
	p.variable = variable
	is, err := p.or()
	p.variable = ""
	if err == nil && !p.takes(")") {
		err = p.wrong()
	}
	return func(o object) bool {
		return slices.ContainsFunc(list(o[name]), func(v any) bool { return is(object{variable: v}) })
	}, err
}

func unsupported(typ, name string) error {
	return &problem{status: 400, code: "Request_UnsupportedQuery",
		message: fmt.Sprintf("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", name, typ)}
}

// propertyOf finds a property of a type. Names in a query are not case-sensitive: learn.microsoft.com/graph/use-the-api.
func propertyOf(typ, name string) (string, bool) {
	if _, known := types[typ][name]; known {
		return name, true
	}
	for p := range types[typ] {
		if strings.EqualFold(p, name) {
			return p, true
		}
	}
	return name, false
}

// unquote returns the value of a literal.
func unquote(l string) string {
	if len(l) >= 2 && l[0] == '\'' {
		return strings.ReplaceAll(l[1:len(l)-1], "''", "'")
	}
	return l
}
