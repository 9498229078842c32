package workflow_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func beaSignsIn() workflow.Signer {
	return workflow.Signer{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-BEA", UPN: "bea@contoso.com"}
}

func TestAPersonIsToldWhatTheyReachOnTheServer(t *testing.T) {
	for name, c := range map[string]struct {
		signer  workflow.Signer
		shows   []workflow.Connected
		refuses error
		says    string
		asked   bool
	}{
		"an organization": {beaSignsIn(), []workflow.Connected{{Name: "contoso.onmicrosoft.com", Services: []string{"Exchange",
			"SharePoint"}}}, nil,
			"Connected: contoso.onmicrosoft.com, Exchange, SharePoint", true},
		"nothing": {beaSignsIn(), nil, nil, "vb365-prod takes the sign-in of bea@contoso.com, and shows no organization to it.",
			true},
		"the server's no": {beaSignsIn(), nil,
			&workflow.ServiceError{Text: "vb365-prod refused to sign you in. It says: “Unknown operator”"},
			"It says: “Unknown operator”", true},
		"no answer": {beaSignsIn(), nil, errors.New("boom SECRET"), "vb365-prod returned an unexpected response (reference ", true},
		"another tenant": {workflow.Signer{TenantID: "other", ObjectID: "X", UPN: "bea@fabrikam.com"}, nil, nil,
			"bea@fabrikam.com belongs to another tenant than contoso, so vb365-prod was not asked.", false},
		"an administrator": {workflow.Signer{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-EVE", UPN: "eve@contoso.com",
			Roles: []string{workflow.GlobalAdministrator}}, nil, nil, "eve@contoso.com has a directory role", false},
		"somebody else": {workflow.Signer{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-TOM", UPN: "tom@contoso.com"}, nil, nil,
			"tom@contoso.com is not the account that you are linked to, so vb365-prod was not asked.", false},
		"an approver": {workflowtest.AdaOfAzure(), nil, nil, "Ada@contoso.com is the account of an approver", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t).WithServer()
				var log bytes.Buffer
				w.Out = &log
				n := w.Boot()
				r := w.ConnectedApp(n)
				code := w.Asks(n, r.ID, workflowtest.Bea)
				if code.To.ID != workflowtest.Bea.ID || code.Prompt == nil || code.Said != "" {
					t.Fatalf("she was shown %+v", code)
				}
				w.Signer, w.Shows, w.Vb365.Refuses = c.signer, c.shows, c.refuses
				w.Use(code.Prompt.Code.Reveal(), nil)
				workflowtest.Pass(10 * time.Second)
				got := w.NewestCheck()
				if got.Prompt != nil || !strings.Contains(got.Said, c.says) || got.To.ID != workflowtest.Bea.ID || len(w.Checks) != 1 {
					t.Errorf("she was told %+v", got)
				}
				if asked := slices.Contains(w.Calls, "signed in"); asked != c.asked {
					t.Errorf("the server was asked: %v", asked)
				}
				after := w.Get(r.ID)
				if last := after.History[len(after.History)-1]; last.Kind != workflow.EventChecked || last.By != workflowtest.Bea.ID ||
					!strings.Contains(last.Text, c.says) || after.State != workflow.StateDone || after.SignIn.N != r.SignIn.N {
					t.Errorf("the history ends with %+v, and it is %s", last, after.State)
				}
				n.Stop()
				w.NoSecrets(log.String(), "ASSERTION ", code.Prompt.Code.Reveal())
			})
		})
	}
}

func TestTheCodeOfACheckCountsForNobodyButWhoeverAsked(t *testing.T) {
	for name, c := range map[string]struct {
		before, meanwhile func(w *workflowtest.World)
		refused, says     string
	}{
		"not linked": {before: func(w *workflowtest.World) { w.Unlinks(workflowtest.Bea) }, refused: "Type /entra-app link"},
		"unlinked while the code was out": {meanwhile: func(w *workflowtest.World) { w.Unlinks(workflowtest.Bea) },
			says: "it is not known any more which account is yours, so vb365-prod was not asked"},
		"linked": {says: "vb365-prod takes the sign-in"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t).WithServer()
				n := w.Boot()
				defer n.Stop()
				r := w.ConnectedApp(n)
				if c.before != nil {
					c.before(w)
				}
				_, err := n.CheckConnection(t.Context(), r.ID, workflowtest.Bea)
				if c.refused != "" {
					if err == nil || !strings.Contains(err.Error(), c.refused) || slices.Contains(w.Calls, "assertion code") {
						t.Errorf("it says %v", err)
					}
					return
				}
				workflowtest.Pass(10 * time.Second)
				code := w.NewestCheck()
				if c.meanwhile != nil {
					c.meanwhile(w)
				}
				w.Signer = beaSignsIn()
				w.Use(code.Prompt.Code.Reveal(), nil)
				workflowtest.Pass(10 * time.Second)
				if got := w.NewestCheck().Said; !strings.Contains(got, c.says) {
					t.Errorf("she was told %q", got)
				}
			})
		})
	}
}

func TestOnlyWhoHasAConnectedAppCanCheckIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		n := w.Boot()
		defer n.Stop()
		r := w.ConnectedApp(n)
		for _, c := range []struct {
			who  people.Person
			edit func()
			rule workflow.Rule
		}{
			{workflowtest.Tom, nil, workflow.RuleNotRequester},
			{people.Person{ID: workflowtest.Bea.ID, Name: "Bea", Outside: "you are a guest"}, nil, workflow.RuleOutsider},
			{workflowtest.Bea, func() { n.SetBackups(nil) }, workflow.RuleNoServer},
		} {
			if c.edit != nil {
				c.edit()
			}
			_, err := n.CheckConnection(t.Context(), r.ID, c.who)
			if no, ok := errors.AsType[*workflow.Refusal](err); !ok || no.Rule != c.rule {
				t.Errorf("%s: %v", c.who.Name, err)
			}
		}
		workflowtest.Pass(time.Second)
		if len(w.Checks) != 0 || slices.Contains(w.Calls, "assertion code") {
			t.Errorf("somebody was shown %v", w.Checks)
		}
		n.SetBackups(w.Servers(&workflowtest.Wires{World: w, Off: n.Off}))
		if got := w.Asks(n, r.ID, workflowtest.Zoe); got.To.ID != workflowtest.Zoe.ID || got.Prompt == nil { // an owner
			t.Errorf("Zoe was shown %+v", got)
		}
		plain := w.AskServer(n, workflowtest.Draft("other"))
		if _, err := n.CheckConnection(t.Context(), plain.ID, workflowtest.Bea); err == nil ||
			!strings.Contains(err.Error(), "no backup server is connected") {
			t.Errorf("an app without a server: %v", err)
		}
	})
}

func TestANewCodeAndARestartEndACheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		n := w.Boot()
		r := w.ConnectedApp(n)
		first := w.Asks(n, r.ID, workflowtest.Bea)
		second := w.Asks(n, r.ID, workflowtest.Bea)
		if got := w.Checks["check1"]; got.Prompt != nil || got.Said != "A newer code replaced this one." ||
			second.Prompt.Code == first.Prompt.Code {
			t.Errorf("the first message says %+v", got)
		}
		n.Stop()
		if got := w.Checks["check2"]; got.Prompt != nil || !strings.Contains(got.Said, "The bot was restarted") {
			t.Errorf("the second message says %+v", got)
		}
		n = w.Boot()
		defer n.Stop()
		synctest.Wait()
		third := w.Asks(n, r.ID, workflowtest.Bea)
		w.Use(third.Prompt.Code.Reveal(), &workflow.SignInError{Reason: workflow.SignInDeclined})
		if got := w.Checks["check3"]; !strings.Contains(got.Said, "Press Check the connection if that was a mistake") {
			t.Errorf("the third message says %+v", got)
		}
		if n.Engine.Checks() != 0 || w.Get(r.ID).State != workflow.StateDone {
			t.Errorf("there are %d checks", n.Engine.Checks())
		}
	})
}

func TestTheHistoryKeepsTheLastCheckOfEachPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		n := w.Boot()
		defer n.Stop()
		r := w.ConnectedApp(n)
		before := len(r.History)
		for range 3 {
			for _, who := range []people.Person{workflowtest.Bea, workflowtest.Zoe} {
				if _, err := n.CheckConnection(t.Context(), r.ID, who); err != nil {
					t.Fatal(err)
				}
				workflowtest.Pass(16 * time.Minute) // nobody signs in
			}
		}
		after := w.Get(r.ID)
		if n := len(after.History) - before; n != 4 {
			t.Fatalf("six checks by two people are %d lines: %+v", n, after.History[before:])
		}
		for i, want := range []workflow.Event{{Kind: workflow.EventCheckAsked, By: workflowtest.Bea.ID}, {Kind: workflow.EventChecked,
			By: workflowtest.Bea.ID},
			{Kind: workflow.EventCheckAsked, By: workflowtest.Zoe.ID}, {Kind: workflow.EventChecked, By: workflowtest.Zoe.ID}} {
			if e := after.History[before+i]; e.Kind != want.Kind || e.By != want.By || e.Times != 3 {
				t.Errorf("line %d is %+v", i, e)
			}
		}
		if zoes := after.History[before+2].At; !zoes.After(after.History[before+1].At) {
			t.Error("a line does not have the time of the last check")
		}
	})
}
