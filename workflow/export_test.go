package workflow

import (
	"context"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

// What black-box tests ask of the inside.

func (d *Desk) SetBackups(servers []BackupServer) { d.backups = servers }
func (d *Desk) SetPeople(p People)                { d.people = p }
func (d *Desk) SetStore(s Store)                  { d.store = s }
func (d *Desk) KeptIn() Store                     { return d.store }
func (e *Engine) Checks() int                     { return len(e.checks) }
func (e *Engine) Draw(id string, name PostName)   { e.draw(id, name) }
func (e *Engine) SetStore(s Store)                { e.store = s }
func (h Handover) KeepsSealed() bool              { return h.keepsSealed() }
func (p Policy) EWSRemindAt(r *Request) time.Time { return p.ewsRemindAt(r) }
func (r Rule) Audited() bool                      { return r.audited() }
func (t Tenant) In() cloud.Cloud                  { return t.in() }
func (w azureWork) Given() []AzureShare           { return w.give }
func (w azureWork) Takes() bool                   { return w.takes() }
func (w azureWork) Rights() []string              { return w.rights() }

// TooFew is tooFew, as the links in the store tell who is who.
func (d *Desk) TooFew(r *Request, last people.Person) *Refusal {
	p, err := d.panel(context.Background(), r)
	if err != nil {
		panic(err)
	}
	return p.tooFew(r, last)
}

// byAddress is a panel of people who are linked to nothing, and are found by their addresses.
func byAddress(r *Request, t Tenant) panel {
	p := panel{Tenant: t, known: true, ties: ties{}}
	for _, q := range slices.Concat(gainers(r), r.previous().Owners) {
		p.ties[q.ID] = tie{Person: q}
	}
	return p
}

func SignerProblem(r *Request, t Tenant, who Signer) *Refusal {
	p := byAddress(r, t)
	p.who = &who
	return signerProblem(r, p)
}

func AskFor(r *Request) Ask { return askFor(r, byAddress(r, Tenant{})) }

func (s Steps) Done(n StepName) bool { return s.done(n) }

// VoidLink is voidLink, as a sign-in that finds the account gone calls it.
func (e *Engine) VoidLink(l identity.Link, why string) { e.voidLink(context.Background(), l, why) }

// OnlyConnects leaves the desk n servers that apps can be connected with; with the others a
// person looks.
func (d *Desk) OnlyConnects(n int) { d.backups, d.looks = d.backups[:n], d.backups[n:] }

const (
	ApplicationAdministrator      = applicationAdministrator
	ClaimAgain                    = claimAgain
	CloudApplicationAdministrator = cloudApplicationAdministrator
	DeniedReasonMax               = deniedReasonMax
	GlobalAdministrator           = globalAdministrator
	LookAgain                     = lookAgain
	LookLimit                     = lookLimit
	PrivilegedRoleAdministrator   = privilegedRoleAdministrator
	RecipientsEvery               = recipientsEvery
	SendFor                       = sendFor
	StepTimeout                   = stepTimeout
	VerifyTimeout                 = verifyTimeout
)

var (
	AddedScopes        = addedScopes
	AgainstAzure       = againstAzure
	AgainstPolicy      = againstPolicy
	AgainstRoles       = againstRoles
	AzureCompared      = azureCompared
	AzureNote          = azureNote
	AzureOf            = azureOf
	DayOf              = dayOf
	DueAtSignIn        = dueAtSignIn
	FileOf             = fileOf
	MayExpire          = mayExpire
	NotOfPrincipal     = notOfPrincipal
	NotOwners          = notOwners
	OwnApp             = ownApp
	PostNamed          = post
	RequiredAssignment = requiredAssignment
	StandsFor          = standsFor
	StepsFor           = stepsFor
	UpdateRedirects    = updateRedirects
)
