package entratest

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Azure Resource Manager: other addresses, tokens for another audience, errors
// of another shape. A call to it is a call like those to Graph otherwise, with
// the same journal and the same faults.

const (
	authorization = "/providers/Microsoft.Authorization/"
	anyScope      = "{scope}" // in routes: a management group, a subscription or a resource group
)

// The api-versions that were published for a kind of resource, the one whose shapes are served last. Azure takes
// each of them; here all of them answer in the shape of the last. Source: github.com/Azure/azure-rest-api-specs.
var (
	subscriptionVersions = strings.Fields("2014-04-01 2015-01-01 2015-11-01 2016-06-01 2018-06-01 2019-06-01 2019-11-01 2020-01-01 " +
		"2021-01-01 2022-12-01")
	authorizationVersions = strings.Fields("2015-06-01 2015-07-01 2017-10-01-preview 2018-01-01-preview 2018-07-01 2018-09-01-preview " +
		"2018-12-01-preview " +
		"2020-03-01-preview 2020-04-01-preview 2020-08-01-preview 2020-10-01-preview 2021-04-01-preview 2022-01-01-preview 2022-04-01")
)

var azureRoutes []*route

func init() {
	add := func(method, path, op string, versions []string, action string, run func(*call) (answer, error)) {
		azureRoutes = append(azureRoutes, &route{method: method, path: path, op: op, versions: versions, action: action, run: run,
			segments: strings.Split(strings.ToLower(path), "/")})
	}
	add("GET", "tenants", "listTenants", subscriptionVersions, "", listTenants)
	add("GET", "subscriptions", "listSubscriptions", subscriptionVersions, "", listSubscriptions)
	add("GET", "subscriptions/*", "getSubscription", subscriptionVersions, "Microsoft.Resources/subscriptions/read", getSubscription)
	of := func(kind, one, many string, list, get, put, remove func(*call) (answer, error)) {
		at, may := anyScope+authorization+kind, "Microsoft.Authorization/"+kind
		add("GET", at, many, authorizationVersions, may+"/read", list)
		add("GET", at+"/*", "get"+one, authorizationVersions, may+"/read", get)
		add("PUT", at+"/*", "put"+one, authorizationVersions, may+"/write", put)
		add("DELETE", at+"/*", "delete"+one, authorizationVersions, may+"/delete", remove)
	}
	of("roleAssignments", "RoleAssignment", "listAzureRoleAssignments", listAzureAssignments, getAzureAssignment, putAzureAssignment,
		deleteAzureAssignment)
	of("roleDefinitions", "RoleDefinition", "listRoleDefinitions", listAzureRoles, getAzureRole, putAzureRole, deleteAzureRole)
	add("GET", anyScope+authorization+"permissions", "listCallerPermissions", authorizationVersions,
		"Microsoft.Authorization/permissions/read", listCallerPermissions)
}

// oneSlash undoubles slashes, which Azure takes: clients put a scope that begins with one behind another.
var oneSlash = strings.NewReplacer("///", "/", "//", "/")

func isAzure(path string) bool {
	path = oneSlash.Replace(strings.ToLower(path))
	return path == "/subscriptions" || path == "/tenants" || strings.HasPrefix(path, "/subscriptions/") ||
		strings.HasPrefix(path, managementGroupPath)
}

func (s *Server) serveAzure(w http.ResponseWriter, r *http.Request) {
	c := &call{id: newID(), at: s.now(), method: r.Method, path: r.URL.Path, query: r.URL.Query(), header: r.Header, r: r, azure: true}
	c.clientID = c.id
	s.answer(w, c, "application/json; charset=utf-8", "x-ms-request-id", "x-ms-correlation-request-id")
}

// findAzure looks for the route of a call. Its paths are not case-sensitive.
func (c *call) findAzure() {
	path := oneSlash.Replace(strings.ToLower(c.path))
	got := strings.Split(strings.Trim(path, "/"), "/")
	scope := ""
	if at := strings.LastIndex(path, strings.ToLower(authorization)); at >= 0 && scopePath.MatchString(path[:at]) {
		scope = path[:at]
		got = append([]string{anyScope}, strings.Split(strings.Trim(path[at:], "/"), "/")...)
	}
next:
	for _, r := range azureRoutes {
		if r.method != c.method || len(r.segments) != len(got) {
			continue
		}
		var keys []objectKey
		for i, want := range r.segments {
			switch {
			case want == anyScope && got[i] == anyScope:
				keys = append(keys, objectKey{"id", scope})
			case want == "*" && r.segments[0] == "subscriptions":
				keys = append(keys, objectKey{"id", subscriptionPath + got[i]})
			case want == "*":
				keys = append(keys, objectKey{"id", got[i]})
			case want != got[i]:
				continue next
			}
		}
		c.route, c.keys = r, keys
		return
	}
}

func azureProblem(status int, code, format string, args ...any) *problem {
	return &problem{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func azureUnauthorized(code, format string, args ...any) error {
	p := azureProblem(401, code, format, args...)
	p.header = map[string]string{"WWW-Authenticate": `Bearer authorization_uri="https://login.windows.net/", error="invalid_token"`}
	return p
}

// identifyAzure checks the version, which comes first, and the access token.
func (s *Server) identifyAzure(c *call) error {
	if err := c.checkVersion(); err != nil {
		return err
	}
	bearer, ok := strings.CutPrefix(c.header.Get("Authorization"), "Bearer ")
	if !ok || bearer == "" {
		return azureUnauthorized("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
	}
	k := s.tokens[bearer]
	switch {
	case k == nil:
		return azureUnauthorized("InvalidAuthenticationToken", "The access token is invalid.")
	case k.audience != armAppID:
		return azureUnauthorized("InvalidAuthenticationTokenAudience",
			"The access token has been obtained for wrong audience or resource '%s'. It should exactly match with one of the allowed "+
				"audiences %s.", k.audience, s.cloud.armAudiences())
	case !s.now().Before(k.expires):
		return azureUnauthorized("ExpiredAuthenticationToken",
			"The access token expiry UTC time '%s' is earlier than current UTC time '%s'.", k.expires.Format("1/2/2006 3:04:05 PM"),
			s.now().Format("1/2/2006 3:04:05 PM"))
	case k.user != nil && (k.user.Disabled || !k.may([]string{"user_impersonation"})):
		return azureUnauthorized("InvalidAuthenticationToken", "The access token is invalid.")
	}
	c.who, c.t = k, k.tenant
	return nil
}

func (c *call) checkVersion() error {
	switch v := c.query.Get("api-version"); {
	case v == "":
		return azureProblem(400, "MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.")
	case c.route != nil && !slices.Contains(c.route.versions, v):
		return azureProblem(400, "InvalidApiVersionParameter", "The api-version '%s' is invalid. The supported versions are '%s'.", v,
			strings.Join(c.route.versions, ","))
	}
	return nil
}

// azureAllowed finds the scope, and asks whether the caller's roles on it and
// above it allow the action.
func (c *call) azureAllowed() error {
	if len(c.keys) == 0 {
		return nil
	}
	scope := c.keys[0].value
	id, group := subscriptionOf(scope)
	if id == "" { // Azure does not tell a management group that is not there from one that may not be seen
		return c.mayAct(c.route.action, scope)
	}
	if !guid.MatchString(id) {
		return azureProblem(400, "InvalidSubscriptionId", "The provided subscription identifier '%s' is malformed or invalid.", id)
	}
	if c.t.subscription(id) == nil {
		for _, other := range c.t.s.tenants {
			if other.subscription(id) != nil {
				return azureUnauthorized("InvalidAuthenticationTokenTenant",
					"The access token is from the wrong issuer 'https://sts.windows.net/%s/'. It must match the tenant "+
						"'https://sts.windows.net/%s/' associated with this subscription.", c.t.ID, other.ID)
			}
		}
		return azureProblem(404, "SubscriptionNotFound", "The subscription '%s' could not be found.", id)
	}
	if err := c.mayAct(c.route.action, scope); err != nil {
		return err
	}
	if group != "" && !c.t.isScope(scope) {
		return azureProblem(404, "ResourceGroupNotFound", "Resource group '%s' could not be found.", group)
	}
	return nil
}

// mayAct is nil if the caller may do something in a scope.
func (c *call) mayAct(action, scope string) error {
	who, id := c.caller()
	if c.t.azureMay(id, scope, action, c.at) {
		return nil
	}
	return azureProblem(403, "AuthorizationFailed",
		"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope is "+
			"invalid. If access was recently granted, please refresh your credentials.", who, id, action, c.path)
}

// caller is the person, or the app that acts as itself.
func (c *call) caller() (name, id string) {
	if c.who.user != nil {
		return c.who.user.UPN, c.who.user.ID
	}
	if p := c.t.spByAppID(c.who.clientID); p != nil {
		return p.appID, p.id
	}
	return c.who.clientID, ""
}

func (c *call) checkAzureBody() error {
	for name := range c.query {
		if strings.HasPrefix(name, "$") && name != "$filter" && name != "$skipToken" {
			return azureProblem(400, "BadRequestFormat", "The query option '%s' is not supported here.", name)
		}
	}
	has := len(bytes.TrimSpace(c.body)) > 0
	if c.method != http.MethodPut {
		if has {
			return azureProblem(400, "InvalidRequestContent", "A %s request must not have a body.", c.method)
		}
		return nil
	}
	kind, _, _ := mime.ParseMediaType(c.header.Get("Content-Type"))
	switch {
	case !has:
		return azureProblem(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: 'Empty payload'.")
	case kind != "application/json":
		return azureProblem(415, "UnsupportedMediaType",
			"The content media type '%s' is not supported. Only 'application/json' is supported.", kind)
	}
	return nil
}

// decodeProperties reads a body whose content is in properties, which are of
// the type that the route takes.
func (c *call) decodeProperties(typ string) (object, error) {
	o, err := parse(c.body)
	if err != nil {
		return nil, azureProblem(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '%s'.", err)
	}
	for k := range o {
		if !slices.Contains([]string{"properties", "id", "name", "type"}, k) {
			return nil, azureProblem(400, "InvalidRequestContent",
				"The request content was invalid and could not be deserialized: 'Could not find member '%s' on object of type "+
					"'ResourceDefinition'.'", k)
		}
	}
	p, ok := o["properties"].(object)
	if !ok {
		return nil, azureProblem(400, "InvalidRequestContent",
			"The request content was invalid and could not be deserialized: 'properties' is missing.")
	}
	if err := conforms(p, typ, "properties."); err != nil {
		return nil, azureProblem(400, "BadRequestFormat", "The request was incorrectly formatted: %s", err)
	}
	return p, nil
}

func (c *call) noAzureRoute() error {
	parts := strings.Split(strings.Trim(c.path, "/"), "/")
	if len(parts) > 3 && strings.EqualFold(parts[2], "resourceGroups") {
		return azureProblem(404, "ResourceGroupNotFound", "Resource group '%s' could not be found.", parts[3])
	}
	return azureProblem(404, "InvalidResourceType", "The resource type could not be found in the path '%s', or %s is not allowed on it.",
		c.path, c.method)
}

// azureByStatus is the problem that a fault answers with.
func azureByStatus(status int) *problem {
	p := byStatus(status)
	p.details = nil
	switch status {
	case 400:
		p.code = "BadRequest"
	case 401:
		return azureUnauthorized("ExpiredAuthenticationToken",
			"The access token expiry UTC time is earlier than current UTC time.").(*problem)
	case 403:
		p.code, p.message = "AuthorizationFailed",
			"The client does not have authorization to perform the action over the scope or the scope is invalid. If access was "+
				"recently granted, please refresh your credentials."
	case 404:
		p.code, p.message = "ResourceNotFound", "The resource was not found."
	case 409:
		p.code, p.message = "Conflict", "The request conflicts with another one."
	case 503:
		p.code = "ServerTimeout"
	}
	return p
}

// azureList answers with a page of items, in no order that can be relied on.
func (c *call) azureList(items []object, extra object) (answer, error) {
	seed, from := c.t.s.chance().Uint64(), 0
	if q := c.query.Get("$skipToken"); q != "" {
		b, _ := base64.RawURLEncoding.DecodeString(q)
		if _, err := fmt.Sscanf(string(b), "%d:%d", &seed, &from); err != nil {
			return answer{}, azureProblem(400, "InvalidSkipToken", "The provided skip token '%s' is not valid.", q)
		}
	}
	slices.SortFunc(items, func(a, b object) int { return cmp.Compare(shuffle(seed, a), shuffle(seed, b)) })
	items = items[min(from, len(items)):]
	result := object{}
	if most := c.t.s.cfg.PageSize; len(items) > most {
		items = items[:most]
		q := url.Values(maps.Clone(c.query))
		q.Set("$skipToken", base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%d", seed, from+most)))
		result["nextLink"] = c.t.s.armURL + (&url.URL{Path: c.path}).EscapedPath() + "?" + q.Encode()
	}
	result["value"] = append([]object{}, items...)
	maps.Copy(result, extra)
	return ok(result)
}
