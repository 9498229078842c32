package graphops

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
)

// The one reader of an app's whole power. Its parts are read side by side, and each may fail
// by itself: what Entra refuses is unknown, and named with what would let it be read. What may
// go away by itself is an error, so that whoever asked tries again.

// A part is one read of it: one object, or a list.
type part struct {
	*item
	of     []whole.Kind
	what   string   // for people: "its owners"
	scopes []string // one of them is what it takes; the first is the one to grant
	about  []string // object IDs
}

// What reads take of a token. Source: Graph v1.0, the page of each.
var (
	scopesApps   = []string{"Application.Read.All", "Application.ReadWrite.All", scopeDirectory, "Directory.ReadWrite.All"}
	scopesGrants = []string{scopeDirectory, "DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All",
		"Directory.ReadWrite.All"}
	scopesRoles = []string{scopeDirectory, scopeRoles, "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory",
		"Directory.ReadWrite.All"}
	scopesEligible = []string{scopeRoles, "RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory",
		"RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory"}
	scopesGroups = []string{scopeDirectory, "GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}
)

// A wholeReader is one reading.
type wholeReader struct {
	s   *session
	m   workflow.Made
	app whole.App
}

// ReadWhole reads everything of an app. p says on which scopes Azure is read, and what its
// custom roles are called.
func (s *session) ReadWhole(ctx context.Context, m workflow.Made, p plan.Plan) (whole.App, error) {
	r := &wholeReader{s: s, m: m, app: whole.App{AppID: m.AppID, Read: s.now()}}
	application, principal := r.applicationParts(), r.principalPart()
	all := append(application.all(), principal)
	var of principalParts
	if m.ServicePrincipal != "" {
		of = r.principalParts(m.ServicePrincipal)
		all = append(all, of.all()...)
	}
	r.batch(ctx, all)
	if err := r.readApplication(ctx, application); err != nil {
		return r.app, err
	}
	id, err := r.readPrincipal(principal)
	if err != nil {
		return r.app, err
	}
	switch {
	case id == "":
		return r.app, nil
	case !strings.EqualFold(id, m.ServicePrincipal):
		of = r.principalParts(id)
		r.batch(ctx, of.all())
	}
	if err := r.readGiven(ctx, of); err != nil {
		return r.app, err
	}
	if err := r.readGroups(ctx); err != nil {
		return r.app, err
	}
	if err := r.nameThings(ctx); err != nil {
		return r.app, err
	}
	return r.app, r.readAzure(ctx, p)
}

func (r *wholeReader) batch(ctx context.Context, parts []*part) {
	items := make([]*item, len(parts))
	for i, p := range parts {
		items[i] = p.item
	}
	r.s.batch(ctx, items)
}

// part is a read of a path below the base, whose values fill its template.
func (r *wholeReader) part(op fault.Operation, what string, scopes []string, of []whole.Kind, path string, values ...string) *part {
	p := &part{item: &item{op: op, req: r.s.get(path, values...), as: asItCame}, of: of, what: what, scopes: scopes}
	for i := 1; i < len(values); i += 2 {
		p.about = append(p.about, values[i])
	}
	return p
}

// unread notes what could not be read, if that is an answer. Any other error comes back.
func (r *wholeReader) unread(p *part, err error) error {
	if err == nil {
		return nil
	}
	meant := r.s.fault(err, p.about...)
	no, refused := errors.AsType[*workflow.ServiceError](meant)
	_, endless := errors.AsType[*fault.Partial](meant)
	switch {
	case endless:
		r.gap(p, "the list is so long that it was not read to its end")
	case !refused:
		return meant
	case fault.Status(err) == http.StatusForbidden && !r.has(p.scopes) && p.scopes[0] == scopeRoles && !r.s.Ask.Whole:
		r.gap(p, "this sign-in does not ask for "+scopeRoles)
	case fault.Status(err) == http.StatusForbidden && !r.has(p.scopes):
		r.gap(p, "the bot's own client has no admin consent for "+p.scopes[0]+" (delegated), or Entra did not give it")
	default:
		r.gap(p, strings.TrimSuffix(no.Text, "."))
	}
	return nil
}

func (r *wholeReader) gap(p *part, why string) {
	for _, k := range p.of {
		r.app.Gaps = append(r.app.Gaps, whole.Gap{Of: k, What: p.what, Why: why})
	}
}

func (r *wholeReader) has(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool { return login.HasScope(r.s.scopes, scope) })
}

// each reads a list to its end. An answer without a list is no empty one.
func (r *wholeReader) each(ctx context.Context, p *part, do func(object)) error {
	if p.err != nil {
		return r.unread(p, p.err)
	}
	none := false
	err := r.s.pages(ctx, p.op, p.req, p.got, p.as, func(page serialization.Parsable) {
		o, _ := page.(object)
		var list []json.RawMessage
		if json.Unmarshal(o["value"], &list) != nil {
			none = true
		}
		for _, raw := range list {
			do(decode[object](raw))
		}
	})
	if err == nil && none {
		err = p.op.Later("there is no list in the answer")
	}
	return r.unread(p, err)
}

// lists reports whether an object has a collection. One that is null is hidden.
func (o object) lists(name string) bool {
	var list []json.RawMessage
	return json.Unmarshal(o[name], &list) == nil && list != nil
}

// kindOf is a type as Graph names it: "user".
func kindOf(o object) string { return strings.TrimPrefix(o.text("@odata.type"), "#microsoft.graph.") }
