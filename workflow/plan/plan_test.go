package plan

import (
	"reflect"
	"testing"

	"github.com/entra-app/entra-app/workflow/people"
)

// full is a plan that has something in every field.
func full(t *testing.T) Plan {
	t.Helper()
	p := Plan{
		TenantID: "t", AppName: "a", Audience: "AzureADMyOrg", Approvals: 2, PublicClientFlows: true,
		RedirectURIs: []string{"https://a"}, SPARedirectURIs: []string{"https://b"}, PublicRedirectURIs: []string{"app://c"},
		Permissions: []Permission{{Resource: "Microsoft Graph", ResourceAppID: "g", Name: "Mail.Read", Type: "Application"}},
		Scopes:      []Scope{{Name: "use", Title: "Use", Words: "Use it", UserTitle: "Use it, user", PreAuthorized: []string{"c"}}},
		AppRoles:    []AppRole{{Name: "Reader", Users: true}}, IdentifierURIs: []string{"api://x"},
		OptionalClaims: []OptionalClaim{{Token: "idToken", Name: "email"}},
		DirectoryRoles: []DirectoryRole{{TemplateID: "r", Name: "Global Reader"}},
		AzureRoles:     []AzureRole{{Name: "Backup operator", Actions: []string{"x/read"}}}, Subscriptions: []string{"s"},
		Owners:    []people.Person{{ID: "U1", Name: "Alex"}},
		Workloads: []string{"Mail"}, Chosen: []string{"mail"},
		Credential: Credential{Kind: CredentialSecret}, Backup: Backup{Server: "v", Services: []string{ExchangeService}},
	}
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Fatalf("%s is empty: fill it in here, and see that the table of fields has it", v.Type().Field(i).Name)
		}
	}
	return p
}

func TestACloneSharesNoList(t *testing.T) {
	p := full(t)
	c := p.Clone()
	if !reflect.DeepEqual(p, c) {
		t.Fatalf("the copy is %+v", c)
	}
	v, w := reflect.ValueOf(p), reflect.ValueOf(c)
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Slice && v.Field(i).Pointer() == w.Field(i).Pointer() {
			t.Errorf("%s is shared", v.Type().Field(i).Name)
		}
	}
	if &p.Backup.Services[0] == &c.Backup.Services[0] {
		t.Error("the services of the backup server are shared")
	}
}

func TestEveryPartOfAPlanIsAChange(t *testing.T) {
	p := full(t)
	got := map[string]int{}
	for _, c := range Changes(Plan{Audience: p.Audience, AppName: p.AppName, TenantID: p.TenantID}, p) {
		if !c.Added || c.Name == "" {
			t.Errorf("the change is %+v", c)
		}
		got[c.What]++
	}
	want := map[string]int{}
	for _, kind := range kinds(func(f field) bool { return f.kind != AppChange }) {
		want[kind] = 1
	}
	want[RedirectChange], want[SettingChange] = 3, 2
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the changes are %v, want %v", got, want)
	}
	if changes := Changes(p, p.Clone()); len(changes) != 0 {
		t.Errorf("a plan and its copy differ: %v", changes)
	}
}

func TestAllThatIsJoinedToAPlanCanBeTakenFromIt(t *testing.T) {
	p := full(t)
	if left := Changes(Plan{}, p.Minus(p)); len(left) != 0 {
		t.Errorf("of a plan without itself %v is left", left)
	}
	stays := map[string]bool{OwnerChange: true, ScopeChange: true, ConsentChange: true, AzureChange: true}
	gone := map[string]bool{}
	for _, c := range Changes(Plan{}, (Plan{}).Union(p).Minus(Plan{})) {
		gone[c.What] = true
	}
	for _, kind := range Kinds() {
		if gone[kind] == stays[kind] {
			t.Errorf("can be taken from an app: %s is %v", kind, gone[kind])
		}
	}
	if again := p.Union(p); !reflect.DeepEqual(again, p) {
		t.Errorf("a plan joined with itself is %+v", again)
	}
}

func TestPlansDifferByWhatThingsAreNotByTheirNames(t *testing.T) {
	for name, c := range map[string]struct {
		was, is Plan
		want    []Change
	}{
		"two people of one name": {
			Plan{Owners: []people.Person{{ID: "U1", Name: "Alex"}}}, Plan{Owners: []people.Person{{ID: "U2", Name: "Alex"}}},
			[]Change{{true, OwnerChange, "Alex [U2]"}, {false, OwnerChange, "Alex [U1]"}},
		},
		"a second person of the name of one who stays": {
			Plan{Owners: []people.Person{{ID: "U1", Name: "Alex"}}},
			Plan{Owners: []people.Person{{ID: "U1", Name: "Alex"}, {ID: "U2", Name: "Alex"}}},
			[]Change{{true, OwnerChange, "Alex [U2]"}},
		},
		"a consent text that was rewritten": {
			Plan{Scopes: []Scope{{Name: "use", Title: "Use", Words: "Reads."}}},
			Plan{Scopes: []Scope{{Name: "use", Title: "Use", Words: "Writes."}}},
			[]Change{{true, AdminTextChange, "use: Use – Writes."}, {false, AdminTextChange, "use: Use – Reads."}},
		},
		"a product that calls a workload otherwise": {
			Plan{Workloads: []string{"Mail"}, Chosen: []string{"m"}}, Plan{Workloads: []string{"E-mail"}, Chosen: []string{"m"}}, nil,
		},
		"a workload of a plan from before its name was kept": {
			Plan{Workloads: []string{"Mail"}}, Plan{Workloads: []string{"Mail"}, Chosen: []string{"m"}}, nil,
		},
		"a person who has another name now": {
			Plan{Owners: []people.Person{{ID: "U1", Name: "Alex"}}}, Plan{Owners: []people.Person{{ID: "U1", Name: "Alexandra"}}}, nil,
		},
		"a service that is called otherwise": {
			Plan{Permissions: []Permission{{Resource: "Windows Azure Active Directory", ResourceAppID: "g", Name: "x",
				Type: "Application"}}},
			Plan{Permissions: []Permission{{Resource: "Microsoft Graph", ResourceAppID: "g", Name: "x", Type: "Application"}}}, nil,
		},
		"two services of one name": {
			Plan{Permissions: []Permission{{Resource: "HR", ResourceAppID: "h1", Name: "Read", Type: "Application"}}},
			Plan{Permissions: []Permission{{Resource: "HR", ResourceAppID: "h2", Name: "Read", Type: "Application"}}},
			[]Change{{true, PermissionChange, "HR Read (application) [h2]"}, {false, PermissionChange, "HR Read (application) [h1]"}},
		},
		"a role whose name was translated": {
			Plan{DirectoryRoles: []DirectoryRole{{TemplateID: "r", Name: "Global Reader"}}},
			Plan{DirectoryRoles: []DirectoryRole{{TemplateID: "r", Name: "Globaler Leser"}}}, nil,
		},
		"a scope in Azure in other capitals": {
			Plan{AzureRoles: []AzureRole{{ID: "R", Name: "Reader"}}, Subscriptions: []string{"/subscriptions/A/resourceGroups/b"}},
			Plan{AzureRoles: []AzureRole{{ID: "r", Name: "Reader"}}, Subscriptions: []string{"/subscriptions/a/resourcegroups/B"}}, nil,
		},
	} {
		if got := Changes(c.was, c.is); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
