package graphops

import (
	"errors"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

func TestAClosedSessionIsOver(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	obj, appID, sp := w.made(s, app("payroll"))
	before := w.s.RoundTrips()
	s.Close()
	s.Close()
	ctx := t.Context()
	for name, err := range map[string]error{
		"EnsureApplication":      second(s.EnsureApplication(ctx, app("payroll"))),
		"EnsureServicePrincipal": last(s.EnsureServicePrincipal(ctx, principalFor(appID))),
		"EnsureOwners":           owned(ctx, s, obj, []string{s.Signer().ObjectID}, nil),
		"EnsureConsent":          s.EnsureConsent(ctx, sp, nil),
		"Keys":                   last(s.Passwords(ctx, obj)),
		"AddKey":                 second(s.AddPassword(ctx, obj, "x", time.Now())),
		"RemoveKey":              s.RemovePassword(ctx, obj, obj),
		"DeleteApplication":      s.DeleteApplication(ctx, "entra-app-payroll", ""),
	} {
		if !errors.Is(err, workflow.ErrSessionOver) {
			t.Errorf("%s of a closed session: %v", name, err)
		}
	}
	if w.s.RoundTrips() != before {
		t.Error("a closed session has called Graph")
	}
}

func TestTheSessionIsOverWhenTheTokenIs(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	w.later(2 * time.Hour)
	if _, err := s.EnsureServicePrincipal(t.Context(), principalFor(w.client.AppID)); !errors.Is(w.saw(err), workflow.ErrSessionOver) {
		t.Errorf("got %v", err)
	}
	if err := s.EnsureConsent(t.Context(), w.client.AppID, nil); err != nil {
		t.Errorf("nothing to consent to, and yet %v", err)
	}
}
