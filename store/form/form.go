// Package form defines the stored form of a request, which every store keeps.
//
// The types here are version 1; they do not change once a release has written them. A new
// version gets new types, a case in Decode, and a file in testdata.
//
// Where a struct is converted as a whole, a field that workflow adds stops the
// conversion from compiling. Where it is copied field by field,
// TestEveryFieldIsKept finds what was forgotten.
//
// omitzero keeps the difference between no slice and an empty one, on which a
// plan's digest depends.
package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

// ErrNewer says that a newer entra-app has written something.
var ErrNewer = errors.New("the store is of a newer version")

type requestV1 struct {
	V         int                          `json:"v"`
	Rev       int                          `json:"rev,omitzero"`
	Origin    string                       `json:"origin,omitzero"`
	Nonce     string                       `json:"nonce,omitzero"`
	Kind      workflow.Kind                `json:"kind,omitzero"`
	State     workflow.State               `json:"state,omitzero"`
	Requester personV1                     `json:"requester,omitzero"`
	Tenant    string                       `json:"tenant,omitzero"`
	Product   string                       `json:"product,omitzero"`
	Team      string                       `json:"team,omitzero"`
	Reason    string                       `json:"reason,omitzero"`
	Plan      planV1                       `json:"plan,omitzero"`
	PlanRev   int                          `json:"plan_rev,omitzero"`
	Created   time.Time                    `json:"created,omitzero"`
	Entered   time.Time                    `json:"entered,omitzero"`
	WakeAt    time.Time                    `json:"wake_at,omitzero"`
	Approval  approvalV1                   `json:"approval,omitzero"`
	Agreed    []approvalV1                 `json:"agreed,omitzero"`
	Approvals int                          `json:"approvals,omitzero"`
	SignIn    signInV1                     `json:"sign_in,omitzero"`
	Task      workflow.Task                `json:"task,omitzero"`
	Steps     []stepV1                     `json:"steps,omitzero"`
	Made      madeV1                       `json:"made,omitzero"`
	Handover  handoverV1                   `json:"handover,omitzero"`
	Failure   failureV1                    `json:"failure,omitzero"`
	Posts     map[workflow.PostName]postV1 `json:"posts,omitempty"`
	History   []eventV1                    `json:"history,omitzero"`
	Reminded  time.Time                    `json:"reminded,omitzero"`
	Outcomes  int                          `json:"outcomes,omitzero"`
	Target    targetV1                     `json:"target,omitzero"`
	Was       planV1                       `json:"was,omitzero"`
	Left      planV1                       `json:"left,omitzero"`
	Taken     planV1                       `json:"taken,omitzero"`
	LeftAzure []azureShareV1               `json:"left_azure,omitzero"`
	LeftCerts []string                     `json:"left_certificates,omitzero"`
	Found     foundV1                      `json:"found,omitzero"`
	Successor string                       `json:"successor,omitzero"`
	Gone      bool                         `json:"gone,omitzero"`
	Spent     bool                         `json:"spent,omitzero"`
	Linked    bool                         `json:"linked,omitzero"`
	Warned    int                          `json:"warned,omitzero"`
	EWS       ewsV1                        `json:"ews,omitzero"`

	Dependents dependentsV1 `json:"dependents,omitzero"`
	Away       string       `json:"away,omitzero"`
	Look       lookV1       `json:"look,omitzero"`
	Known      knownV1      `json:"known,omitzero"`
}

type knownV1 struct {
	How      string    `json:"how,omitzero"`
	ObjectID string    `json:"object_id,omitzero"`
	UPN      string    `json:"upn,omitzero"`
	At       time.Time `json:"at,omitzero"`
}

type personV1 struct {
	ID      string `json:"id,omitzero"`
	Name    string `json:"name,omitzero"`
	Email   string `json:"email,omitzero"`
	Outside string `json:"outside,omitzero"`

	Confirmed people.EmailConfirmed `json:"confirmed,omitzero"`
}

type planV1 struct {
	TenantID     string         `json:"tenant_id,omitzero"`
	AppName      string         `json:"app_name,omitzero"`
	Audience     string         `json:"audience,omitzero"`
	RedirectURIs []string       `json:"redirect_uris,omitzero"`
	Permissions  []permissionV1 `json:"permissions,omitzero"`
	Credential   credentialV1   `json:"credential,omitzero"`

	SPARedirectURIs    []string          `json:"spa_redirect_uris,omitzero"`
	PublicRedirectURIs []string          `json:"public_redirect_uris,omitzero"`
	PublicClientFlows  bool              `json:"public_client_flows,omitzero"`
	Scopes             []scopeV1         `json:"scopes,omitzero"`
	DirectoryRoles     []directoryRoleV1 `json:"directory_roles,omitzero"`
	AzureRoles         []azureRoleV1     `json:"azure_roles,omitzero"`
	Subscriptions      []string          `json:"subscriptions,omitzero"`
	Owners             []personV1        `json:"owners,omitzero"`
	Workloads          []string          `json:"workloads,omitzero"`
	Chosen             []string          `json:"chosen,omitzero"`
	Approvals          int               `json:"approvals,omitzero"`
	Backup             backupV1          `json:"backup,omitzero"`

	AppRoles       []appRoleV1       `json:"app_roles,omitzero"`
	OptionalClaims []optionalClaimV1 `json:"optional_claims,omitzero"`
	IdentifierURIs []string          `json:"identifier_uris,omitzero"`
}

type approvalV1 struct {
	N      int       `json:"n,omitzero"`
	By     personV1  `json:"by,omitzero"`
	At     time.Time `json:"at,omitzero"`
	Digest string    `json:"digest,omitzero"`
	Denied bool      `json:"denied,omitzero"`
	Reason string    `json:"reason,omitzero"`
}

func approvalForm(a workflow.Approval) approvalV1 {
	return approvalV1{N: a.N, By: personV1(a.By), At: a.At, Digest: a.Digest, Denied: a.Denied, Reason: a.Reason}
}

func (f approvalV1) approval() workflow.Approval {
	return workflow.Approval{N: f.N, By: people.Person(f.By), At: f.At, Digest: f.Digest, Denied: f.Denied, Reason: f.Reason}
}

// Encode returns the stored form of r, whose times are in UTC.
func Encode(r *workflow.Request) ([]byte, error) {
	return json.Marshal(requestV1{
		V: 1, Rev: r.Rev, Origin: r.Origin, Nonce: r.Nonce, Kind: r.Kind, State: r.State, Requester: personV1(r.Requester),
		Tenant: r.Tenant, Product: r.Product, Team: r.Team, Reason: r.Reason, PlanRev: r.PlanRev,
		Plan:    planForm(r.Plan),
		Created: r.Created, Entered: r.Entered, WakeAt: r.WakeAt,
		Approval: approvalForm(r.Approval), Agreed: each(r.Agreed, approvalForm),
		SignIn: signInV1(r.SignIn), Task: r.Task,
		Steps:    each(r.Steps, func(s workflow.Step) stepV1 { return stepV1(s) }),
		Made:     madeV1(r.Made),
		Handover: handoverV1(r.Handover),
		Failure:  failureV1(r.Failure),
		Posts:    eachOf(r.Posts, func(p workflow.Post) postV1 { return postV1(p) }),
		History:  each(r.History, func(e workflow.Event) eventV1 { return eventV1(e) }),
		Reminded: r.Reminded, Outcomes: r.Outcomes, Approvals: r.Approvals,
		Was: planForm(r.Previous), Left: planForm(r.Residue.Plan), Taken: planForm(r.Taken), LeftAzure: each(r.Residue.Azure, shareForm),
		LeftCerts: r.Residue.Certificates, Found: foundForm(r.Discovered), Dependents: dependentsForm(r.Dependents), Away: r.Away,
		Look:   lookForm(r.Look),
		Known:  knownV1(r.Known),
		Target: targetV1(r.Target), Successor: r.Successor, Gone: r.AppDeleted, Spent: r.CertificateReleased, Linked: r.PredecessorTold,
		Warned: r.Warned, EWS: ewsV1(r.EWS),
	})
}

// Decode reads a stored form of any version. The ID and the realm are not in it.
func Decode(b []byte) (*workflow.Request, error) {
	version := 1
	if !bytes.HasPrefix(b, []byte(`{"v":1,`)) {
		var head struct {
			V int `json:"v"`
		}
		if err := json.Unmarshal(b, &head); err != nil {
			return nil, err
		}
		version = head.V
	}
	switch version {
	case 1:
		var f requestV1
		if err := json.Unmarshal(b, &f); err != nil {
			return nil, err
		}
		return f.request(), nil
	case 0:
		return nil, errors.New("it has no version")
	}
	return nil, fmt.Errorf("its form is version %d, and this entra-app knows 1: %w", version, ErrNewer)
}

func (f *requestV1) request() *workflow.Request {
	r := &workflow.Request{
		Rev: f.Rev, Origin: f.Origin, Nonce: f.Nonce, Kind: f.Kind, State: f.State, Requester: people.Person(f.Requester),
		Tenant: f.Tenant, Product: f.Product, Team: f.Team, Reason: f.Reason, PlanRev: f.PlanRev,
		Plan:    f.Plan.plan(),
		Created: f.Created, Entered: f.Entered, WakeAt: f.WakeAt,
		Approval: f.Approval.approval(), Agreed: each(f.Agreed, approvalV1.approval),
		SignIn: workflow.SignIn(f.SignIn), Task: f.Task,
		Steps:    each(f.Steps, func(s stepV1) workflow.Step { return workflow.Step(s) }),
		Made:     workflow.Made(f.Made),
		Handover: workflow.Handover(f.Handover),
		Failure:  workflow.Failure(f.Failure),
		Posts:    eachOf(f.Posts, func(p postV1) workflow.Post { return workflow.Post(p) }),
		History:  each(f.History, func(e eventV1) workflow.Event { return workflow.Event(e) }),
		Reminded: f.Reminded, Outcomes: f.Outcomes, Approvals: f.Approvals,
		Previous: f.Was.plan(), Taken: f.Taken.plan(),
		Residue:    workflow.Residue{Plan: f.Left.plan(), Azure: each(f.LeftAzure, azureShareV1.share), Certificates: f.LeftCerts},
		Discovered: f.Found.found(), Dependents: f.Dependents.dependents(), Away: f.Away, Look: f.Look.look(),
		Known:  identity.Known(f.Known),
		Target: workflow.Target(f.Target), Successor: f.Successor, AppDeleted: f.Gone, CertificateReleased: f.Spent,
		PredecessorTold: f.Linked, Warned: f.Warned, EWS: workflow.EWSListing(f.EWS),
	}
	InUTC(r)
	return r
}

// InUTC brings every time of r into the form in which it is kept. All zero times
// are the zero time.
func InUTC(r *workflow.Request) {
	utc := func(times ...*time.Time) {
		for _, t := range times {
			if *t = t.Round(0).UTC(); t.IsZero() {
				*t = time.Time{}
			}
		}
	}
	utc(&r.EWS.At, &r.EWS.Reminded, &r.Known.At)
	utc(&r.Created, &r.Entered, &r.WakeAt, &r.Reminded, &r.Approval.At, &r.SignIn.Expires, &r.SignIn.Since,
		&r.SignIn.After, &r.Plan.Credential.Certificate.NotBefore, &r.Plan.Credential.Certificate.NotAfter,
		&r.Previous.Credential.Certificate.NotBefore, &r.Previous.Credential.Certificate.NotAfter,
		&r.Residue.Plan.Credential.Certificate.NotBefore, &r.Residue.Plan.Credential.Certificate.NotAfter,
		&r.Taken.Credential.Certificate.NotBefore, &r.Taken.Credential.Certificate.NotAfter, &r.Made.KeyExpires, &r.Made.Born,
		&r.Made.Changed, &r.Made.Removed, &r.Made.Given, &r.Handover.At, &r.Handover.Claimed, &r.Look.Vouch.At)
	for i := range r.Agreed {
		utc(&r.Agreed[i].At)
	}
	for i := range r.Steps {
		utc(&r.Steps[i].At, &r.Steps[i].Since, &r.Steps[i].Lagged, &r.Steps[i].Retry)
	}
	for i := range r.History {
		utc(&r.History[i].At)
	}
	for name, p := range r.Posts {
		utc(&p.Begun, &p.After)
		r.Posts[name] = p
	}
}

// each converts a slice. None stays none.
func each[A, B any](in []A, f func(A) B) []B {
	if in == nil {
		return nil
	}
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// eachOf converts a map. None becomes an empty one, as in a clone of a request.
func eachOf[K comparable, A, B any](in map[K]A, f func(A) B) map[K]B {
	out := make(map[K]B, len(in))
	for k, v := range in {
		out[k] = f(v)
	}
	return out
}
