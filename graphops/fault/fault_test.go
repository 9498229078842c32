package fault

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// said is an answer with a code and a message.
func said(op Operation, status int, code, message string) *Answer {
	body := `{"error":{"code":"` + code + `","message":"` + message + `"}}`
	return op.Read(status, http.Header{"Request-Id": {"req-1"}}, []byte(body), time.Now())
}

func TestAPolicyThatIsNotKnownHereSpeaksForItself(t *testing.T) {
	err := Meaning(said(Operation{Certificates: true}, 400, "SomethingNewAsPerAppPolicy", "No."), true)
	no, ok := errors.AsType[*workflow.ServiceError](err)
	if !ok || no.Code != "SomethingNewAsPerAppPolicy" || !strings.Contains(no.Text, "Entra says: No.") {
		t.Errorf("it means %v", err)
	}
}

func TestARefusalNamesTheRolesThatItTakes(t *testing.T) {
	op := Operation{Words: "add an owner to the application", Roles: "Application Administrator"}
	err := Meaning(said(op, 403, "Authorization_RequestDenied", "Insufficient privileges."), true)
	no, ok := errors.AsType[*workflow.ServiceError](err)
	if !ok || !strings.Contains(no.Text, op.Words) || !strings.Contains(no.Text, op.Roles) {
		t.Errorf("it means %v", err)
	}
}

func TestTheWorstErrorDecides(t *testing.T) {
	op := Operation{Name: "op"}
	no, later := &workflow.ServiceError{Code: "no"}, op.Later("soon")
	longer := &Later{Op: op, After: time.Minute}
	for _, c := range []struct {
		errs []error
		want error
	}{
		{nil, nil},
		{[]error{nil, later, nil}, later},
		{[]error{later, longer, later}, longer},
		{[]error{longer, no, later}, no},
		{[]error{no, workflow.ErrSessionOver, no}, workflow.ErrSessionOver},
	} {
		if got := Worst(c.errs); got != c.want {
			t.Errorf("of %v it is %v", c.errs, got)
		}
	}
}

func TestWhatWasSentAndNotAnsweredMayBeDone(t *testing.T) {
	op := Operation{Name: "op"}
	for _, c := range []struct {
		err  error
		lost bool
	}{
		{said(op, 503, "", ""), true},
		{said(op, 429, "", ""), false},
		{said(op, 404, "", ""), false},
		{op.Network(io.EOF), true},
		{op.Unreadable(200), true},
		{Meaning(said(op, 429, "", ""), false), false},
		{&workflow.ServiceError{}, false},
		{nil, false},
	} {
		if got := IsLost(c.err); got != c.lost {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}
