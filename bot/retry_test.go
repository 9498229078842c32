package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A troubled Slack answers users.info with these, one after the other, and knows
// the person once there are none left.
type troubled struct {
	faults []fault
	asked  int
	lost   int             // how often auth.test fails first
	greets map[string]bool // if not nil: those for whom it was too busy already
}

type fault struct {
	status, after int
	body          string
	err           error
	hang          bool
}

func (s *troubled) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := func(status int, body string) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)), Request: r}
	}
	if strings.HasSuffix(r.URL.Path, "/auth.test") {
		if s.lost--; s.lost >= 0 {
			return nil, syscall.ECONNRESET
		}
		return answer(200, `{"ok":true,"team_id":"T1","user_id":"UBOT"}`), nil
	}
	s.asked++
	r.ParseForm()
	who := r.Form.Get("user")
	if s.greets != nil && !s.greets[who] {
		s.greets[who] = true
		s.faults = append(s.faults, fault{status: 429, after: 1})
	}
	if len(s.faults) == 0 {
		return answer(200, fmt.Sprintf(`{"ok":true,"user":{"id":%q,"team_id":"T1","name":"bea","real_name":"Bea"}}`, who)), nil
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	switch {
	case f.hang:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case f.err != nil:
		return nil, f.err
	}
	resp := answer(f.status, f.body)
	if f.after > 0 {
		resp.Header.Set("Retry-After", fmt.Sprint(f.after))
	}
	return resp, nil
}

func no(code string) fault {
	return fault{status: 200, body: fmt.Sprintf(`{"ok":false,"error":%q}`, code)}
}

func (s *troubled) bot(t *testing.T) *Bot {
	t.Helper()
	b, err := New(Config{BotToken: seal.New("xoxb-1"), HTTP: &http.Client{Transport: s}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSlackIsAskedAgainWhoSomebodyIs(t *testing.T) {
	busy := fault{status: 429, after: 1}
	reset := fault{err: syscall.ECONNRESET}
	for name, c := range map[string]struct {
		faults []fault
		known  bool
		asked  int
		took   time.Duration // at most
	}{
		"no trouble":                      {nil, true, 1, 0},
		"once too busy":                   {[]fault{busy}, true, 2, time.Second},
		"too busy for as long as we have": {[]fault{{status: 429, after: 2}}, false, 1, 0},
		"ratelimited":                     {[]fault{no("ratelimited")}, true, 2, askAgain},
		"fatal_error":                     {[]fault{no("fatal_error")}, true, 2, askAgain},
		"internal_error twice":            {[]fault{no("internal_error"), no("internal_error")}, true, 3, 3 * askAgain},
		"503":                             {[]fault{{status: 503}}, true, 2, askAgain},
		"a connection reset":              {[]fault{reset}, true, 2, askAgain},
		"half an answer":                  {[]fault{{status: 200, body: `{"ok":tr`}}, true, 2, askAgain},
		"down":                            {[]fault{reset, reset, reset, reset, reset, reset, reset}, false, 4, askFor},
		"silent":                          {[]fault{{hang: true}}, false, 1, askFor},
		"somebody whom Slack has not":     {[]fault{no("user_not_found")}, false, 1, 0},
		"a token that is no good":         {[]fault{no("invalid_auth")}, false, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &troubled{faults: c.faults}
				began := time.Now()
				p, err := s.bot(t).person(t.Context(), "UBEA")
				if c.known != (err == nil) || c.known != (p.ID == "UBEA") {
					t.Errorf("%+v, %v", p, err)
				}
				if _, ok := errors.AsType[*lookupError](err); !c.known && !ok {
					t.Errorf("it is not said that Slack did not tell: %v", err)
				}
				if took := time.Since(began); s.asked != c.asked || took > c.took {
					t.Errorf("asked %d times in %v, want %d in %v", s.asked, took, c.asked, c.took)
				}
			})
		})
	}
}

func TestSlackIsAskedAgainWhoWeAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &troubled{lost: 2}
		if p, err := s.bot(t).person(t.Context(), "UBEA"); p.ID != "UBEA" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

// However much Slack has to be asked, a form is answered in three seconds.
func TestAFormIsAnsweredInTimeWhereSlackIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &troubled{greets: map[string]bool{}} // three seconds for three people
		i := interaction{}
		i.User.ID = "UBEA"
		i.View.State = state{string(form.FieldOwners): {"value": {SelectedUsers: []string{"UTOM", "UEVE"}}}}
		b := s.bot(t)
		began := time.Now()
		var d form.Draft
		_, err := b.complete(context.Background(), i, &d)
		if took := time.Since(began); took > completeFor {
			t.Errorf("it took %v", took)
		}
		if _, ok := errors.AsType[*lookupError](err); !ok || len(d.Owners) == 2 {
			t.Errorf("the form is complete without an answer: %+v, %v", d.Owners, err)
		}
	})
}
