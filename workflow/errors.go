package workflow

import (
	"errors"
	"fmt"
	"time"
)

// Rule names the rule that refused something, for tests, logs and audits.
type Rule string

const (
	RuleNotApprover   Rule = "not-approver"
	RuleSelfApproval  Rule = "self-approval"
	RuleOutsider      Rule = "outsider"
	RuleUnseen        Rule = "not-involved"
	RuleWrongState    Rule = "wrong-state"
	RuleStale         Rule = "stale"
	RuleNotRequester  Rule = "not-requester"
	RuleAlreadyOpened Rule = "already-opened"
	RuleTooLate       Rule = "too-late"
	RuleReason        Rule = "reason-missing"
	RuleNoApp         Rule = "no-such-app"
	RuleApprovals     Rule = "too-few-approvals"
	RuleNoServer      Rule = "no-such-server" // a backup server that is not configured
	RuleSeveralApps   Rule = "several-apps"

	RuleTenant        Rule = "wrong-tenant"
	RuleAccount       Rule = "wrong-account"
	RuleRequesterSelf Rule = "requester-signed-in"
	RuleRole          Rule = "role-missing"
	RuleDigest        Rule = "plan-changed"
	RuleSignIn        Rule = "sign-in" // Microsoft refused it
	RuleRestart       Rule = "restart"
	RuleExcess        Rule = "more-than-approved"
	RulePolicy        Rule = "tenant-policy"
	RuleRecipient     Rule = "recipient-gone" // whoever would be given the credential
	RuleAppChanged    Rule = "app-changed"    // since it was shown
	RuleUnlinked      Rule = "not-linked"     // it is not known who somebody is
	RuleInUse         Rule = "in-use"         // somebody in the tenant depends on the app
	RuleLimit         Rule = "limit"          // of what one person may have or ask for
	RuleForbidden     Rule = "forbidden"      // by the operator's rules
)

// audited reports whether a refusal by this rule belongs into the history:
// somebody tried what they may not, and did not merely come too late.
func (r Rule) audited() bool {
	switch r {
	case RuleWrongState, RuleStale, RuleReason, RuleNoApp, RuleApprovals, RuleNoServer, RuleSeveralApps, RuleRecipient, RuleUnseen,
		RuleUnlinked:
		return false
	}
	return true
}

// A Refusal is an answer, not a fault: which rule said no, and a sentence for
// the person who asked.
type Refusal struct {
	Rule Rule
	Text string
}

func (r *Refusal) Error() string { return r.Text }

func refuse(rule Rule, format string, args ...any) *Refusal {
	return &Refusal{rule, fmt.Sprintf(format, args...)}
}

// Temporary is an error that may go away by itself.
type Temporary interface {
	error
	// RetryAfter is how long to wait at least; 0 where nobody said.
	RetryAfter() time.Duration
}

// Describer is an error that has words for people, though nobody has said no: one
// that did not go away, or a call that never got to where it should.
type Describer interface {
	error
	// Describe is what to tell people who have waited long enough; nil where there is
	// nothing to add.
	Describe() *ServiceError
}

// explained is what an error has to say to people: the "no" of a service in it, or what is
// said of one that did not go away; nil where there is neither.
func explained(err error) *ServiceError {
	if no, ok := errors.AsType[*ServiceError](err); ok {
		return no
	}
	if x, ok := errors.AsType[Describer](err); ok {
		return x.Describe()
	}
	return nil
}

// ErrSessionOver says that the admin's token no longer works.
var ErrSessionOver = errors.New("the admin's sign-in has ended")

// ServiceError is a "no" of Entra or Slack that trying again will not change.
type ServiceError struct {
	Code string // the service's own: "Authorization_RequestDenied"
	Text string // for people: what it means and what to do
	Ref  string // the service's request ID, for its support
}

func (t *ServiceError) Error() string { return t.Code + ": " + t.Text }

// An ExcessError says that the app can do more than was approved.
type ExcessError struct {
	Names []string
	sure  bool // no list that is behind explains it
}

func (e *ExcessError) Error() string { return fmt.Sprintf("more than was approved: %q", e.Names) }

// SignInReason says why a sign-in failed.
type SignInReason string

const (
	SignInDeclined    SignInReason = "declined"
	SignInExpired     SignInReason = "expired"
	SignInBlocked     SignInReason = "blocked"      // by Conditional Access or security defaults
	SignInNoConsent   SignInReason = "no-consent"   // for the bot's own client
	SignInNotAssigned SignInReason = "not-assigned" // to the bot's own client
	SignInWrongTenant SignInReason = "wrong-tenant" // the account is of another tenant
	SignInClient      SignInReason = "client"       // the bot's client is not there, or not a public one
	SignInTenant      SignInReason = "tenant"       // the configured tenant is not there
	SignInMFA         SignInReason = "mfa"          // more proof is needed than device code gave
	SignInOther       SignInReason = "other"
)

// A SignInError says why a sign-in failed.
type SignInError struct {
	Reason SignInReason
	Code   int    // AADSTS, 0 if there is none
	Ref    string // Entra's trace ID
}

func (e *SignInError) Error() string { return fmt.Sprintf("sign-in: %s (AADSTS%d)", e.Reason, e.Code) }
