package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

// azureScope is the path of a subscription, a resource group or a management group, in ASCII
// and without anything that means something in a URL.
var azureScope = regexp.MustCompile(`^(?i:/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/resourceGroups/[a-z0-9_().-]{1,90})?|/providers/Microsoft\.Management/managementGroups/[a-z0-9_().-]{1,90})$`)

// permissionName is what a permission may be called: a space would make two of one.
var permissionName = regexp.MustCompile(`^[!-~]+$`)

// checkPlan refuses what has a form and is not in it.
func checkPlan(p plan.Plan) error {
	if strings.TrimSpace(p.AppName) == "" {
		return errNoName
	}
	if err := checkPermissions(p); err != nil {
		return err
	}
	for _, s := range p.Scopes {
		if !permissionName.MatchString(s.Name) {
			return fmt.Errorf("%q is not the name of a scope", s.Name)
		}
	}
	if problem := form.OfferedProblem(p); problem != "" {
		return errors.New(problem)
	}
	for _, id := range idsOf(p) {
		if !guid.MatchString(id) {
			return fmt.Errorf("%q is not a GUID", id)
		}
	}
	for _, s := range p.Subscriptions {
		if !azureScope.MatchString(azurescope.Path(s)) {
			return fmt.Errorf("%q is not a scope in Azure that a script can name", s)
		}
	}
	for _, o := range p.Owners {
		if strings.TrimSpace(o.Email) == "" {
			return fmt.Errorf("there is no e-mail address of the owner %q", o.Name)
		}
	}
	if len(p.AzureRoles) > 0 && len(p.Subscriptions) == 0 {
		return errors.New("there are roles in Azure, and no subscription to give them on")
	}
	return checkCredential(p.Credential)
}

func checkPermissions(p plan.Plan) error {
	for _, q := range p.Permissions {
		switch self := q.ResourceAppID == plan.Self; {
		case !permissionName.MatchString(q.Name):
			return fmt.Errorf("%q is not the name of a permission", q.Name)
		case q.Type != catalog.Application && q.Type != catalog.Delegated:
			return fmt.Errorf("%q is not a type of permissions", q.Type)
		case self && q.Type != catalog.Delegated:
			return fmt.Errorf("%q is an application permission on the app itself, which has none", q.Name)
		case self && !slices.ContainsFunc(p.Scopes, func(s plan.Scope) bool { return s.Name == q.Name }):
			return fmt.Errorf("the app has no scope %q to have a permission for", q.Name)
		}
	}
	return nil
}

// idsOf are all of p that have to be GUIDs.
func idsOf(p plan.Plan) []string {
	ids := append([]string{p.TenantID}, p.Resources()...)
	for _, s := range p.Scopes {
		ids = append(ids, s.PreAuthorized...)
	}
	for _, r := range p.DirectoryRoles {
		ids = append(ids, r.TemplateID)
	}
	for _, r := range p.AzureRoles {
		if r.ID != "" { // a custom role gets one
			ids = append(ids, r.ID)
		}
	}
	return ids
}
