package workflow

import "testing"

func TestEachCloudHasAWordOnAServer(t *testing.T) {
	for cloud, want := range map[string][2]string{"": {"Worldwide", "Global"}, "public": {"Worldwide", "Global"},
		"usgov": {"USGovernment", "Government"}, "dod": {"USDefence", "Government"}, "china": {"China", "China"}} {
		if of := (Tenant{Cloud: cloud}); of.region() != want[0] || of.azureEnvironment() != want[1] {
			t.Errorf("%q is %s and %s, want %v", cloud, of.region(), of.azureEnvironment(), want)
		}
	}
}
