package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
)

func TestExposedScopesAreReadLineByLine(t *testing.T) {
	had := []Scope{{Name: "access_as_user", AdminsOnly: true, Title: "Use it", Words: "Use it, as a pack says at length", PreAuthorized: []string{"c1"}}}
	wrong := FieldErrors{}
	got := checkScopes(wrong, []string{"", " access_as_user , Admins:  Use it ", "jobs.read, users: Read jobs", "jobs.write: Change jobs"}, had)
	want := []Scope{had[0], {Name: "jobs.read", Title: "Read jobs", Words: "Read jobs"}, {Name: "jobs.write", AdminsOnly: true, Title: "Change jobs", Words: "Change jobs"}}
	if len(wrong) > 0 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, wrong)
	}
	for _, s := range want {
		if again := checkScopes(wrong, []string{s.Line()}, want); len(again) != 1 || fmt.Sprint(again[0]) != fmt.Sprint(s) {
			t.Errorf("%q is read as %+v", s.Line(), again)
		}
	}

	many := make([]string, ScopesMax+1)
	for i := range many {
		many[i] = fmt.Sprintf("s%d: x", i)
	}
	for text, says := range map[string]string{
		"access_as_user":                      "who may consent",
		"access as user: Use it":              "letters, digits",
		".access: Use it":                     "begins with no dot",
		"access, everybody: Use it":           "admins or users",
		"access: ":                            "what it allows",
		"access: " + strings.Repeat("x", 101): "101 characters; 100",
		"access: Use it\nACCESS: Use it":      "Line 2: ACCESS is there twice",
		strings.Join(many, "\n"):              "20 scopes",
	} {
		wrong := FieldErrors{}
		if got := checkScopes(wrong, strings.Split(text, "\n"), nil); got != nil || !strings.Contains(wrong[FieldScopes], says) {
			t.Errorf("%.40q: %v, %q", text, got, wrong[FieldScopes])
		}
	}
}

// offersCustom is a desk where people name what they want.
func (w *world) offersCustom() *Desk {
	custom := Product{Name: "custom", Title: "Custom", Audience: "AzureADMyOrg", Custom: true, Platform: Web, Credentials: []Offer{{Kind: NoCredential}}}
	return NewDesk(DeskConfig{Store: w.store, Tenants: []Tenant{contoso}, Products: []Product{custom}, Policy: w.policy, Key: w.key, Log: quiet})
}

func TestAnAppMayOfferScopesAndAskForNothing(t *testing.T) {
	d := newWorld(t).offersCustom()
	api := Draft{Origin: "V", Product: "custom", AppName: "api", Reason: "an API", Team: "CTEAM", Credential: NoCredential, Scopes: []string{"access_as_user, admins: Use it"}}
	r, err := d.Submit(context.Background(), bea, api)
	if err != nil || len(r.Plan.Scopes) != 1 || !slices.Contains(r.stepsFor(Provision), StepAPI) {
		t.Fatalf("%+v, %v", r, err)
	}
	api.Scopes = nil
	if _, err := d.Submit(context.Background(), bea, api); err == nil {
		t.Error("an app with neither permissions nor scopes was taken")
	}
	api.Scopes, api.Imported = []string{"a: b"}, &Imported{}
	if _, err := d.Submit(context.Background(), bea, api); err == nil || err.(FieldErrors)[FieldManifest] == "" {
		t.Errorf("scopes and a manifest: %v", err)
	}
}

func TestAnUpdateShowsTheScopesThatChange(t *testing.T) {
	ctx := context.Background()
	w, _, id := at(t, func(r *Request) {
		r.Product, r.State, r.Made = "custom", Done, Made{ObjectID: "o", AppID: "6b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001"}
		r.Plan.Scopes = []Scope{{Name: "jobs.read", Title: "Read jobs", Words: "Read jobs"}, {Name: "access_as_user", AdminsOnly: true, Title: "Use it", Words: "Use it", PreAuthorized: []string{"c1"}}}
		r.Plan.Permissions = []Permission{{Resource: "This application", ResourceAppID: Self, Name: "jobs.read", Type: "Delegated"}}
	})
	d := w.offersCustom()
	change := d2("V2")
	change.Scopes = []string{"access_as_user, admins: Use it", "jobs.write, admins: Change jobs"}
	r, err := d.Update(ctx, bea, id, change)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range Changes(r.Was, r.Plan) {
		said = append(said, fmt.Sprint(c.Added, " ", c.What, " ", c.Name))
	}
	for _, want := range []string{"true exposed scope jobs.write (only admins may consent)", "false exposed scope jobs.read (users may consent)", "false permission This application jobs.read (delegated)"} {
		if !slices.Contains(said, want) {
			t.Errorf("the changes %q lack %q", said, want)
		}
	}
	if _, err := w.store.Update(ctx, r.ID, func(r *Request) error { r.State = Denied; return nil }); err != nil {
		t.Fatal(err)
	}
	groups, _ := catalog.Find(catalog.MicrosoftGraph, catalog.Application, "Group.Read.All")
	change.Origin, change.Scopes, change.Permissions = "V3", []string{""}, []string{groups.Key()}
	r, err = d.Update(ctx, bea, id, change)
	if err != nil || len(r.Plan.Scopes) != 0 || !slices.Contains(r.stepsFor(Provision), StepAPI) {
		t.Errorf("an app that offers nothing any more: %v, %v", err, r)
	}
}
