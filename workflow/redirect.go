package workflow

import (
	"fmt"
	"strings"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Redirect URIs, and the platforms that they are for.

// updateRedirects fills in the redirect URIs of an update: a platform that the
// draft does not name keeps its own.
func updateRedirects(wrong form.Errors, p pack.Product, draft form.Draft, r *Request) {
	for _, on := range plan.Platforms {
		field, had := form.RedirectField(p, on), r.Previous.On(on)
		uris, named := draft.Redirects[field]
		if field == form.FieldRedirectURIs {
			uris, named = draft.RedirectURIs, draft.RedirectURIs != nil
		}
		if named {
			r.Plan.SetRedirects(on, form.CheckRedirects(wrong, field, on, uris, had...))
		} else {
			r.Plan.SetRedirects(on, had)
		}
	}
	if len(r.Previous.On(p.Platform)) > 0 { // one that was made without may stay so
		form.RequireRedirect(p, wrong, r.Plan)
	}
	form.DistinctRedirects(wrong, r.Plan, r.Previous, func(on plan.Platform, _ string) form.Field { return form.RedirectField(p, on) })
}

// redirectElsewhere says which redirect URI of a plan an app has otherwise already, so
// that Entra would not add it, or nil.
func redirectElsewhere(p, has plan.Plan) error {
	for _, on := range plan.Platforms {
		for _, uri := range p.On(on) {
			for _, other := range plan.Platforms {
				for _, there := range has.On(other) {
					if strings.EqualFold(uri, there) && (on != other || uri != there) {
						return &ServiceError{Code: "RedirectDiffers",
							Text: fmt.Sprintf("the app has the redirect URI %s on the platform %s already; the plan has %s on the "+
								"platform %s, and Entra treats the two as the same. Nothing was changed. One of its owners has to remove "+
								"it in Entra (Authentication), and an approver can press Retry then; or Give up, and "+
								"have the requester ask for something else.", there, other, uri, on)}
					}
				}
			}
		}
	}
	return nil
}
