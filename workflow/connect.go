package workflow

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/text"
)

// The hand-off of an app to a backup server, as that of an organization or as the
// account with which the server works in Azure. Where the plan names one, the key of
// a certificate that was made here goes from the store straight to the server, and
// is shredded in the transaction that notes what the server has then: no person
// sees it. So does the secret of an Azure account. A certificate of the requester's the
// server has already, and is told which; for Azure it can't be.

// connectLimit ends a connection that a server does not come to an end with. It
// asks Microsoft for every service first.
const connectLimit = 4 * time.Minute

// Backups returns the names of the servers that an app of p can be connected to.
func (d *Desk) Backups(p pack.Product) []string {
	if !slices.ContainsFunc(p.Workloads, func(w pack.Workload) bool { return w.Service != "" }) {
		return nil
	}
	names := make([]string, len(d.backups))
	for i, s := range d.backups {
		names[i] = s.Name()
	}
	return names
}

// backup returns the configured server with this name, or false.
func (d *Desk) backup(name string) (BackupServer, bool) {
	i := slices.IndexFunc(d.backups, func(s BackupServer) bool { return s.Name() == name })
	if i < 0 {
		return nil, false
	}
	return d.backups[i], true
}

// given are the credentials that a server can be given: for an organization
// certificates only; for Azure those that the bot has, as a thumbprint is not enough.
func given(azure bool) []plan.CredentialKind {
	if azure {
		return []plan.CredentialKind{plan.CredentialMadeCertificate, plan.CredentialSecret}
	}
	return []plan.CredentialKind{plan.CredentialMadeCertificate, plan.CredentialCertificate}
}

// Credentials are those to choose from for an app of p. Where a server gets it, the
// best is first: one whose key nobody has to carry there.
func (d *Desk) Credentials(p pack.Product, server string) []pack.Offer {
	var out []pack.Offer
	if server == "" {
		return slices.DeleteFunc(slices.Clone(p.Credentials), func(o pack.Offer) bool {
			return credentialKinds[o.Kind].asFile && d.pages == ""
		})
	}
	for _, kind := range given(p.IsAzure()) {
		if o, ok := p.Offer(kind); ok {
			out = append(out, o)
		}
	}
	return out
}

// checkBackup says what is against connecting the server that a plan names.
func (d *Desk) checkBackup(wrong form.Errors, p pack.Product, wants plan.Plan) {
	b := wants.Backup
	if b.Server == "" {
		return
	}
	switch kind := wants.Credential.Kind; {
	case !slices.Contains(d.Backups(p), b.Server):
		wrong[form.FieldBackup] = fmt.Sprintf("%s is not a backup server that this app can be connected to. Choose one of the list, "+
			"or ask the operator of this bot.", text.Clip(b.Server, 60))
	case !slices.Contains(given(p.IsAzure()), kind) && p.IsAzure():
		wrong[form.FieldCredential] = "A backup server takes a certificate made here or a secret for Azure. Choose one, or have the app " +
			"handed over to you."
	case !slices.Contains(given(p.IsAzure()), kind):
		wrong[form.FieldCredential] = "A backup server takes a certificate only. Choose one, or have the app handed over to you."
	case len(b.Services) == 0:
		wrong[form.FieldBackup] = "Nothing that was chosen here is backed up by a backup server. Choose a workload that is, or have " +
			"the app handed over to you."
	}
}

// connect connects the plan's server with the app. The sealed credential ends with
// the request's noting that, and only then: a repeat sends the same again.
func (e *Engine) connect(ctx context.Context, r *Request, _ Session) (edit, error) {
	name := r.Plan.Backup.Server
	server, ok := e.desk.backup(name)
	if !ok {
		return nil, &ServiceError{Code: string(RuleNoServer),
			Text: fmt.Sprintf("the backup server %s is no longer configured here, so nothing was sent to it. The operator of this bot "+
				"can configure it again.", name)}
	}
	hand := e.connectOrganization
	if r.Plan.Backup.IsAzure() {
		hand = e.connectAzure
	}
	has, err := hand(ctx, r, server)
	if err != nil {
		return nil, err
	}
	return func(r *Request, st *Step) {
		r.Handover, r.Made.Connected = Handover{}, cmp.Or(has.says(": "), r.Made.Domain, r.AppName()) // a server may say nothing
		st.Note = r.Made.Connected
	}, nil
}

// connectAzure hands the app over as the server's account in Azure.
func (e *Engine) connectAzure(ctx context.Context, r *Request, server BackupServer) (Connected, error) {
	with, err := e.proof(r)
	if err != nil {
		return Connected{}, err
	}
	tenant, _ := e.desk.Tenant(r.Tenant)
	a := AzureAccount{Name: plainName(r), Description: r.ID, AppID: r.Made.AppID, TenantID: r.Plan.TenantID,
		Environment: tenant.azureEnvironment(), Subscriptions: r.Plan.SubscriptionIDs()}
	if credentialOf(r).asFile {
		a.PFX, a.Password, a.Thumbprint = with.Keyed.base64(), with.Keyed.Password, r.Thumbprint()
	} else {
		a.Secret = with.Secret
	}
	has, err := server.ConnectAzure(ctx, a)
	if err == nil {
		has.Name = "Azure service account " + cmp.Or(text.OneLine(has.Name), a.Name)
	}
	return has, err
}

// connectOrganization hands the app over as that of its tenant's organization.
func (e *Engine) connectOrganization(ctx context.Context, r *Request, server BackupServer) (Connected, error) {
	if r.Made.Domain == "" {
		return Connected{}, &ServiceError{Code: "domain",
			Text: fmt.Sprintf("Entra did not return the tenant's initial domain, so nothing was sent to %s.", server.Name())}
	}
	tenant, _ := e.desk.Tenant(r.Tenant)
	o := Organization{Name: r.Made.Domain, TenantID: r.Made.TenantID, Region: tenant.region(), AppID: r.Made.AppID}
	has := func(service string) bool { return slices.Contains(r.Plan.Backup.Services, service) }
	o.Exchange, o.SharePoint = has(plan.ExchangeService), has(plan.SharePointService)
	o.Teams, o.TeamsChats = has(plan.TeamsService), has(plan.TeamsChatsService)
	o.Thumbprint = r.Thumbprint()
	if credentialOf(r).asFile {
		with, err := e.proof(r)
		if err != nil {
			return Connected{}, err
		}
		o.Thumbprint = ""
		o.PFX, o.Password = with.Keyed.base64(), with.Keyed.Password
	}
	return server.Connect(ctx, o)
}

// base64 is the file as servers take it.
func (p PFX) base64() seal.Secret {
	return seal.New(base64.StdEncoding.EncodeToString([]byte(p.PFX.Reveal())))
}

// says is what a server has of an organization, on one line.
func (c Connected) says(sep string) string {
	words := text.OneLine(c.Name)
	if c.Odd {
		words = cmp.Or(words, "an organization without a name that this bot can read")
	}
	if len(c.Services) > 0 {
		words += sep + text.OneLine(strings.Join(c.Services, ", "))
	}
	return text.Clip(words, 300)
}

// Awaited is what a step that waits waits for.
func (r *Request) Awaited(n StepName) string {
	if n == StepConnect {
		return r.Plan.Backup.Server
	}
	return "Entra"
}

// Connects reports whether r, once it is approved, connects a backup server.
func (r *Request) Connects() bool {
	return !r.task().byHand && slices.Contains(stepsFor(r, TaskProvision), StepConnect)
}

// MayHandOver reports whether what a backup server did not take can be handed to the
// requester instead. That is another plan, and whoever presses approves it alone: one
// that takes several approvals is asked for again.
func (d *Desk) MayHandOver(r *Request) bool {
	s := r.Steps.Get(StepConnect)
	return r.State == StateFailed && r.task().makes && r.Needs() == 1 && s != nil && s.Status != StepDone && s.Tries > 0 &&
		(!credentialOf(r).asFile || d.pages != "")
}

// HandOver takes the backup server out of the plan, so that the requester gets
// what it did not take. Whoever presses approves that plan, and signs in.
func (d *Desk) HandOver(ctx context.Context, id string, by people.Person, rev int) (*Request, error) {
	return d.decision(ctx, id, by, func(r *Request, _ panel) *Refusal {
		if !d.MayHandOver(r) {
			return wrongState(r, "there is nothing to hand over instead")
		}
		if no := outdated(r, rev); no != nil {
			return no
		}
		return d.against(r, TaskProvision)
	}, func(r *Request, now time.Time) {
		server := r.Plan.Backup.Server
		r.Plan.Backup = plan.Backup{}
		r.Steps = slices.DeleteFunc(r.Steps, func(s Step) bool { return s.Name == StepConnect })
		r.Steps.redo(StepProof, StepCheck)
		decide(r, by, now, TaskProvision)
		r.move(StateSignIn, now, Event{By: by.ID, Kind: EventHandOver,
			Text: "approved that " + server + " is not connected and the app is handed over instead, and was sent a sign-in code"})
		r.PlanRev = r.Rev
	})
}
