package fault

import (
	"net/http"
	"testing"
	"time"
)

func TestWhatAnAnswerSaysOfAThing(t *testing.T) {
	refers, settled := Operation{Refers: true}, Operation{Refers: true, Settled: true}
	for _, c := range []struct {
		name                     string
		a                        *Answer
		notFound, exists, behind bool
	}{
		{"404", said(Operation{}, 404, "", ""), true, false, true},
		{"404 of what is not young", said(settled, 404, "", ""), true, false, false},
		{"not found, as a mistake", said(Operation{}, 400, "Request_ResourceNotFound", ""), true, false, true},
		{"not found in the directory", said(Operation{}, 400, "Directory_ObjectNotFound", ""), true, false, true},
		{"not found in Azure", said(Operation{}, 400, "ResourceNotFound", ""), true, false, true},
		{"conflict", said(Operation{}, 409, "Odd", ""), false, true, false},
		{"conflict about what it names", said(refers, 409, "Odd", ""), false, true, true},
		{"two writers", said(Operation{}, 409, "Directory_ConcurrencyViolation", ""), false, false, false},
		{"conflict in a code", said(Operation{}, 400, "ObjectConflict", ""), false, true, false},
		{"same key", said(Operation{}, 400, "Request_MultipleObjectsWithSameKeyValue", ""), false, true, false},
		{"in words", said(Operation{}, 400, "Odd", "It Already exists."), false, true, false},
		{"a mistake", said(Operation{}, 400, "Odd", ""), false, false, false},
		{"a mistake about what it names", said(refers, 400, "Odd", ""), false, false, true},
		{"a value that is wrong by itself", said(refers, 400, "HostNameNotOnVerifiedDomain", ""), false, false, false},
		{"a name that is wrong by itself", said(refers, 400, "Odd", "Invalid value specified for property 'displayName' of"), false,
			false, false},
		{"a value that may be young", said(refers, 400, "Odd", "Invalid value specified for property 'web' of"), false, false, true},
		{"a body that can't be read", said(refers, 400, "Odd", "Unable to read JSON request payload."), false, false, false},
		{"no role", said(refers, 403, "Odd", ""), false, false, false},
		{"no app behind it yet", said(refers, 403, "Odd", "its backing application"), false, false, true},
		{"no app behind what is not young", said(Operation{}, 403, "Odd", "its backing application"), false, false, false},
		{"no app behind it, by code", said(Operation{}, 403, "NoBackingApplicationObject", ""), false, false, true},
	} {
		if got := [3]bool{c.a.NotFound(), c.a.Exists(), c.a.IsBehind()}; got != [3]bool{c.notFound, c.exists, c.behind} {
			t.Errorf("%s: not found, there, behind are %v", c.name, got)
		}
	}
}

func TestAnAnswerIsReadAsFarAsItCanBe(t *testing.T) {
	op := Operation{Name: "op"}
	h := http.Header{"Retry-After": {"3"}}
	for _, c := range []struct{ body, says string }{
		{"<html>", "op: 400  (request-id )"},
		{`{"error":{"code":"A","innerError":{"request-id":"r2"}}}`, "op: 400 A (request-id r2)"},
		{`{"error":{"code":"A","innererror":{"request-id":"r3"}}}`, "op: 400 A (request-id r3)"},
	} {
		a := op.Read(400, h, []byte(c.body), time.Now())
		if a.Error() != c.says || a.after != 3*time.Second {
			t.Errorf("%s says %v, and waits %s", c.body, a, a.after)
		}
	}
	a := op.Read(400, http.Header{"Request-Id": {"r1"}},
		[]byte(`{"error":{"code":"A","details":[{"code":"B"}],"innerError":{"request-id":"r2"}}}`), time.Now())
	if a.Ref != "r1" || !a.HasCode("A") || !a.HasCode("B") || a.HasCode("C") {
		t.Errorf("it is %+v", a)
	}
}
