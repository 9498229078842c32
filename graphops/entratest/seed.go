package entratest

import (
	"fmt"
	"strings"
)

// Seed adds an application as a GET of it shows one, with a service principal: any
// property is kept and shown as it came, one that nobody here knows included. What is
// not said is as in a new application. Certificates are told by their keyId, whatever
// else they say; secrets can be shown and removed, and open nothing. Owners are UPNs.
func (t *Tenant) Seed(app []byte, owners ...string) (Application, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	body, err := parse(app)
	if err != nil {
		return Application{}, err
	}
	delete(body, "@odata.context")
	t.learn(body, "application")
	keys, passwords := list(body["keyCredentials"]), list(body["passwordCredentials"])
	id, appID, unique, created := text(body["id"]), text(body["appId"]), text(body["uniqueName"]), text(body["createdDateTime"])
	for _, n := range []string{"id", "appId", "uniqueName", "createdDateTime", "deletedDateTime", "keyCredentials", "passwordCredentials"} {
		delete(body, n)
	}
	if text(body["displayName"]) == "" {
		return Application{}, fmt.Errorf("entratest: an application needs a displayName")
	}
	a := t.newApp(body)
	if id != "" {
		a.id = strings.ToLower(id)
	}
	if appID != "" {
		a.appID = strings.ToLower(appID)
	}
	a.created = t.s.now().AddDate(-1, 0, 0)
	if created != "" {
		a.created = ticks(created)
	}
	a.uniqueName, a.veil = unique, veil{}
	for _, v := range keys {
		a.keys = append(a.keys, oldKey(v.(object)))
	}
	for _, v := range passwords {
		a.passwords = append(a.passwords, oldPassword(v.(object)))
	}
	for _, upn := range owners {
		if u := t.userNamed(upn); u != nil {
			a.owners = append(a.owners, u.ID)
		}
	}
	t.newServicePrincipal(a).veil = veil{}
	t.s.changed()
	return t.application(a), nil
}

func oldPassword(o object) *password {
	return &password{keyID: text(o["keyId"]), name: text(o["displayName"]), hint: text(o["hint"]), secret: newID(),
		start: ticks(text(o["startDateTime"])), end: ticks(text(o["endDateTime"]))}
}

// learn notes the properties of an object that its type does not have.
func (t *Tenant) learn(o object, typ string) {
	for name, v := range o {
		p, known := types[typ][name]
		if !known && !strings.HasPrefix(name, "@") {
			if t.novel == nil {
				t.novel = make(novelties)
			}
			t.novel[typ+"."+name] = true
			continue
		}
		items, isList := v.([]any)
		if !isList {
			items = []any{v}
		}
		for _, item := range items {
			if inner, isObject := item.(object); isObject && types[p.kind] != nil {
				t.learn(inner, p.kind)
			}
		}
	}
}

// SeedKey adds an entry to the keyCredentials of an application, or of its service
// principal, as it is: with any property, type, usage and dates.
func (t *Tenant) SeedKey(appID string, onPrincipal bool, entry []byte) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	o, err := parse(entry)
	if err != nil {
		return err
	}
	t.learn(o, "keyCredential")
	a, p := t.appByAppID(appID), t.spByAppID(appID)
	switch {
	case onPrincipal && p != nil:
		p.setKeys(append(p.keys(), oldKey(o)))
	case !onPrincipal && a != nil:
		a.keys = append(a.keys, oldKey(o))
	default:
		return notFound(appID)
	}
	t.s.changed()
	return nil
}
