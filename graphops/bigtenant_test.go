package graphops

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// A tenant of 50,000 applications: the look for others with the same certificate is
// bounded, and says what it did not see. Not read is not "nothing there".
func TestInABigTenantTheLookForACertificateIsBoundedAndSaysSo(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	ours, _, _ := w.made(s, app("ours"))
	other, _, _ := w.made(s, app("other"))
	late, _, _ := w.made(s, app("late"))
	shared := w.certificate("shared")
	if err := certified(s.EnsureCertificate(t.Context(), other, "EA-1", shared)); err != nil {
		t.Fatal(err)
	}
	cut := w.certificate("registered for a shorter time")
	if err := w.t.SeedKey(w.appIDOf(late), false,
		[]byte(`{"keyId":"0dd00000-0000-4000-8000-00000000abcd","type":"AsymmetricX509Cert","usage":"Verify","startDateTime":"2021-03-04T05:06:01Z",
		"endDateTime":"2021-03-05T05:06:01Z","customKeyIdentifier":"`+cut.Thumbprint+`"}`)); err != nil {
		t.Fatal(err)
	}
	w.t.Crowd(50_000)

	before := w.count("listApplications")
	unseen, err := s.EnsureCertificate(t.Context(), ours, "EA-1", w.certificate("new"))
	if w.saw(err) != nil || !strings.Contains(unseen, "19980 of them and those with one that ends at the same time") ||
		!strings.Contains(unseen, "the others were not") {
		t.Errorf("%q, %v", unseen, err)
	}
	if calls := w.count("listApplications") - before; calls != othersPages+1 {
		t.Errorf("%d lists were read", calls)
	}
	if _, err := s.EnsureCertificate(t.Context(), ours, "EA-1", shared); trouble(w.saw(err)) == nil ||
		trouble(err).Code != "certificate_elsewhere" {
		t.Errorf("another app, on a page that is not read, has it until the same second: %v", err)
	}
	if unseen, err := s.EnsureCertificate(t.Context(), ours, "EA-1", cut); err != nil || unseen == "" {
		t.Errorf("one that nobody can find: %q, %v", unseen, err)
	}
}

// appIDOf is the App ID of an application.
func (w *world) appIDOf(objectID string) string {
	w.Helper()
	for _, a := range w.t.Applications() {
		if a.ID == objectID {
			return a.AppID
		}
	}
	w.Fatalf("there is no application %s", objectID)
	return ""
}

func TestTheLookForACertificateEndsInTime(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	ours, _, _ := w.made(s, app("ours"))
	w.t.Crowd(50_000)
	w.wire = func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.RawQuery, "skiptoken") {
			w.later(7 * time.Second)
		}
		return nil, nil
	}
	before := w.count("listApplications")
	unseen, err := s.EnsureCertificate(t.Context(), ours, "EA-1", w.certificate("new"))
	if calls := w.count("listApplications") - before; w.saw(err) != nil || !strings.Contains(unseen, "3996 of them") || calls != 5 {
		t.Errorf("%d lists were read, %q, %v", calls, unseen, err)
	}
}

// In a tenant that can be read whole nothing is said, and where the others may not be
// read at all that is said.
func TestWhatWasSeenOfOtherAppsIsSaidOnlyWhereItIsNotAll(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	ours, _, _ := w.made(s, app("ours"))
	if unseen, err := s.EnsureCertificate(t.Context(), ours, "EA-1", w.certificate("a")); unseen != "" || w.saw(err) != nil {
		t.Errorf("%q, %v", unseen, err)
	}
	w.s.Fail("listApplications", entratest.Before, http.StatusForbidden, 1)
	if unseen, err := s.EnsureCertificate(t.Context(), ours, "EA-1",
		w.certificate("b")); !strings.Contains(unseen, "could not be read") || w.saw(err) != nil {
		t.Errorf("%q, %v", unseen, err)
	}
}

func TestWhoIsAssignedToAnAppIsCountedNoFurtherThanPeopleWould(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	objectID, appID, sp := w.made(s, app("portal"))
	if err := w.t.AssignCrowd(appID, 1000); err != nil {
		t.Fatal(err)
	}
	before := w.s.RoundTrips()
	found, err := s.Dependents(t.Context(), workflow.Made{ObjectID: objectID, AppID: appID, ServicePrincipal: sp})
	if w.saw(err) != nil || !found.More || len(found.List) < mostDependents || len(found.List) > mostDependents+100 {
		t.Errorf("%d, more: %t, %v", len(found.List), found.More, err)
	}
	if calls := w.s.RoundTrips() - before; calls > 3 {
		t.Errorf("%d round trips", calls)
	}
}

func TestOfManyAppsWithOneNameEnoughAreRead(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 20}, append([]string{"User.ReadBasic.All"}, botScopes...)...)
	s := w.session("ada")
	for range 300 {
		w.t.AddApplication(entratest.Legacy{Name: "test"})
	}
	before := w.count("listApplications")
	found, err := s.Applications(t.Context(), "test")
	if calls := w.count("listApplications") - before; w.saw(err) != nil || len(found) != workflow.SameNameMax || calls != 5 {
		t.Errorf("%d in %d calls, %v", len(found), calls, err)
	}
}

// services.md section 3: 150 requests a minute may select keyCredentials, in a tenant and
// by everybody in it. Beyond that it is waited for.
func TestCertificatesThatAreThrottledAreWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	ours, appID, _ := w.made(s, app("ours"))
	for {
		if _, err := s.(*session).currentCertificates(t.Context(), ours); err != nil {
			break
		}
	}
	err := certified(s.EnsureCertificate(t.Context(), ours, "EA-1", w.certificate("new")))
	if w.saw(err); !isTemporary(err) {
		t.Errorf("it says %v", err)
	}
	w.later(time.Minute)
	if err := certified(s.EnsureCertificate(t.Context(), ours, "EA-1", w.certificate("new"))); w.saw(err) != nil ||
		len(w.thumbprints(appID)) != 1 {
		t.Errorf("a minute later: %v, %q", err, w.thumbprints(appID))
	}
}
