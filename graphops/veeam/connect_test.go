package veeam

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestAnOrganizationIsAdded(t *testing.T) {
	w := newWorld(t)
	got := w.connected(w.server(nil), w.organization())
	has := w.only()
	if got.ID != has.ID || got.Name != contoso || !slices.Equal(got.Services, []string{"Exchange", "SharePoint", "Teams"}) {
		t.Errorf("connected %+v", got)
	}
	if has.AppID != w.app || has.Office != contoso || !slices.Equal(has.Services, []string{"Exchange", "SharePoint", "Teams"}) {
		t.Errorf("the server has %+v", has)
	}
	if want := []string{"token", "listOrganizations", "addOrganization", "getOrganization", "logout"}; !slices.Equal(w.ops(), want) {
		t.Errorf("calls %q, want %q", w.ops(), want)
	}
	if n := w.veeam.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

func TestOnlyTheServicesThatWereAskedFor(t *testing.T) {
	w := newWorld(t)
	o := w.organization()
	o.Exchange, o.Teams = false, false
	if got := w.connected(w.server(nil), o); !slices.Equal(got.Services, []string{"SharePoint"}) {
		t.Errorf("connected %+v", got)
	}
}

func TestAnOrganizationThatIsThereIsEdited(t *testing.T) {
	w := newWorldWith(t, veeamtest.Config{MaxPage: 7})
	for i := range 20 {
		name := fmt.Sprintf("other%d.onmicrosoft.com", i)
		w.entra.AddTenant(entratest.Tenant{Domain: name})
		w.veeam.PutOrganization(veeamtest.Organization{Office: name, Services: []string{"Exchange"}})
	}
	id := w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Name: "The company",
		AppID: "33333333-3333-3333-3333-333333333333", Services: []string{"Exchange", "SharePoint"}, WebParts: true})
	o := w.organization()
	o.Name = strings.ToUpper(contoso)
	got := w.connected(w.server(nil), o)
	all := w.veeam.Organizations()
	last := all[len(all)-1]
	if got.ID != id || len(all) != 21 || last.ID != id || last.AppID != w.app || !last.WebParts || last.Name != "The company" {
		t.Errorf("connected %+v, the server has %d: %+v", got, len(all), last)
	}
}

func TestConnectingAgainChangesNothing(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	first, again := w.connected(s, w.organization()), w.connected(s, w.organization())
	if first.ID != again.ID || w.only().ID != first.ID {
		t.Errorf("first %+v, again %+v", first, again)
	}
}

func TestALostAnswerMakesNoSecondOrganization(t *testing.T) {
	for _, op := range []string{"token", "listOrganizations", "addOrganization", "getOrganization"} {
		w := newWorld(t)
		s := w.server(nil)
		w.veeam.Fail(op, entratest.After, veeamtest.Failure{}, tries(op, veeamtest.Failure{}))
		if _, err := w.connect(s, w.organization()); !isTemporary(err) {
			t.Errorf("%s: %v is not temporary", op, err)
		}
		got := w.connected(s, w.organization())
		if w.only().ID != got.ID {
			t.Errorf("%s: connected %+v", op, got)
		}
	}
}

func TestALostLogoutIsNobodysConcern(t *testing.T) {
	w := newWorld(t)
	w.veeam.Fail("logout", entratest.Before, veeamtest.Failure{}, 1)
	w.connected(w.server(nil), w.organization())
}

func TestACertificateThatTheServerHasAlready(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	o := w.organization()
	o.PFX, o.Password, o.Thumbprint = seal.Secret{}, seal.Secret{}, strings.Repeat("AB", 20)
	_, err := w.connect(s, o)
	w.refused(err, "ParameterValidationFailure", "The certificate with the thumbprint '"+o.Thumbprint+"' is not installed on this server.")
	thumbprint, err := w.veeam.InstallCertificate(keyed().pfx, keyed().password)
	if err != nil {
		t.Fatal(err)
	}
	o.Thumbprint = thumbprint
	w.connected(s, o)
	if has := w.only(); has.Thumbprint != thumbprint {
		t.Errorf("the server has %+v", has)
	}
}

func TestWhatTheServerSaysAfterwardsCounts(t *testing.T) {
	for _, c := range []struct {
		knob func(*veeamtest.Knobs)
		says string
	}{
		{func(k *veeamtest.Knobs) {
			k.SaysApp = "99999999-9999-9999-9999-999999999999"
		}, `uses another app, with the ID "99999999-9999-9999-9999-999999999999"`},
		{func(k *veeamtest.Knobs) { k.NoTeams = true }, "says that contoso.onmicrosoft.com has no Teams"},
	} {
		w := newWorld(t)
		w.veeam.Change(c.knob)
		_, err := w.connect(w.server(nil), w.organization())
		w.refused(err, "ReadBack", "backup-1 took the change, but", c.says, "press Retry")
	}
}

func TestNoBackupEndsByAnEdit(t *testing.T) {
	for _, c := range []struct {
		has  []veeamtest.Organization
		code string
		says string
	}{
		{[]veeamtest.Organization{{Office: contoso, Services: []string{"Exchange", "SharePoint", "Teams", "Teams chats"}}},
			"WouldEndBackup", "protects SharePoint, Teams, Teams chats of contoso"},
		{[]veeamtest.Organization{{Office: contoso, Type: "Hybrid", Services: []string{"Exchange"}}}, "NotOffice365",
			"has servers of its own"},
		{[]veeamtest.Organization{{Office: contoso, Services: []string{"Exchange"}}, {Office: contoso, Services: []string{"Exchange"}}},
			"Ambiguous", "has 2 organizations called contoso"},
	} {
		w := newWorld(t)
		for _, has := range c.has {
			w.veeam.PutOrganization(has)
		}
		before := fmt.Sprint(w.veeam.Organizations())
		o := w.organization()
		o.SharePoint, o.Teams = false, false
		_, err := w.connect(w.server(nil), o)
		w.refused(err, c.code, c.says, "Nothing was changed there")
		if after := fmt.Sprint(w.veeam.Organizations()); after != before {
			t.Errorf("%s: before %s, after %s", c.code, before, after)
		}
	}
}

func TestWhatTheAppLacksIsSaidByTheServer(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	o := w.organization()
	o.AppID = w.register(keyed().cert, "Sites.Read.All", "ChannelMember.Read.All")
	_, err := w.connect(s, o)
	w.refused(err, "ParameterValidationFailure", "backup-1 refused to add the organization. It says: “",
		"lacks the permissions Sites.Read.All, ChannelMember.Read.All.”")
	o.AppID = w.register(keyed().cert, "Global Reader")
	_, err = w.connect(s, o)
	w.refused(err, "ParameterValidationFailure", "does not have the Global Reader role")
	o = w.organization()
	o.Password = seal.New("not the password of it")
	_, err = w.connect(s, o)
	w.refused(err, "ParameterValidationFailure", "The specified network password is not correct.")
	o = w.organization()
	o.AppID = w.client.AppID // has no such certificate
	_, err = w.connect(s, o)
	w.refused(err, "ParameterValidationFailure", "AADSTS700027")
	o = w.organization()
	o.Exchange = false
	_, err = w.connect(s, o)
	w.refused(err, "ParameterValidationFailure", "Microsoft Teams can be protected only with both")
	if all := w.veeam.Organizations(); len(all) != 0 {
		t.Errorf("the server has %+v", all)
	}
}

func TestNobodyCallsAServerWithoutAnAccount(t *testing.T) {
	w := newWorld(t)
	s := w.server(func(c *Config) { c.Username, c.Password = "", seal.Secret{} })
	_, err := w.connect(s, w.organization())
	w.refused(err, "NoAccount", "The bot has no account on backup-1, so nothing was sent to it.", "username and password")
	if len(w.ops()) != 0 {
		t.Errorf("calls %q", w.ops())
	}
}

func TestWhatNoServerCouldTakeIsNotSent(t *testing.T) {
	w := newWorld(t)
	s := w.server(nil)
	for _, edit := range []func(*workflow.Organization){
		func(o *workflow.Organization) { o.Name = "" },
		func(o *workflow.Organization) { o.Region = "" },
		func(o *workflow.Organization) { o.AppID = "" },
		func(o *workflow.Organization) { o.PFX = seal.Secret{} },
		func(o *workflow.Organization) { o.Exchange, o.SharePoint, o.Teams = false, false, false },
	} {
		o := w.organization()
		edit(&o)
		if _, err := w.connect(s, o); err == nil || isTemporary(err) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if len(w.ops()) != 0 {
		t.Errorf("calls %q", w.ops())
	}
}
