package entratest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// OddApplication is an application, for [Tenant.Seed], in which every property that
// Graph's description knows has an odd value, and every object has a property that the
// description does not know. The description is an OpenAPI document.
func OddApplication(description []byte) ([]byte, error) {
	var doc struct {
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(description, &doc); err != nil {
		return nil, err
	}
	o := &odd{schemas: doc.Components.Schemas}
	a := o.object("application")
	if o.unknown != nil {
		return nil, o.unknown
	}
	if len(a) < 40 {
		return nil, fmt.Errorf("entratest: the description has %d properties of an application only", len(a))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(a)
	return b.Bytes(), err
}

// Raw is all of the application with that AppID, the keys of its certificates included,
// as JSON.
func (t *Tenant) Raw(appID string) []byte {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	a := t.appByAppID(appID)
	if a == nil {
		return nil
	}
	raw, _ := json.Marshal(t.showApp(a, true))
	return raw
}

// Differences are the paths at which two JSON values differ. An element of a list is
// told by its ID, or else by what it is; [+] is one more, and [-] one less.
func Differences(before, after []byte) ([]string, error) {
	read := func(raw []byte) (v any, err error) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		return v, d.Decode(&v)
	}
	a, err := read(before)
	if err != nil {
		return nil, err
	}
	b, err := read(after)
	if err != nil {
		return nil, err
	}
	all := unlike("", a, b)
	slices.Sort(all)
	return all, nil
}

// An odd makes an application in which every property that Graph's description knows has
// an odd value, and every object a property that it does not know.
type odd struct {
	schemas map[string]schema
	ids     int
	unknown error
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Enum       []string          `json:"enum"`
	AnyOf      []schema          `json:"anyOf"`
	AllOf      []schema          `json:"allOf"`
	Items      *schema           `json:"items"`
	Properties map[string]schema `json:"properties"`
	Navigation bool              `json:"x-ms-navigationProperty"`
}

const (
	oddText   = "odd \u200d\u202e  <b>&'\"\\/\u2028 \U0001F9D1\u200D\U0001F91D\u200D\U0001F9D1 "
	oddTime   = "2021-03-04T05:06:01.3433885Z"
	oddFuture = `{"number":12345678901234567890.12345678901234567890,"deep":[null,true,{"wide":1e300}],"text":"\ud83d\ude00<&>"}`
	oddScope  = "0dd00000-0000-4000-8000-00000000abcd"
)

// agreed are values that the rest of an application has to agree with.
var agreed = map[string]any{
	"application/displayName": "odd  legacy\u200d ", "application/signInAudience": "AzureADMultipleOrgs",
	"application/isFallbackPublicClient": false,
	"application/identifierUris":         []any{"https://contoso.com/Odd", "api://odd-as-it-is/%41"}, "application/uniqueName": nil,
	"application/deletedDateTime": nil,
	"application/isDisabled":      false,
	"webApplication/redirectUris": []any{"https://ODD.contoso.com/cb?x=%41&y", "http://localhost/"},
	"webApplication/redirectUriSettings": []any{map[string]any{"uri": "https://ODD.contoso.com/cb?x=%41&y", "index": 7},
		map[string]any{"uri": "http://localhost/", "index": nil}},
	"spaApplication/redirectUris":                     []any{"https://spa.contoso.com/a/../b"},
	"publicClientApplication/redirectUris":            []any{"ms-appx-web://odd/x"},
	"permissionScope/id":                              oddScope,
	"permissionScope/type":                            "User",
	"permissionScope/value":                           "odd.scope",
	"permissionScope/origin":                          "Application",
	"appRole/allowedMemberTypes":                      []any{"Application", "User"},
	"appRole/value":                                   "Odd.Role",
	"optionalClaim/source":                            "user",
	"appRole/origin":                                  "Application",
	"resourceAccess/type":                             "Role",
	"preAuthorizedApplication/delegatedPermissionIds": []any{oddScope},
	"keyCredential/type":                              "Symmetric",
	"keyCredential/usage":                             "Sign",
	"keyCredential/endDateTime":                       "2031-03-04T05:06:01.3433885Z",
	"passwordCredential/secretText":                   nil,
}

// value is an odd value of a schema. One element in each list: two would have to differ.
func (o *odd) value(of, name string, s schema) any {
	if v, fixed := agreed[of+"/"+name]; fixed {
		return v
	}
	for _, one := range s.AnyOf {
		if one.Ref != "" {
			s = one
		}
	}
	if t, is := strings.CutPrefix(s.Ref, "#/components/schemas/microsoft.graph."); is {
		if e := o.schemas["microsoft.graph."+t].Enum; e != nil {
			return e[0]
		}
		return o.object(t)
	}
	switch {
	case s.Type == "array":
		return []any{o.value(of, name, *s.Items)}
	case s.Type == "boolean":
		return true
	case s.Type == "integer":
		return 2147483647
	case s.Type == "string" && s.Format == "date-time":
		return oddTime
	case s.Type == "string" && s.Format == "byte":
		return "AQL/+w=="
	case s.Type == "string" && s.Format == "uuid", name == "appId", name == "resourceAppId", name == "knownClientApplications",
		name == "managerApplications":
		o.ids++
		return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%s %d", name, o.ids)).String()
	case s.Type == "string":
		return oddText
	}
	o.unknown = fmt.Errorf("entratest: what is %s of %s? %+v", name, of, s)
	return nil
}

func (o *odd) properties(typ string) map[string]schema {
	all := make(map[string]schema)
	of := o.schemas["microsoft.graph."+typ]
	for _, s := range append(of.AllOf, of) {
		if t, is := strings.CutPrefix(s.Ref, "#/components/schemas/microsoft.graph."); is {
			maps.Copy(all, o.properties(t))
		}
		maps.Copy(all, s.Properties)
	}
	return all
}

func (o *odd) object(typ string) map[string]any {
	all := map[string]any{"futureThing": json.RawMessage(oddFuture)}
	properties := o.properties(typ)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if s := properties[name]; !s.Navigation && name != "@odata.type" && !(typ == "application" && name == "id") {
			all[name] = o.value(typ, name, s)
		}
	}
	return all
}

// unlike are the paths at which two values differ. An element of a list is told
// by its ID, or else by what it is.
func unlike(path string, a, b any) (all []string) {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return []string{path}
		}
		both := maps.Clone(x)
		maps.Copy(both, y)
		for _, k := range slices.Sorted(maps.Keys(both)) {
			all = append(all, unlike(path+"."+k, x[k], y[k])...)
		}
		return all
	case []any:
		y, ok := b.([]any)
		if !ok {
			return []string{path}
		}
		left, right := byID(x), byID(y)
		both := maps.Clone(left)
		maps.Copy(both, right)
		for _, k := range slices.Sorted(maps.Keys(both)) {
			switch _, there := left[k]; {
			case !there:
				all = append(all, path+"[+]")
			case right[k] == nil && left[k] != nil:
				all = append(all, path+"[-]")
			default:
				all = append(all, unlike(path+"["+k+"]", left[k], right[k])...)
			}
		}
		return all
	}
	if !reflect.DeepEqual(a, b) {
		all = append(all, fmt.Sprintf("%s: %v is %v", path, a, b))
	}
	return all
}

func byID(list []any) map[string]any {
	all := make(map[string]any)
	for _, v := range list {
		name := fmt.Sprint(v)
		if o, ok := v.(map[string]any); ok {
			for _, id := range []string{"keyId", "id", "resourceAppId", "appId", "uri", "name", "key"} {
				if o[id] != nil {
					name = fmt.Sprint(o[id])
					break
				}
			}
		}
		all[name] = v
	}
	return all
}
