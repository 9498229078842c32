package graphops

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// saying answers every part of a batch that writes with this.
func saying(status int, body string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		var sent struct{ Requests []struct{ Method string } }
		if !strings.HasSuffix(r.URL.Path, "/$batch") || json.Unmarshal([]byte(peek(r)), &sent) != nil {
			return nil, nil
		}
		var parts []string
		for n, one := range sent.Requests {
			if one.Method != http.MethodPost {
				return nil, nil // what is read back is read
			}
			part := `{"id":"` + strconv.Itoa(n) + `","status":` + strconv.Itoa(status) + `,"headers":{"request-id":"r"}`
			if body != "" {
				part += `,"body":` + body
			}
			parts = append(parts, part+"}")
		}
		return answering(200, `{"responses":[`+strings.Join(parts, ",")+`]}`), nil
	}
}

func TestWhatWasJustMadeMayBeUnknownInManyWords(t *testing.T) {
	for name, says := range map[string]func(*http.Request) (*http.Response, error){
		"without a body":         saying(404, ""),
		"without an error":       saying(404, `{}`),
		"without a code":         saying(404, `{"error":{"message":"Not found."}}`),
		"with a code of its own": saying(404, graphError("itemNotFound")),
		"as a mistake":           saying(400, graphError("Directory_ObjectNotFound")),
		"as another mistake":     saying(400, graphError("Request_ResourceNotFound")),
		"as a third":             saying(400, graphError("ResourceNotFound")),
		"as a mistake, in the detail": saying(400,
			`{"error":{"code":"Request_BadRequest","details":[{"code":"Directory_ObjectNotFound"}]}}`),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada", all...)
			_, appID, sp := w.made(s, app("payroll", readDirectory, readUser))
			w.later(10 * time.Minute) // what this session made stays known
			for _, ps := range [][]plan.Permission{{readDirectory}, {readUser}} {
				w.wire = says
				err := w.saw(s.EnsureConsent(t.Context(), sp, ps))
				lag, ok := errors.AsType[workflow.Describer](err)
				if !ok || !isTemporary(err) {
					t.Fatalf("%s: %v", ps[0].Name, err)
				}
				if no := lag.Describe(); no == nil || !strings.Contains(no.Text, "may have been deleted in Entra") || no.Ref == "" {
					t.Errorf("should it last, %s: %+v", ps[0].Name, no)
				}
				w.wire = nil
				if err := s.EnsureConsent(t.Context(), sp, ps); w.saw(err) != nil {
					t.Errorf("%s, once it is known: %v", ps[0].Name, err)
				}
			}
			if got, _ := w.t.Application(appID); len(got.Roles) != 1 || len(got.Scopes) != 1 {
				t.Errorf("granted %q and %q", got.Roles, got.Scopes)
			}

			other := w.session("ada", all...) // did not make it
			w.later(2 * time.Minute)
			w.wire = says
			if no := trouble(w.saw(other.EnsureConsent(t.Context(), sp, []plan.Permission{readGroups}))); no == nil ||
				!strings.Contains(no.Text, "may have been deleted in Entra") {
				t.Errorf("an app that is not new: %+v", no)
			}
		})
	}
}

func TestOtherReasonsToWaitHaveNoLastWord(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	_, _, sp := w.made(s, app("payroll", readDirectory))
	for _, status := range []int{429, 503} {
		w.wire = saying(status, `{}`)
		err := w.saw(s.EnsureConsent(t.Context(), sp, []plan.Permission{readDirectory}))
		if lag, ok := errors.AsType[workflow.Describer](err); !isTemporary(err) || !ok || lag.Describe() != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}
