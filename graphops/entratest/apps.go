package entratest

import (
	"maps"
	"slices"
	"strings"
)

// lookup finds the application that the path names, replicated or not.
func (c *call) lookup() (*app, error) {
	k := c.keys[0]
	var a *app
	switch k.by {
	case "id":
		id, err := c.guidFor(0)
		if err != nil {
			return nil, err
		}
		a = find(c.t.apps, func(a *app) bool { return a.id == id })
	case "appId":
		a = c.t.appByAppID(strings.ToLower(k.value))
	case "uniqueName":
		a = find(c.t.apps, func(a *app) bool { return a.uniqueName == k.value })
	default:
		return nil, bad("The key '%s' is not an alternate key of an application.", k.by)
	}
	if a == nil {
		return nil, notFound(k.value)
	}
	return a, nil
}

// app finds the application that the path names, if this replica knows it.
func (c *call) app() (*app, error) {
	a, err := c.lookup()
	if err == nil && a.veil.hides(c.at) {
		err = notFound(c.keys[0].value)
	}
	return a, err
}

func listApplications(c *call) (answer, error) {
	if err := c.readsKeys(); err != nil {
		return answer{}, err
	}
	if a, answered, err := c.listCrowd(); answered {
		return a, err
	}
	var items []object
	for _, a := range c.t.apps {
		if v := a.veil; !v.hides(c.at) { // a list does not count as a use
			items = append(items, c.t.showApp(a, false))
		}
	}
	return c.list("application", "applications", items)
}

func getApplication(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	return c.appAnswer(a, ok)
}

func (c *call) appAnswer(a *app, as func(any) (answer, error)) (answer, error) {
	if err := c.readsKeys(); err != nil {
		return answer{}, err
	}
	withKeys := c.method == "GET" && c.selects("keyCredentials")
	o, err := c.selected("application", c.t.showApp(a, withKeys))
	if err != nil {
		return answer{}, err
	}
	return as(c.context("applications/$entity", o))
}

func createApplication(c *call) (answer, error) {
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	return c.register(body, text(body["uniqueName"]))
}

// register makes an application, whose owner is the person who calls.
func (c *call) register(body object, uniqueName string) (answer, error) {
	if !c.mayRegister() {
		return answer{}, denied()
	}
	if text(body["displayName"]) == "" {
		return answer{}, bad("A value is required for property 'displayName' of resource 'Application'.")
	}
	if uniqueName != "" && c.t.isNamed(uniqueName) {
		return answer{}, c.t.s.nameTaken()
	}
	delete(body, "uniqueName")
	draft := &app{id: c.t.s.newID(), appID: c.t.s.newID(), body: object{}}
	keys, err := c.t.checkApp(draft, body)
	if err == nil {
		err = c.heedPolicy(draft, body, keys)
	}
	if err != nil {
		return answer{}, err
	}
	delete(body, "keyCredentials")
	fillScopes(body)
	if body["servicePrincipalLockConfiguration"] == nil && !c.t.knobs.NoInstanceLock {
		body["servicePrincipalLockConfiguration"] = object{"isEnabled": true, "allProperties": true, "credentialsWithUsageVerify": true,
			"credentialsWithUsageSign": true, "tokenEncryptionKeyId": true}
	}
	a := c.t.newApp(body)
	a.uniqueName, a.keys = uniqueName, keys
	a.owners = c.firstOwner()
	return c.appAnswer(a, created)
}

// undoesKeys reports whether a write of keyCredentials comes undone, and counts it.
func (t *Tenant) undoesKeys() bool {
	if t.whole != nil {
		t = t.whole
	}
	if t.knobs.KeyWritesUndone == 0 {
		return false
	}
	t.knobs.KeyWritesUndone--
	return true
}

func updateApplication(c *call) (answer, error) {
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	find := c.app
	if c.upsert() {
		if text(body["displayName"]) == "" {
			return answer{}, bad("A value is required for property 'displayName' of resource 'Application'.")
		}
		if n := body["uniqueName"]; n != nil && n != c.keys[0].value {
			return answer{}, bad("Property 'uniqueName' does not match the key in the address.")
		}
		if _, err := c.lookup(); err != nil {
			return c.register(body, c.keys[0].value)
		}
		find = c.lookup // the alternate key is unique even where the application is not seen yet
	}
	a, err := find()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(a.owners) {
		return answer{}, denied()
	}
	if n, given := body["uniqueName"]; given && n != a.uniqueName {
		if a.uniqueName != "" || n == nil {
			return answer{}, bad("Property 'uniqueName' is read-only and cannot be changed once it is set.")
		}
		if c.t.isNamed(text(n)) {
			return answer{}, c.t.s.nameTaken()
		}
	}
	keys, err := c.t.checkApp(a, body)
	if err == nil {
		err = c.heedPolicy(a, body, keys)
	}
	if err != nil {
		return answer{}, err
	}
	if n := text(body["uniqueName"]); n != "" {
		a.uniqueName = n
	}
	if _, given := body["keyCredentials"]; given && !c.t.undoesKeys() {
		a.keys = keys
		c.wrote = append(c.wrote, place{"app", a.id, "keys", ""})
	}
	delete(body, "uniqueName")
	delete(body, "keyCredentials")
	c.sets("app", a.id, body)
	c.t.rewrite(a, c.t.settled(a.body, body))
	return noContent()
}

func deleteApplication(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(a.owners) {
		return answer{}, denied()
	}
	c.t.apps = slices.DeleteFunc(c.t.apps, func(b *app) bool { return a == b })
	if p := c.t.spByAppID(a.appID); p != nil {
		c.t.bury(p)
	}
	a.deleted = c.at
	c.t.bin = append(c.t.bin, a)
	return noContent()
}

func listOwners(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	return c.owners(a.owners)
}

func (c *call) owners(ids []string) (answer, error) {
	return c.list("directoryObject", "directoryObjects", c.ownersOf(ids))
}

// ownersOf shows owners: people, and applications that made one with Application.ReadWrite.OwnedBy.
func (c *call) ownersOf(ids []string) []object {
	items := []object{}
	for _, id := range ids {
		if o := c.t.showObject(id); o != nil {
			items = append(items, o)
		}
	}
	return c.limited(items)
}

func listOwnerRefs(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	return c.ownerRefs(a.owners)
}

func (c *call) ownerRefs(owners []string) (answer, error) {
	refs := []any{}
	for _, id := range owners {
		refs = append(refs, object{"@odata.id": c.t.s.graphURL + "/v2/" + c.t.ID + "/directoryObjects/" + id +
			"/Microsoft.DirectoryServices.User"})
	}
	return ok(object{"@odata.context": c.t.s.graphURL + "/v1.0/$metadata#Collection($ref)", "value": refs})
}

// reference reads the ID of an existing user out of an @odata.id.
func (c *call) reference() (string, error) {
	body, err := c.decodeReference()
	if err != nil {
		return "", err
	}
	ref := text(body["@odata.id"])
	path, isOurs := strings.CutPrefix(ref, c.t.s.graphURL+"/v1.0/")
	collection, id, found := strings.Cut(path, "/")
	if !isOurs || !found || collection != "directoryObjects" && collection != "users" || !guid.MatchString(id) {
		return "", bad("Invalid URL format specified in payload: '%s'.", ref)
	}
	if c.t.user(strings.ToLower(id)) == nil {
		return "", notFound(id)
	}
	return strings.ToLower(id), nil
}

// decodeReference is decode for a body whose one property is an annotation.
func (c *call) decodeReference() (object, error) {
	o, err := parse(c.body)
	if err != nil {
		return nil, err
	}
	for k, v := range o {
		if _, isText := v.(string); k != "@odata.id" || !isText {
			return nil, bad("Invalid property '%s'.", k)
		}
	}
	return o, nil
}

// addTo adds an owner to a list of them.
func (c *call) addTo(owners *[]string) (answer, error) {
	id, err := c.reference()
	if err != nil {
		return answer{}, err
	}
	if slices.Contains(*owners, id) {
		return answer{}, bad("One or more added object references already exist for the following modified properties: 'owners'.")
	}
	if len(*owners) >= 100 {
		return answer{}, bad("The directory object quota limit for the owners of this object has been exceeded.")
	}
	*owners = append(*owners, id)
	return noContent()
}

func addOwner(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(a.owners) || !c.mayAddOwner() {
		return answer{}, denied()
	}
	return c.addTo(&a.owners)
}

func removeOwner(c *call) (answer, error) {
	a, err := c.app()
	if err != nil {
		return answer{}, err
	}
	return c.removeFrom(&a.owners)
}

// removeFrom removes an owner from a list of them.
func (c *call) removeFrom(owners *[]string) (answer, error) {
	id, err := c.guidFor(1)
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(*owners) {
		return answer{}, denied()
	}
	if !slices.Contains(*owners, id) {
		return answer{}, notFound(id)
	}
	*owners = slices.DeleteFunc(slices.Clone(*owners), func(o string) bool { return o == id })
	return noContent()
}

func listOwned(c *call) (answer, error) {
	u, err := c.person()
	if err != nil {
		return answer{}, err
	}
	cast := strings.HasSuffix(c.route.path, "application")
	var items []object
	for _, a := range c.t.apps {
		if v := a.veil; slices.Contains(a.owners, u.ID) && !v.hides(c.at) {
			o := c.t.showApp(a, false)
			if !cast {
				o["@odata.type"] = "#microsoft.graph.application"
			}
			items = append(items, o)
		}
	}
	if cast {
		return c.list("application", "applications", items)
	}
	for _, p := range c.t.sps {
		if slices.Contains(p.owners, u.ID) && p.peeks(c.at) {
			o := maps.Clone(c.t.showSP(p))
			o["@odata.type"] = "#microsoft.graph.servicePrincipal"
			items = append(items, o)
		}
	}
	return c.list("directoryObject", "directoryObjects", items)
}
