package graphops

import (
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
)

// services.md, section 1: no "no" about something younger than some twenty minutes is
// final, unless its code says that the input is wrong. What is young is known from what is
// stored, in a session that has made nothing itself.
func TestNoIsFinalOnceTheAppIsOldOrTheInputWrong(t *testing.T) {
	for _, c := range []struct {
		status      int
		code        string
		young, old  bool // whether it is waited for
		op          fault.Operation
		about, text string
	}{
		{404, "Request_ResourceNotFound", true, false, opKeys, objectID, ""},
		{400, "Request_BadRequest", true, false, opRole, objectID, "Not a valid reference update"},
		{400, "Request_BadRequest", true, false, opGrant, objectID, "Permission being assigned was not found on application"},
		{400, "InvalidValue", true, false, opAPI, objectID,
			"delegatedPermissionIds has a Permission Id that cannot be found in the AppPermissions sets"},
		{409, "Error_MsaAppDoesNotExist", true, false, opApplication, objectID, ""},
		{400, "RoleDefinitionDoesNotExist", true, false, fault.Operation{Name: "putRoleAssignment", Refers: true}, objectID, ""},
		{400, "PrincipalNotFound", true, false, fault.Operation{Name: "putRoleAssignment", Refers: true}, objectID, ""},
		{400, "NoBackingApplicationObject", true, false, opPrincipal, clientID, ""},
		{403, "Authorization_RequestDenied", true, false, opPrincipal, clientID,
			"the backing application of the service principal being created must in the local tenant"},
		{403, "Authorization_RequestDenied", false, false, opPrincipal, clientID, "Insufficient privileges to complete the operation."},
		{403, "Authorization_RequestDenied", false, false, opRole, objectID, "Insufficient privileges to complete the operation."},
		{400, "Request_BadRequest", false, false, opApplication, objectID, "Invalid value specified for property 'displayName'"},
		{400, "BadRequest", false, false, opGrant, objectID,
			"Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."},
		{400, "Request_BadRequest", false, false, opAPI, objectID, "Invalid property 'ResourceAccess'."},
		{400, "Request_BadRequest", false, false, opAPI, objectID,
			"Invalid value specified for property 'adminConsentDisplayName' of resource 'PermissionScope'."},
		{400, "Request_BadRequest", true, false, opGrant, objectID,
			"Invalid value specified for property 'resourceId' of resource 'OAuth2PermissionGrant'."},
		{400, "Request_BadRequest", true, false, opAPI, objectID, "Invalid value specified for property 'web' of resource 'Application'."},
		{400, "Directory_QuotaExceeded", false, false, opPrincipal, clientID, ""},
		{400, "CredentialInvalidLifetimeAsPerAppPolicy", false, false, opAddKey, objectID, ""},
		{400, "KeyCredentialsInvalidEndDate", false, false, opSetCerts, objectID, ""},
		{400, "InvalidFederatedIdentityCredentialValue", false, false, opFederated, objectID, ""},
	} {
		w := newWorld(t)
		s := w.session("ada").(*session)
		body := encode(map[string]any{"error": map[string]string{"code": c.code, "message": c.text}})
		no := c.op.Read(c.status, nil, body, w.now())
		s.Ask.Born = w.now().Add(-19 * time.Minute)
		if err := w.saw(s.fault(no, c.about)); isTemporary(err) != c.young {
			t.Errorf("%d %s %q about something young: %v", c.status, c.code, c.text, err)
		}
		s.Ask.Born = w.now().Add(-21 * time.Minute)
		if err := w.saw(s.fault(no, c.about)); isTemporary(err) != c.old {
			t.Errorf("%d %s %q about something old: %v", c.status, c.code, c.text, err)
		}
	}
}
