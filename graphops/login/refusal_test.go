package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// refused is MSAL's error for an answer of the sign-in service.
func refused(status int, body string) error {
	return msal.CallErr{Resp: &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"7"}}},
		Err: fmt.Errorf("http call(https://login/token)(POST) error: reply status code was %d:\n%s", status, body)}
}

func (c *clerk) client() *Client { return &Client{Now: time.Now} }

func TestARefusalOfTheAppSaysWhatHelps(t *testing.T) {
	c := (&clerk{}).client()
	for _, of := range []struct {
		status int
		body   string
		means  string // the code, or that it is waited for
		says   string
	}{
		{400, `{"error":"invalid_client","error_codes":[7000222],"trace_id":"t1"}`, "AADSTS7000222", "expired already"},
		{400, `{"error":"invalid_client","error_codes":[7000112]}`, "AADSTS7000112", "disabled in Entra"},
		{400, `{"error":"invalid_client","error_codes":[700024]}`, "AADSTS700024", "clock"},
		{400, `{"error":"invalid_grant","error_codes":[53003]}`, "AADSTS53003", "Conditional Access blocks the app"},
		{400, `{"error":"invalid_grant","error_codes":[530003]}`, "AADSTS530003", "Conditional Access blocks the app"},
		{400, `{"error":"invalid_grant","error_codes":[530032]}`, "AADSTS530032", "Look that code up"},
		{400, `{"error":"invalid_tenant","error_codes":[90002]}`, "AADSTS90002", "does not know the tenant"},
		{400, `{"error":"invalid_client","error_codes":[7000216]}`, "AADSTS7000216", "Look that code up"},
		{400, `{"error":"invalid_client","error_codes":[7000215],"trace_id":"t1"}`, "waits", "AADSTS7000215"},
		{400, `{"error":"invalid_grant","error_codes":[501051]}`, "waits", "not assigned to a service"},
		{400, `{"error":"odd"}`, "waits", "(odd)"},
		{400, `{"error":"odd","error_description":"AADSTS7000222: secret of bea@contoso.com"}`, "AADSTS7000222", "expired already"},
		{429, `{}`, "later", ""}, {500, `{}`, "later", ""}, {408, `{}`, "later", ""},
		{400, `{"error":"temporarily_unavailable"}`, "later", ""}, {400, `{"error_codes":[90033]}`, "later", ""},
	} {
		err := c.proofFault(t.Context(), refused(of.status, of.body))
		got, text := "", ""
		switch e := err.(type) {
		case *workflow.ServiceError:
			got, text = e.Code, e.Text
		case *fault.Spreading:
			got, text = "waits", e.Describe().Code+" "+e.Describe().Text
			if e.Status != of.status {
				t.Errorf("%s: its status is %d", of.body, e.Status)
			}
		case *fault.Later:
			got = "later"
			if e.RetryAfter() != 7*time.Second || e.Status != of.status {
				t.Errorf("%s: it waits %s after %d", of.body, e.RetryAfter(), e.Status)
			}
		}
		if got != of.means || !strings.Contains(text, of.says) || strings.Contains(text, "bea@") {
			t.Errorf("%d %s is %s: %s", of.status, of.body, got, text)
		}
	}
}

func TestWhatIsNoAnswerToTheAppIsWaitedFor(t *testing.T) {
	c := (&clerk{}).client()
	for err, says := range map[error]string{
		io.ErrUnexpectedEOF:               "unexpected EOF",
		msal.InvalidJsonErr{Err: io.EOF}:  "EOF",
		errors.New("a secret is in here"): "not a token",
		fmt.Errorf("read: %w", io.EOF):    "EOF",
	} {
		got := c.proofFault(t.Context(), err)
		if _, later := got.(*fault.Later); !later || strings.Contains(got.Error(), "secret") {
			t.Errorf("%v (%s) means %T %v", err, says, got, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := c.proofFault(ctx, errors.New("cut")); got != context.Canceled {
		t.Errorf("what was cancelled means %v", got)
	}
}

func TestARefusalOfThePersonHasItsReason(t *testing.T) {
	for body, want := range map[string]workflow.SignInError{
		`{"error":"authorization_declined","error_codes":[70018]}`: {Reason: workflow.SignInDeclined, Code: 70018},
		`{"error":"expired_token","error_codes":[50076]}`:          {Reason: workflow.SignInExpired, Code: 50076},
		`{"error":"access_denied"}`:                                {Reason: workflow.SignInDeclined},
		`{"error":"access_denied","error_codes":[70018,53003]}`:    {Reason: workflow.SignInBlocked, Code: 53003},
		`{"error":"access_denied","error_codes":[70019]}`:          {Reason: workflow.SignInDeclined, Code: 70019},
		`{"error":"invalid_grant","error_codes":[1,50105,53003]}`:  {Reason: workflow.SignInNotAssigned, Code: 50105},
		`{"error":"odd","error_codes":[1]}`:                        {Reason: workflow.SignInOther, Code: 1},
		`{"error":"invalid_client","trace_id":"t1"}`:               {Reason: workflow.SignInClient, Ref: "t1"},
		`no JSON`: {Reason: workflow.SignInOther},
	} {
		if got := readLoginAnswer([]byte(body)).refusal(); *got != want {
			t.Errorf("%s is %+v", body, *got)
		}
	}
}

func TestAServiceThatIsBusyIsToldFromOneThatSaysNo(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		busy   bool
	}{
		{429, `{}`, true}, {500, `{}`, true}, {499, `{}`, false}, {408, `{}`, true}, {400, `{"error_codes":[90006]}`, true},
		{400, `{"error_codes":[90024]}`, true}, {400, `{"error":"server_error"}`, true}, {400, `{"error":"server_error","error_codes":[1]}`, true},
		{400, `{"error":"server_error","error_codes":[53003]}`, false}, {400, `{"error":"server_error","error_codes":[53003,90006]}`, true},
		{400, `{"error":"server_error","error_codes":[53003,1]}`, false}, {400, `{"error":"odd"}`, false},
	} {
		a := readLoginAnswer([]byte(c.body))
		a.status = c.status
		if got := a.busy(); got != c.busy {
			t.Errorf("%d %s is busy: %v", c.status, c.body, got)
		}
	}
}

func TestATokenEndsWhenItIsClosed(t *testing.T) {
	tok := NewToken(seal.New("at"))
	if got, err := tok.Reveal(); got != "at" || err != nil {
		t.Errorf("it is %q, %v", got, err)
	}
	if got := fmt.Sprintf("%v %+v %s", tok, tok, tok); strings.Contains(got, "at") {
		t.Errorf("it prints as %q", got)
	}
	tok.Close()
	if got, err := tok.Reveal(); got != "" || err != workflow.ErrSessionOver {
		t.Errorf("closed it is %q, %v", got, err)
	}
}

func TestWithoutACredentialNothingIsProved(t *testing.T) {
	for says, p := range map[string]workflow.Proof{
		"there is no secret":    {},
		"file cannot be opened": {Keyed: workflow.PFX{PFX: seal.New("nonsense"), Password: seal.New("hunter2")}},
	} {
		if _, err := credential(p); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("it says %v", err)
		}
	}
	if _, err := credential(workflow.Proof{Secret: seal.New("s")}); err != nil {
		t.Errorf("a secret is refused: %v", err)
	}
}
