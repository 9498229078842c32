package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/whole"
)

// What an app has, all of it, against what was approved. A comparison is as wide as the app,
// and not as the plan: what nobody approved is found wherever it is. What could not be read is
// never taken for nothing.

// reading is an app as a check has read it.
type reading struct {
	app      whole.App
	compared whole.Comparison
	signer   Signer
	absent   []string // owners of the plan who are none of the app
}

// readAll reads the app of r, and compares it with what r is to make of it.
func readAll(ctx context.Context, r *Request, s Session) (reading, error) {
	least, most := boundsOf(r)
	has, err := s.ReadWhole(ctx, r.Made, most)
	if err != nil {
		return reading{}, err
	}
	in := reading{app: has, signer: s.Signer()}
	want := credentialsOf(r, has)
	in.compared = has.Against(whole.Allowed{Plan: least, Also: []plan.Plan{most, r.allowed()}, Found: r.Look.Items, Credentials: want,
		Owners: ownersOfPlan(r, s.Signer()), Calls: []plan.Plan{lately(r)}})
	for _, c := range want {
		there := slices.ContainsFunc(has.Application.Credentials, func(h whole.Credential) bool { return h.Key() == c.Key() })
		if !there && !has.Lacks(whole.KindCredential) {
			in.compared.Missing = append(in.compared.Missing, whole.Item{Kind: whole.KindCredential, Name: c.Title()})
		}
	}
	wanted, _ := wantedOwners(r, s.Signer())
	for _, o := range wanted {
		if !has.Lacks(whole.KindOwner) && !slices.ContainsFunc(has.Application.Owners, func(h whole.Owner) bool {
			return strings.EqualFold(h.ObjectID, o.ObjectID)
		}) {
			in.absent = append(in.absent, o.UPN)
		}
	}
	return in, nil
}

// credentialsOf are the certificates and trusts that the app is to have for r, of what it has.
func credentialsOf(r *Request, has whole.App) (want []whole.Credential) {
	if among := credentialOf(r).among; among != nil {
		var thumbprints []string
		for _, c := range has.Application.Credentials {
			if c.Kind == whole.Certificate {
				thumbprints = append(thumbprints, c.Thumbprint)
			}
		}
		for _, t := range among(r, thumbprints) {
			want = append(want, whole.Credential{Kind: whole.Certificate, Thumbprint: t})
		}
	}
	if f := r.Plan.Credential.Federated; f != (plan.FederatedIssuer{}) {
		want = append(want, whole.Credential{Kind: whole.Federated, Trust: f})
	}
	return want
}

// ownersOfPlan are the accounts of those who may own the app.
func ownersOfPlan(r *Request, who Signer) (ids []string) {
	wanted, _ := wantedOwners(r, who)
	for _, a := range wanted {
		ids = append(ids, a.ObjectID)
	}
	return set.Union(ids, r.Discovered.Owners, strings.EqualFold)
}

// missing is what a check waits for. What a plan says of an app that is changed is waited for as far as the check
// is about it; an app that was made by hand has to have all of it.
func (in reading) missing(r *Request) []string {
	if r.task().byHand {
		return whole.Names(in.compared.Missing)
	}
	return whole.Names(whole.Of(in.compared.Missing, whole.KindRole, whole.KindGrant, whole.KindDirectory, whole.KindCredential))
}

// excess is what raises an alarm, and besides what is noted only: of an app that was there
// before, others may have changed what is not of this request.
func (in reading) excess(r *Request) (alarm, noted []string) {
	for _, i := range in.compared.Excess {
		switch {
		case i.Kind == whole.KindAzure: // azureCompared
		case i.Kind == whole.KindOwner && !r.task().byHand: // the step about owners
		case i.Kind == whole.KindOwner && strings.HasSuffix(i.Key, "|"+strings.ToLower(in.signer.ObjectID)): // see owns
		case in.ours(r, i):
		case isAlarm(r, i):
			alarm = append(alarm, whole.Names([]whole.Item{i})...)
		default:
			noted = append(noted, whole.Names([]whole.Item{i})...)
		}
	}
	return alarm, noted
}

// ours reports whether something beyond the plan is r's own, or was with the app before.
func (in reading) ours(r *Request, i whole.Item) bool {
	if i.Kind != whole.KindCredential {
		return false
	}
	known := r.aboutApp() && r.Steps.Get(StepRestore) == nil // what was there when the app was restored is removed
	for _, c := range in.app.Application.Credentials {
		if i.Key != keyOn("application", c) {
			continue
		}
		switch {
		case c.Kind == whole.Federated:
			return slices.Contains(r.Discovered.Federated, c.Trust)
		case known && r.aboutApp():
			return true // the app's other credentials are not this request's
		case c.Kind == whole.Password: // the proof looks after those that it has made
			return r.task().byHand || c.Name == r.KeyLabel() || strings.EqualFold(c.KeyID, r.Made.KeyID)
		case r.task().byHand:
			return false
		}
		return c.Thumbprint == r.Thumbprint()
	}
	return known && !r.task().byHand // of its service principal
}

// keyOn is what a credential of one of the two sides is called among items.
func keyOn(side string, c whole.Credential) string {
	of := whole.App{Application: whole.Side{Credentials: []whole.Credential{c}}}
	if side != "application" {
		of = whole.App{Principal: of.Application}
	}
	return of.Items()[0].Key
}

// isAlarm reports whether something that nobody approved stops r.
func isAlarm(r *Request, i whole.Item) bool {
	switch i.Kind {
	case whole.KindRole, whole.KindCredential:
		return true
	case whole.KindGrant, whole.KindDirectory:
		return !r.Adopted() || r.Look.Rev > 0 || r.task().byHand // else of an app of another hand, only what a plan has was written down
	case whole.KindOwner:
		return r.task().byHand
	}
	return r.task().byHand || !r.aboutApp()
}

// needed are the gaps of what a check cannot do without.
func (in reading) needed(r *Request) (gaps []whole.Gap) {
	inside := whole.Inside(in.app.Gaps)
	if r.task().byHand {
		return inside
	}
	p := r.Plan
	for _, g := range in.app.Gaps {
		switch {
		case g.Of == whole.KindRole, g.Of == whole.KindCredential,
			g.Of == whole.KindGrant && r.rights().consents && len(p.Of(catalog.Delegated)) > 0,
			g.Of == whole.KindDirectory && r.rights().consents && len(p.DirectoryRoles) > 0 && !strings.Contains(g.What, "eligible"),
			g.Of == whole.KindAzure && g.What == whole.AzureRoles && azureOf(r).acts:
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// notRead says that something could not be read without which nobody can say what an app has.
type notRead struct{ gaps []whole.Gap }

func (n *notRead) Error() string { return "not everything could be read: " + whole.Unread(n.gaps) }

// Describe makes it an error with words of its own.
func (n *notRead) Describe() *ServiceError {
	return &ServiceError{Code: "NotRead", Text: fmt.Sprintf("not everything could be read, and nothing of which that is so is taken for "+
		"exact. Not read: %s.", whole.Unread(n.gaps))}
}

// notes say what was not read, and what was found that stops nothing.
func (in reading) notes(r *Request, noted []string) (notes []string) {
	if gaps := whole.Inside(in.app.Gaps); len(gaps) > 0 {
		notes = append(notes, "not read: "+whole.Unread(gaps))
	}
	if r.task().byHand && in.owns() {
		notes = append(notes, in.signer.UPN+" owns the application, as whoever registers one does, and so can add credentials to it "+
			"without an approval: an administrator can change that in Entra (App registrations › Owners)")
	}
	if r.task().byHand && len(in.absent) > 0 {
		notes = append(notes, strings.Join(in.absent, ", ")+" should own the application too: one of its owners can add them in Entra")
	}
	if len(noted) > 0 {
		notes = append(notes, "it also has what no request asked for: "+strings.Join(noted, ", "))
	}
	return notes
}

// azure are the roles in Azure, each called as in AzureShare.
func (in reading) azure() (pairs []string) {
	for _, z := range in.app.Azure {
		pairs = append(pairs, z.Scope+"/"+z.Role)
	}
	return pairs
}

// roles are the application permissions that an app has itself, each with its service.
func (in reading) roles() (names []string) {
	for _, role := range in.app.Roles {
		if role.Via == "" {
			names = append(names, role.AppID+"/"+role.Value)
		}
	}
	return names
}

// owns reports whether whoever signed in owns the application: they have made it by hand.
func (in reading) owns() bool {
	return slices.ContainsFunc(in.compared.Excess, func(i whole.Item) bool {
		return i.Kind == whole.KindOwner && i.Key == "application|"+strings.ToLower(in.signer.ObjectID)
	})
}
