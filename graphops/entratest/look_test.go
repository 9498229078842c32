package entratest_test

import (
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestATokenCanBeVerifiedByOthers(t *testing.T) {
	w := newWorld(t)
	code := w.begin("offline_access", "User.Read", "Directory.Read.All")
	if err := w.s.SignIn(code["user_code"].(string), "mia@contoso.com"); err != nil {
		t.Fatal(err)
	}
	_, said := w.poll(code)
	access, refresh := said["access_token"].(string), said["refresh_token"].(string)
	k, ok := w.s.Token(access)
	if !ok || k.Tenant != w.t || k.User.UPN != "mia@contoso.com" || k.ClientID != w.client.AppID || k.Audience != graphID ||
		len(k.Scopes) != 2 {
		t.Fatalf("the token says %+v, %v", k, ok)
	}
	if !w.s.RefreshTokenOf(refresh, k) {
		t.Error("its refresh token is not good")
	}
	other, _ := w.s.Token(w.as("ada"))
	if w.s.RefreshTokenOf(refresh, other) || w.s.RefreshTokenOf("", k) || w.s.RefreshTokenOf(access, k) {
		t.Error("a refresh token is good for somebody else, or something else is one")
	}
	if _, ok := w.s.Token(access + "x"); ok {
		t.Error("a token that was changed is good")
	}
	w.t.RevokeSessions("mia@contoso.com")
	if w.s.RefreshTokenOf(refresh, k) {
		t.Error("a refresh token that was revoked is good")
	}
	w.t.ChangeUser("mia@contoso.com", func(u *entratest.User) { u.Disabled = true })
	if _, ok := w.s.Token(access); ok {
		t.Error("the token of somebody who was disabled is good")
	}
	w.t.ChangeUser("mia@contoso.com", func(u *entratest.User) { u.Disabled = false })
	w.clock.move(2 * time.Hour)
	if _, ok := w.s.Token(access); ok {
		t.Error("a token that expired is good")
	}
}
