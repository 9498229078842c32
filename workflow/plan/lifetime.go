package plan

import (
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// A Lifetime is one to choose for a client secret.
type Lifetime struct {
	D     time.Duration
	Words string
}

// UsualLifetimes are offered as far as the policy allows.
var UsualLifetimes = []Lifetime{
	{30 * 24 * time.Hour, "30 days"},
	{90 * 24 * time.Hour, "90 days"},
	{Baseline, "180 days"},
	{8760 * time.Hour, "12 months"},
	{17520 * time.Hour, "24 months"},
}

// halfYear was offered until the baselines' 180 days took its place. It has its
// words still: requests that were approved with it keep them.
const halfYear = 4380 * time.Hour

// LifetimeWords says a lifetime as people do.
func LifetimeWords(d time.Duration) string {
	for _, l := range UsualLifetimes {
		if l.D == d {
			return l.Words
		}
	}
	if d == halfYear {
		return "6 months"
	}
	return text.Days(d)
}
