package entratest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Crowd makes the tenant a big one: it has n applications more, which are made as they
// are listed and kept nowhere. They are in lists without $filter, before all others, so
// that whoever reads a part of the list reads nothing but them. They have no service
// principals, no certificates, and names of their own.
func (t *Tenant) Crowd(n int) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	t.crowd = n
}

// AssignCrowd assigns n users, whom it adds, to the application with that AppID.
func (t *Tenant) AssignCrowd(appID string, n int) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	p := t.spByAppID(appID)
	if p == nil {
		return notFound(appID)
	}
	for i := range n {
		u := &User{ID: crowdID("user", i), UPN: fmt.Sprintf("crowd-%05d@%s", i, t.Domain), Name: fmt.Sprintf("Crowd %05d", i)}
		t.users = append(t.users, u)
		t.assignments = append(t.assignments, &assignment{id: base64.RawURLEncoding.EncodeToString([]byte(u.ID + p.id[:8])),
			roleID:      defaultRole,
			principalID: u.ID, resourceID: p.id, created: t.s.now()})
	}
	return nil
}

// crowdID is the same each time.
func crowdID(of string, i int) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "entratest %s %d", of, i)).String()
}

// crowdToken begins the $skiptoken of a page of the crowd.
const crowdToken = "crowd:"

// listCrowd answers with a page of the crowd, and reports whether it did: after the
// last of its pages come the applications that are kept.
func (c *call) listCrowd() (answer, bool, error) {
	if c.t.crowd == 0 || c.query.Get("$filter") != "" {
		return answer{}, false, nil
	}
	from, size := 0, 100
	if q := c.query.Get("$skiptoken"); q != "" {
		b, _ := base64.RawURLEncoding.DecodeString(q)
		if _, err := fmt.Sscanf(string(b), crowdToken+"%d", &from); err != nil {
			return answer{}, false, nil // the kept ones
		}
	}
	if from >= c.t.crowd {
		c.query.Del("$skiptoken")
		return answer{}, false, nil
	}
	if q := c.query.Get("$top"); q != "" {
		n, err := strconv.Atoi(q)
		if err != nil || n < 1 || n > 999 {
			return answer{}, true, bad("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", q)
		}
		size = n
	}
	items := []any{}
	for i := from; i < min(from+size, c.t.crowd); i++ {
		a := &app{id: crowdID("application", i), appID: crowdID("appId", i), body: object{"displayName": fmt.Sprintf("Crowd %05d", i)},
			created: c.t.created.Add(-time.Hour)}
		o, err := c.selected("application", c.t.showApp(a, false))
		if err != nil {
			return answer{}, true, err
		}
		items = append(items, o)
	}
	q := url.Values{}
	for k, v := range c.query {
		q[k] = v
	}
	q.Set("$skiptoken", base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, crowdToken+"%d", from+size)))
	next := c.t.s.graphURL + "/v1.0" + (&url.URL{Path: c.path}).EscapedPath() + "?" + q.Encode()
	a, err := ok(object{"@odata.context": c.t.s.graphURL + "/v1.0/$metadata#applications", "@odata.nextLink": next, "value": items})
	return a, true, err
}
