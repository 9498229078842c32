package workflow

import (
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// What an application is in the tenant, as a Session writes and reads it.

// App is an application as it is first registered.
type App struct {
	UniqueName string
	// ObjectID and AppID are those of an application that is there, and is changed.
	ObjectID, AppID string
	DisplayName     string
	Notes           string // at most 1024 characters
	Audience        string
	RedirectURIs    []string // of platform Web
	Permissions     []plan.Permission

	SPARedirectURIs, PublicRedirectURIs []string
	PublicClientFlows                   bool
	Scopes                              []plan.Scope
	AppRoles                            []plan.AppRole
	OptionalClaims                      []plan.OptionalClaim
	IdentifierURIs                      []string

	// Merge says that the application may have more than ours: what it has and Drops does
	// not name stays as it is.
	Merge bool
	Drops plan.Plan
	// Keeps are what it goes on asking for though Drops has it, as in Discovery.Required.
	Keeps []string
}

// ServicePrincipal is an app's presence in the tenant as it is to be.
type ServicePrincipal struct {
	AppID string
	// AssignmentRequired restricts the app to those who are assigned to it; nil leaves that as it is.
	AssignmentRequired *bool
}

// Ownership is who owns an application, as the tenant says.
type Ownership struct {
	Owners  []string                 // object IDs, in lower case
	Refused map[string]*ServiceError // by object ID in lower case: whom Entra did not make an owner, or did not remove

	// Principal is who owns its service principal, in the same form. It is empty and Unread
	// says why where that could not be read.
	Principal []string
	Unread    *ServiceError
}

// Has reports whether a user is an owner.
func (o Ownership) Has(id string) bool { return set.ContainsFold(o.Owners, id) }

// Password is a client secret's public part.
type Password struct {
	KeyID   string
	Label   string // displayName
	Expires time.Time
}

// appOf is what the plan of r registers.
func appOf(r *Request) App {
	a := App{
		UniqueName: r.UniqueName(), DisplayName: r.Plan.AppName, Audience: r.Plan.Audience,
		RedirectURIs: r.Plan.RedirectURIs, Permissions: r.Plan.Permissions,
		SPARedirectURIs: r.Plan.SPARedirectURIs, PublicRedirectURIs: r.Plan.PublicRedirectURIs,
		PublicClientFlows: r.Plan.PublicClientFlows, Scopes: r.Plan.Scopes,
		AppRoles: r.Plan.AppRoles, OptionalClaims: r.Plan.OptionalClaims, IdentifierURIs: r.Plan.IdentifierURIs,
		Notes: text.Clip(fmt.Sprintf("Made by entra-app for request %s. Requested by %s (Slack %s). Approved by %s (Slack %s), who signed "+
			"in as %s. Reason: %s",
			r.ID, r.Requester.Name, r.Requester.ID, r.Approval.By.Name, r.Approval.By.ID, r.SignIn.Account, r.Reason), 1024),
	}
	if r.aboutApp() {
		a.ObjectID, a.AppID = r.Made.ObjectID, r.Made.AppID
	}
	replaces := r.kind().replaces
	if a.Merge = a.ObjectID != "" && (r.Adopted() || replaces); a.Merge && replaces {
		a.Drops = r.previous().Minus(r.Plan)
		if r.Previous.Audience != r.Plan.Audience {
			a.Drops.Audience = r.Previous.Audience
		}
	}
	return a
}

// apiOf is what the app of r offers. Of an app that was made here, scopes of ours that the plan
// does not have go.
func apiOf(r *Request) App {
	a := appOf(r)
	if a.Merge && !r.Adopted() {
		a.Merge, a.Drops.Scopes = false, plan.LessScopes(r.previous().Scopes, r.Plan.Scopes)
	}
	return a
}
