package graphops

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow"
)

// A service is told by where the operator configures its address.
type service struct{ name, setting string }

var (
	graphService = service{"Microsoft Graph", "graph_url"}
	azureService = service{"Azure Resource Manager", "arm_url"}
)

// What a service does that would send a token elsewhere.
const (
	redirected = "redirects the bot to another address"
	otherPage  = "continues a list at an address that is not its own"
)

// A misdirected is a call that would have sent the token to where it does not go. It is
// no workflow.Trouble, as nobody has said no to what was asked: who takes a "no" for
// an answer must not take this one.
type misdirected struct {
	by   service
	does string
	ref  string
}

var _ workflow.Describer = (*misdirected)(nil)

func (m *misdirected) Error() string { return fmt.Sprintf("%s %s (%s)", m.by.name, m.does, m.ref) }

func (m *misdirected) Describe() *workflow.ServiceError {
	return &workflow.ServiceError{Code: "AddressElsewhere", Ref: m.ref,
		Text: fmt.Sprintf("%s %s, which the bot does not follow, as its token goes nowhere else; "+
			"the operator has to check %s of this tenant in the configuration, and any proxy in between.", m.by.name, m.does, m.by.setting)}
}
