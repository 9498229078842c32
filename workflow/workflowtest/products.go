package workflowtest

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

// AzureApp is an app with roles in Azure that is done.
func (w *World) AzureApp(n *Node) *workflow.Request {
	w.T.Helper()
	w.Signer = AdaOfAzure()
	r, err := n.Submit(w.T.Context(), Bea, CertificateDraft("payroll-backup"))
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Settle(n, r.ID, workflow.StateDone)
}

// Backup is a product with a certificate, a directory role, Azure roles and an API.
func Backup() pack.Product {
	p := Vbo()
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

// Subscription is the one in Azure that most apps are for.
const Subscription = "33333333-3333-3333-3333-333333333333"

// CertificateDraft asks for an app of the product backup, with a certificate that Bea brings.
func CertificateDraft(name string) form.Draft {
	d := Draft(name)
	d.Product, d.Credential, d.Certificate, d.Subscriptions = "backup", plan.CredentialCertificate, NewCertificate(), []string{Subscription}
	d.Owners = []people.Person{Zoe}
	return d
}

// AdaOfAzure is Ada where she may assign roles on Subscription.
func AdaOfAzure() workflow.Signer {
	s := AdaSignsIn()
	s.Subscriptions = []string{Subscription}
	s.Owners = map[string][]workflow.Account{Zoe.Email: {{ObjectID: "OBJ-ZOE"}}}
	return s
}

// NewCertificate is one that is valid now, for a year.
func NewCertificate() []byte {
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

// OffersCustom is a desk where people name what they want.
func (w *World) OffersCustom() *workflow.Desk {
	custom := pack.Product{Name: "custom", Title: "Custom", Audience: "AzureADMyOrg", Custom: true, Platform: plan.Web,
		Credentials: []pack.Offer{{Kind: plan.CredentialNone}}}
	return workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{Contoso}, Products: []pack.Product{custom},
		Policy: w.Policy, Key: w.Key,
		Log: Quiet})
}

// WithMailboxes is an app of that product that is done.
func (w *World) WithMailboxes(n *Node) *workflow.Request {
	w.T.Helper()
	d := Draft("mail-backup")
	d.Product = "mailboxes"
	r, err := n.Submit(w.T.Context(), Bea, d)
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Settle(n, r.ID, workflow.StateDone)
}

// Mailboxes is a product whose app calls Exchange Web Services.
func Mailboxes() pack.Product {
	p := Vbo()
	p.Name = "mailboxes"
	known, _ := plan.Known(catalog.ExchangeOnline, catalog.Delegated, "EWS.AccessAsUser.All")
	p.Permissions = append(p.Permissions, pack.Need{Permission: known})
	return p
}
