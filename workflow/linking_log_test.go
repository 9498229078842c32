package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestSeveralSlackAccountsOfOneAccountAreToldOfEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		synctest.Wait()
		defer n.Stop()
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		w.LinksTo(n, workflowtest.Tom, identity.Account{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-TOM", UPN: "tom@contoso.com"})
		again := people.Person{ID: "UBEA2", Name: "Bea", Email: "bea+2@contoso.com"}
		got := w.LinksTo(n, again, workflowtest.BeaLinks())
		if !strings.Contains(got.Said, "is linked to bea@contoso.com") || !strings.HasSuffix(got.Said, "That one was told.") ||
			got.Other != "UBEA" {
			t.Errorf("the second was told %+v", got)
		}
		first := w.NewestLinking("UBEA")
		if !strings.Contains(first.Said,
			"If the other Slack account is not yours, somebody has used your sign-in.") || first.Other != "UBEA2" ||
			first.Prompt != nil {
			t.Errorf("the first was told %+v", first)
		}
		if tom := w.NewestLinking("UTOM"); tom.Other != "" {
			t.Errorf("somebody else was told %+v", tom)
		}
		for _, slack := range []string{"UBEA", "UBEA2"} {
			if l, err := n.Linked(t.Context(), slack, workflowtest.ContosoID); err != nil || !l.IsOf(workflowtest.ContosoID, "OBJ-BEA") {
				t.Errorf("%s: %+v, %v", slack, l, err)
			}
		}
		if got := w.LinksTo(n, workflowtest.Tom, workflowtest.BeaLinks()); !strings.Contains(got.Said, "It was linked to another account "+
			"before.") {
			t.Errorf("he was told %+v", got)
		}
	})
}

func TestALinkThatCanNotBeKeptIsNotClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		synctest.Wait()
		defer n.Stop()
		n.Engine.SetStore(noLinks{w.Store})
		if got := w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks()); !strings.Contains(got.Said, "that could not be saved "+
			"(reference ") {
			t.Errorf("she was told %+v", got)
		}
	})
}

// noLinks is a store whose disk is full.
type noLinks struct{ workflow.Store }

func (noLinks) PutLink(context.Context, identity.Link) error {
	return fmt.Errorf("no space left on device")
}

func TestALinkToAnAccountThatIsGoneIsVoid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		synctest.Wait()
		defer n.Stop()
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		old, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID)
		if err != nil {
			t.Fatal(err)
		}
		newer := workflowtest.BeaLinks()
		newer.ObjectID = "OBJ-BEA-AGAIN"
		workflowtest.Pass(time.Hour)
		w.LinksTo(n, workflowtest.Bea, newer)
		n.Engine.VoidLink(old, "no longer exists")
		l, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID)
		if err != nil || l.ObjectID != "OBJ-BEA-AGAIN" {
			t.Fatalf("a link that was made again went with the old one: %+v, %v", l, err)
		}
		n.Engine.VoidLink(l, "no longer exists")
		if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("still linked: %v", err)
		}
		if got := w.NewestLinking("UBEA"); !strings.Contains(got.Said, "The account of contoso that your Slack account was linked to no "+
			"longer exists, so the link was removed.") || !got.Again {
			t.Errorf("she was told %+v", got)
		}
	})
}

func TestEverySignInToBeLinkedIsAnEntryOfTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		defer n.Stop()
		synctest.Wait()
		from := len(w.Store.Log())
		ada := workflowtest.BeaLinks()
		ada.UPN, ada.ObjectID = "ada@contoso.com", "OBJ-ADA"
		w.LinksTo(n, workflowtest.Bea, ada)
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		if _, err := n.Unlink(t.Context(), "", workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		if _, err := n.Link(t.Context(), "", workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		code := w.NewestLinking("UBEA").Prompt.Code.Reveal()
		w.Use(code, &workflow.SignInError{Reason: workflow.SignInDeclined})
		workflowtest.Pass(time.Second)
		var got []string
		for _, e := range w.Store.Log()[from:] {
			got = append(got, strings.TrimSpace(e.What+" "+e.Entra+" "+e.Result))
			if e.Slack != "UBEA" || e.Request != "" || strings.Contains(e.Detail, code) || e.Detail == "" {
				t.Errorf("an entry is %+v", e)
			}
		}
		want := "code, refused OBJ-ADA wrong-account, code, linked OBJ-BEA device-code, unlinked OBJ-BEA, code, refused  sign-in"
		if is := strings.Join(got, ", "); is != want {
			t.Errorf("the log has %s\nwant %s", is, want)
		}
	})
}

func TestWhoeverHasTheAddressOfALinkedAccountIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		defer n.Stop()
		synctest.Wait()
		w.Addresses = map[string]string{"bea@contoso.com": "UBEA", "tom@contoso.com": "UTOM"}
		if got := w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks()); got.Other != "" {
			t.Errorf("her own address is another's: %+v", got)
		}
		tom := identity.Account{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-TOM", UPN: "t1234@contoso.com", Mail: "Tom@contoso.com"}
		mallory := people.Person{ID: "UMALLORY", Name: "Mallory"}
		got := w.LinksTo(n, mallory, tom)
		if got.Other != "UTOM" {
			t.Errorf("whoever used his sign-in was told %+v", got)
		}
		if told := w.NewestLinking("UTOM"); told.Other != "UMALLORY" || !strings.Contains(told.Said, "somebody has used your sign-in") {
			t.Errorf("he was told %+v", told)
		}
	})
}
