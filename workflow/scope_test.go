package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestExposedScopesAreReadLineByLine(t *testing.T) {
	had := []plan.Scope{{Name: "access_as_user", AdminsOnly: true, Title: "Use it", Words: "Use it, as a pack says at length",
		PreAuthorized: []string{"c1"}}}
	wrong := form.Errors{}
	got := form.CheckScopes(wrong, []string{"", " access_as_user , Admins:  Use it ", "jobs.read, users: Read jobs",
		"jobs.write: Change jobs"}, had)
	want := []plan.Scope{had[0], {Name: "jobs.read", Title: "Read jobs", Words: "Read jobs"},
		{Name: "jobs.write", AdminsOnly: true, Title: "Change jobs", Words: "Change jobs"}}
	if len(wrong) > 0 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, wrong)
	}
	for _, s := range want {
		if again := form.CheckScopes(wrong, []string{s.Line()}, want); len(again) != 1 || fmt.Sprint(again[0]) != fmt.Sprint(s) {
			t.Errorf("%q is read as %+v", s.Line(), again)
		}
	}

	many := make([]string, form.ScopesMax+1)
	for i := range many {
		many[i] = fmt.Sprintf("s%d: x", i)
	}
	for text, says := range map[string]string{
		"access_as_user":                      "who may consent",
		"access as user: Use it":              "letters, digits",
		".access: Use it":                     "begins with a dot",
		"access, everybody: Use it":           "admins or users",
		"access: ":                            "what it allows",
		"access: " + strings.Repeat("x", 101): "101 characters; at most 100",
		"access: Use it\nACCESS: Use it":      "Line 2: access and ACCESS differ in capitals only",
		strings.Join(many, "\n"):              "20 scopes",
	} {
		wrong := form.Errors{}
		if got := form.CheckScopes(wrong, strings.Split(text, "\n"), nil); got != nil || !strings.Contains(wrong[form.FieldScopes], says) {
			t.Errorf("%.40q: %v, %q", text, got, wrong[form.FieldScopes])
		}
	}
}

func TestAnAppMayOfferScopesAndAskForNothing(t *testing.T) {
	d := workflowtest.New(t).OffersCustom()
	api := form.Draft{Origin: "V", Product: "custom", AppName: "api", Reason: "an API", Team: "CTEAM", Credential: plan.CredentialNone,
		Scopes: []string{"access_as_user, admins: Use it"}}
	r, err := d.Submit(context.Background(), workflowtest.Bea, api)
	if err != nil || len(r.Plan.Scopes) != 1 || !slices.Contains(workflow.StepsFor(r, workflow.TaskProvision), workflow.StepAPI) {
		t.Fatalf("%+v, %v", r, err)
	}
	api.Scopes = nil
	if _, err := d.Submit(context.Background(), workflowtest.Bea, api); err == nil {
		t.Error("an app with neither permissions nor scopes was taken")
	}
	api.Scopes, api.Imported = []string{"a: b"}, &form.Imported{}
	if _, err := d.Submit(context.Background(), workflowtest.Bea, api); err == nil || err.(form.Errors)[form.FieldManifest] == "" {
		t.Errorf("scopes and a manifest: %v", err)
	}
}

func TestAnUpdateShowsTheScopesThatChange(t *testing.T) {
	ctx := context.Background()
	w, _, id := at(t, func(r *workflow.Request) {
		r.Product, r.State, r.Made = "custom", workflow.StateDone, workflow.Made{ObjectID: "o",
			AppID: "6b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001"}
		r.Plan.Scopes = []plan.Scope{{Name: "jobs.read", Title: "Read jobs", Words: "Read jobs"},
			{Name: "access_as_user", AdminsOnly: true, Title: "Use it", Words: "Use it", PreAuthorized: []string{"c1"}}}
		r.Plan.Permissions = []plan.Permission{{Resource: "This application", ResourceAppID: plan.Self, Name: "jobs.read",
			Type: "Delegated"}}
	})
	d := w.OffersCustom()
	change := workflowtest.FollowUp("V2")
	change.Scopes = []string{"access_as_user, admins: Use it", "jobs.write, admins: Change jobs"}
	r, err := d.Update(ctx, workflowtest.Bea, id, change)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range plan.Changes(r.Previous, r.Plan) {
		said = append(said, fmt.Sprint(c.Added, " ", c.What, " ", c.Name))
	}
	for _, want := range []string{"true exposed scope jobs.write (only admins may consent)",
		"false exposed scope jobs.read (users may consent)", "false permission This application jobs.read (delegated)"} {
		if !slices.Contains(said, want) {
			t.Errorf("the changes %q lack %q", said, want)
		}
	}
	if _, err := w.Store.Update(ctx, r.ID, func(r *workflow.Request) error { r.State = workflow.StateDenied; return nil }); err != nil {
		t.Fatal(err)
	}
	groups, _ := catalog.Find(catalog.MicrosoftGraph, catalog.Application, "Group.Read.All")
	change.Origin, change.Scopes, change.Permissions = "V3", []string{""}, []string{groups.Key()}
	r, err = d.Update(ctx, workflowtest.Bea, id, change)
	if err != nil || len(r.Plan.Scopes) != 0 || !slices.Contains(workflow.StepsFor(r, workflow.TaskProvision), workflow.StepAPI) {
		t.Errorf("an app that offers nothing any more: %v, %v", err, r)
	}
}

// services.md section 5, cases/scopes b, c, d and i, and the typed case of cases/README.md.
func TestAScopeIsReadAndRefusedAsEntraDoes(t *testing.T) {
	for line, want := range map[string]plan.Scope{
		"orders:write, users: Change orders":    {Name: "orders:write", Title: "Change orders"},
		"api/read,admins:Read, users: all":      {Name: "api/read", AdminsOnly: true, Title: "Read, users: all"},
		"Orders.Read.All , Users :  Read all":   {Name: "Orders.Read.All", Title: "Read all"},
		"https://contoso.com/x: Use it: really": {Name: "https://contoso.com/x", AdminsOnly: true, Title: "Use it: really"},
		"Files.Read: a, users: b":               {Name: "Files.Read", AdminsOnly: true, Title: "a, users: b"},
		"{a}=b@c?[d], admin: Use it":            {Name: "{a}=b@c?[d]", AdminsOnly: true, Title: "Use it"},
	} {
		want.Words = want.Title
		got, problem := form.ParseScope(line)
		if problem != "" || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %+v, %q", line, got, problem)
		}
		if again := form.CheckScopes(form.Errors{}, []string{got.Line()}, nil); len(again) != 1 || fmt.Sprint(again[0]) != fmt.Sprint(got) {
			t.Errorf("%s is written as %s, and read as %v", line, got.Line(), again)
		}
	}
	ok := plan.Scope{Name: "orders.read", Title: "Read", Words: "Reads."}
	for name, c := range map[string]struct {
		edit func(*plan.Scope)
		says []string
	}{
		"as it should be": {func(*plan.Scope) {}, nil},
		"b-title-150": {func(s *plan.Scope) {
			s.Title = strings.Repeat("x", 150)
		}, []string{"orders.read", "title for admins", "150 characters; at most 100"}},
		"c-description-1200": {func(s *plan.Scope) {
			s.Words = strings.Repeat("x", 1200)
		}, []string{"orders.read", "description for admins", "1200 characters; at most 850"}},
		"d-name-with-space":     {func(s *plan.Scope) { s.Name = "orders read" }, []string{"orders read", "no spaces"}},
		"a long name":           {func(s *plan.Scope) { s.Name = strings.Repeat("x", 121) }, []string{"121 characters; at most 120"}},
		"a dot first":           {func(s *plan.Scope) { s.Name = ".read" }, []string{".read", "begins with a dot"}},
		"a letter beyond ASCII": {func(s *plan.Scope) { s.Name = "lösen" }, []string{"lösen"}},
		"a backslash":           {func(s *plan.Scope) { s.Name = `a\b` }, []string{"may have letters"}},
		"a user's title": {func(s *plan.Scope) {
			s.UserTitle = strings.Repeat("x", 101)
		}, []string{"title for users", "101 characters; at most 100"}},
		"emoji count twice": {func(s *plan.Scope) { s.UserWords = strings.Repeat("🗝", 426) }, []string{"852 characters; at most 850"}},
		"a-user-texts-only": {func(s *plan.Scope) { s.Title, s.Words = "", "" }, []string{"orders.read", "no text for admins"}},
	} {
		s := ok
		c.edit(&s)
		problem := form.ScopeProblem(s)
		if (problem == "") != (c.says == nil) {
			t.Errorf("%s: %q", name, problem)
		}
		for _, part := range c.says {
			if !strings.Contains(problem, part) {
				t.Errorf("%s: %q lacks %q", name, problem, part)
			}
		}
	}
	two := ok
	two.Name = "Orders.Read"
	if problem := form.ScopesProblem([]plan.Scope{ok, two}); !strings.Contains(problem,
		"orders.read and Orders.Read differ in capitals only") {
		t.Errorf("i-two-same-fold: %q", problem)
	}
}
