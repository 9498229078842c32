package entratest

import (
	"crypto/rand"
	"slices"
	"time"
)

func addPassword(c *call) (answer, error) {
	a, err := c.lookup()
	if err != nil {
		return answer{}, err
	}
	if a.veil.hides(c.at) {
		return answer{}, unknownYet()
	}
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(a.owners) {
		return answer{}, denied()
	}
	k := c.policy(a)
	if k.ForbidSecrets || a.magic("-nosecret") {
		return answer{}, c.against("CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed")
	}
	in, _ := body["passwordCredential"].(object)
	for _, set := range []string{"keyId", "customKeyIdentifier"} {
		if in[set] != nil {
			return answer{}, bad("Property '%s' of a password credential cannot be set.", set)
		}
	}
	p := &password{keyID: c.t.s.newID(), name: text(in["displayName"]), start: c.at}
	if v := text(in["startDateTime"]); v != "" {
		p.start, _ = time.Parse(time.RFC3339, v)
	}
	p.end = p.start.AddDate(2, 0, 0)
	if v := text(in["endDateTime"]); v != "" {
		p.end, _ = time.Parse(time.RFC3339, v)
	}
	if !p.end.After(p.start) || !p.end.After(c.at) {
		return answer{}, bad("The end date of a password credential must be later than its start date, and in the future.")
	}
	if len(p.name) > 120 {
		return answer{}, bad("Invalid value specified for property 'displayName' of resource 'PasswordCredential'.")
	}
	if k.MaxSecretLifetime > 0 && p.end.Sub(p.start) > k.MaxSecretLifetime {
		return answer{}, c.tooLong()
	}
	p.secret = c.t.s.secret(newSecret())
	p.hint = p.secret[:3]
	lag := c.t.knobs.Lag.Secret
	if a.magic("-slowproof") {
		lag = max(lag, magicLag)
	}
	p.veil = c.t.veil(lag)
	a.passwords = append(a.passwords, p)
	return ok(c.context("microsoft.graph.passwordCredential", p.show(p.secret)))
}

// newSecret makes 40 characters of the kind that Entra makes.
func newSecret() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-"
	b := make([]byte, 40)
	rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	copy(b[3:], "8Q~")
	return string(b)
}

func removePassword(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(a.owners) {
		return answer{}, denied()
	}
	id := text(body["keyId"])
	if id == "" {
		return answer{}, bad("A value is required for property 'keyId'.")
	}
	i := slices.IndexFunc(a.passwords, func(p *password) bool { return p.keyID == id })
	if i < 0 {
		return answer{}, bad("No password credential found with keyId '%s'.", id)
	}
	a.passwords = slices.Delete(slices.Clone(a.passwords), i, i+1)
	return noContent()
}
