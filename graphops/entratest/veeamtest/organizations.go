package veeamtest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// An organization is one that was added.
type organization struct {
	id     string
	kind   string // Office365, Hybrid
	name   string // by which the server knows it
	tenant *entratest.Tenant
	region string

	teams, teamsChats    bool
	exchange, sharePoint *settings // nil where the service is not protected
}

// settings is how the server reaches a service of an organization.
type settings struct {
	organization, appID, thumbprint string
	allWebParts                     bool
}

// An Organization is what a server holds, for tests and demonstrations to look
// at, or to put there. It is a copy.
type Organization struct {
	ID, Name   string
	Type       string // empty means Office365
	Office     string // its initial domain
	AppID      string
	Thumbprint string
	Services   []string // "Exchange", "SharePoint", "Teams", "Teams chats"
	WebParts   bool     // sharePointSaveAllWebParts
}

// Organizations returns those of the server, in the order in which they were added.
func (s *Server) Organizations() []Organization {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Organization
	for _, o := range s.organizations {
		out := Organization{ID: o.id, Name: o.name, Type: o.kind}
		for _, of := range []*settings{o.sharePoint, o.exchange} {
			if of != nil {
				out.Office, out.AppID, out.Thumbprint = of.organization, of.appID, of.thumbprint
				out.WebParts = out.WebParts || of.allWebParts
			}
		}
		for _, service := range []struct {
			on   bool
			name string
		}{{o.exchange != nil, "Exchange"}, {o.sharePoint != nil, "SharePoint"}, {o.teams, "Teams"}, {o.teamsChats, "Teams chats"}} {
			if service.on {
				out.Services = append(out.Services, service.name)
			}
		}
		all = append(all, out)
	}
	return all
}

// PutOrganization has the server hold an organization that somebody added in its
// console, unchecked, and returns its ID.
func (s *Server) PutOrganization(o Organization) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	has := func(service string) bool { return slices.Contains(o.Services, service) }
	in := &organization{id: newID(), kind: o.Type, name: o.Name, region: "Worldwide", tenant: s.tenant(o.Office), teams: has("Teams"),
		teamsChats: has("Teams chats")}
	if in.kind == "" {
		in.kind = "Office365"
	}
	if in.name == "" {
		in.name = o.Office
	}
	if has("Exchange") {
		in.exchange = &settings{organization: o.Office, appID: o.AppID, thumbprint: o.Thumbprint}
	}
	if has("SharePoint") {
		in.sharePoint = &settings{organization: o.Office, appID: o.AppID, thumbprint: o.Thumbprint, allWebParts: o.WebParts}
	}
	s.organizations = append(s.organizations, in)
	return in.id
}

func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// tenant finds the tenant with this initial domain.
func (s *Server) tenant(domain string) *entratest.Tenant {
	for _, t := range s.cfg.Entra.Tenants() {
		if strings.EqualFold(t.Domain, domain) {
			return t
		}
	}
	return nil
}

// visible reports whether a session may see an organization.
func (c *call) visible(o *organization) bool { return c.who.tenant == nil || c.who.tenant == o.tenant }

// list is GET /Organizations.
func (c *call) list() (answer, error) {
	if err := c.identify(); err != nil {
		return answer{}, err
	}
	for name := range c.query {
		if !slices.Contains(c.gen.query, name) {
			return answer{}, bad("The parameter '%s' is not known.", name)
		}
	}
	if c.who.tenant != nil && !c.gen.tenants {
		return answer{}, denied(http.StatusForbidden, "Access is denied.")
	}
	limit, offset := c.s.cfg.PageSize, 0
	for name, into := range map[string]*int{"limit": &limit, "offset": &offset} {
		if c.query.Has(name) {
			n, err := strconv.Atoi(c.query.Get(name))
			if err != nil || n < 0 || n == 0 && name == "limit" {
				return answer{}, bad("The value '%s' is not valid for %s.", c.query.Get(name), name)
			}
			*into = n
		}
	}
	if v := c.query.Get("extendedView"); c.query.Has("extendedView") && v != "true" && v != "false" {
		return answer{}, bad("The value '%s' is not valid for extendedView.", v)
	}
	limit = min(limit, c.s.cfg.MaxPage)
	shown := []restOrganization{}
	for _, o := range c.s.organizations {
		if c.visible(o) {
			shown = append(shown, c.show(o))
		}
	}
	results := withOdd(c.s.knobs.OddOrganizations, shown)
	if !c.gen.paged {
		return answer{http.StatusOK, results}, nil
	}
	total := len(results)
	results = results[min(offset, total):min(offset+limit, total)]
	at := func(offset int) link {
		return link{fmt.Sprintf("/v%d/Organizations?offset=%d&limit=%d", c.gen.number, offset, limit)}
	}
	links := map[string]link{"self": at(offset)}
	if offset+limit < total {
		links["next"] = at(offset + limit)
	}
	return answer{http.StatusOK, map[string]any{"offset": offset, "limit": limit, "_links": links, "results": results}}, nil
}

// own is GET /Organization: that of whoever signed in with an assertion.
func (c *call) own() (answer, error) {
	if err := c.identify(); err != nil {
		return answer{}, err
	}
	for _, o := range c.s.organizations {
		if c.who.tenant != nil && c.who.tenant == o.tenant {
			return answer{http.StatusOK, map[string]any{"id": o.id, "name": o.name, "type": o.kind, "isBackedup": false,
				"_actions": map[string]any{}}}, nil
		}
	}
	return answer{}, denied(http.StatusForbidden, "Access is denied.")
}

// one finds the organization that the path names.
func (c *call) one() (*organization, error) {
	if !guid.MatchString(c.id) {
		return nil, bad("The value '%s' is not valid.", c.id)
	}
	for _, o := range c.s.organizations {
		if o.id == c.id && c.visible(o) {
			return o, nil
		}
	}
	return nil, &problem{http.StatusNotFound, "ResourceNotFound", "The organization " + c.id + " was not found."}
}

// get is GET /Organizations/{id}.
func (c *call) get() (answer, error) {
	if err := c.identify(); err != nil {
		return answer{}, err
	}
	o, err := c.one()
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, c.show(o)}, nil
}

// administers checks that the caller may change something.
func (c *call) administers() error {
	if err := c.identify(); err != nil {
		return err
	}
	if c.who.tenant != nil {
		return denied(http.StatusForbidden, "Access is denied.")
	}
	return nil
}

// add is POST /Organizations.
func (c *call) add() (answer, error) {
	if err := c.administers(); err != nil {
		return answer{}, err
	}
	in, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	o, err := c.check(in)
	if err != nil {
		return answer{}, err
	}
	if slices.ContainsFunc(c.s.organizations, func(old *organization) bool { return old.tenant == o.tenant }) {
		return answer{}, &problem{http.StatusConflict, "OperationConflict", "The organization " + o.name + " has been added already."}
	}
	o.id = newID()
	c.s.organizations = append(c.s.organizations, o)
	return answer{c.gen.added, c.show(o)}, nil
}

// edit is PUT /Organizations/{id}.
func (c *call) edit() (answer, error) {
	if err := c.administers(); err != nil {
		return answer{}, err
	}
	old, err := c.one()
	if err != nil {
		return answer{}, err
	}
	in, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	if old.kind != "Office365" {
		return answer{}, bad("Editing an organization of type %s is not emulated.", old.kind)
	}
	o, err := c.check(in)
	if err != nil {
		return answer{}, err
	}
	if old.tenant != o.tenant {
		return answer{}, bad("The organization cannot become another one.")
	}
	o.id, o.name = old.id, old.name
	*old = *o
	return answer{status: http.StatusNoContent}, nil
}

// show is an organization as the server says it has it. No secret is ever in it.
func (c *call) show(o *organization) restOrganization {
	no := false
	office := ""
	of := func(s *settings) *restSettings {
		if s == nil {
			return nil
		}
		office = s.organization
		app, is := s.appID, true
		if c.s.knobs.SaysApp != "" {
			app = c.s.knobs.SaysApp
		}
		parts := s.allWebParts
		return &restSettings{UseApplicationOnlyAuth: &is, OrganizationName: &s.organization, ApplicationID: &app,
			Thumbprint: &s.thumbprint, SaveAllWebParts: &parts, GrantAdminAccess: &no, UseMFA: &no, UseCustomApp: &is}
	}
	ex, sp := o.exchange != nil, o.sharePoint != nil
	id, name, kind, region := o.id, o.name, o.kind, o.region
	out := restOrganization{ID: &id, Type: &kind, Name: &name, Region: &region, IsExchangeOnline: &ex, IsSharePointOnline: &sp,
		Exchange: of(o.exchange), SharePoint: of(o.sharePoint),
		Links: map[string]link{"self": {fmt.Sprintf("/v%d/organizations/%s", c.gen.number, id)}}}
	teams, chats := o.teams, o.teamsChats
	for property, show := range map[string]func(){
		"isTeamsOnline":      func() { out.IsTeamsOnline = &teams },
		"isTeamsChatsOnline": func() { out.IsTeamsChatsOnline = &chats },
		"msid": func() {
			if o.tenant != nil {
				out.MSID = &o.tenant.ID
			}
		},
	} {
		if slices.Contains(c.gen.properties, property) {
			show()
		}
	}
	if c.gen.number >= 8 && office != "" {
		out.OfficeName = &office
	}
	return out
}

// RemoveOrganization has somebody remove an organization in the server's console.
func (s *Server) RemoveOrganization(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.organizations = slices.DeleteFunc(s.organizations, func(o *organization) bool { return o.id == id })
}
