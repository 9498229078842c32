package catalog

import (
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
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
