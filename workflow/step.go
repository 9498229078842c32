package workflow

import "context"

// StepName names a step. Names are saved; they do not change.
type StepName string

// The steps, in the order in which the table has them.
const (
	StepApplication      StepName = "application"
	StepAPI              StepName = "api"
	StepServicePrincipal StepName = "service-principal"
	StepOwner            StepName = "owner"
	StepConsent          StepName = "consent"
	StepDirectoryRoles   StepName = "directory-roles"
	StepAzureRoles       StepName = "azure-roles"
	StepCredential       StepName = "credential"
	StepCertificate      StepName = "certificate"
	StepFederated        StepName = "federated"
	StepProof            StepName = "proof"
	StepCheck            StepName = "check"
	StepConnect          StepName = "connect"

	StepFind              StepName = "find"
	StepOwned             StepName = "owned"
	StepRecord            StepName = "record"
	StepUndoAdoption      StepName = "give-back"
	StepTrim              StepName = "trim"
	StepGone              StepName = "gone"
	StepRestore           StepName = "restore"
	StepRemoveCredentials StepName = "strip"
	StepRevokeConsent     StepName = "withdraw"
	StepUnassign          StepName = "unassign-azure"
	StepDelete            StepName = "delete"
	StepRemoveNew         StepName = "take-back"
	StepRemoveOld         StepName = "remove-old"

	StepDependents StepName = "dependents"
	StepLook       StepName = "look"
)

// Title is the step in words, as a line on a card.
func (n StepName) Title() string {
	if title := steps[n].title; title != "" {
		return title
	}
	return string(n)
}

// StepTitle is the title of a step of r. To a kind of request, or of credential, it may be
// something else than its own.
func (r *Request) StepTitle(n StepName) string {
	for _, titles := range []map[StepName]string{r.kind().titles, credentialOf(r).titles} {
		if title := titles[n]; title != "" {
			return title
		}
	}
	return n.Title()
}

// An effect is what a step does to the app.
type effect int

const (
	changes effect = iota // adds or changes something
	removes               // a list that is behind shows it still
	reads                 // and nothing else
)

// edit is what a step leaves in the request.
type edit func(r *Request, st *Step)

// A step is a row of the table: all that is particular to one of them.
type step struct {
	title  string
	effect effect
	// ensure makes sure of the step, and returns what to write down.
	ensure func(e *Engine, ctx context.Context, r *Request, s Session) (edit, error)
}

// steps are all steps. The table is filled by init, because steps read titles.
var steps map[StepName]step

func init() {
	steps = map[StepName]step{
		StepApplication:      {"Register the application", changes, (*Engine).ensureApplication},
		StepAPI:              {"Expose its API", changes, (*Engine).ensureAPI},
		StepServicePrincipal: {"Create its service principal", changes, (*Engine).ensurePrincipal},
		StepOwner:            {"Make the requester an owner", changes, (*Engine).ensureOwners},
		StepConsent:          {"Grant admin consent", changes, tenantStep(grantConsent)},
		StepDirectoryRoles:   {"Give the app its directory roles", changes, tenantStep(ensureDirectoryRoles)},
		StepAzureRoles:       {"Give the app its Azure roles", changes, tenantStep(giveInAzure)},
		StepCredential:       {"Make the client secret", changes, (*Engine).ensureCredential},
		StepCertificate:      {"Register the certificate", changes, (*Engine).ensureCredential},
		StepFederated:        {"Trust the other issuer", changes, (*Engine).ensureCredential},
		StepProof:            {"Prove that the secret works", reads, (*Engine).prove},
		StepCheck:            {"Check what the app has now", reads, (*Engine).check},
		StepConnect:          {"Connect the backup server", reads, (*Engine).connect},

		StepFind:   {"Find the application", reads, (*Engine).find},
		StepOwned:  {"Check that the requester owns it", reads, (*Engine).ensureOwned},
		StepRecord: {"Record its current state", reads, (*Engine).record},
		StepLook:   {"Read all that it has", reads, (*Engine).lookAt},

		StepGone:              {"Check that the application is deleted", reads, (*Engine).stillThere},
		StepRestore:           {"Restore the deleted application", removes, tenantStep(restore)},
		StepDependents:        {"Check what depends on it", reads, tenantStep(lookForDependents)},
		StepTrim:              {"Remove what is no longer needed", removes, tenantStep(trim)},
		StepRemoveCredentials: {"Remove its credentials", removes, result(removeCredentials)},
		StepRevokeConsent:     {"Revoke its consents", removes, result(revokeConsent)},
		StepUnassign:          {"Remove its Azure roles", removes, tenantStep(takeInAzure)},
		StepDelete:            {"Delete the application", removes, result(deleteApplication)},
		StepRemoveNew:         {"Remove the new credential", removes, (*Engine).removeNew},
		StepRemoveOld:         {"Remove the old credential", removes, result(removeOld)},
		StepUndoAdoption:      {"Remove what this request added", removes, tenantStep(giveBackApp)},
	}
}

// tenantStep is a step that needs nothing but the admin's session.
func tenantStep(do func(context.Context, *Request, Session) (edit, error)) func(*Engine, context.Context, *Request, Session) (edit, error) {
	return func(_ *Engine, ctx context.Context, r *Request, s Session) (edit, error) { return do(ctx, r, s) }
}

// result is a step that leaves nothing in the request.
func result(do func(context.Context, *Request, Session) error) func(*Engine, context.Context, *Request, Session) (edit, error) {
	return func(_ *Engine, ctx context.Context, r *Request, s Session) (edit, error) {
		return func(*Request, *Step) {}, do(ctx, r, s)
	}
}

func (e *Engine) ensureApplication(ctx context.Context, r *Request, s Session) (edit, error) {
	objectID, appID, err := s.EnsureApplication(ctx, appOf(r))
	return func(r *Request, _ *Step) { r.Made.ObjectID, r.Made.AppID = objectID, appID }, err
}

func (e *Engine) ensureAPI(ctx context.Context, r *Request, s Session) (edit, error) {
	err := s.ExposeScopes(ctx, r.Made.ObjectID, r.Made.AppID, apiOf(r))
	return func(_ *Request, st *Step) { st.Note = "api://" + r.Made.AppID }, err
}

func (e *Engine) ensureCredential(ctx context.Context, r *Request, s Session) (edit, error) {
	return credentialOf(r).ensure(e, ctx, r, s)
}

func (e *Engine) find(ctx context.Context, r *Request, s Session) (edit, error) {
	if r.kind().finds {
		return e.findAdopted(ctx, r, s)
	}
	return e.findByHand(ctx, r, s)
}

func (e *Engine) removeNew(ctx context.Context, r *Request, s Session) (edit, error) {
	return func(r *Request, _ *Step) {
		r.Made.KeyID, r.Made.SecretAttempts, r.Made.Ending = "", 0, nil
	}, e.takeBack(ctx, r, s)
}

func removeCredentials(ctx context.Context, r *Request, s Session) error {
	return s.RemoveCredentials(ctx, r.Made.ObjectID, r.Plan)
}

func revokeConsent(ctx context.Context, r *Request, s Session) error {
	return s.RemoveConsent(ctx, r.Made.ServicePrincipal, r.Plan)
}

func deleteApplication(ctx context.Context, r *Request, s Session) error {
	return s.DeleteApplication(ctx, r.UniqueName(), r.Made.ObjectID)
}
