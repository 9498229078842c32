package form

import (
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/seal"
)

// The parts of version 1 that have the same fields as their models in workflow,
// and so are converted as a whole.

type permissionV1 struct {
	Resource      string       `json:"resource,omitzero"`
	ResourceAppID string       `json:"resource_app_id,omitzero"`
	Name          string       `json:"name,omitzero"`
	Type          catalog.Type `json:"type,omitzero"`
	Words         string       `json:"words,omitzero"`
	Why           string       `json:"why,omitzero"`
	Risk          catalog.Risk `json:"risk,omitzero"`
}

type signInV1 struct {
	N        int                   `json:"n,omitzero"`
	Status   workflow.SignInStatus `json:"status,omitzero"`
	Expires  time.Time             `json:"expires,omitzero"`
	Account  string                `json:"account,omitzero"`
	ObjectID string                `json:"object_id,omitzero"`
	Since    time.Time             `json:"since,omitzero"`
	After    time.Time             `json:"after,omitzero"`
	Tries    int                   `json:"tries,omitzero"`
	Unknown  []string              `json:"unknown,omitzero"`
}

type stepV1 struct {
	Name   workflow.StepName   `json:"name,omitzero"`
	Status workflow.StepStatus `json:"status,omitzero"`
	At     time.Time           `json:"at,omitzero"`
	Since  time.Time           `json:"since,omitzero"`
	Lagged time.Time           `json:"lagged,omitzero"`
	Tries  int                 `json:"tries,omitzero"`
	Retry  time.Time           `json:"retry,omitzero"`
	Note   string              `json:"note,omitzero"`
	Stays  []string            `json:"stays,omitzero"`
}

type madeV1 struct {
	ObjectID         string    `json:"object_id,omitzero"`
	AppID            string    `json:"app_id,omitzero"`
	ServicePrincipal string    `json:"service_principal,omitzero"`
	Owner            string    `json:"owner,omitzero"`
	Creator          string    `json:"creator,omitzero"`
	Makers           []string  `json:"makers,omitzero"`
	Owners           []string  `json:"owners,omitzero"`
	Assigned         bool      `json:"assigned,omitzero"`
	KeyID            string    `json:"key_id,omitzero"`
	KeyExpires       time.Time `json:"key_expires,omitzero"`
	Certificate      []byte    `json:"certificate,omitzero"`
	Thumbprint       string    `json:"thumbprint,omitzero"`
	SecretAttempts   int       `json:"keys,omitzero"`
	Ending           []string  `json:"ending,omitzero"`
	Ended            []string  `json:"ended,omitzero"`
	TenantID         string    `json:"tenant_id,omitzero"`
	TenantName       string    `json:"tenant_name,omitzero"`
	Domain           string    `json:"domain,omitzero"`
	Born             time.Time `json:"born,omitzero"`
	Changed          time.Time `json:"changed,omitzero"`
	Removed          time.Time `json:"removed,omitzero"`
	Given            time.Time `json:"given,omitzero"`
	Connected        string    `json:"connected,omitzero"`
}

type handoverV1 struct {
	Status  workflow.HandoverStatus `json:"status,omitzero"`
	Sealed  seal.Sealed             `json:"sealed,omitzero"`
	File    seal.Sealed             `json:"file,omitzero"`
	Link    string                  `json:"link,omitzero"`
	By      string                  `json:"by,omitzero"`
	At      time.Time               `json:"at,omitzero"`
	Claimed time.Time               `json:"claimed,omitzero"`
}

type failureV1 struct {
	Rule workflow.Rule `json:"rule,omitzero"`
	Text string        `json:"text,omitzero"`
	Ref  string        `json:"ref,omitzero"`
}

type postV1 struct {
	Channel string    `json:"channel,omitzero"`
	TS      string    `json:"ts,omitzero"`
	Shown   int       `json:"shown,omitzero"`
	Begun   time.Time `json:"begun,omitzero"`
	After   time.Time `json:"after,omitzero"`
	Tries   int       `json:"tries,omitzero"`
	Last    bool      `json:"last,omitzero"`
}

type eventV1 struct {
	At    time.Time          `json:"at,omitzero"`
	By    string             `json:"by,omitzero"`
	Kind  workflow.EventKind `json:"what,omitzero"`
	Text  string             `json:"text,omitzero"`
	Times int                `json:"times,omitzero"`
}

type targetV1 struct {
	Request        string `json:"request,omitzero"`
	UniqueName     string `json:"unique_name,omitzero"`
	KeyID          string `json:"key_id,omitzero"`
	Thumbprint     string `json:"thumbprint,omitzero"`
	ClaimsName     bool   `json:"takes_name,omitzero"`
	Recreated      bool   `json:"anew,omitzero"`
	NewCertificate bool   `json:"brings,omitzero"`
	TakenOver      bool   `json:"taken_over,omitzero"`
}

type dependentV1 struct {
	Kind workflow.DependentKind `json:"kind,omitzero"`
	ID   string                 `json:"id,omitzero"`
	Name string                 `json:"name,omitzero"`
}
