package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/identity"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func whole() identity.Link {
	return identity.Link{Slack: "UBEA", TenantID: "72AA0D83-624a-4ebf-a683-1b9b45548610", ObjectID: "0F1e",
		At: noon, How: identity.ByDeviceCode}
}

func TestALinkWithoutOneOfItsPartsSaysNothing(t *testing.T) {
	if err := whole().Check(); err != nil {
		t.Errorf("a whole link: %v", err)
	}
	for what, without := range map[string]func(*identity.Link){
		"Slack":    func(l *identity.Link) { l.Slack = "" },
		"TenantID": func(l *identity.Link) { l.TenantID = "" },
		"ObjectID": func(l *identity.Link) { l.ObjectID = "" },
		"At":       func(l *identity.Link) { l.At = time.Time{} },
		"How":      func(l *identity.Link) { l.How = "" },
	} {
		l := whole()
		without(&l)
		if l.Check() == nil {
			t.Errorf("a link without %s passes", what)
		}
	}
}

func TestAnAccountIsComparedByTenantAndObjectID(t *testing.T) {
	l := whole()
	if !l.IsOf("72aa0d83-624A-4ebf-a683-1b9b45548610", "0f1E") {
		t.Error("the case of a GUID makes another account")
	}
	if l.IsOf(l.TenantID, "0f1f") || l.IsOf("another", l.ObjectID) {
		t.Error("another account is taken for this one")
	}
	l.ObjectID = ""
	if l.IsOf(l.TenantID, "") {
		t.Error("an account that is not known is taken for another that is not")
	}
	if a, b := identity.Key("UBEA", "AB"), identity.Key("UBEA", "ab"); a != b || identity.Key("ubea", "ab") == b {
		t.Errorf("keys are %q and %q", a, b)
	}
}

func TestALinkHoldsForItsLifetimeAndNotLonger(t *testing.T) {
	l := whole()
	for at, over := range map[time.Duration]bool{0: false, time.Hour - 1: false, time.Hour: true, 2 * time.Hour: true} {
		if l.Over(noon.Add(at), time.Hour) != over {
			t.Errorf("after %s of an hour: over is not %v", at, over)
		}
	}
	if l.Over(noon.AddDate(100, 0, 0), 0) {
		t.Error("a lifetime without an end ended")
	}
}

func TestLinksThatCanNotBeReadAreNamed(t *testing.T) {
	why := errors.New("its checksum is wrong")
	err := error(&identity.UnreadableError{Links: []identity.Unreadable{{"UBEA", "t", why}, {"UCARL", "t", why}}})
	if !errors.Is(err, why) {
		t.Error("the reason is not in it")
	}
	if got, want := err.Error(), "the link of UBEA in tenant t can't be read from the store: its checksum is wrong; "+
		"the link of UCARL in tenant t can't be read from the store: its checksum is wrong"; got != want {
		t.Errorf("got %q", got)
	}
}
