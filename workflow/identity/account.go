package identity

// An Account is who signed in to a tenant, as the sign-in and Microsoft Graph say. It is kept
// nowhere; a Link has what is.
type Account struct {
	TenantID, ObjectID string
	UPN, Mail          string
	// Elsewhere says that it is another tenant's account, which is a guest in this one: whoever
	// runs that one decides who can sign in with it.
	Elsewhere bool
	Disabled  bool
}
