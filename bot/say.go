package bot

import (
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A say draws what people read, messages and forms, from a request and what is
// configured. It asks nobody and sends nothing.
type say struct {
	facts
	now  time.Time
	left func(user string) bool // whether somebody is known to have left
}

// facts are what is configured, as far as people read it. A *workflow.Desk has them.
type facts interface {
	Policy() workflow.Policy
	Tenant(name string) (workflow.Tenant, bool)
	Product(name string) (pack.Product, bool)
	Missing(*workflow.Request) []string
	MayHandOver(*workflow.Request) bool
	Checks(*workflow.Request) bool
	Renewals(*workflow.Request) ([]pack.Offer, *workflow.Refusal)

	// For forms.
	Products() []pack.Product
	Tenants() []workflow.Tenant
	Backups(pack.Product) []string
	Credentials(p pack.Product, server string) []pack.Offer
	Lifetimes(pack.Offer) []plan.Lifetime
	LifetimeHint(pack.Offer) string
	TokenExchange() string
}

// say is how things are said now.
func (b *Bot) say() say { return say{facts: b.desk, now: b.now(), left: b.left} }
