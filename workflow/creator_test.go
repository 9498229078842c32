package workflow

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// Whoever registers an app is made its owner by Entra. No right of an approver's
// is left standing, whichever approver it was who came that far.
func TestWhoRegisteredTheAppDoesNotStayAnOwner(t *testing.T) {
	for _, c := range []struct {
		what       string
		requesters []Account
		want       []string
		says       string
	}{
		{"the requester is known", []Account{{ObjectID: "o-bea", UPN: "bea@contoso.com"}}, []string{"o-bea"}, ""},
		{"nobody else can be an owner", nil, []string{"o-ada"}, "stays one"},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.signer.ObjectID, w.signer.Requesters = "o-ada", c.requesters
				n := w.boot()
				defer n.stop()
				r := w.settle(n, w.request(n), Ready)
				if got := w.app(r.Made.ObjectID).owners; !slices.Equal(got, c.want) {
					t.Errorf("the owners are %q, want %q", got, c.want)
				}
				if note := r.Step(StepOwner).Note; !strings.Contains(note, c.says) || r.Made.Creator != "o-ada" {
					t.Errorf("the step says %q; created by %s", note, r.Made.Creator)
				}
			})
		})
	}
}

func TestAnEarlierSignerDoesNotStayAnOwnerEither(t *testing.T) {
	signer := Signer{ObjectID: "o-cloe"}
	for _, c := range []struct {
		what   string
		r      Request
		owners []string
		want   []string
	}{
		{"of an earlier sign-in, and of this one", Request{Kind: Register, Made: Made{Creator: "o-ada"}}, []string{"o-bea"}, []string{"o-ada", "o-cloe"}},
		{"the plan names one of them", Request{Kind: Register, Made: Made{Creator: "o-ada"}}, []string{"o-bea", "o-ada"}, []string{"o-cloe"}},
		{"made anew", Request{Kind: Recreate, Target: Target{Anew: true}, Made: Made{Creator: "o-cloe"}}, []string{"o-bea"}, []string{"o-cloe"}},
		{"restored", Request{Kind: Recreate}, []string{"o-bea"}, nil},
		{"adopted", Request{Kind: Adopt}, []string{"o-bea"}, nil},
		{"updated", Request{Kind: Update}, []string{"o-bea"}, nil},
	} {
		if got := c.r.notOwners(signer, c.owners); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// That Entra keeps an owner is no reason to keep the requester waiting.
func TestAnOwnerWhomEntraKeepsIsNamed(t *testing.T) {
	for what, no := range map[string]error{"a no": &Trouble{Code: "x", Text: "no"}, "no answer": busy{}} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.signer.ObjectID, w.keepsOwners = "o-ada", no
				n := w.boot()
				defer n.stop()
				r := w.settle(n, w.request(n), Ready)
				if st := r.Step(StepOwner); st.Status != StepDone || !strings.Contains(st.Note, "Entra did not take Ada@contoso.com") || !slices.Contains(w.app(r.Made.ObjectID).owners, "OBJ-BEA") {
					t.Errorf("the step is %+v", st)
				}
			})
		})
	}
}

// A busy Entra is waited for: five tries are less than three minutes.
func TestAnOwnerIsTakenAwayOnceEntraHasTimeForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer.ObjectID = "o-ada"
		busies := 5
		w.before = func(call string) error {
			if call != "owner" || busies == 0 {
				return nil
			}
			busies--
			return busy{}
		}
		n := w.boot()
		defer n.stop()
		r := w.settle(n, w.request(n), Ready)
		if got := w.app(r.Made.ObjectID).owners; !slices.Equal(got, []string{"OBJ-BEA"}) || strings.Contains(r.Step(StepOwner).Note, "did not take") {
			t.Errorf("the owners are %q; the step says %q", got, r.Step(StepOwner).Note)
		}
	})
}
