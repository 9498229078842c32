package strangers

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/entra-app/entra-app/cmd/emulate/world"
)

// directory starts the emulated tenants of world/entra.yaml, and returns what clients have to be told of the CA.
func directory(t *testing.T, o world.EntraOptions) (*world.Entra, []string) {
	t.Helper()
	e, trust, err := tryDirectory(t, o)
	if err != nil {
		t.Fatal(err)
	}
	return e, trust
}

func tryDirectory(t *testing.T, o world.EntraOptions) (*world.Entra, []string, error) {
	t.Helper()
	o.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	o.Poll = time.Second
	e, err := world.StartEntra(o)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { e.Close() })
	return e, []string{"NODE_EXTRA_CA_CERTS=" + o.CAFile, "REQUESTS_CA_BUNDLE=" + o.CAFile, "SSL_CERT_FILE=" + o.CAFile}, nil
}

const upn, beasUPN = "ada@contoso.onmicrosoft.com", "bea@contoso.onmicrosoft.com"

// certificate makes one of half a year with its key, in PEM files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	der, err := x509.CreateCertificate(rand.Reader,
		&x509.Certificate{SerialNumber: big.NewInt(now.Unix()), Subject: pkix.Name{CommonName: "stranger"},
			NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 180)},
		&x509.Certificate{Subject: pkix.Name{CommonName: "stranger"}}, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", pkcs8)
}

func TestMSALAndTheGraphClientDoTheMainJob(t *testing.T) {
	e, trust := directory(t, world.EntraOptions{})
	tenant := e.Tenants[0]
	cert, key := certificate(t)
	job := node(t, "entra.cjs", append(trust, "LOGIN="+e.URL, "GRAPH="+e.URL, "TENANT="+tenant.ID,
		"CLIENT="+e.File.Tenants[0].Clients[0].AppID,
		"BEA="+beasUPN, "CERT="+cert, "KEY="+key)...)
	if err := e.Server.SignIn(job.waits(t, "CODE"), upn); err != nil {
		t.Fatal(err)
	}
	appID := job.waits(t, "ALL-DONE")
	job.ends(t)
	app, there := tenant.Application(appID)
	if !there {
		t.Fatalf("there is no application %s", appID)
	}
	same(t, "its name", app.DisplayName, "From Node")
	same(t, "its owners", app.Owners, "["+upn+" "+beasUPN+"]")
	same(t, "its roles", app.Roles, "[Microsoft Graph/User.Read.All]")
	same(t, "its scopes", app.Scopes, "[Microsoft Graph/Group.Read.All Microsoft Graph/User.Read]")
	same(t, "its redirect URIs", app.Web, "[https://node.example.com/cb]")
	if len(app.Passwords) != 1 || app.Passwords[0].DisplayName != "second" || len(app.Certificates) != 1 {
		t.Errorf("its credentials: %+v %+v", app.Passwords, app.Certificates)
	}
	same(t, "what was deleted", len(tenant.DeletedApplications()), 1)
}

// derOf writes a certificate without the armour of PEM, and returns the file.
func derOf(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	path := filepath.Join(t.TempDir(), "cert.cer")
	if err := os.WriteFile(path, block.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
