package entratest

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// What replicas answer that have not heard of something, or that are told that
// another one knows better.

// A form is one of the answers that have been seen.
type form struct {
	status        int
	code, message string
	detail        string // the code of a detail
}

const (
	missing      = "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
	noBackingApp = "The appId '{id}' of the service principal does not reference a valid application object."
)

// unheard are the forms of the calls that have their own. All others have those of anyUnheard.
// Sources: azure-cli, hashicorp/terraform-provider-azuread (service_principal_resource.go,
// app_role_assignment_resource.go, issue 1764, pull request 1896), msgraph-bicep-types 193,
// terraform-provider-azurerm 10479 and 19916.
var unheard = map[string][]form{
	"createServicePrincipal": {
		{400, "Request_BadRequest", noBackingApp, "NoBackingApplicationObject"},
		{400, "Request_BadRequest", noBackingApp, ""},
		{400, "NoBackingApplicationObject", noBackingApp, ""},
		{404, "Request_ResourceNotFound", missing, ""},
		{403, "Authorization_RequestDenied",
			"When using this permission, the backing application of the service principal being created must in the local tenant", ""},
	},
	"assignAppRole": referring,
	"createGrant":   referring,
	"updateGrant":   referring,
	"assignRole":    referring,
	"putRoleAssignment": {
		{400, "PrincipalNotFound", "Principal {id} does not exist in the directory.", ""},
		{400, "RoleDefinitionDoesNotExist", "The specified role definition with ID '{id}' does not exist.", ""},
		{404, "RoleDefinitionDoesNotExist", "The specified role definition with ID '{id}' does not exist.", ""},
	},
}

var referring = []form{
	{400, "Request_BadRequest", "Not a valid reference update.", ""},
	{400, "Request_BadRequest", "Permission being assigned was not found on application '{id}'.", ""},
	{400, "Request_BadRequest", missing, ""},
	{404, "Request_ResourceNotFound", missing, ""},
	{404, "Directory_ObjectNotFound", "Unable to read the company information from the directory.", ""},
	{400, "Request_BadRequest", missing, "ResourceNotFound"},
}

var anyUnheard = []form{
	{404, "Request_ResourceNotFound", missing, ""},
	{404, "Directory_ObjectNotFound", "Unable to read the company information from the directory.", ""},
	{404, "ResourceNotFound", missing, ""},
	{404, "", "Not found.", ""},
}

// personalAccounts is in the audience of an application that has a part outside of the
// tenant.
const personalAccounts = "PersonalMicrosoftAccount"

// draw makes an answer of one of the forms.
func (s *Server) draw(forms []form, id string) error {
	f := forms[s.chance().IntN(len(forms))]
	p := &problem{status: f.status, code: f.code, message: strings.ReplaceAll(f.message, "{id}", id)}
	if f.detail != "" {
		p.details = []detail{{Code: f.detail, Message: p.message}}
	}
	return p
}

// uninformed is what a replica says that has not heard of something. What it says
// about what it knows, it says in its own words.
func (c *call) uninformed(err error) error {
	p, is := errors.AsType[*problem](err)
	id := ""
	if len(c.keys) > 0 {
		id = c.keys[len(c.keys)-1].value
	} else if o, err := parse(c.body); err == nil {
		id = cmp.Or(text(o["appId"]), text(o["clientId"]), text(o["principalId"]))
	}
	forms, own := unheard[c.op()]
	personal := strings.Contains(string(c.body), personalAccounts)
	if c.op() == "updateApplication" {
		if a, err := c.lookup(); err == nil {
			personal = personal || strings.Contains(text(a.body["signInAudience"]), personalAccounts)
		}
	}
	switch {
	case !is || p.status == 403 || strings.Contains(p.message, "already exist"):
		return err // of the last it has not heard that it was removed
	case own && (p.status == 404 || p.status == 400):
		return c.t.s.draw(forms, id)
	case p.status == 404 && c.op() == "updateApplication" && personal && c.t.s.chance().IntN(2) == 0:
		return &problem{status: 409, code: "Error_MsaAppDoesNotExist", message: "The application does not exist in MSA."}
	case p.status == 404 && !c.azure:
		return c.t.s.draw(anyUnheard, id)
	}
	return err
}

// uninformedSignIn is the same for the token endpoint. Without its service principal an
// app is missing one, or is not there at all, or has no assignment.
func (t *Tenant) uninformedSignIn(err error) error {
	o, is := errors.AsType[*oops](err)
	if !is || o.code != 7000229 && o.code != 700016 {
		return err
	}
	switch t.s.chance().IntN(3) {
	case 0:
		return sts(7000229+700016-o.code, "the app", t.Name)
	case 1:
		return sts(501051, "the app", "the resource")
	}
	return err
}

// collides is what a write is told that would make a second one of something that can
// be there once, or that removes what is gone.
func (r *replicas) collides(c *call, before map[place]any, done changes) error {
	taken := make(map[string]place)
	for p, e := range r.truth {
		for _, n := range r.truth.names(p, e.value) {
			taken[n] = p
		}
	}
	for _, p := range done.sorted() {
		v := done[p]
		_, known := before[p]
		there := r.truth[p].value != nil
		switch {
		case v == nil && !there && p.part != setting && p.part != "keys" && p.part != removed && !c.azure && c.t.s.chance().IntN(2) == 0:
			return c.t.s.draw(anyUnheard, p.id)
		case v != nil && !known && there && (p.part == "" || p.part == owner):
			return r.twice(p)
		case v == nil:
			continue
		}
		for _, n := range r.truth.names(p, v) {
			if q, is := taken[n]; is && q != p {
				return r.twice(p)
			}
		}
	}
	return nil
}

// twice is the conflict at a place.
func (r *replicas) twice(p place) error {
	switch {
	case p.kind == "app" && p.part == "":
		return r.t.s.nameTaken()
	case p.kind == "app" && p.part == owner || p.kind == "sp" && p.part == owner:
		return bad("One or more added object references already exist for the following modified properties: 'owners'.")
	case p.part == "federated":
		return &problem{status: 409, code: "Request_MultipleObjectsWithSameKeyValue",
			message: "FederatedIdentityCredential with this name already exists."}
	case p.kind == "sp":
		return spTaken(p.id)
	case p.kind == "assignment":
		return bad("Permission being assigned already exists on the object")
	case p.kind == "grant":
		return &problem{status: 409, code: "Request_MultipleObjectsWithSameKeyValue", message: "Permission entry already exists."}
	case p.kind == "azureRole":
		return sameRoleName()
	case p.kind == "azureAssignment":
		return azureProblem(409, "RoleAssignmentExists",
			"The role assignment already exists. The ID of the existing role assignment is %s.", strings.ReplaceAll(p.id, "-", ""))
	}
	return conflict()
}

// nameTaken is what a second application of a unique name gets, while the first one
// lives or is among the deleted ones.
func (s *Server) nameTaken() error {
	return s.draw([]form{
		{400, "Request_BadRequest", sameName, "ObjectConflict"},
		{400, "Request_MultipleObjectsWithSameKeyValue", sameName, ""},
		{409, "Request_MultipleObjectsWithSameKeyValue", sameName, "ConflictingObjects"},
	}, "")
}

const sameName = "Another object with the same value for property uniqueName already exists."

// isNamed reports whether an application, a deleted one too, has a unique name.
func (t *Tenant) isNamed(uniqueName string) bool {
	return slices.ContainsFunc(slices.Concat(t.apps, t.bin), func(a *app) bool { return a.uniqueName == uniqueName })
}
