package veeam

import (
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
)

const another = `"officeName":"fabrikam.onmicrosoft.com"`

// odd are organizations of others that nobody understands.
var odd = []string{
	`{"id":7,"type":"OnPremises","name":"corp.fabrikam.local","region":"Worldwide"}`,
	`{"id":"a","type":"Office365",` + another + `,"isExchangeOnline":"no"}`,
	`{"id":"b","type":"Office365",` + another + `,"exchangeOnlineSettings":"none"}`,
	`{"id":"c","type":"Office365",` + another + `,"region":2}`,
	`{"id":"d","type":"Hybrid","name":["a"],"msid":"99999999-0000-4000-8000-000000000009"}`,
	`null`,
}

// unknown are those that may be any organization.
var unknown = []string{
	`{"id":"a","type":"Office365","officeName":5}`,
	`{"id":"a","type":"Office365","name":"corp.local","officeName":{"a":1},"isExchangeOnline":"no"}`,
	`{"id":"a","type":"Office365","msid":1,"name":"corp.local"}`,
	`{"id":7}`, `7`, `"x"`, `[]`,
}

func (w *world) has(edit func(*veeamtest.Knobs)) { w.veeam.Change(edit) }

func TestAnOddOrganizationHidesNoOther(t *testing.T) {
	for version := 4; version <= 8; version++ {
		for _, one := range append([]string{strings.Join(odd, "\n")}, odd...) {
			w := newWorldWith(t, veeamtest.Config{Version: version})
			w.has(func(k *veeamtest.Knobs) { k.OddOrganizations = strings.Split(one, "\n") })
			s, o := w.server(nil), w.organization()
			o.TenantID, o.Teams = w.tenant.ID, version > 4
			if found, err := s.Find(t.Context(), o); err != nil || len(found) != 0 {
				t.Errorf("version %d, %s: before it was added: %+v, %v", version, one, found, err)
			}
			added, err := w.connect(s, o)
			if err != nil || added.ID != w.only().ID {
				t.Errorf("version %d, %s: connected %+v, %v", version, one, added, err)
				continue
			}
			if again, err := w.connect(s, o); err != nil || again.ID != added.ID {
				t.Errorf("version %d, %s: again %+v, %v", version, one, again, err)
			}
			if found, err := s.Find(t.Context(), o); err != nil || len(found) != 1 || found[0].ID != added.ID {
				t.Errorf("version %d, %s: found %+v, %v", version, one, found, err)
			}
		}
	}
}

// Unknown is its own answer: nothing is added beside what may be there already.
func TestAnOrganizationThatMayBeTheWantedOneIsNotAddedAgain(t *testing.T) {
	wanted := []string{
		`{"id":7,"type":"Office365","officeName":"` + contoso + `"}`,
		`{"id":"a","type":"Office365","name":"` + contoso + `","isExchangeOnline":"no"}`,
		`{"id":"a","type":"Office365","msid":"%s","region":2}`,
		`{"id":"a","type":"Office365","name":"x","exchangeOnlineSettings":{"officeOrganizationName":"` + contoso + `","useMfa":"no"}}`,
	}
	for _, one := range append(wanted, unknown...) {
		w := newWorld(t)
		if strings.Contains(one, "%s") {
			one = fmt.Sprintf(one, w.tenant.ID)
		}
		w.has(func(k *veeamtest.Knobs) { k.OddOrganizations = []string{one} })
		s, o := w.server(nil), w.organization()
		o.TenantID = w.tenant.ID
		_, err := w.connect(s, o)
		w.refused(err, "Unreadable", "which the bot can't read, and it may be "+contoso, "Nothing was changed there", "press Retry")
		if len(w.veeam.Organizations()) != 0 {
			t.Errorf("%s: something was added", one)
		}
	}
	for _, one := range unknown { // it is not known whether it is there
		w := newWorld(t)
		w.has(func(k *veeamtest.Knobs) { k.OddOrganizations = []string{one} })
		_, err := w.server(nil).Find(t.Context(), workflow.Organization{Name: contoso, TenantID: w.tenant.ID})
		w.refused(w.saw(err), "Unreadable", "which the bot can't read")
	}
	for _, one := range wanted[:2] { // it is there
		w := newWorld(t)
		w.has(func(k *veeamtest.Knobs) { k.OddOrganizations = []string{one} })
		if found, err := w.server(nil).Find(t.Context(), workflow.Organization{Name: contoso}); w.saw(err) != nil || len(found) != 1 ||
			!found[0].Odd {
			t.Errorf("%s: %+v, %v", one, found, err)
		}
	}
}

// A list that is not there is no empty list.
func TestAnAnswerWithoutAListIsNoEmptyList(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"results":null}`, `{"results":{}}`, `"x"`, `{"message":"later"}`} {
		var p page
		if err := p.UnmarshalJSON([]byte(body)); err == nil {
			t.Errorf("%s was read as %+v", body, p)
		}
	}
	var p page
	if err := p.UnmarshalJSON([]byte(`{"limit":"many","results":[null,{"name":"a"},5]}`)); err != nil || len(p.Results) != 2 ||
		p.listed != 3 || p.Limit != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// What somebody reaches is told as far as it can be read.
func TestASignInShowsWhatCanBeReadOfAnOddOrganization(t *testing.T) {
	for version := 6; version <= 8; version++ {
		w := newWorldWith(t, veeamtest.Config{Version: version})
		w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Services: []string{"Exchange"}})
		w.has(func(k *veeamtest.Knobs) { k.OddOrganizations = []string{odd[1], unknown[0], `null`} })
		got, err := w.server(nil).SignedIn(t.Context(), w.asserted(w.signIn("ada", forVeeam)), contoso)
		if w.saw(err) != nil || len(got) != 3 || got[2].Name != contoso || got[2].Odd || got[0].Name != "fabrikam.onmicrosoft.com" ||
			!got[0].Odd || got[1].Name != "" || !got[1].Odd {
			t.Errorf("version %d: %+v, %v", version, got, err)
		}
	}
}

func TestAnOddAzureServiceAccountHidesNoOther(t *testing.T) {
	w := newWorld(t)
	a := w.azure()
	w.has(func(k *veeamtest.Knobs) {
		k.OddAzureAccounts = []string{`{"id":3}`, `{"id":"x","applicationId":"` + w.client.AppID + `","description":{}}`, `null`}
	})
	s := w.server(nil)
	got, err := w.connectAzure(s, a)
	if err != nil || got.ID != w.onlyAzure().ID {
		t.Fatalf("connected %+v, %v", got, err)
	}
	if again, err := w.connectAzure(s, a); err != nil || again.ID != got.ID {
		t.Errorf("again %+v, %v", again, err)
	}
	for _, one := range []string{`{"id":3,"applicationId":"` + w.app + `"}`, `{"id":"x","applicationId":5}`, `5`} {
		w := newWorld(t)
		a := w.azure()
		one = strings.ReplaceAll(one, got.AppID, w.app)
		w.has(func(k *veeamtest.Knobs) { k.OddAzureAccounts = []string{one} })
		_, err := w.connectAzure(w.server(nil), a)
		w.refused(err, "Unreadable", "an Azure service account which the bot can't read, and it may be that of the app "+w.app)
		if len(w.veeam.AzureAccounts()) != 0 {
			t.Errorf("%s: something was added", one)
		}
	}
}
