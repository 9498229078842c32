package graphops

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
)

func TestAKeyIsMadeListedAndRemoved(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	obj, appID, _ := w.made(s, app("payroll"))
	expires := w.now().Add(90 * 24 * time.Hour).UTC().Truncate(time.Second)
	key, secret, err := s.AddPassword(t.Context(), obj, "EA-1 (1)", expires)
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	if key.Label != "EA-1 (1)" || !key.Expires.Equal(expires) || secret.IsZero() {
		t.Errorf("made %+v", key)
	}
	fmt.Fprintf(w.log, "%v %+v %#v %+v", key, secret, secret, s)
	keys, err := s.Passwords(t.Context(), obj)
	if w.saw(err) != nil || len(keys) != 1 || keys[0].KeyID != key.KeyID || keys[0].Label != key.Label || !keys[0].Expires.Equal(expires) {
		t.Errorf("keys %+v, %v", keys, err)
	}
	for range 2 {
		if err := s.RemovePassword(t.Context(), obj, key.KeyID); w.saw(err) != nil {
			t.Fatal(err)
		}
	}
	if got, _ := w.t.Application(appID); len(got.Passwords) != 0 {
		t.Errorf("passwords %+v", got.Passwords)
	}
	if err := s.RemovePassword(t.Context(), obj, "not a key ID"); err == nil {
		t.Error("removed what is no key ID")
	}
}

func TestAKeyWhoseAnswerWasLostIsFoundByItsLabel(t *testing.T) {
	for _, status := range []int{0, 503} {
		w := newWorld(t)
		s := w.session("ada")
		obj, appID, _ := w.made(s, app("payroll"))
		w.s.Fail("addPassword", entratest.After, status, 1)
		if _, _, err := s.AddPassword(t.Context(), obj, "EA-1 (1)", w.now().Add(time.Hour)); !isTemporary(w.saw(err)) {
			t.Fatalf("got %v", err)
		}
		if n := w.count("addPassword"); n != 1 {
			t.Errorf("addPassword was sent %d times", n)
		}
		keys, err := s.Passwords(t.Context(), obj)
		if err != nil || len(keys) != 1 || keys[0].Label != "EA-1 (1)" {
			t.Fatalf("keys %+v, %v", keys, err)
		}
		w.s.Fail("removePassword", entratest.After, status, 1)
		if err := w.patiently(func() error { return s.RemovePassword(t.Context(), obj, keys[0].KeyID) }); err != nil {
			t.Fatal(err)
		}
		if got, _ := w.t.Application(appID); len(got.Passwords) != 0 {
			t.Errorf("passwords %+v", got.Passwords)
		}
	}
}

func TestAPolicyAgainstSecretsIsSaidInWords(t *testing.T) {
	for _, c := range []struct {
		knob func(*entratest.Knobs)
		code string
		says string
	}{
		{func(k *entratest.Knobs) { k.ForbidSecrets = true }, "CredentialTypeNotAllowedAsPerAppPolicy", "exemption"},
		{func(k *entratest.Knobs) { k.MaxSecretLifetime = time.Hour }, "CredentialInvalidLifetimeAsPerAppPolicy", "shorter lifetime"},
	} {
		t.Run(c.code, func(t *testing.T) {
			w := newWorld(t)
			w.t.Change(c.knob)
			s := w.session("ada")
			obj, _, _ := w.made(s, app("payroll"))
			_, _, err := s.AddPassword(t.Context(), obj, "EA-1", w.now().Add(48*time.Hour))
			if no := trouble(w.saw(err)); no == nil || no.Code != c.code || no.Ref == "" || !strings.Contains(no.Text, c.says) {
				t.Errorf("got %+v", err)
			}
		})
	}
}

func TestKeysOfAnApplicationThatIsGone(t *testing.T) {
	w := newWorld(t)
	obj, _, _ := w.made(w.session("ada"), app("payroll"))
	s := w.session("ada")
	if err := s.DeleteApplication(t.Context(), "entra-app-payroll", ""); err != nil {
		t.Fatal(err)
	}
	key := "99999999-9999-4999-8999-999999999999"
	if _, err := s.Passwords(t.Context(), obj); !isTemporary(w.saw(err)) {
		t.Errorf("just after the sign-in it may be too new, and yet: %v", err)
	}
	w.later(2 * memory.Replication)
	if keys, err := s.Passwords(t.Context(), obj); w.saw(err) != nil || len(keys) != 0 {
		t.Errorf("got %v, %v", keys, err)
	}
	if err := s.RemovePassword(t.Context(), obj, key); w.saw(err) != nil {
		t.Errorf("removing a key of it: %v", err)
	}
	if _, _, err := s.AddPassword(t.Context(), obj, "x", w.now().Add(time.Hour)); trouble(w.saw(err)) == nil ||
		errors.Is(err, workflow.ErrSessionOver) {
		t.Errorf("got %v", err)
	}
}
