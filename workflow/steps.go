package workflow

import "github.com/entra-app/entra-app/workflow/plan"

// owned puts before the steps of a request about an adopted app that the requester
// owns it: who was an owner when it was adopted need not be one any more.
func owned(r *Request, steps ...StepName) []StepName {
	if r.Adopted() {
		return append([]StepName{StepOwned}, steps...)
	}
	return steps
}

// deletion is the end of an app. Azure keeps the roles of what is deleted, and so
// they go before it.
func deletion(r *Request) []StepName {
	if azureOf(r).acts {
		return []StepName{StepUnassign, StepDelete}
	}
	return []StepName{StepDelete}
}

// stepsOf are what the engine makes sure of for a plan, read from top to bottom.
func stepsOf(p plan.Plan) []StepName {
	var steps []StepName
	when := func(needed bool, names ...StepName) {
		if needed {
			steps = append(steps, names...)
		}
	}
	when(true, StepApplication)
	when(p.Offers(), StepAPI)
	when(true, StepServicePrincipal, StepOwner)
	when(len(p.Permissions) > 0, StepConsent)
	when(len(p.DirectoryRoles) > 0, StepDirectoryRoles)
	when(len(p.AzureRoles) > 0, StepAzureRoles)
	return append(steps, credentialSteps(p)...)
}

// credentialSteps are those of the credential, and of where it goes.
func credentialSteps(p plan.Plan) []StepName {
	if p.Backup.Server == "" {
		return credentialStepsOf(p.Credential)
	}
	return append(credentialStepsOf(p.Credential), StepConnect)
}
