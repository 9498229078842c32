// Package form turns what somebody typed, pasted or imported into a plan, or says what is wrong
// with which field. Every rule of a field is here once, whoever asks for it.
package form

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Limits of what people type, in characters and pieces.
const (
	AppNameMax      = 120 // Graph allows 256; longer ones do not fit on a card
	ExistingNameMax = 256 // of an app that was not made here
	ReasonMax       = 500
	RedirectMax     = 256
	RedirectsMax    = 20
	PermissionsMax  = 60
)

// A Draft is a filled-in form.
type Draft struct {
	Origin       string // the form's own ID: sent twice, it is one request
	Product      string
	AppName      string
	Reason       string
	Tenant       string // may be empty where there is only one
	Team         string // Slack channel ID
	Credential   plan.CredentialKind
	Lifetime     time.Duration
	Permissions  []string            // keys of the catalogue; for a custom product only; nil in an update: as they are
	RedirectURIs []string            // nil in an update: as it is
	Fields       map[string][]string // what was typed into the fields of the product, by their names

	Workloads       []string
	Certificate     []byte // as it was pasted
	CertificateFile []byte // as it was uploaded; nil where no file was
	Federated       plan.FederatedIssuer
	Scopes          []string // that the app offers, one on a line; nil in an update: as it is
	Subscriptions   []string
	Owners          []people.Person // besides the requester
	Backup          string          // the server to connect with the app; empty: it is handed to the requester
	// WhoSignsIn and PublicClientFlows are for a custom product. Without them it is
	// this tenant only, and no; in an update, as it is.
	WhoSignsIn        string // signInAudience
	PublicClientFlows *bool
	// Redirects are those of an update, or of a custom product, on other platforms than the product's, by
	// field. One that is not in it stays as it is.
	Redirects map[Field][]string
	Imported  *Imported
	Existing  bool // AppName names an app that was not made here, by its name or App ID
}

// CheckText refuses an empty text, and one of more than limit characters.
func CheckText(wrong Errors, f Field, s string, limit int) {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		wrong[f] = fmt.Sprintf("%s can't be empty.", f)
	case n > limit:
		wrong[f] = fmt.Sprintf("%s has %d characters; at most %d are allowed.", f, n, limit)
	}
}

// CheckName refuses a name for a new app that can be taken for another.
func CheckName(wrong Errors, name string) {
	if mixed := text.MixedScripts(name); mixed != "" {
		wrong[FieldAppName] = mixed + ", so it can be taken for another name. Write it in one script."
	}
}

// Errors are what is wrong with a form, by field.
type Errors map[Field]string

func (f Errors) Error() string { return "a change is needed in " + text.Count(len(f), "field") }

// Field names a field of the request form by its label.
type Field string

const (
	FieldProduct      Field = "Product"
	FieldAppName      Field = "App name"
	FieldReason       Field = "Reason"
	FieldTenant       Field = "Tenant"
	FieldTeam         Field = "Team"
	FieldCredential   Field = "Credential"
	FieldLifetime     Field = "Lifetime"
	FieldPermissions  Field = "Permissions"
	FieldRedirectURIs Field = "Redirect URIs"

	FieldWebRedirectURIs    Field = "Redirect URIs (web)" // where they are not the product's own
	FieldSPARedirectURIs    Field = "Redirect URIs (single-page app)"
	FieldPublicRedirectURIs Field = "Redirect URIs (public client)"

	FieldWhoSignsIn        Field = "Who can sign in"
	FieldPublicClientFlows Field = "Public client flows"

	FieldApplication     Field = "Application"
	FieldWorkloads       Field = "Workloads"
	FieldCertificate     Field = "Certificate"
	FieldCertificateFile Field = "Certificate file"
	FieldIssuer          Field = "Issuer"
	FieldSubject         Field = "Subject"
	FieldAudience        Field = "Audience"
	FieldSubscriptions   Field = "Subscriptions"
	FieldOwners          Field = "Owners"
	FieldManifest        Field = "Manifest"
	FieldManifestFile    Field = "Manifest file"
	FieldRetired         Field = "Instead of Azure AD Graph"
	FieldScopes          Field = "Exposed scopes"
	FieldBackup          Field = "Backup server"
)

// Brings reports whether something is in a field for the certificate. A file that
// is empty was given all the same.
func (d Draft) Brings(in Field) bool {
	if in == FieldCertificateFile {
		return d.CertificateFile != nil
	}
	return !certificate.IsEmpty(d.Certificate)
}

// CertificateField is the field that the certificate came in.
func (d Draft) CertificateField() Field {
	if d.Brings(FieldCertificateFile) {
		return FieldCertificateFile
	}
	return FieldCertificate
}
