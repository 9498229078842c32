package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

const (
	platform = "/providers/Microsoft.Management/managementGroups/Platform"
	rgBackup = "/subscriptions/" + workflowtest.Subscription + "/resourceGroups/RG-Backup"
)

// Source: services.md, section 9: scopes of roles in Azure are not subscriptions only.
func TestAScopeIsReadAsPeopleNameOne(t *testing.T) {
	for typed, want := range map[string]string{
		workflowtest.Subscription:                                                                     workflowtest.Subscription,
		strings.ToUpper(workflowtest.Subscription):                                                    workflowtest.Subscription,
		"/subscriptions/" + strings.ToUpper(workflowtest.Subscription) + "/":                          workflowtest.Subscription,
		strings.Replace(rgBackup, "resourceGroups", "resourcegroups", 1):                              rgBackup,
		"/Subscriptions/" + strings.ToUpper(workflowtest.Subscription) + "/RESOURCEGROUPS/RG-Backup/": rgBackup,
		"/subscriptions/" + workflowtest.Subscription + "/resourceGroups/Müller_(1).eu": "/subscriptions/" + workflowtest.Subscription +
			"/resourceGroups/Müller_(1).eu",
		strings.ToLower(platform): "/providers/Microsoft.Management/managementGroups/platform",
		platform + "/":            platform,
	} {
		wrong := form.Errors{}
		if got := form.CheckSubscriptions(wrong, []string{typed}, nil); len(wrong) > 0 || !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, %v", typed, got, wrong)
		}
	}
	for typed, says := range map[string]string{
		"/": "is not a subscription ID", "Platform": "a management group as /providers",
		"/subscriptions/backup":                                                        "is not a subscription ID",
		rgBackup + "/providers/Microsoft.KeyVault/vaults/keys":                         "a single resource",
		"/subscriptions/" + workflowtest.Subscription + "/resourceGroups/":             "One is named as",
		"/subscriptions/" + workflowtest.Subscription + "/resourceGroups/ends.":        "One is named as",
		"/subscriptions/" + workflowtest.Subscription + "/resourceGroups/a?b":          "One is named as",
		"/subscriptions/" + workflowtest.Subscription + "/providers/Microsoft.Compute": "One is named as",
		platform + "/x": "not the name of a management group", platform + "?": "not the name of a management group",
	} {
		wrong := form.Errors{}
		if got := form.CheckSubscriptions(wrong, []string{typed}, nil); got != nil || !strings.Contains(wrong[form.FieldSubscriptions],
			says) {
			t.Errorf("%s: %q, %v", typed, got, wrong)
		}
	}
}

func TestCapitalsMakeNoOtherScope(t *testing.T) {
	wrong := form.Errors{}
	got := form.CheckSubscriptions(wrong, []string{rgBackup, strings.ToLower(rgBackup), platform, strings.ToUpper(platform),
		"/subscriptions/" + workflowtest.Subscription, workflowtest.Subscription}, nil)
	if !slices.Equal(got, []string{rgBackup, platform, workflowtest.Subscription}) || len(wrong) > 0 {
		t.Errorf("%q, %v", got, wrong)
	}
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.InClouds(n, "builtin", rgBackup)
		_, err := n.Update(t.Context(), workflowtest.Bea, app.ID, workflowtest.Change("V-capitals", "builtin", strings.ToLower(rgBackup)))
		if wrong, _ := err.(form.Errors); !strings.Contains(wrong[form.FieldReason], "Nothing would change") {
			t.Errorf("capitals are a change: %v", err)
		}
	})
}

func TestACustomRoleIsForOneManagementGroupAndHasNoDataActionsThere(t *testing.T) {
	data := plan.AzureRole{Name: "Keys", Actions: []string{"*/read"}, DataActions: []string{"Microsoft.KeyVault/vaults/keys/read"}}
	for _, c := range []struct {
		scopes []string
		roles  []plan.AzureRole
		says   string
	}{
		{[]string{platform, rgBackup}, []plan.AzureRole{workflowtest.Contributor, workflowtest.Minimal}, ""},
		{[]string{platform, platform + "2"}, []plan.AzureRole{workflowtest.Contributor}, ""},
		{[]string{rgBackup, workflowtest.Subscription}, []plan.AzureRole{data}, ""},
		{[]string{platform, platform + "2"}, []plan.AzureRole{workflowtest.Minimal}, "one management group only"},
		{[]string{platform}, []plan.AzureRole{data}, "custom role with data actions"},
	} {
		wrong := form.Errors{}
		form.CheckSubscriptions(wrong, c.scopes, c.roles)
		if got := wrong[form.FieldSubscriptions]; c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("%q: %q", c.scopes, got)
		}
	}
}

func TestAnUpdateMovesRolesBetweenScopes(t *testing.T) {
	for _, of := range []struct {
		name     string
		from, to []string
	}{
		{"from a subscription to its resource group", []string{workflowtest.Subscription}, []string{rgBackup}},
		{"from a resource group to its subscription", []string{rgBackup}, []string{workflowtest.Subscription}},
		{"to the management group above", []string{workflowtest.Subscription, rgBackup}, []string{platform}},
		{"to a resource group besides", []string{workflowtest.Subscription}, []string{workflowtest.Subscription, rgBackup}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			app := w.InClouds(n, "builtin", of.from...)
			w.Signer.Subscriptions = append(slices.Clone(of.from), of.to...)
			r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, workflowtest.Change("V-update", "builtin", of.to...))
			if err != nil {
				t.Fatal(err)
			}
			w.Settle(n, r.ID, workflow.StateDone)
			if has := slices.Sorted(slices.Values(w.One().Azure)); !slices.Equal(has, pairs([]plan.AzureRole{workflowtest.Contributor,
				workflowtest.Keys},
				of.to...)) {
				t.Errorf("%s: in Azure it has %q", of.name, has)
			}
		})
	}
}

func TestTheSignersLackOfRightsNamesTheScope(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision,
		Plan: plan.Plan{AzureRoles: []plan.AzureRole{workflowtest.Contributor}, Subscriptions: []string{platform, rgBackup,
			workflowtest.Subscription}}}
	who := workflow.Signer{UPN: "ada@contoso.com"}
	got := workflow.AgainstAzure(r, who)
	if got == nil || !strings.Contains(got.Text,
		"may not assign roles in the management group Platform, the resource group RG-Backup of the Azure subscription "+
			""+workflowtest.Subscription+
			", the Azure subscription "+workflowtest.Subscription) {
		t.Errorf("%+v", got)
	}
	who.Subscriptions, who.UnknownSubscriptions = []string{platform, workflowtest.Subscription}, []string{strings.ToLower(rgBackup)}
	if got = workflow.AgainstAzure(r, who); got == nil || !strings.Contains(got.Text, "Azure does not know the resource group RG-Backup") {
		t.Errorf("%+v", got)
	}
}

// What is assigned above or below the plan's scopes counts for the app as well.
func TestARoleAboveOrBelowThePlansScopesIsMoreThanWasApproved(t *testing.T) {
	lower := strings.ToLower
	p := plan.Plan{AzureRoles: []plan.AzureRole{workflowtest.Contributor}, Subscriptions: []string{workflowtest.Subscription, rgBackup}}
	r := &workflow.Request{ID: "EA-1", Kind: workflow.KindRegister, Task: workflow.TaskProvision, Plan: p}
	has := pairs([]plan.AzureRole{workflowtest.Contributor}, workflowtest.Subscription, lower(rgBackup))
	for extra, words := range map[string]string{
		lower(platform) + "/" + workflowtest.Contributor.ID: "the role " + workflowtest.Contributor.ID +
			" in the management group platform",
		lower(rgBackup) + "2/" + workflowtest.Keys.ID: "the role " + workflowtest.Keys.ID + " in the resource group rg-backup2 of",
	} {
		words = strings.Replace(words, workflowtest.Contributor.ID, "Contributor", 1)
		if missing, still, excess := workflow.AzureCompared(r, append(slices.Clone(has), extra)); len(missing)+len(still) > 0 ||
			len(excess) != 1 ||
			!strings.HasPrefix(excess[0], words) {
			t.Errorf("%s: missing %q, excess %q", extra, missing, excess)
		}
		// An adoption of an older version has not seen it, and it was perhaps there.
		old := *r
		old.Discovered = workflow.Discovery{AppID: "a", Read: true}
		if _, _, excess := workflow.AzureCompared(&old, append(slices.Clone(has), extra)); old.Adopted() && len(excess) > 0 {
			t.Errorf("%s: excess %q", extra, excess)
		}
		old.Discovered.AzureAround = true
		if _, _, excess := workflow.AzureCompared(&old, append(slices.Clone(has), extra)); len(excess) != 1 {
			t.Errorf("%s: excess %q", extra, excess)
		}
	}
	// An update that adds a resource group does not read the subscription, and sees its role.
	u := &workflow.Request{ID: "EA-2", Kind: workflow.KindUpdate, Task: workflow.TaskProvision,
		Previous: plan.Plan{AzureRoles: p.AzureRoles, Subscriptions: []string{workflowtest.Subscription}}, Plan: p}
	if missing, still, excess := workflow.AzureCompared(u, has); len(missing)+len(still)+len(excess) > 0 {
		t.Errorf("missing %q, excess %q", missing, excess)
	}
}
