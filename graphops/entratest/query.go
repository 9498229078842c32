package entratest

import (
	"fmt"
	"slices"
	"strings"
)

// Query options beside $filter and $select, and paths that end in a property.

// expandable names what $expand can show of a type. Source: learn.microsoft.com/graph/api/serviceprincipal-list and
// application-list.
var expandable = map[string]map[string]func(*call, object) []object{
	"servicePrincipal": {
		"appRoleAssignments": func(c *call, o object) []object {
			return c.assignments(func(a *assignment) bool { return a.principalID == o["id"] })
		},
		"appRoleAssignedTo": func(c *call, o object) []object {
			return c.assignments(func(a *assignment) bool { return a.resourceID == o["id"] })
		},
		"owners": func(c *call, o object) []object { return c.ownersOf(c.t.spByID(text(o["id"])).owners) },
	},
	"application": {
		"owners": func(c *call, o object) []object {
			return c.ownersOf(find(c.t.apps, func(a *app) bool { return a.id == o["id"] }).owners)
		},
	},
}

// mostExpanded is how many related objects $expand shows: learn.microsoft.com/graph/query-parameters.
const mostExpanded = 20

// expanded is the one relationship that $expand asks for, and what it leads to.
func (c *call) expanded(typ string, o object) (name string, items []object, err error) {
	name = c.query.Get("$expand")
	if name == "" {
		return "", nil, nil
	}
	for known, of := range expandable[typ] {
		if strings.EqualFold(known, name) {
			if strings.HasPrefix(known, "appRole") && !c.hasRole(readsAssigned) {
				return "", nil, denied()
			}
			items = of(c, o)
			return known, items[:min(len(items), mostExpanded)], nil
		}
	}
	return "", nil, &problem{status: 400, code: "BadRequest",
		message: fmt.Sprintf("Parsing OData Select and Expand failed: '%s' cannot be expanded on type 'microsoft.graph.%s' here.", name,
			typ)}
}

func (c *call) assignments(which func(*assignment) bool) []object {
	items := []object{}
	for _, a := range c.t.assignments {
		if which(a) {
			items = append(items, c.t.showAssignment(a))
		}
	}
	return items
}

// sortable names the properties by which a list can be ordered without an advanced query.
var sortable = map[string][]string{
	"application":      {"displayName"},
	"servicePrincipal": {"displayName"},
	"user":             {"displayName", "userPrincipalName"},
}

// orderBy is the order that $orderby asks for; without it all are equal.
func (c *call) orderBy(typ string) (func(a, b object) int, error) {
	q := c.query.Get("$orderby")
	if q == "" {
		return func(a, b object) int { return 0 }, nil
	}
	name, direction, _ := strings.Cut(q, " ")
	name, _ = propertyOf(typ, name)
	sign := map[string]int{"": 1, "asc": 1, "desc": -1}[direction]
	switch {
	case sign == 0 || !slices.Contains(sortable[typ], name):
		return nil, &problem{status: 400, code: "Request_UnsupportedQuery",
			message: fmt.Sprintf("Sorting by '%s' is not supported for resource '%s'.", q, typ)}
	case c.query.Get("$filter") != "" && !c.eventual():
		return nil, &problem{status: 400, code: "Request_UnsupportedQuery", message: "Sorting not supported for current query."}
	}
	return func(a, b object) int {
		return sign * strings.Compare(strings.ToLower(text(a[name])), strings.ToLower(text(b[name])))
	}, nil
}

// propertyRoute finds what a path like applications/{id}/appRoles asks for: one property of one object.
// OData serves each of them: docs.oasis-open.org/odata, URL conventions, 4.6.
func (c *call) propertyRoute(segments []objectKey) bool {
	if c.method != "GET" || len(segments) != 3 || segments[2].by != "" {
		return false
	}
	key, property := segments[1], segments[2].value
	if key.by == "" {
		key.by = "id"
	}
	r := &route{method: "GET", scopes: readApps}
	var show func() (object, error)
	switch strings.ToLower(segments[0].value) {
	case "applications":
		r.op, r.path = "getApplication", "applications/*/"
		if property, _ = propertyOf("application", property); types["application"][property].kind == "" {
			return false
		}
		show = func() (object, error) {
			a, err := c.app()
			if err != nil {
				return nil, err
			}
			return c.t.showApp(a, false), nil
		}
	case "serviceprincipals":
		r.op, r.path = "getServicePrincipal", "servicePrincipals/*/"
		if property, _ = propertyOf("servicePrincipal", property); types["servicePrincipal"][property].kind == "" {
			return false
		}
		show = func() (object, error) {
			p, err := c.sp()
			if err != nil {
				return nil, err
			}
			return c.t.showSP(p), nil
		}
	default:
		return false
	}
	r.path += property
	r.run = func(c *call) (answer, error) {
		o, err := show()
		switch {
		case err != nil:
			return answer{}, err
		case o[property] == nil:
			return noContent()
		}
		return ok(c.context(segments[0].value+"('"+text(o["id"])+"')/"+property, object{"value": o[property]}))
	}
	c.route, c.keys = r, []objectKey{key}
	return true
}
