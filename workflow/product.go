package workflow

import (
	"fmt"
	"math"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// A Product is what an app is for, and what it needs. Package pack has them.
type Product struct {
	Name         string // "vbo365", as it is typed
	Title        string // "Veeam Backup for Microsoft 365"
	Summary      string // one sentence
	Audience     string // signInAudience
	RedirectURIs []string
	Permissions  []Permission
	// Custom says that the requester names the permissions.
	Custom   bool
	Lifetime time.Duration // the one that the form suggests
	// NextSteps are shown with the secret: what to do in the product.
	NextSteps []string
}

// Need returns a permission of the catalogue with what a product needs it for.
func Need(resourceAppID string, t catalog.Type, name, why string) (Permission, error) {
	p, ok := Known(resourceAppID, t, name)
	if !ok {
		return Permission{}, fmt.Errorf("%s has no %s permission %q", resourceAppID, t, name)
	}
	p.Why = why
	return p, nil
}

// Days says a duration in days or hours.
func Days(d time.Duration) string {
	n, unit := int(math.Round(d.Hours()/24)), "day"
	if d < 48*time.Hour {
		n, unit = int(math.Round(d.Hours())), "hour"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
