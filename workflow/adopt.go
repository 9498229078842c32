package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// An app that somebody else made is adopted: it is found, its requester has to be
// one of its owners, what it has is written down, and only then is anything added
// to it. An adoption removes nothing and writes over nothing. The bot can see
// the app only once an approver has signed in, so what is approved is a bound:
// what the app may get at most.

// Discovery is what is known of an app that was adopted beyond what a plan says. It
// goes along with every later request about the app.
type Discovery struct {
	AppID       string // empty: the app was made here, or was not found yet
	Name        string // displayName
	Read        bool   // that what it has was written down, in Was and below
	Thumbprints []string
	Federated   []FederatedIssuer
	AzureRoles  []string // as in Inspection
	// AzureAround says that AzureRoles has what is assigned above and below the plan's scopes.
	AzureAround bool
	Secrets     int
	// PrincipalThumbprints and PrincipalSecrets are of its service principal's own
	// credentials: each of them signs the app in as well.
	PrincipalThumbprints []string
	PrincipalSecrets     int
	Owners               []string // object IDs; read where an adoption adds owners
	// NoIdentifierURI says that it was seen not to be called api://{appId}.
	NoIdentifierURI bool
	// Required are what it asked for, granted or not, as graphops calls the entries of
	// requiredResourceAccess.
	Required []string
}

func (f Discovery) clone() Discovery {
	f.Thumbprints, f.Federated, f.AzureRoles, f.Owners = slices.Clone(f.Thumbprints), slices.Clone(f.Federated),
		slices.Clone(f.AzureRoles), slices.Clone(f.Owners)
	f.Required, f.PrincipalThumbprints = slices.Clone(f.Required), slices.Clone(f.PrincipalThumbprints)
	return f
}

const (
	// SameNameMax is how many applications of one name a look-up has to find: with two
	// it is not clear already which is meant.
	SameNameMax = 100
	// namedApps is how many of them are named.
	namedApps = 10
)

// A Registration is an application that is in the tenant.
type Registration struct {
	ObjectID, AppID, Name string
	Created               time.Time // zero where Entra does not say
}

// Adopted reports whether r is about an app that was not made here.
func (r *Request) Adopted() bool { return r.Kind == KindAdopt || r.Discovered.AppID != "" }

// AppName is what the app is called, for people: on one line, without what nobody
// can see.
func (r *Request) AppName() string { return clip(oneLine(r.exactName()), AppNameMax) }

// exactName is the name as it was found, or else as the plan says. Look-ups use it as it
// is: names hold double and trailing spaces, and joiners.
func (r *Request) exactName() string { return cmp.Or(r.Discovered.Name, r.Plan.AppName) }

// Has is what the app has once r is carried out. It is the plan, and for an app
// that r adopts also what was found.
func (r *Request) Has() Plan {
	p := r.Plan.clone()
	if r.Kind != KindAdopt || !r.Discovered.Read {
		return p
	}
	was := r.Previous.clone()
	p.AppName, p.Audience = r.exactName(), was.Audience
	p.PublicClientFlows = p.PublicClientFlows || was.PublicClientFlows
	p.Permissions = joined(p.Permissions, was.Permissions, samePermission)
	p.RedirectURIs = joined(p.RedirectURIs, was.RedirectURIs, equal)
	p.SPARedirectURIs = joined(p.SPARedirectURIs, was.SPARedirectURIs, equal)
	p.PublicRedirectURIs = joined(p.PublicRedirectURIs, was.PublicRedirectURIs, equal)
	p.DirectoryRoles = joined(p.DirectoryRoles, was.DirectoryRoles, sameRole)
	p.Scopes = joined(was.Scopes, p.Scopes, sameScope)
	p.offeredToo(was)
	return p
}

func equal(a, b string) bool { return a == b }
func samePermission(a, b Permission) bool {
	return a.ResourceAppID == b.ResourceAppID && a.Type == b.Type && a.Name == b.Name
}
func sameRole(a, b DirectoryRole) bool { return a.TemplateID == b.TemplateID }
func sameScope(a, b Scope) bool        { return a.Name == b.Name }

// joined is a, and what of b is not in it.
func joined[T any](a, b []T, same func(x, y T) bool) []T {
	return append(slices.Clone(a), beyond(b, a, same)...)
}

// beyond is what of a is not in b.
func beyond[T any](a, b []T, same func(x, y T) bool) []T {
	return slices.DeleteFunc(slices.Clone(a), func(x T) bool { return slices.ContainsFunc(b, func(y T) bool { return same(x, y) }) })
}

// less is what of p is not in q, of the kinds that can be taken from an app.
func (p Plan) less(q Plan) Plan {
	return Plan{
		Permissions:        beyond(p.Permissions, q.Permissions, samePermission),
		RedirectURIs:       beyond(p.RedirectURIs, q.RedirectURIs, equal),
		SPARedirectURIs:    beyond(p.SPARedirectURIs, q.SPARedirectURIs, equal),
		PublicRedirectURIs: beyond(p.PublicRedirectURIs, q.PublicRedirectURIs, equal),
		DirectoryRoles:     beyond(p.DirectoryRoles, q.DirectoryRoles, sameRole),
		PublicClientFlows:  p.PublicClientFlows && !q.PublicClientFlows,
		AppRoles:           beyond(p.AppRoles, q.AppRoles, sameAppRole),
		OptionalClaims:     beyond(p.OptionalClaims, q.OptionalClaims, sameClaim),
		IdentifierURIs:     beyond(p.IdentifierURIs, q.IdentifierURIs, equal),
	}
}

// A Difference is what an adoption means for the app that was found.
type Difference struct {
	Added []Change
	There []Change // needed, and there already
	Stays []Change // not needed, and left as it is
}

// Difference compares what was found with what was approved, once it is known.
func (r *Request) Difference() (d Difference, known bool) {
	if r.Kind != KindAdopt || !r.Discovered.Read {
		return d, false
	}
	plan := r.Plan.clone()
	plan.Audience = r.Previous.Audience // stays as it is
	for _, kind := range changeKinds {
		was, is := r.Previous.parts(kind), plan.parts(kind)
		for _, n := range is {
			switch {
			case n == signsIn+plan.Audience:
				d.Stays = append(d.Stays, Change{false, kind, n})
			case slices.Contains(was, n):
				d.There = append(d.There, Change{false, kind, n})
			default:
				d.Added = append(d.Added, Change{true, kind, n})
			}
		}
		for _, n := range without(was, is) {
			d.Stays = append(d.Stays, Change{false, kind, n})
		}
	}
	c := plan.Credential
	for _, t := range r.Discovered.Thumbprints {
		if c.Kind == CredentialCertificate && t == c.Certificate.Thumbprint {
			d.There = append(d.There, Change{false, CredentialChange, "certificate " + t})
		} else {
			d.Stays = append(d.Stays, Change{false, CredentialChange, "certificate " + t})
		}
	}
	for _, f := range r.Discovered.Federated {
		name := "trust in " + f.Issuer + " for " + f.Subject
		if f == c.Federated {
			d.There = append(d.There, Change{false, CredentialChange, name})
		} else {
			d.Stays = append(d.Stays, Change{false, CredentialChange, name})
		}
	}
	if n := r.Discovered.Secrets; n > 0 {
		d.Stays = append(d.Stays, Change{false, CredentialChange, fmt.Sprintf("client secrets: %d", n)})
	}
	for _, t := range r.Discovered.PrincipalThumbprints {
		d.Stays = append(d.Stays, Change{false, CredentialChange, "certificate " + t + " of its service principal"})
	}
	if n := r.Discovered.PrincipalSecrets; n > 0 {
		d.Stays = append(d.Stays, Change{false, CredentialChange, fmt.Sprintf("client secrets of its service principal: %d", n)})
	}
	if c.Kind != CredentialNone && !slices.ContainsFunc(d.There, func(c Change) bool { return c.What == CredentialChange }) {
		d.Added = append(d.Added, Change{true, CredentialChange, c.Kind.Title()})
	}
	for _, a := range plan.AzureRoles {
		d.Added = append(d.Added, Change{true, AzureChange, a.Name})
	}
	return d, true
}

// checkAdopted looks whether the app that a draft names is ours already.
func (d *Desk) checkAdopted(ctx context.Context, wrong FieldErrors, r *Request) error {
	if id := strings.ToLower(oneLine(r.Plan.AppName)); guidPattern.MatchString(id) {
		r.Plan.AppName = id
		if d.isOwn(id) {
			wrong[FieldAppName] = fmt.Sprintf(ownClient, id)
			return nil
		}
		other, err := standsFor(ctx, d.store, r, id)
		if other != "" {
			wrong[FieldAppName] = fmt.Sprintf("%s already manages this app. %s changes what it has.", other, "/entra-app update "+other)
		}
		return err
	}
	return nil
}

// standsFor returns the ID of another request that holds the app with this App
// ID in the tenant of r, or nothing.
func standsFor(ctx context.Context, store Store, r *Request, appID string) (string, error) {
	for before := ""; ; {
		page, err := store.List(ctx, Query{App: appID, Before: before})
		if err != nil || len(page) == 0 {
			return "", err
		}
		for _, other := range page {
			if other.ID != r.ID && other.Tenant == r.Tenant && other.Managed() && other.State.HoldsName() && other.Successor == "" {
				return other.ID, nil
			}
			before = other.ID
		}
	}
}

// adoptSteps find the app and its owner, write down what it has, and then add.
func (p Plan) adoptSteps() []StepName {
	steps := []StepName{StepFind, StepOwned, StepRecord}
	for _, s := range p.steps() {
		if s != StepOwner || len(p.Owners) > 0 { // the requester is one already
			steps = append(steps, s)
		}
	}
	return steps
}

// findAdopted finds the one app that r names. Several, none, or one that is ours
// already end the request before anything is changed.
func (e *Engine) findAdopted(ctx context.Context, r *Request, s Session) (edit, error) {
	app, err := e.theOne(ctx, r, s, "Give up, and have it asked for again by the App ID of the one that is meant.")
	if err != nil {
		return nil, err
	}
	return func(r *Request, st *Step) { st.Note = r.AppName() + ", App ID " + app.AppID }, nil
}

// theOne finds the one app in the tenant that has the name of r's plan, which may
// be an App ID, and claims it: of two requests for it one ends. next is what to do
// where it can't be told which one is meant.
func (e *Engine) theOne(ctx context.Context, r *Request, s Session, next string) (Registration, error) {
	name := clip(Visible(r.Plan.AppName), 2*AppNameMax)
	found, err := s.Applications(ctx, r.Plan.AppName)
	if err != nil {
		return Registration{}, err
	}
	switch {
	case len(found) == 0:
		like, err := alike(ctx, r.Plan.AppName, s)
		if err != nil {
			return Registration{}, err
		}
		return Registration{}, &notSeen{&ServiceError{Code: "NoSuchApp",
			Text: fmt.Sprintf("there is no application called %s in this tenant. Nothing was changed. Names count as they are, with "+
				"every space and joiner in them; an App ID always fits. %s%s", name, like, next)}}
	case len(found) > 1:
		return Registration{}, &ServiceError{Code: "SeveralApps",
			Text: fmt.Sprintf("several applications are called %s: %s. Nothing was changed. %s", name, appIDs(found), next)}
	}
	app := found[0]
	if e.desk.isOwn(app.AppID) {
		return Registration{}, &ServiceError{Code: "OwnClient", Text: fmt.Sprintf(ownClient, app.AppID)}
	}
	other, err := standsFor(ctx, e.store, r, app.AppID)
	if err != nil {
		return Registration{}, err
	}
	if other != "" {
		return Registration{}, alreadyOurs(name, other)
	}
	_, err = e.save(r.ID, func(r *Request, now time.Time) error {
		r.found(app, now)
		if r.Kind == KindAdopt {
			r.Discovered.AppID, r.Discovered.Name = app.AppID, app.Name
		}
		return nil
	})
	if taken, ok := errors.AsType[*ClaimedError](err); ok {
		return Registration{}, alreadyOurs(name, taken.By)
	}
	return app, err
}

// alike says which applications have a name that only looks like the one that was typed.
// None of them is taken: whoever made it may have wanted to be taken for the other.
func alike(ctx context.Context, typed string, s Session) (string, error) {
	name := clip(oneLine(typed), AppNameMax)
	var found []Registration
	if name != typed && name != "" {
		var err error
		if found, err = s.Applications(ctx, name); err != nil {
			return "", err
		}
	}
	if len(found) == 0 {
		return tryLater + " ", nil
	}
	return fmt.Sprintf("An application called %s is there, which looks the same and is another name: App ID %s. ", name, appIDs(found)), nil
}

// appIDs names some applications by their App IDs.
func appIDs(found []Registration) string {
	ids := make([]string, len(found))
	for i, a := range found {
		ids[i] = a.AppID
	}
	slices.Sort(ids)
	if len(ids) > namedApps {
		ids = append(ids[:namedApps], "and more")
	}
	return strings.Join(ids, ", ")
}

func alreadyOurs(name, by string) error {
	return &ServiceError{Code: "AlreadyOurs",
		Text: fmt.Sprintf("%s stands for %s already. Nothing was changed. Give up; /entra-app update %s changes what the app has.", by,
			name, by)}
}

// record writes down what the app has, before anything is added to it.
func (e *Engine) record(ctx context.Context, r *Request, s Session) (edit, error) {
	if IsYoung(r.Made.Born, e.now()) {
		return nil, &settling{}
	}
	has, found, servicePrincipal, err := s.ReadApplication(ctx, r.Made, r.Plan)
	if err != nil {
		return nil, err
	}
	clean(&has)
	if len(r.Plan.Owners) > 0 {
		if found.Owners, err = ownersOf(ctx, r, s); err != nil {
			return nil, err
		}
	}
	if err := redirectElsewhere(r.Plan, has); err != nil {
		return nil, err
	}
	if err := cmp.Or(scopeElsewhere(r.Plan, has), roleElsewhere(r.Plan, has)); err != nil {
		return nil, err
	}
	notes, err := ownedBesides(ctx, r, s, servicePrincipal)
	if err != nil {
		return nil, err
	}
	return func(r *Request, st *Step) {
		has.TenantID, has.AppName = r.Plan.TenantID, r.Discovered.Name
		found.AppID, found.Name, found.Read = r.Discovered.AppID, r.Discovered.Name, true
		r.Previous, r.Discovered, r.Made.ServicePrincipal = has, found, servicePrincipal
		d, _ := r.Difference()
		st.Note = fmt.Sprintf("%d to add, %d there already, %d kept beside them", len(d.Added), len(d.There), len(d.Stays))
		st.Note = strings.Join(append([]string{st.Note}, notes...), "; ")
	}, nil
}

// ownersOf are the owners of an app that is adopted. The requester is one: that was seen.
func ownersOf(ctx context.Context, r *Request, s Session) (all []string, err error) {
	owners, err := s.Owners(ctx, r.Made.ObjectID)
	if err != nil {
		return nil, err
	}
	all = joined(all, owners, strings.EqualFold)
	for _, a := range s.Signer().Requesters {
		all = joined(all, []string{a.ObjectID}, strings.EqualFold)
	}
	return all, nil
}

// scopeElsewhere says which scope of a plan an app exposes otherwise already, or nil.
func scopeElsewhere(p, has Plan) error {
	for _, want := range p.Scopes {
		for _, there := range has.Scopes {
			switch {
			case !strings.EqualFold(there.Name, want.Name):
			case there.Name != want.Name:
				return ScopeElsewhere(there.Name, want.Name)
			case there.AdminsOnly != want.AdminsOnly:
				return &ServiceError{Code: "ScopeDiffers",
					Text: fmt.Sprintf("the app exposes the scope %s already, and %s may consent to it there; the plan has it that %s "+
						"may. Nothing was changed. One of its owners has to change that in Entra (Expose an API), and an approver can "+
						"press Retry then; or Give up, and have something else asked for.", there.Name, there.consents(), want.consents())}
			}
		}
	}
	return nil
}

// ScopeElsewhere is the refusal of a scope that an app exposes already under a name that
// differs in capitals only: Entra compares without them.
func ScopeElsewhere(there, want string) error {
	return &ServiceError{Code: "ScopeDiffers",
		Text: fmt.Sprintf("the app exposes the scope %s already. The plan has it as %s, and Entra takes the two for the same. It was "+
			"not changed. Give up, and have %s asked for; or one of its owners removes it in Entra (Expose an API), and an approver "+
			"presses Retry then.", there, want, there)}
}

// clean makes one line of what others have written into the tenant, as it goes
// onto cards. What is compared with the tenant again stays as it is there.
func clean(p *Plan) {
	for i := range p.Scopes {
		s := &p.Scopes[i]
		s.Title, s.Words = clip(oneLine(s.Title), scopeTitleMax), clip(oneLine(s.Words), scopeWordsMax)
		s.UserTitle, s.UserWords = clip(oneLine(s.UserTitle), scopeTitleMax), clip(oneLine(s.UserWords), scopeWordsMax)
	}
	for i := range p.AppRoles {
		r := &p.AppRoles[i]
		r.Title, r.Words = clip(oneLine(r.Title), appRoleTitleMax), clip(oneLine(r.Words), appRoleWordsMax)
	}
	for i := range p.Permissions {
		q := &p.Permissions[i]
		q.Resource, q.Words = clip(oneLine(q.Resource), AppNameMax), clip(oneLine(q.Words), 500)
	}
}

// wasThere reports whether r's certificate or issuer was with the app before: then
// it is not r's to remove.
func (r *Request) wasThere() bool {
	c := r.Plan.Credential
	return c.Kind == CredentialCertificate && slices.Contains(r.Discovered.Thumbprints, c.Certificate.Thumbprint) ||
		c.Kind == CredentialFederated && slices.Contains(r.Discovered.Federated, c.Federated)
}

const extrasMax = 100

// Extras are the permissions of an adopted app that p has no need for, whatever
// is chosen of it, and that the catalogue knows: an update may remove them. They
// are as many as a list in a form has room for.
func (p Product) Extras(has Plan) []Permission {
	extras := slices.DeleteFunc(p.unneeded(has), func(q Permission) bool { return keyOf(q) == "" })
	return extras[:min(len(extras), extrasMax)]
}

func (p Product) unneeded(has Plan) []Permission {
	return slices.DeleteFunc(slices.Clone(has.Permissions), func(q Permission) bool {
		return slices.ContainsFunc(p.Permissions, func(n Need) bool { return samePermission(n.Permission, q) })
	})
}

// keyOf is the catalogue's key of a permission, or empty.
func keyOf(q Permission) string {
	c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name)
	if !ok {
		return ""
	}
	return c.Key()
}

// keepFound leaves an adopted app, when it is updated, what the form cannot say.
// Permissions that its product has no need for stay where the draft names them.
func keepFound(p Product, draft Draft, r *Request) {
	r.Plan.Audience = r.Previous.Audience
	r.Plan.PublicClientFlows = r.Plan.PublicClientFlows || r.Previous.PublicClientFlows
	r.Plan.Scopes = joined(joined(r.Previous.Scopes, r.Plan.Scopes, sameScope), r.Residue.Scopes, sameScope)
	extras := p.Extras(r.Previous)
	for _, q := range p.unneeded(r.Previous) {
		if !slices.Contains(extras, q) || slices.Contains(draft.Permissions, keyOf(q)) {
			r.Plan.Permissions = joined(r.Plan.Permissions, []Permission{q}, samePermission)
		}
	}
	for _, role := range r.Previous.DirectoryRoles {
		if !slices.ContainsFunc(p.DirectoryRoles, func(n RoleNeed) bool { return n.TemplateID == role.TemplateID }) {
			r.Plan.DirectoryRoles = joined(r.Plan.DirectoryRoles, []DirectoryRole{role}, sameRole)
		}
	}
}

// proofResources are the services that the proof asks for tokens of. One that only
// an app knows that was once adopted may refuse for reasons of its own.
func (r *Request) proofResources() []string {
	return slices.DeleteFunc(r.Plan.Resources(), func(id string) bool {
		return !slices.ContainsFunc(r.Plan.Permissions, func(q Permission) bool { return q.ResourceAppID == id && keyOf(q) != "" })
	})
}
