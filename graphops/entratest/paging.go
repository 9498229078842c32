package entratest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// list answers with the items that the query asks for: in no order that can
// be relied on, as the documentation promises none, and at most a page.
func (c *call) list(typ, of string, items []object) (answer, error) {
	items, err := c.filtered(typ, items)
	if err != nil {
		return answer{}, err
	}
	order, err := c.orderBy(typ)
	if err != nil {
		return answer{}, err
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
			return answer{}, &problem{status: 400, code: "Directory_ExpiredPageToken",
				message: "The specified page token value has expired and can no longer be included in your request."}
		}
	}
	count := len(items)
	slices.SortFunc(items, func(a, b object) int { return cmp.Or(order(a, b), cmp.Compare(shuffle(seed, a), shuffle(seed, b))) })
	result := object{"@odata.context": c.t.s.graphURL + "/v1.0/$metadata#" + of}
	if c.eventual() && from == 0 { // else it is ignored: learn.microsoft.com/graph/aad-advanced-queries
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
	nav, expanded, err := c.expanded(typ, o)
	if err != nil {
		return nil, err
	}
	q := c.query.Get("$select")
	if q == "" {
		if nav != "" {
			o = maps.Clone(o)
			o[nav] = expanded
		}
		return o, nil
	}
	out := object{}
	if nav != "" {
		out[nav] = expanded
	}
	if t, ok := o["@odata.type"]; ok {
		out["@odata.type"] = t
		typ = strings.TrimPrefix(text(t), "#microsoft.graph.")
	}
	for _, name := range strings.Split(q, ",") {
		name, known := propertyOf(typ, strings.TrimSpace(name))
		if !known && !c.t.novel[typ+"."+name] {
			return nil, &problem{status: 400, code: "BadRequest",
				message: fmt.Sprintf("Parsing OData Select and Expand failed: Could not find a property named '%s' on type "+
					"'microsoft.graph.%s'.", name, typ)}
		}
		out[name] = o[name]
	}
	return out, nil
}
