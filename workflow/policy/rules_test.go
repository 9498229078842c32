package policy

import (
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
)

func TestWhatIsSaidOfATierHoldsForThoseAboveIt(t *testing.T) {
	rules := &Rules{Approvals: ByTier[int]{catalog.High: 2}, List: []Rule{
		{Tenants: []string{"prod"}, Approvals: ByTier[int]{catalog.Critical: 3}},
		{Packs: []string{"custom"}, Approvals: ByTier[int]{catalog.Low: 2, catalog.Critical: 1}},
	}}
	for _, c := range []struct {
		tenant, pack string
		tier         catalog.Risk
		want         int
	}{
		{"dev", "vbo365", catalog.Low, 1}, {"dev", "vbo365", catalog.Medium, 1}, {"dev", "vbo365", catalog.High, 2},
		{"dev", "vbo365", catalog.Critical, 2}, {"prod", "vbo365", catalog.High, 2}, {"prod", "vbo365", catalog.Critical, 3},
		{"dev", "custom", catalog.Low, 2}, {"dev", "custom", catalog.Critical, 2}, {"prod", "custom", catalog.Critical, 3},
	} {
		if got := rules.Needs(c.tenant, c.pack, c.tier); got != c.want {
			t.Errorf("%s in %s, %s: %d approvals, want %d", c.pack, c.tenant, c.tier, got, c.want)
		}
	}
	if n := (*Rules)(nil).Needs("prod", "custom", catalog.Critical); n != 1 {
		t.Errorf("without any rules it takes %d approvals", n)
	}
}
