package workflow

import "slices"

// owned puts before the steps of a request about an adopted app that the requester
// owns it: who was an owner when it was adopted need not be one any more.
func (r *Request) owned(steps ...StepName) []StepName {
	if r.Adopted() {
		return append([]StepName{StepOwned}, steps...)
	}
	return steps
}

// deletion is the end of an app. Azure keeps the roles of what is deleted, and so
// they go before it.
func (r *Request) deletion() []StepName {
	if r.inAzure() {
		return []StepName{StepUnassign, StepDelete}
	}
	return []StepName{StepDelete}
}

// steps are what the engine makes sure of for a plan, read from top to bottom.
func (p Plan) steps() []StepName {
	var steps []StepName
	when := func(needed bool, names ...StepName) {
		if needed {
			steps = append(steps, names...)
		}
	}
	when(true, StepApplication)
	when(p.offers(), StepAPI)
	when(true, StepServicePrincipal, StepOwner)
	when(len(p.Permissions) > 0, StepConsent)
	when(len(p.DirectoryRoles) > 0, StepDirectoryRoles)
	when(len(p.AzureRoles) > 0, StepAzureRoles)
	return append(steps, p.credentialSteps()...)
}

// credentialSteps are those of the credential, and of where it goes.
func (p Plan) credentialSteps() []StepName {
	if p.Backup.Server == "" {
		return p.Credential.steps()
	}
	return append(p.Credential.steps(), StepConnect)
}

// updateSteps bring an app that there is from one plan to another: what it no
// longer needs goes first. Its credential stays as it is.
func (r *Request) updateSteps() []StepName {
	var steps []StepName
	p := r.Plan
	if had := r.previous(); !p.offers() { // what it no longer offers goes with the same step
		p.Scopes = had.Scopes
		p.offered(had)
	}
	for _, s := range r.withAzure(p).steps() {
		switch s {
		case StepConsent:
			steps = append(steps, StepTrim, s)
		case StepAzureRoles:
			steps = append(steps, r.azureSteps()...)
		case StepCertificate:
			if r.addsCertificate() {
				steps = append(steps, s)
			}
		case StepCredential, StepProof, StepFederated, StepConnect:
		default:
			steps = append(steps, s)
		}
	}
	if !slices.Contains(steps, StepTrim) {
		steps = append(steps, StepTrim)
	}
	if !slices.Contains(steps, StepCheck) {
		steps = append(steps, StepCheck)
	}
	return steps
}

// recreateSteps restore an app as its plan has it. What a given-up update may have
// left in Azure came back with it, and goes.
func (r *Request) recreateSteps() []StepName {
	if len(r.AzureResidue) == 0 {
		return r.Plan.steps()
	}
	var steps []StepName
	for _, s := range r.withAzure(r.Plan).steps() {
		if s == StepAzureRoles {
			steps = append(steps, r.azureSteps()...)
		} else {
			steps = append(steps, s)
		}
	}
	return steps
}

// withAzure is a plan that has, for its steps, also the roles in Azure that are removed.
func (r *Request) withAzure(p Plan) Plan {
	for _, has := range r.azureThere() {
		p.AzureRoles = joined(p.AzureRoles, has.Roles, sameAzureRole)
	}
	return p
}

func newSteps(names []StepName) []Step {
	steps := make([]Step, len(names))
	for i, n := range names {
		steps[i].Name = n
	}
	return steps
}

// Step returns the step of that name, or nil.
func (r *Request) Step(n StepName) *Step {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Name == n })
	if i < 0 {
		return nil
	}
	return &r.Steps[i]
}

// StepsDone counts the steps that are behind r, and all of them.
func (r *Request) StepsDone() (done, all int) {
	for _, s := range r.Steps {
		if s.Status == StepDone || s.Status == StepSkipped {
			done++
		}
	}
	return done, len(r.Steps)
}
