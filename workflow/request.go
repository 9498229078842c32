package workflow

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Kind says what a request asks for.
type Kind string

const (
	KindRegister Kind = "register" // a new application
	KindRenew    Kind = "renew"    // a new credential for one that an earlier request made
	KindUpdate   Kind = "update"   // other permissions, redirect URIs or owners for one
	KindRetire   Kind = "retire"   // the end of one
	KindRecreate Kind = "recreate" // one that was deleted
	KindAdopt    Kind = "adopt"    // what a product needs, for one that was not made here
)

// A Request is one person's wish for an app registration, and all that has
// become of it. The store keeps it; everything that Slack shows is drawn from it.
type Request struct {
	ID    string // "EA-1042", given by the store
	Realm string // the store's own random ID, given by the store: two bots in one tenant have different ones
	// Nonce is random, and part of what the app is found by. Nobody is shown it, so
	// that nobody can have made an app in its place.
	Nonce string
	// Rev goes up by one with each change that people can see. Buttons carry
	// the revision that they were drawn from.
	Rev int
	// Origin is the ID of the form that the request came from. The store
	// refuses a second request of the same origin.
	Origin string

	Kind       Kind
	State      State
	Requester  people.Person
	Tenant     string // the configured name
	Product    string // a product's name
	Team       string // the Slack channel of the people who follow this request
	Reason     string
	Plan       plan.Plan
	Target     Target
	Previous   plan.Plan // of an Update or an Adopt: what the app has had
	Residue    Residue
	Taken      plan.Plan // what was taken from the app at Made.Removed, or shortly before
	Discovered Discovery
	PlanRev    int // the revision that Plan was last changed in

	Created time.Time
	Entered time.Time // when State was entered
	// WakeAt is when someone must look at the request again; zero is never.
	// It is derived from the rest by nextWake on every save.
	WakeAt time.Time

	Approval Approval
	Agreed   []Approval // of a plan that takes several: those of others than Approval
	SignIn   SignIn
	Task     Task
	Steps    Steps
	Made     Made
	Handover Handover

	// Failure is why the request is Failed, or why its last sign-in was no use.
	Failure Failure

	Posts   Posts
	History History
	// Reminded is when the approvers were last reminded of it, by a version that reminded them of each request.
	Reminded time.Time
	// Outcomes counts the endings that the requester was told of, each in a
	// message of its own.
	Outcomes int

	// Successor is the later request whose credential took the place of this
	// one's, or that ended the app. Gone says that the app was deleted by it.
	Successor  string
	AppDeleted bool
	// CertificateReleased says that the certificate that it brought was taken from the app, where
	// a later one is. Another app may have it then.
	CertificateReleased bool
	// PredecessorTold says that the request in Target knows of this one.
	PredecessorTold bool
	// Warned counts the warnings that the credential expires.
	Warned int
	// Away says why the requester can be given nothing any more, as the end of a
	// sentence; empty as far as is known.
	Away string
	// Dependents are what depends on the app, of a Retire that was stopped for them.
	Dependents Dependents
	EWS        EWSListing
	// Approvals is how many it takes where that is more than the plan says. It only grows: see Needs.
	Approvals int
	// Look is what was shown of an app that is adopted, before it was decided on.
	Look Look
	// Known is how it is known who the requester is; zero where it is not, and of a request from
	// before that was asked.
	Known identity.Known
}

// Target is the app that a request is about, where an earlier one made it.
type Target struct {
	Request        string // the one whose credential is the app's
	UniqueName     string
	KeyID          string // of the client secret that is replaced
	Thumbprint     string // of the certificate that is replaced
	ClaimsName     bool   // the app's name was free, and is this request's
	Recreated      bool   // the app was gone for good, so it is made again, under a unique name of its own
	NewCertificate bool   // a certificate that the app has not had
	TakenOver      bool   // all who had a say have left; an approver asks, and Previous.Owners are those who left
}

// Approval is one approver's decision, bound to the plan that they were shown.
type Approval struct {
	N      int           // counts the decisions to act: Approve, Retry and Undo
	By     people.Person // whoever pressed, and so must sign in
	At     time.Time
	Digest string // of the plan
	Denied bool
	Reason string // of a denial
}

// Task says what a sign-in is for.
type Task string

const (
	TaskProvision Task = "provision"  // make what the plan says
	TaskUndo      Task = "undo"       // delete what the request has made
	TaskVerify    Task = "verify"     // check what somebody has made by hand
	TaskRemoveOld Task = "remove-old" // remove the credential that was replaced
	TaskLook      Task = "look"       // read what an app has that is to be adopted
)

// SignIn is what is known of the approver's sign-in. The code itself is in the
// memory of the process that asked for it, and nowhere else.
type SignIn struct {
	N       int // counts the codes
	Status  SignInStatus
	Expires time.Time
	// Account and ObjectID are whom Entra said signed in, once it did.
	Account  string
	ObjectID string
	// Since, Tries and After are of asking for a code while Entra does not answer.
	Since, After time.Time
	Tries        int
	// Unknown are subscriptions that Azure did not know then, and that nothing but
	// Residue names: they are skipped.
	Unknown []string
}

// SignInStatus says how far a sign-in is.
type SignInStatus string

const (
	SignInWanted  SignInStatus = "wanted"  // someone pressed; a code has to be made
	SignInWaiting SignInStatus = "waiting" // a code is with the approver
	SignInOver    SignInStatus = "over"    // the last code is no use; Failure says why
	SignInDone    SignInStatus = "done"    // checked; the token is in memory
)

// Made is what the request has made in the tenant.
type Made struct {
	ObjectID         string // of the application
	AppID            string
	ServicePrincipal string   // object ID
	Owner            string   // object ID of the requester's account, where it was found
	Creator          string   // object ID of the account with which it was first tried to register it
	Makers           []string // object IDs of the accounts with which it was tried to make the service principal
	Owners           []string // object IDs of those whom an adoption makes owners, before it does
	Assigned         bool     // that assignment is required to use the app, as this bot has set it
	KeyID            string   // of the one live credential
	KeyExpires       time.Time
	Certificate      []byte // the public part of one that was made here, DER
	Thumbprint       string // of that one: SHA-1, hexadecimal, capitals
	// SecretAttempts counts the passwords that were asked for, before each call, and are not known not
	// to be there; Ending and Ended are the key IDs of those that were found and go, and of
	// those that are gone. See kind_credential_secret.go.
	SecretAttempts int
	Ending, Ended  []string
	// TenantID and TenantName are what the tenant says of itself.
	TenantID, TenantName string
	Domain               string // the tenant's initial one: "contoso.onmicrosoft.com"
	// Born, Changed and Removed are when the app or its service principal was last made or
	// restored, when anything of it was last changed, and when anything was last taken
	// from it, by this request or an earlier one. Each is noted before it is done. See Youth.
	Born, Changed, Removed time.Time
	// Given is when anything but the end of something was last done to it, noted likewise:
	// all that the app was given before is known everywhere once that is not young. A
	// request from before it was noted has none, and Changed stands for it.
	Given time.Time
	// Connected is what the plan's backup server said that it has, once it was
	// connected with the app.
	Connected string
}

// A Failure is why something failed, for people and for programs.
type Failure struct {
	Rule Rule   // which rule refused it, if one did
	Text string // what happened, what is true now, the next step
	Ref  string // of the log entry, if there is one
}

// UniqueName is the application's alternate key in the tenant. It is chosen
// before the first call, so that the call can be repeated; and as whoever may
// register apps could register one under it first, it can't be guessed.
func (r *Request) UniqueName() string {
	if r.Target.UniqueName != "" && !r.Target.Recreated {
		return r.Target.UniqueName
	}
	return strings.TrimSuffix("entra-app-"+r.Realm+"-"+strings.ToLower(r.ID+"-"+r.Nonce), "-")
}

// KeyLabel is the display name of every credential that r asks for, and of no
// other: one that was made and not saved is found by it.
func (r *Request) KeyLabel() string { return "entra-app " + r.Realm + " " + r.ID }

// Fill puts what was made into a sentence of a product's next steps.
func (r *Request) Fill(sentence string) string {
	return strings.NewReplacer("{appId}", r.Made.AppID, "{tenantId}", r.Plan.TenantID, "{appName}", plainName(r),
		"{thumbprint}", r.Thumbprint()).Replace(sentence)
}

// Clone returns a copy that shares nothing with r.
func (r *Request) Clone() *Request {
	c := *r
	c.Plan, c.Previous, c.Residue, c.Taken, c.Discovered = r.Plan.Clone(), r.Previous.Clone(), r.Residue.clone(), r.Taken.Clone(),
		r.Discovered.clone()
	c.SignIn.Unknown = slices.Clone(r.SignIn.Unknown)
	c.Made.Owners, c.Made.Makers = slices.Clone(r.Made.Owners), slices.Clone(r.Made.Makers)
	c.Made.Ending = slices.Clone(r.Made.Ending)
	c.Made.Ended = slices.Clone(r.Made.Ended)
	c.Dependents, c.Look = r.Dependents.clone(), r.Look.clone()
	c.Agreed = slices.Clone(r.Agreed)
	c.Steps = r.Steps.clone()
	c.History = slices.Clone(r.History)
	c.Handover.Sealed = slices.Clone(r.Handover.Sealed)
	c.Handover.File = slices.Clone(r.Handover.File)
	if c.Posts = maps.Clone(r.Posts); c.Posts == nil {
		c.Posts = Posts{}
	}
	return &c
}

// AppName is what the app is called, for people: on one line, without what nobody
// can see, and quoted where it is not like names are.
func (r *Request) AppName() string { return text.Name(plainName(r)) }

// plainName is the same without quotation marks, for whatever is not a sentence.
func plainName(r *Request) string { return text.Clip(text.OneLine(exactName(r)), form.AppNameMax) }

// exactName is the name as it was found, or else as the plan says. Look-ups use it as it
// is: names hold double and trailing spaces, and joiners.
func exactName(r *Request) string { return cmp.Or(r.Discovered.Name, r.Plan.AppName) }
