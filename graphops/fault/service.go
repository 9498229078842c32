package fault

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow"
)

// A Service is told by where the operator configures its address.
type Service struct{ name, setting string }

// The services that a session calls.
var (
	Graph = Service{"Microsoft Graph", "graph_url"}
	Azure = Service{"Azure Resource Manager", "arm_url"}
)

// A misdirected is a call that would have sent the token to where it does not go. It is
// no workflow.ServiceError, as nobody has said no to what was asked: who takes a "no" for
// an answer must not take this one.
type misdirected struct {
	by   Service
	does string
	ref  string
}

var _ workflow.Describer = (*misdirected)(nil)

// Redirected is what it means that a service wants to send the token elsewhere.
func (s Service) Redirected(ref string) error {
	return &misdirected{s, "redirects the bot to another address", ref}
}

// Elsewhere is what it means that the next page of a list is at another address.
func (s Service) Elsewhere() error {
	return &misdirected{s, "continues a list at an address that is not its own", ""}
}

func (m *misdirected) Error() string { return fmt.Sprintf("%s %s (%s)", m.by.name, m.does, m.ref) }

func (m *misdirected) Describe() *workflow.ServiceError {
	return &workflow.ServiceError{Code: "AddressElsewhere", Ref: m.ref,
		Text: fmt.Sprintf("%s %s, which the bot does not follow, as its token goes nowhere else; "+
			"the operator has to check %s of this tenant in the configuration, and any proxy in between.", m.by.name, m.does, m.by.setting)}
}
