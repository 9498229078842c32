package entratest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A federated is a federated identity credential: instead of a secret or a
// certificate the app shows a token of another issuer.
type federated struct {
	id, name, issuer, subject, audience string
	description                         any
}

const mostFederated = 20

var urlFriendly = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$`)

func (f *federated) show() object {
	return object{"id": f.id, "name": f.name, "issuer": f.issuer, "subject": f.subject, "description": f.description,
		"audiences": []any{f.audience}}
}

func invalidFederated(property, message string) error {
	return &problem{status: 400, code: "InvalidFederatedIdentityCredentialValue",
		message: message + " paramName: FederatedIdentityCredential." + property +
			", objectType: Microsoft.Online.DirectoryServices.Application"}
}

// federated finds the credential that the path names, by id or by name.
func (c *call) federated() (*app, *federated, error) {
	a, err := c.app()
	if err != nil {
		return nil, nil, err
	}
	k := c.keys[1]
	f := find(a.federated, func(f *federated) bool {
		return k.by != "name" && strings.EqualFold(f.id, k.value) || k.by != "appId" && f.name == k.value
	})
	if f == nil {
		return a, nil, notFound(k.value)
	}
	return a, f, nil
}

func listFederated(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	var items []object
	for _, f := range a.federated {
		items = append(items, f.show())
	}
	return c.list("federatedIdentityCredential", "applications('"+a.id+"')/federatedIdentityCredentials", items)
}

func getFederated(c *call) (answer, error) {
	a, f, err := c.federated()
	if err != nil {
		return answer{}, err
	}
	return c.federatedAnswer(a, f, ok)
}

func (c *call) federatedAnswer(a *app, f *federated, as func(any) (answer, error)) (answer, error) {
	o, err := c.selected("federatedIdentityCredential", f.show())
	if err != nil {
		return answer{}, err
	}
	return as(c.context("applications('"+a.id+"')/federatedIdentityCredentials/$entity", o))
}

func createFederated(c *call) (answer, error) {
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
	return c.addFederated(a, body, text(body["name"]))
}

func (c *call) addFederated(a *app, body object, name string) (answer, error) {
	f := &federated{id: c.t.s.newID(), name: name}
	f.take(body)
	if !urlFriendly.MatchString(name) {
		return answer{}, invalidFederated("Name", "The name must be 3 to 120 characters that are friendly to URLs.")
	}
	if slices.ContainsFunc(a.federated, func(g *federated) bool { return g.name == name }) {
		return answer{}, &problem{status: 409, code: "Request_MultipleObjectsWithSameKeyValue",
			message: "FederatedIdentityCredential with name " + name + " already exists."}
	}
	if err := c.t.checkFederated(a, f, body); err != nil {
		return answer{}, err
	}
	if len(a.federated) >= mostFederated {
		return answer{}, bad("The number of federated identity credentials of the application exceeds the limit of %d.", mostFederated)
	}
	a.federated = append(a.federated, f)
	return c.federatedAnswer(a, f, created)
}

// updateFederated may also create what is not there, if it is named by name
// and Prefer says create-if-missing.
func updateFederated(c *call) (answer, error) {
	a, old, err := c.federated()
	if a == nil || old == nil && !c.upsert() {
		return answer{}, err
	}
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(a.owners) {
		return answer{}, denied()
	}
	if n, given := body["name"]; given && (old != nil && n != old.name || old == nil && n != c.keys[1].value) {
		return answer{}, invalidFederated("Name", "The name cannot be changed once the credential is created.")
	}
	if old == nil {
		return c.addFederated(a, body, c.keys[1].value)
	}
	f := *old
	f.take(body)
	if err := c.t.checkFederated(a, &f, body); err != nil {
		return answer{}, err
	}
	*old = f
	c.wrote = append(c.wrote, place{"app", a.id, "federated", f.id})
	return noContent()
}

func deleteFederated(c *call) (answer, error) {
	a, f, err := c.federated()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(a.owners) {
		return answer{}, denied()
	}
	a.federated = slices.DeleteFunc(slices.Clone(a.federated), func(g *federated) bool { return f == g })
	return noContent()
}

// take lays what a body says over a credential.
func (f *federated) take(body object) {
	for property, to := range map[string]*string{"issuer": &f.issuer, "subject": &f.subject} {
		if v, given := body[property]; given {
			*to = text(v)
		}
	}
	if v, given := body["audiences"]; given {
		f.audience = ""
		if l := list(v); len(l) == 1 {
			f.audience = text(l[0])
		}
	}
	if v, given := body["description"]; given {
		f.description = v
	}
}

func (t *Tenant) checkFederated(a *app, f *federated, body object) error {
	if n := len(list(body["audiences"])); body["audiences"] != nil && n != 1 {
		return invalidFederated("Audiences", "Exactly one audience must be given.")
	}
	for property, v := range map[string]string{"Issuer": f.issuer, "Subject": f.subject, "Audiences": f.audience} {
		if strings.TrimSpace(v) == "" || v != strings.TrimSpace(v) || len(v) > 600 {
			return invalidFederated(property, "A value of at most 600 characters, without spaces around it, is required.")
		}
	}
	if len(text(f.description)) > 600 {
		return invalidFederated("Description", "It is longer than 600 characters.")
	}
	if u, err := url.Parse(f.issuer); err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return invalidFederated("Issuer", "The issuer must be an https URL.")
	}
	if f.issuer == t.s.loginURL+"/"+t.ID+"/v2.0" && t.spByID(f.subject) == nil {
		return invalidFederated("Subject",
			"The subject must be the object ID of a service principal in the tenant, as Microsoft Entra is the issuer.")
	}
	same := func(g *federated) bool { return g.id != f.id && g.issuer == f.issuer && g.subject == f.subject }
	if slices.ContainsFunc(a.federated, same) {
		return invalidFederated("Subject", "The combination of issuer and subject must be unique for the application. Issuer "+f.issuer+
			" and Subject: "+f.subject+" already exist.")
	}
	return nil
}
