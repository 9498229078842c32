package graphops

import (
	"testing"
	"time"
)

// services.md, section 1: a unique name that a deleted application still holds is no dead
// end. The name has a random part, so the application is this request's own.
func TestADeletedApplicationOfTheSameUniqueNameIsRestored(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	a := app("payroll", readDirectory)
	id, appID, sp := w.made(s, a)
	if _, _, err := s.AddPassword(t.Context(), id, "EA-1", w.now().Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteApplication(t.Context(), a.UniqueName, id); err != nil { // by somebody
		t.Fatal(err)
	}
	a.DisplayName = "payroll"
	again, againApp, err := w.session("ada", all...).EnsureApplication(t.Context(), a)
	if w.saw(err) != nil || again != id || againApp != appID {
		t.Fatalf("it is %s %s, want %s %s: %v", again, againApp, id, appID, err)
	}
	got, _ := w.t.Application(appID)
	if len(w.t.DeletedApplications()) != 0 || got.ServicePrincipalID != sp || len(got.Passwords) != 0 {
		t.Errorf("it has %+v", got)
	}
}

// It may have been renamed before it was deleted.
func TestADeletedApplicationIsFoundByItsUniqueName(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	a := app("payroll", readDirectory)
	id, appID, _ := w.made(s, a)
	if err := s.DeleteApplication(t.Context(), a.UniqueName, id); err != nil {
		t.Fatal(err)
	}
	a.DisplayName = "what nothing that was deleted is called"
	again, againApp, err := w.session("ada", all...).EnsureApplication(t.Context(), a)
	if w.saw(err) != nil || again != id || againApp != appID {
		t.Fatalf("it is %s %s, want %s %s: %v", again, againApp, id, appID, err)
	}
}
