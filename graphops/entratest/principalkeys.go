package entratest

import (
	"slices"
	"strings"
	"time"
)

// A service principal has passwords and certificates of its own, beside those of its
// application, and either signs the app in. Where its application lives in another tenant,
// the app instance lock keeps them as they are. Source: Graph, "servicePrincipal:
// addPassword", servicePrincipalLockConfiguration; azure-cli #28734.

// shared returns an application of another tenant that is for several, and that tenant.
func (t *Tenant) shared(appID string) (*app, *Tenant) {
	for _, other := range t.s.tenants {
		if a := other.appByAppID(appID); other.ID != t.ID && a != nil &&
			strings.HasPrefix(text(a.body["signInAudience"]), "AzureADMultipleOrgs") {
			return a, other
		}
	}
	return nil, nil
}

// home is the tenant that the application of a service principal lives in.
func (t *Tenant) home(p *sp) *Tenant {
	if t.appByAppID(p.appID) == nil {
		if _, other := t.shared(p.appID); other != nil {
			return other
		}
	}
	return t
}

// locked refuses a change of what the app instance lock covers.
func (c *call) locked(p *sp, property string) error {
	if p.app == nil || c.t.home(p).ID == c.t.ID {
		return nil
	}
	lock, _ := p.app.body["servicePrincipalLockConfiguration"].(object)
	if lock["isEnabled"] != true || lock["allProperties"] != true && lock["credentialsWithUsageVerify"] != true {
		return nil
	}
	return &problem{status: 400, code: "CannotUpdateLockedServicePrincipalProperty",
		message: "Property " + property + " cannot be updated on this service principal because it is locked by its application."}
}

func addSPPassword(c *call) (answer, error) {
	p, body, err := c.managedSP()
	if err != nil {
		return answer{}, err
	}
	if err := c.locked(p, "passwordCredentials"); err != nil {
		return answer{}, err
	}
	in, _ := body["passwordCredential"].(object)
	w := &password{keyID: c.t.s.newID(), name: text(in["displayName"]), start: c.at, end: c.at.AddDate(2, 0, 0)}
	if v := text(in["endDateTime"]); v != "" {
		w.end, _ = time.Parse(time.RFC3339, v)
	}
	w.secret = c.t.s.secret(newSecret())
	w.hint = w.secret[:3]
	c.t.s.principalSecrets[w.keyID] = w.secret
	p.body["passwordCredentials"] = append(slices.Clone(list(p.body["passwordCredentials"])), w.show(""))
	return ok(c.context("microsoft.graph.passwordCredential", w.show(w.secret)))
}

func removeSPPassword(c *call) (answer, error) {
	p, body, err := c.managedSP()
	if err != nil {
		return answer{}, err
	}
	if err := c.locked(p, "passwordCredentials"); err != nil {
		return answer{}, err
	}
	left := slices.DeleteFunc(slices.Clone(list(p.body["passwordCredentials"])), func(v any) bool {
		return v.(object)["keyId"] == body["keyId"]
	})
	if len(left) == len(list(p.body["passwordCredentials"])) {
		return answer{}, bad("No password credential found with keyId '%s'.", text(body["keyId"]))
	}
	p.body["passwordCredentials"] = left
	return noContent()
}

// provenBy reports whether a secret is one of the service principal's own.
func (s *Server) provenBy(p *sp, secret string) bool {
	return secret != "" && slices.ContainsFunc(list(p.body["passwordCredentials"]), func(v any) bool {
		w := v.(object)
		end, _ := time.Parse(time.RFC3339, text(w["endDateTime"]))
		return s.principalSecrets[text(w["keyId"])] == secret && s.now().Before(end)
	})
}
