package workflow

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The hand-off of an app to a backup server. Where the plan names one, the key of
// a certificate that was made here goes from the store straight to the server, and
// is shredded in the transaction that notes what the server has then: no person
// sees it. A certificate of the requester's the server has already, and is told which.

// connectLimit ends a connection that a server does not come to an end with. It
// asks Microsoft for every service first.
const connectLimit = 4 * time.Minute

// A Backup is the server that is connected with an app.
type Backup struct {
	Server   string   // as configured; empty is none
	Services []string `json:",omitzero"` // those of Services that it backs up
}

// What of an organization a server backs up.
const (
	ExchangeService   = "exchange"
	SharePointService = "sharepoint"
	TeamsService      = "teams"
	TeamsChatsService = "teams-chats"
)

// Services are what of an organization a server backs up.
var Services = []string{ExchangeService, SharePointService, TeamsService, TeamsChatsService}

// Titles are the services in words.
func (b Backup) Titles() string {
	titles := make([]string, len(b.Services))
	for i, s := range b.Services {
		titles[i] = map[string]string{ExchangeService: "Exchange", SharePointService: "SharePoint", TeamsService: "Teams", TeamsChatsService: "Teams chats"}[s]
	}
	return strings.Join(titles, ", ")
}

// services are those of the workloads with these names, each once.
func (p Product) services(workloads []string) []string {
	var services []string
	for _, w := range p.Workloads {
		if w.Service != "" && slices.Contains(workloads, w.Name) && !slices.Contains(services, w.Service) {
			services = append(services, w.Service)
		}
	}
	return services
}

// Backups returns the names of the servers that an app of p can be connected to.
func (d *Desk) Backups(p Product) []string {
	if !slices.ContainsFunc(p.Workloads, func(w Workload) bool { return w.Service != "" }) {
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

// Credentials are those to choose from for an app of p. A server takes
// certificates only, and best one whose key nobody has to carry to it.
func (d *Desk) Credentials(p Product, server string) []Offer {
	var out []Offer
	for _, o := range p.Credentials {
		switch {
		case server == "" && (o.Kind != MadeCertificate || d.pages != ""), server != "" && o.Kind == OwnCertificate:
			out = append(out, o)
		case server != "" && o.Kind == MadeCertificate:
			out = append([]Offer{o}, out...)
		}
	}
	return out
}

// checkBackup says what is against connecting the server that a plan names.
func (d *Desk) checkBackup(wrong FieldErrors, p Product, plan Plan) {
	b := plan.Backup
	if b.Server == "" {
		return
	}
	switch kind := plan.Credential.Kind; {
	case !slices.Contains(d.Backups(p), b.Server):
		wrong[FieldBackup] = fmt.Sprintf("%s is not a backup server that this app can be connected to. Choose one of the list, or ask the operator of this bot.", clip(b.Server, 60))
	case kind != MadeCertificate && kind != OwnCertificate:
		wrong[FieldCredential] = "A backup server takes a certificate only. Choose one, or have the app handed over to you."
	case len(b.Services) == 0:
		wrong[FieldBackup] = "Nothing that was chosen here is backed up by a backup server. Choose a workload that is, or have the app handed over to you."
	}
}

// region is what a backup server calls the tenant's cloud.
func (t Tenant) region() string {
	switch t.Cloud {
	case "usgov":
		return "USGovernment"
	case "dod":
		return "USDefence"
	case "china":
		return "China"
	}
	return "Worldwide"
}

// connect connects the plan's server with the app. The sealed credential ends with
// the request's noting that, and only then: a repeat sends the same again.
func (e *Engine) connect(ctx context.Context, r *Request) (edit, error) {
	name := r.Plan.Backup.Server
	server, ok := e.desk.backup(name)
	if !ok {
		return nil, &Trouble{Code: string(RuleNoServer), Text: fmt.Sprintf("the backup server %s is no longer configured here, so nothing was sent to it. The operator of this bot can configure it again.", name)}
	}
	if r.Made.Domain == "" {
		return nil, &Trouble{Code: "domain", Text: fmt.Sprintf("Entra did not say what the tenant's initial domain is, so nothing was sent to %s.", name)}
	}
	tenant, _ := e.desk.Tenant(r.Tenant)
	o := Organization{Name: r.Made.Domain, TenantID: r.Made.TenantID, Region: tenant.region(), AppID: r.Made.AppID}
	for _, s := range r.Plan.Backup.Services {
		switch s {
		case ExchangeService:
			o.Exchange = true
		case SharePointService:
			o.SharePoint = true
		case TeamsService:
			o.Teams = true
		case TeamsChatsService:
			o.TeamsChats = true
		}
	}
	o.Thumbprint = r.Thumbprint()
	if r.Plan.Credential.Kind == MadeCertificate {
		with, err := e.proof(r)
		if err != nil {
			return nil, err
		}
		o.Thumbprint = ""
		o.PFX, o.Password = NewSecret(base64.StdEncoding.EncodeToString([]byte(with.Keyed.PFX.Reveal()))), with.Keyed.Password
	}
	has, err := server.Connect(ctx, o)
	if err != nil {
		return nil, err
	}
	return func(r *Request, st *Step) {
		r.Handover, r.Made.Connected = Handover{}, cmp.Or(has.says(": "), o.Name) // a server may say nothing
		st.Note = r.Made.Connected
	}, nil
}

// says is what a server has of an organization, on one line.
func (c Connected) says(sep string) string {
	text := oneLine(c.Name)
	if len(c.Services) > 0 {
		text += sep + oneLine(strings.Join(c.Services, ", "))
	}
	return clip(text, 300)
}

// Awaited is what a step that waits waits for.
func (r *Request) Awaited(n StepName) string {
	if n == StepConnect {
		return r.Plan.Backup.Server
	}
	return "Entra"
}

// Connects says whether r, once it is approved, connects a backup server.
func (r *Request) Connects() bool {
	return r.Plan.Backup.Server != "" && r.Kind != Update && r.Kind != Retire && r.Task != Verify
}

// MayHandOver says whether what a backup server did not take can be handed to the
// requester instead. That is another plan, and whoever presses approves it alone: one
// that takes several approvals is asked for anew.
func (d *Desk) MayHandOver(r *Request) bool {
	s := r.Step(StepConnect)
	return r.State == Failed && r.Task == Provision && r.Plan.Needs() == 1 && s != nil && s.Status != StepDone && s.Tries > 0 && (r.Plan.Credential.Kind != MadeCertificate || d.pages != "")
}

// HandOver takes the backup server out of the plan, so that the requester gets
// what it did not take. Whoever presses approves that plan, and signs in.
func (d *Desk) HandOver(ctx context.Context, id string, by Person, rev int) (*Request, error) {
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		switch no := d.mayDecide(r, by); {
		case no != nil:
			return no
		case !d.MayHandOver(r):
			return refuse(RuleWrongState, "%s %s, so there is nothing to hand over instead.", r.ID, r.Standing())
		case rev < r.PlanRev || rev > r.Rev:
			return refuse(RuleStale, "%s has changed since that card was drawn. Look at it again, then decide.", r.ID)
		}
		return nil
	}, func(r *Request, now time.Time) {
		server := r.Plan.Backup.Server
		r.Plan.Backup = Backup{}
		r.Steps = slices.DeleteFunc(r.Steps, func(s Step) bool { return s.Name == StepConnect })
		r.redo(StepProof, StepCheck)
		r.decide(by, now, Provision)
		r.move(Signing, now, Event{By: by.ID, What: HandAsked, Text: "approved that " + server + " is not connected and the app is handed over instead, and was sent a sign-in code"})
		r.PlanRev = r.Rev
	})
}
