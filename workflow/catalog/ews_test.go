package catalog

import "testing"

func TestTheDataOfARetirementCanBeChanged(t *testing.T) {
	r, err := readRetirement([]byte(`{"blocked": "2027-04-01", "ends": "2027-04-01", "permissions": [
		{"resourceAppId": "00000002-0000-0FF1-CE00-000000000000", "type": "Application", "name": "full_access_as_app"}]}`))
	if err != nil || r.Blocked.IsZero() || !r.Blocked.Equal(r.Ends) {
		t.Errorf("blocked %v, ends %v: %v", r.Blocked, r.Ends, err)
	}
	if !r.Uses("00000002-0000-0ff1-ce00-000000000000", Application, "full_access_as_app") {
		t.Error("an ID in capitals is another")
	}
	if _, err := readRetirement([]byte(`{"blocked": "2027-04-01", "ends": "soon"}`)); err == nil {
		t.Error("soon is a day")
	}
}
