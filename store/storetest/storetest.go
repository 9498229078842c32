// Package storetest is the suite that every [workflow.Store] passes. What it
// checks are the promises of the interface, a sentence each; how a store keeps
// them is its own affair.
//
//	func TestBolt(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) workflow.Store { return openTemp(t) })
//	}
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Run checks a store. Each call of open returns a new and empty one, and closes
// it when its test is over; Close may have been called before.
func Run(t *testing.T, open func(t *testing.T) workflow.Store) {
	for _, grade := range []struct {
		name   string
		checks []check
	}{
		{"a request", kept},
		{"a claim", claimed},
		{"an update", updated},
		{"a query", queried},
		{"a link", linked},
		{"a log", logged},
		{"a store", ended},
	} {
		t.Run(grade.name, func(t *testing.T) {
			for _, c := range grade.checks {
				t.Run(c.promise, func(t *testing.T) { c.holds(t, &kit{t, open(t)}) })
			}
		})
	}
}

// RunLog checks the log of a store of another kind, as in workflowtest.
func RunLog(t *testing.T, open func(t *testing.T) workflow.Store) {
	for _, c := range logged {
		t.Run(c.promise, func(t *testing.T) { c.holds(t, &kit{t, open(t)}) })
	}
}

// A check is one promise, and how to see that it holds.
type check struct {
	promise string
	holds   func(t *testing.T, s *kit)
}

// A kit is a store whose faults end the test.
type kit struct {
	t *testing.T
	workflow.Store
}

var ctx = context.Background()

func (s *kit) create(r *workflow.Request) *workflow.Request {
	s.t.Helper()
	kept, err := s.Create(ctx, r)
	if err != nil {
		s.t.Fatalf("Create: %v", err)
	}
	return kept
}

func (s *kit) get(id string) *workflow.Request {
	s.t.Helper()
	r, err := s.Get(ctx, id)
	if err != nil {
		s.t.Fatalf("Get(%s): %v", id, err)
	}
	return r
}

// change updates a request with an edit that can't fail.
func (s *kit) change(id string, edit func(r *workflow.Request)) *workflow.Request {
	s.t.Helper()
	r, err := s.Update(ctx, id, func(r *workflow.Request) error { edit(r); return nil })
	if err != nil {
		s.t.Fatalf("Update(%s): %v", id, err)
	}
	return r
}

// lists checks which requests a query returns, in which order.
func (s *kit) lists(q workflow.Query, want ...*workflow.Request) {
	s.t.Helper()
	found, err := s.List(ctx, q)
	if err != nil {
		s.t.Fatalf("List(%+v): %v", q, err)
	}
	var got, ids []string
	for _, r := range found {
		got = append(got, r.ID)
	}
	for _, r := range want {
		ids = append(ids, r.ID)
	}
	if !reflect.DeepEqual(got, ids) {
		s.t.Errorf("List(%+v) = %v, want %v", q, got, ids)
	}
}

// refuses checks that a claim is held, and by whom.
func refuses(t *testing.T, err error, claim string, by *workflow.Request) {
	t.Helper()
	taken, ok := errors.AsType[*workflow.ClaimedError](err)
	if !ok {
		t.Fatalf("error is %v, want a *workflow.ClaimedError", err)
	}
	if taken.Claim != claim || taken.By != by.ID {
		t.Errorf("refused because %v, want %s by %s", taken, claim, by.ID)
	}
}

// same checks that two requests are the same in every field.
func same(t *testing.T, what string, got, want *workflow.Request) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, *got, *want)
	}
}

var noon = time.Date(2026, 3, 14, 12, 0, 0, 123456789, time.UTC)

// Pending returns a request as it is after the form was sent, with the things
// that a store looks at and what else a usual one has. The name is the app's.
func Pending(name string) *workflow.Request {
	permission := func(name, words string) plan.Permission {
		return plan.Permission{
			Resource: "Microsoft Graph", ResourceAppID: catalog.MicrosoftGraph, Name: name, Type: catalog.Application,
			Words: words, Why: "Veeam reads what it backs up", Risk: catalog.Low,
		}
	}
	return &workflow.Request{
		Rev: 1, PlanRev: 1, Origin: "V-" + name, Kind: workflow.KindRegister, State: workflow.StatePending,
		Requester: people.Person{ID: "UBEA", Name: "Bea Backup", Email: "bea@contoso.com"},
		Tenant:    "contoso", Product: "vb365-backup", Team: "CBACKUP", Task: workflow.TaskProvision,
		Reason: "Nightly backup of all mailboxes and sites, as agreed with the security team.",
		Plan: plan.Plan{
			TenantID: "11111111-1111-1111-1111-111111111111", AppName: name, Audience: "AzureADMyOrg",
			RedirectURIs: []string{"https://localhost"},
			Permissions: []plan.Permission{
				permission("Directory.Read.All",
					"Allows the app to read data in your organization's directory, such as users, groups and apps, without a "+
						"signed-in user."),
				permission("Group.ReadWrite.All",
					"Allows the app to create groups, read all group properties and memberships, update group properties and "+
						"memberships, and delete groups."),
				permission("Sites.FullControl.All",
					"Allows the app to have full control of all site collections without a signed in user."),
			},
			Credential: plan.Credential{Kind: plan.CredentialSecret, Lifetime: 90 * 24 * time.Hour},
		},
		Created: noon, Entered: noon, WakeAt: noon.Add(24 * time.Hour),
		Posts: map[workflow.PostName]workflow.Post{},
		History: []workflow.Event{{
			At: noon, By: "UBEA", Kind: workflow.EventAsked, Text: "asked for it",
		}},
	}
}

// Full returns a request with something in every field, however deep. A store
// that forgets one does not pass.
func Full() *workflow.Request {
	r := new(workflow.Request)
	n := 0
	fill(reflect.ValueOf(r).Elem(), &n)
	return r
}

// fields are those of a struct, in the order in which the first release had them: the file of
// that has numbers which say so.
func fields(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	for i := range v.NumField() {
		all = append(all, v.Field(i))
	}
	left := func(f reflect.Value) bool { return f.Type() == reflect.TypeFor[workflow.Residue]() }
	if at := slices.IndexFunc(all, left); at >= 0 { // it was three fields, with another among them
		of := all[at]
		all = slices.Replace(all, at, at+2, of.Field(0), all[at+1], of.Field(1), of.Field(2))
	}
	return all
}

// fill sets v, and all that is in it, to values that are not zero and differ.
func fill(v reflect.Value, n *int) {
	*n++
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(noon.Add(time.Duration(*n) * (time.Hour + 1))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d “ü” <&> \" \\ %%", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Struct:
		for _, f := range fields(v) {
			fill(f, n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, n)
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	default:
		panic(fmt.Sprintf("storetest: Full has to learn about %s", v.Type()))
	}
}
