package catalog

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// A Retirement is a service of Microsoft's that ends. Since Blocked it answers only the
// apps whose IDs are on a list of the organization's, and from Ends on nobody.
type Retirement struct {
	Service       string // "Exchange Web Services"
	List          string // "EwsAllowedAppIDs"
	Blocked, Ends time.Time
	Acts          time.Duration // how long a change of the list can take to act
	Sources       []string      // the pages that say so, Microsoft's announcement first
	Checked       string        // when they did, "2026-09"
	permissions   []key
}

// Uses reports whether a permission is one to that service.
func (r Retirement) Uses(resourceAppID string, t Type, name string) bool {
	return slices.Contains(r.permissions, key{strings.ToLower(resourceAppID), t, strings.ToLower(name)})
}

// Over reports whether it has ended.
func (r Retirement) Over(now time.Time) bool { return !now.Before(r.Ends) }

// Notice says what becomes of the service at a time, and what an app needs for it.
func (r Retirement) Notice(now time.Time) string {
	switch {
	case r.Over(now):
		return fmt.Sprintf("Exchange Online ended %s on %s. The permission for it no longer has any effect; Microsoft Graph is not "+
			"affected.", r.Service, text.Date(r.Ends))
	case now.Before(r.Blocked):
		return fmt.Sprintf("From %s on, Exchange Online blocks %s (EWS) for every app whose App ID is not on the organization's list "+
			"%s. EWS ends for good on %s. Microsoft Graph is not affected.",
			text.Date(r.Blocked), r.Service, r.List, text.Date(r.Ends))
	}
	return fmt.Sprintf("Exchange Online has blocked %s (EWS) since %s for every app whose App ID is not on the organization's list %s. "+
		"This app is blocked there until it is listed, which can take %d hours to take effect. EWS ends for good on %s. "+
		"Microsoft Graph is not affected.",
		r.Service, text.Date(r.Blocked), r.List, int(r.Acts.Hours()), text.Date(r.Ends))
}

//go:embed ews.json
var ewsData []byte

// EWS is the end of Exchange Web Services in Exchange Online, as ews.json has it: its
// dates change in that file alone.
var EWS = sync.OnceValue(func() Retirement {
	r, err := readRetirement(ewsData)
	if err != nil {
		panic("catalog: ews.json: " + err.Error()) // embedded: cannot differ from what the tests saw
	}
	return r
})

func readRetirement(data []byte) (Retirement, error) {
	var f struct {
		Service, List, Blocked, Ends string
		Checked                      string
		Sources                      []string
		ActsWithinHours              int
		Permissions                  []struct {
			ResourceAppID string
			Type          Type
			Name          string
		}
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return Retirement{}, err
	}
	blocked, notBlocked := time.Parse(time.DateOnly, f.Blocked)
	ends, notEnds := time.Parse(time.DateOnly, f.Ends)
	r := Retirement{Service: f.Service, List: f.List, Blocked: blocked, Ends: ends, Acts: time.Duration(f.ActsWithinHours) * time.Hour,
		Sources: f.Sources, Checked: f.Checked}
	for _, p := range f.Permissions {
		r.permissions = append(r.permissions, key{strings.ToLower(p.ResourceAppID), p.Type, strings.ToLower(p.Name)})
	}
	return r, errors.Join(notBlocked, notEnds)
}
