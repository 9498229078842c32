package workflow_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// azureApp is an app with roles in Azure that is done.
func (w *world) azureApp(n *node) *workflow.Request {
	w.t.Helper()
	w.signer = adaOfAzure()
	r, err := n.Submit(w.t.Context(), bea, certificateDraft("payroll-backup"))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.settle(n, r.ID, workflow.StateDone)
}

// backup is a product with a certificate, a directory role, Azure roles and an API.
func backup() pack.Product {
	p := vbo()
	p.Name, p.Credentials = "backup", []pack.Offer{{Kind: plan.CredentialCertificate}, {Kind: plan.CredentialSecret,
		Lifetime: 30 * 24 * time.Hour},
		{Kind: plan.CredentialNone}}
	p.DirectoryRoles = []pack.RoleNeed{{DirectoryRole: plan.DirectoryRole{TemplateID: plan.GlobalReader, Name: "Global Reader",
		Why: "reads settings"}}}
	p.AzureRoles = []pack.AzureNeed{{AzureRole: plan.AzureRole{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor",
		Why: "restores"}}}
	p.Scopes = []plan.Scope{{Name: "access_as_user", AdminsOnly: true, Title: "t", Words: "w"}}
	p.Permissions = append(p.Permissions,
		pack.Need{Permission: plan.Permission{Resource: "This application", ResourceAppID: plan.Self, Name: "access_as_user",
			Type: catalog.Delegated,
			Risk: catalog.Low}})
	return p
}

// rsaKey is one key for all certificates: making them is slow.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const subscription = "33333333-3333-3333-3333-333333333333"

func certificateDraft(name string) form.Draft {
	d := draft(name)
	d.Product, d.Credential, d.Certificate, d.Subscriptions = "backup", plan.CredentialCertificate, newCertificate(), []string{subscription}
	d.Owners = []people.Person{zoe}
	return d
}

func adaOfAzure() workflow.Signer {
	s := adaSignsIn()
	s.Subscriptions = []string{subscription}
	s.Owners = map[string][]workflow.Account{zoe.Email: {{ObjectID: "OBJ-ZOE"}}}
	return s
}

// newCertificate is one that is valid now, for a year.
func newCertificate() []byte {
	key := rsaKey()
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "backup"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(365 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return der
}
