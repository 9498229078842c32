package workflow

// StepName names a step. Names are saved; they do not change.
type StepName string

// The steps of Provision, and that of Undo.
const (
	StepApplication      StepName = "application"
	StepServicePrincipal StepName = "service-principal"
	StepOwner            StepName = "owner"
	StepConsent          StepName = "consent"
	StepCredential       StepName = "credential"
	StepProof            StepName = "proof"

	StepDelete StepName = "delete"
)

// provisionSteps and undoSteps are what the engine makes sure of, read from top to bottom.
var (
	provisionSteps = []StepName{StepApplication, StepServicePrincipal, StepOwner, StepConsent, StepCredential, StepProof}
	undoSteps      = []StepName{StepDelete}
)

// Title is the step in words, as a line on a card.
func (n StepName) Title() string {
	switch n {
	case StepApplication:
		return "Register the application"
	case StepServicePrincipal:
		return "Create its service principal"
	case StepOwner:
		return "Make the requester an owner"
	case StepConsent:
		return "Grant admin consent"
	case StepCredential:
		return "Make the client secret"
	case StepProof:
		return "Prove that the secret works"
	case StepDelete:
		return "Delete the application"
	}
	return string(n)
}

func newSteps(names []StepName) []Step {
	steps := make([]Step, len(names))
	for i, n := range names {
		steps[i].Name = n
	}
	return steps
}
