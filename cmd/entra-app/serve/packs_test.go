package serve

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

var update = flag.Bool("update", false, "write the golden files again")

// An appearance is what an app is and has, without what differs from run to run.
type appearance struct {
	Name, Audience         string
	Identifiers            []string `json:",omitempty"`
	Web, SPA, PublicClient []string `json:",omitempty"`
	PublicClientFlows      bool     `json:",omitempty"`
	Exposed                []string `json:",omitempty"`
	Owners                 []string
	Requested              []string `json:",omitempty"`
	Roles, Scopes          []string `json:",omitempty"` // consented
	DirectoryRoles         []string `json:",omitempty"`
	AzureRoles             []string `json:",omitempty"`
	AzureDefinitions       []string `json:",omitempty"` // custom roles, with what they may do
	Secrets, Certificates  int      `json:",omitempty"`
	Lifetimes              []string `json:",omitempty"` // of the secrets
	Thumbprints            bool     `json:",omitempty"` // whether each certificate has one
	PreAuthorized          []string `json:",omitempty"`
	Federated              []string `json:",omitempty"`
}

func appearanceOf(a entratest.Application) appearance {
	m := appearance{Name: a.DisplayName, Audience: a.SignInAudience, Web: a.Web, SPA: a.SPA, PublicClient: a.PublicClient,
		PublicClientFlows: a.PublicClientFlows,
		Owners:            a.Owners, Roles: a.Roles, Scopes: a.Scopes, DirectoryRoles: a.DirectoryRoles, Secrets: len(a.Passwords),
		Certificates: len(a.Certificates)}
	for _, id := range a.IdentifierURIs {
		m.Identifiers = append(m.Identifiers, strings.ReplaceAll(id, a.AppID, "{appId}"))
	}
	for _, r := range a.Requested {
		m.Requested = append(m.Requested, strings.ReplaceAll(r, a.AppID, "{appId}"))
	}
	for _, s := range a.Exposed {
		kind := "User"
		if s.Admin {
			kind = "Admin"
		}
		m.Exposed = append(m.Exposed, s.Value+" "+kind)
	}
	for _, r := range a.AzureRoles {
		m.AzureRoles = append(m.AzureRoles, r.Subscription+"/"+strings.ReplaceAll(r.Role, a.UniqueName, "{uniqueName}"))
	}
	slices.Sort(m.AzureRoles)
	for _, k := range a.Passwords {
		m.Lifetimes = append(m.Lifetimes, k.End.Sub(k.Start).Round(time.Hour).String())
	}
	m.Thumbprints = len(a.Certificates) > 0 && !slices.ContainsFunc(a.Certificates, func(c entratest.Credential) bool {
		return len(c.Thumbprint) != 40
	})
	for _, id := range a.PreAuthorized {
		m.PreAuthorized = append(m.PreAuthorized, strings.ReplaceAll(id, a.AppID, "{appId}"))
	}
	for _, f := range a.Federated {
		m.Federated = append(m.Federated, f.Issuer+" "+f.Subject+" "+f.Audience)
	}
	return m
}

// definitions are the custom roles of a tenant: how much each may do, and a hash of
// what, so that another action is another line.
func definitions(tn *entratest.Tenant, uniqueName string) []string {
	var all []string
	for _, d := range tn.AzureRoleDefinitions() {
		may := append(slices.Clone(d.Actions), "data:")
		may = append(append(may, d.DataActions...), "not:")
		may = append(append(may, d.NotActions...), d.NotDataActions...)
		all = append(all, fmt.Sprintf("%s: %d actions, %d data actions, %.4x", strings.ReplaceAll(d.Name, uniqueName, "{uniqueName}"),
			len(d.Actions), len(d.DataActions), sha256.Sum256([]byte(strings.Join(may, "\n")))))
	}
	return all
}

// selfSigned is a public certificate in PEM, valid for a year.
func selfSigned(t testing.TB) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "backup.contoso.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(360 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// exposing is a manifest of an app that offers scopes of its own.
const exposing = `{"displayName":"x","signInAudience":"AzureADMyOrg","spa":{"redirectUris":["https://spa.contoso.com"]},` +
	`"api":{"oauth2PermissionScopes":[` +
	`{"id":"5f0d2c3e-4b1a-4c6d-9e8f-0a1b2c3d4e5f","value":"access_as_user","type":"User","isEnabled":true,"adminConsentDisplayName":"Use payroll","adminConsentDescription":"Lets an app use payroll."},` +
	`{"id":"6f0d2c3e-4b1a-4c6d-9e8f-0a1b2c3d4e5f","value":"manage","type":"Admin","isEnabled":true,"adminConsentDisplayName":"Manage payroll","adminConsentDescription":"Lets an app manage payroll."}],` +
	`"preAuthorizedApplications":[{"appId":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","delegatedPermissionIds":["5f0d2c3e-4b1a-4c6d-9e8f-0a1b2c3d4e5f"]}]},` +
	`"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}]}`

func TestEveryProductFromRequestToHandOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, product string
		choose        [][2]string    // in a select or radio, one after another
		fill          map[string]any // before it is sent
		card          []string       // what the approver reads
	}{
		{"vbo365", "vbo365", nil, nil, []string{"client secret, valid for 180 days"}},
		{"vb365-backup", "vb365-backup", nil, map[string]any{"Certificate": ""},
			[]string{"Global Reader", "SHA-1 thumbprint", "MailboxItem.ImportExport.All", "risk critical"}},
		{"vb365-backup-exchange", "vb365-backup", nil, map[string]any{"Certificate": "", "Workloads": []string{"Exchange"}},
			[]string{"For: Exchange\n"}},
		{"vb365-restore", "vb365-restore", nil, nil, []string{"Public client flows", "none; people sign in"}},
		{"vb365-restore-certificate", "vb365-restore", [][2]string{{"Credential", "certificate"}}, map[string]any{"Certificate": ""},
			[]string{"Files.ReadWrite.All"}},
		{"vb365-restore-portal", "vb365-restore-portal", nil,
			map[string]any{"Certificate": "", "Redirect URIs": "https://portal.contoso.com:4443\nhttps://portal2.contoso.com:4443"},
			[]string{"people of any Microsoft Entra tenant", "access_as_user", "single-page app"}},
		{"vb365-archiver", "vb365-archiver", nil, map[string]any{"Subscriptions": subscription}, []string{"Contributor", subscription}},
		{"vbazure", "vbazure", nil, map[string]any{"Subscriptions": subscription},
			[]string{"Key Vault Crypto User",
				"Role Based Access Control Administrator in the Azure subscriptions (to assign roles there)"}},
		{"vbazure-minimal", "vbazure", [][2]string{{"Credential", "certificate"}, {"Workloads", "minimal"}},
			map[string]any{"Subscriptions": subscription, "Certificate": ""}, []string{"data actions"}},
		{"vbo365-12-months", "vbo365", nil, map[string]any{"Lifetime": "8760h0m0s"}, []string{"client secret, valid for 12 months"}},
		{"vbo365-24-months", "vbo365", nil, map[string]any{"Lifetime": "17520h0m0s"}, []string{"client secret, valid for 24 months"}},
		{"vb365-backup-sharepoint", "vb365-backup", nil, map[string]any{"Certificate": "",
			"Workloads": []string{"SharePoint and OneDrive"}}, []string{"For: SharePoint and OneDrive\n"}},
		{"vb365-backup-teams", "vb365-backup", nil, map[string]any{"Certificate": "", "Workloads": []string{"Teams"}},
			[]string{"For: Teams\n"}},
		{"vb365-archiver-minimal", "vb365-archiver", [][2]string{{"Workloads", "minimal"}}, map[string]any{"Subscriptions": subscription},
			[]string{subscription}},
		{"vb365-archiver-certificate", "vb365-archiver", [][2]string{{"Credential", "certificate"}},
			map[string]any{"Subscriptions": subscription, "Certificate": ""}, []string{"Contributor", "SHA-1 thumbprint"}},
		{"custom-secret", "custom", nil, map[string]any{"Permissions": []string{"graph:Application:User.Read.All"}},
			[]string{"client secret"}},
		{"custom-none", "custom", [][2]string{{"Credential", "none"}}, map[string]any{"Manifest": exposing},
			[]string{"none; people sign in", "access_as_user"}},
		{"custom-federated", "custom", [][2]string{{"Credential", "federated"}},
			map[string]any{"Issuer": "https://token.actions.githubusercontent.com", "Subject": "repo:contoso/backup:ref:refs/heads/main",
				"Permissions": []string{"graph:Application:User.Read.All"}},
			[]string{"federated: whoever has a token"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if strings.HasSuffix(c.name, "-months") { // the operator allows what the vendor does
				w.cfg.Policy.SecretLifetimeMax = 17520 * time.Hour
			}
			w.start()
			fill := map[string]any{"App name": "payroll-" + c.name, "Reason": "nightly backup", "Owners": []string{"U0TOM00001"}}
			maps.Copy(fill, c.fill)
			if _, ok := fill["Certificate"]; ok {
				fill["Certificate"] = selfSigned(t)
			}
			w.sends(c.product, c.choose, fill)
			card := w.sees(w.ada, in(approval), "register the app")
			for _, text := range c.card {
				if !strings.Contains(card.Plain(), text) {
					t.Errorf("the card does not say %q: %s", text, card.Plain())
				}
			}
			w.press(w.ada, card, "Approve")
			w.signsIn("ada@contoso.com")
			ready := w.sees(w.bea, w.bea.DM, "Next steps")
			if strings.Contains(ready.Plain(), "Reveal secret") {
				w.reveals(ready)
			}
			done := w.sees(w.ada, in(approval), "Done")
			apps := w.made()
			if len(apps) != 1 {
				t.Fatalf("%d apps; %s", len(apps), done.Plain())
			}
			if strings.Contains(ready.Plain(), "{") || !strings.Contains(ready.Plain(), apps[0].AppID) {
				t.Errorf("the requester reads: %s", ready.Plain())
			}
			appearance := appearanceOf(apps[0])
			appearance.AzureDefinitions = definitions(w.tenant, apps[0].UniqueName)
			got, err := json.MarshalIndent(appearance, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".json", append(got, '\n'))
		})
	}
}

// sends opens the form for a product, chooses, fills in and sends it.
func (w *world) sends(product string, choose [][2]string, fill map[string]any) {
	w.t.Helper()
	ctx := context.Background()
	if _, err := w.bea.Slash(ctx, team, "/entra-app request "+product); err != nil {
		w.t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	for _, c := range choose {
		before := w.bea.Views()[0].Hash
		if err := w.bea.Choose(ctx, w.bea.Views()[0].ID, c[0], c[1]); err != nil {
			w.t.Fatal(err)
		}
		w.until("the form is redrawn", func() bool { return len(w.bea.Views()) == 1 && w.bea.Views()[0].Hash != before })
	}
	errs, err := w.bea.Submit(ctx, w.bea.Views()[0].ID, fill)
	if err != nil || len(errs) > 0 {
		w.t.Fatalf("%v, %v in %s", errs, err, w.bea.Views()[0].Plain())
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != string(got) {
		t.Errorf("%s differs (%v); go test ./cmd/entra-app/serve -run Product -update writes it again, then look at it. It is\n%s", path,
			err, got)
	}
}
