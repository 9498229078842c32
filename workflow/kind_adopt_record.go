package workflow

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// record writes down what the app has, before anything is added to it.
func (e *Engine) record(ctx context.Context, r *Request, s Session) (edit, error) {
	if IsYoung(r.Made.Born, e.now()) {
		return nil, &settling{min(Youth-e.now().Sub(r.Made.Born), time.Minute)}
	}
	has, found, servicePrincipal, err := s.ReadApplication(ctx, r.Made, r.Plan)
	if err != nil {
		return nil, err
	}
	clean(&has)
	switch {
	case r.Look.NoOwner:
		found.Owners = []string{}
	case len(r.Plan.Owners) > 0:
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
	all = set.Union(all, owners, strings.EqualFold)
	for _, a := range s.Signer().Requesters {
		all = set.Union(all, []string{a.ObjectID}, strings.EqualFold)
	}
	return all, nil
}

// scopeElsewhere says which scope of a plan an app exposes otherwise already, or nil.
func scopeElsewhere(p, has plan.Plan) error {
	for _, want := range p.Scopes {
		for _, there := range has.Scopes {
			switch {
			case !strings.EqualFold(there.Name, want.Name):
			case there.Name != want.Name:
				return ScopeElsewhere(there.Name, want.Name)
			case there.AdminsOnly != want.AdminsOnly:
				return &ServiceError{Code: "ScopeDiffers",
					Text: fmt.Sprintf("the app exposes the scope %s already, and %s may consent to it there; the plan says that %s "+
						"may. Nothing was changed. One of its owners has to change that in Entra (Expose an API), and an approver can "+
						"press Retry then; or Give up, and have the requester ask for something "+
						"else.", there.Name, there.WhoConsents(), want.WhoConsents())}
			}
		}
	}
	return nil
}

// ScopeElsewhere is the refusal of a scope that an app exposes already under a name that
// differs in capitals only: Entra compares without them.
func ScopeElsewhere(there, want string) error {
	return &ServiceError{Code: "ScopeDiffers",
		Text: fmt.Sprintf("the app exposes the scope %s already. The plan has it as %s, and Entra treats the two as the same. It was "+
			"not changed. Give up, and have %s asked for; or one of its owners removes it in Entra (Expose an API), and an approver "+
			"presses Retry then.", there, want, there)}
}
