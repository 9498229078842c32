package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

func TestEachAnswerHasItsMeaning(t *testing.T) {
	op := Operation{Name: "op", Words: "do it"}
	for _, c := range []struct {
		status  int
		code    string
		young   bool
		means   string
		waiting bool // it may go away by itself
	}{
		{302, "", false, "AddressElsewhere", false},
		{401, "InvalidAuthenticationToken", true, "over", false},
		{429, "", false, "op: later: 429: throttled (req-1)", true},
		{500, "", false, "op: later: 500: the service is not well (req-1)", true},
		{599, "", true, "op: later: 599: the service is not well (req-1)", true},
		{408, "", false, "op: later: 408: the service is not well (req-1)", true},
		{424, "", false, "op: later: 424: the service is not well (req-1)", true},
		{423, "", false, "op: later: 423: the service is not well (req-1)", true},
		{409, "Directory_ConcurrencyViolation", false,
			"op: later: 409: Directory_ConcurrencyViolation: somebody changed it at the same time (req-1)", true},
		{404, "Request_ResourceNotFound", true, "op: later: 404: Request_ResourceNotFound: not known everywhere yet (req-1)", true},
		{404, "Request_ResourceNotFound", false, "Request_ResourceNotFound", false},
		{400, "", false, "HTTP 400", false},
		{499, "", false, "HTTP 499", false},
	} {
		err := Meaning(fmt.Errorf("asked: %w", said(op, c.status, c.code, "No.")), c.young)
		got := err.Error()
		switch d, ok := errors.AsType[workflow.Describer](err); {
		case err == workflow.ErrSessionOver:
			got = "over"
		case ok && d.Describe() != nil && !strings.HasPrefix(got, "op:"):
			got = d.Describe().Code
		}
		if no, ok := errors.AsType[*workflow.ServiceError](err); ok {
			got = no.Code
		}
		if _, later := errors.AsType[workflow.Temporary](err); got != c.means || later != c.waiting {
			t.Errorf("%d %s means %q, and waits %v", c.status, c.code, got, later)
		}
	}
	if err := Meaning(io.EOF, true); err != io.EOF {
		t.Errorf("what is no answer means %v", err)
	}
}

func TestWhatLastsSaysWhatItWas(t *testing.T) {
	err := Meaning(said(Operation{Words: "do it"}, 404, "Request_ResourceNotFound", "Gone."), true)
	s, ok := errors.AsType[*Spreading](err)
	if !ok || s.Describe() == nil || s.Describe().Code != "Request_ResourceNotFound" ||
		!strings.Contains(s.Describe().Text, "could not do it, because something it needs is missing") {
		t.Errorf("it lasts as %+v", s)
	}
	if _, spreads := errors.AsType[*Later](err); !spreads {
		t.Error("it is not also temporary")
	}
}

func TestTheStatusOfWhatIsNoAnswerIsZero(t *testing.T) {
	if got := Status(said(Operation{}, 404, "", "")); got != 404 {
		t.Errorf("an answer's is %d", got)
	}
	if got := Status(io.EOF); got != 0 {
		t.Errorf("a broken connection's is %d", got)
	}
}

func TestTheEdgesOfWhatIsLost(t *testing.T) {
	op := Operation{Name: "op"}
	for status, lost := range map[int]bool{0: true, 200: true, 299: true, 300: false, 499: false, 500: true} {
		if got := IsLost(&Answer{op: op, Status: status}); got != lost {
			t.Errorf("%d is lost: %v", status, got)
		}
	}
	for _, c := range []struct {
		l    *Later
		lost bool
	}{
		{&Later{}, true}, {&Later{unsent: true}, false}, {&Later{Status: 429}, false}, {&Later{Status: 503, unsent: true}, false},
		{&Later{Status: 409}, false},
	} {
		if got := IsLost(c.l); got != c.lost {
			t.Errorf("%v is lost: %v", c.l, got)
		}
	}
	if !IsLost(context.Canceled) || IsLost(context.DeadlineExceeded) {
		t.Error("a call that was cancelled may be done")
	}
}

func TestAConnectionThatBreaksMayComeBack(t *testing.T) {
	op := Operation{Name: "op"}
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	for _, c := range []struct {
		err    error
		unsent bool
	}{
		{&url.Error{Op: "Get", URL: "https://secret.example.com/token", Err: errors.New("broken")}, false},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, false},
		{refused, true},
		{&url.Error{Op: "Get", URL: "https://x", Err: refused}, true},
		{&net.DNSError{}, false},
		{io.EOF, false}, {io.ErrUnexpectedEOF, false}, {context.DeadlineExceeded, false}, {context.Canceled, false},
	} {
		l := op.Network(c.err)
		if l == nil || l.unsent != c.unsent || l.NotDone() != c.unsent || strings.Contains(l.Error(), "secret.example.com") {
			t.Errorf("%T means %v", c.err, l)
		}
	}
	if l := op.Network(errors.New("another")); l != nil {
		t.Errorf("another error means %v", l)
	}
}

func TestHowLongAServiceAsksToWait(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "soon": 0, "7": 7 * time.Second, " 8 ": 8 * time.Second, "-3": 0, "0": 0, "3600": time.Hour, "3601": time.Hour,
		"9999999999": time.Hour, "Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second, "Fri, 02 Jan 2026 03:04:00 GMT": 0,
		"Sat, 03 Jan 2026 03:04:35 GMT": time.Hour,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {header}}, now); got != want {
			t.Errorf("%q asks for %s, and not %s", header, got, want)
		}
	}
}

func TestTheLongestWaitOfManyCounts(t *testing.T) {
	short, long := &Later{After: time.Second}, &Later{After: time.Minute}
	if got := Worst([]error{long, short}); got != long {
		t.Errorf("it is %v", got)
	}
	same := &Later{After: time.Minute}
	if got := Worst([]error{long, same}); got != long {
		t.Errorf("of two alike it is the second")
	}
	if got := Worst([]error{errors.New("no"), &Later{After: time.Hour}}); got.Error() != "no" {
		t.Errorf("it is %v", got)
	}
}

func TestWhatIsLaterSaysAllThatIsKnown(t *testing.T) {
	op := Operation{Name: "op"}
	for want, l := range map[string]*Later{
		"op: later": {Op: op}, "op: later: 503": {Op: op, Status: 503}, "op: later: 503: Busy: slow (r1)": {Op: op, Status: 503,
			Code: "Busy",
			Why:  "slow", Ref: "r1"},
		"op: later: there is nothing in the answer": op.Empty(), "op: later: 200: the answer cannot be read": op.Unreadable(200),
		"op: later: old": op.Stale("old").Later,
	} {
		if got := l.Error(); got != want {
			t.Errorf("%q is %q", want, got)
		}
	}
}

func TestAListEndsAfterSoManyPagesAndSoLong(t *testing.T) {
	now := time.Now()
	clock := func() time.Time { return now }
	p := NewPages(clock)
	if !p.More("a", 3) || !p.More("b", 3) || p.More("c", 3) {
		t.Error("of three pages the third is the last")
	}
	p = NewPages(clock)
	if !p.More("a", 9) || p.More("a", 9) {
		t.Error("a list that goes round is read again")
	}
	p = NewPages(clock)
	now = now.Add(listFor - 1)
	if !p.More("a", 9) {
		t.Error("it ends too soon")
	}
	now = now.Add(1)
	if p.More("b", 9) {
		t.Error("it does not end in time")
	}
	err := Azure.Partial(Operation{Name: "op", Words: "look"})
	if err.Error() != "op: the list does not end within 100 pages and 40s" || err.Describe().Code != "ListNotWhole" ||
		!strings.Contains(err.Describe().Text,
			"To look, the bot reads a list of Azure Resource Manager, and that did not end within 100 pages "+
				"and 40 seconds") || !strings.Contains(err.Describe().Text, "check arm_url") {
		t.Errorf("it says %v: %s", err, err.Describe().Text)
	}
}

func TestEachPolicyOfTheTenantIsToldInWords(t *testing.T) {
	for _, c := range []struct {
		code         string
		certificates bool
		says         string
	}{
		{"CredentialTypeNotAllowedAsPerAppPolicy", false, "forbids client secrets"},
		{"CredentialTypeNotAllowedAsPerAppPolicy", true, "does not allow this certificate"},
		{"CredentialInvalidLifetimeAsPerAppPolicy", false, "client secrets that expire sooner"},
		{"CredentialInvalidLifetimeAsPerAppPolicy", true, "certificates that expire sooner"},
		{"SignInAudienceNotAllowedAsPerAppPolicy", false, "forbids apps for accounts of other tenants"},
		{"Directory_QuotaExceeded", false, "The quota for objects in this tenant"},
	} {
		no := said(Operation{Certificates: c.certificates}, 400, c.code, "No.").no()
		if no.Code != c.code || no.Ref != "req-1" || !strings.Contains(no.Text, c.says) {
			t.Errorf("%s is told as %+v", c.code, no)
		}
	}
}

func TestARefusalWithoutWordsOfItsOwnIsQuoted(t *testing.T) {
	op := Operation{Words: "do it"}
	for message, says := range map[string]string{
		"": "It says: nothing.", "Not now.": "It says: Not now.", strings.Repeat("é", 300): "It says: " + strings.Repeat("é", 300),
		strings.Repeat("é", 301): "It says: " + strings.Repeat("é", 300) + "…",
	} {
		if no := said(op, 400, "Odd", message).no(); no.Text != "Entra refused to do it. "+says {
			t.Errorf("%q is quoted as %q", message, no.Text)
		}
	}
	if no := said(op, 403, "Authorization_RequestDenied", "x").no(); !strings.Contains(no.Text,
		"Check its directory roles and the consent") {
		t.Errorf("without known roles it says %q", no.Text)
	}
	if no := said(Operation{Words: "do it", Roles: "Role"}, 404, "Request_ResourceNotFound", "x").no(); strings.Contains(no.Text, "Role") {
		t.Errorf("what is missing takes a role: %q", no.Text)
	}
}

func TestATokenGoesNowhereElse(t *testing.T) {
	for err, says := range map[error]string{
		Graph.Redirected("r1"): "Microsoft Graph redirects the bot to another address (r1)",
		Azure.Elsewhere():      "Azure Resource Manager continues a list at an address that is not its own ()",
	} {
		d, ok := err.(workflow.Describer)
		if !ok || err.Error() != says || d.Describe().Code != "AddressElsewhere" || !strings.Contains(d.Describe().Text,
			"its token goes nowhere else") {
			t.Errorf("%q is told as %v", says, err)
		}
		if _, no := errors.AsType[*workflow.ServiceError](err); no {
			t.Errorf("%q is taken for a no", says)
		}
	}
}
