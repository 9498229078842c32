// Package people describes who takes part: the members of the Slack workspace.
package people

// A Person is a member of the Slack workspace.
type Person struct {
	ID    string // Slack's, "U0123456789"
	Name  string
	Email string // from the Slack profile; it is a hint, never an authority

	// Outside says why this person may take no part: a guest, a stranger of
	// another workspace, a bot, a deactivated account. Empty means a full member.
	Outside string `json:",omitempty"`
	// Confirmed reports whether the address was ever proved to be theirs.
	Confirmed EmailConfirmed `json:",omitempty"`
}

// EmailConfirmed is what Slack says of the address in a profile: is_email_confirmed.
type EmailConfirmed string

const (
	EmailAsBefore    EmailConfirmed = ""       // of a request from before it was asked
	EmailProved      EmailConfirmed = "yes"    // whoever has the account has the mailbox
	EmailUnproved    EmailConfirmed = "no"     // it could be anybody's
	EmailNothingSaid EmailConfirmed = "unsaid" // Slack did not say
)

// Address is the e-mail address by which p's account in a tenant may be looked up, or
// empty: one that was never proved could be that of somebody else.
func (p Person) Address() string {
	if p.Confirmed == EmailUnproved {
		return ""
	}
	return p.Email
}

// Same compares by Slack ID.
func Same(a, b Person) bool { return a.ID == b.ID }
