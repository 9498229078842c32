package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/whole"
)

// What has become of the apps since they were approved: each that was made or adopted here is
// read as a whole, with a reader's sign-in that may change nothing, and compared. Credentials
// that no request here has made come first.

// A Drift is how one app differs from what was approved.
type Drift struct {
	App     *Request // that stands for it
	Gone    bool     // the application is not in the tenant any more
	Foreign []string // credentials that no request here has made
	More    []string // what else it has beyond what was approved
	Less    []string // what it lacks of that
	Unknown []string // what could not be read, as sentences
}

// Differs reports whether the app is not as was approved, as far as it could be read.
func (d Drift) Differs() bool { return d.Gone || len(d.Foreign)+len(d.More)+len(d.Less) > 0 }

// DriftScopes are those that a sign-in to look for drift asks for: with what is taken besides
// where the client has consent, it reads the directory, and it changes nothing.
func DriftScopes() []string { return []string{"User.Read"} }

// DriftAsk is what such a session reads first.
func DriftAsk(now time.Time) Ask {
	long := now.Add(-2 * Youth) // what is asked about is no younger, but where its request says so
	return Ask{Whole: true, Born: long, Changed: long, Given: long}
}

// Standing are the requests that stand for an app in a tenant. Those that can't be read are named in
// an *UnreadableError beside them.
func Standing(ctx context.Context, store Store, t Tenant) ([]*Request, error) {
	all, err := every(ctx, store, Query{})
	all = slices.DeleteFunc(all, func(r *Request) bool {
		return !r.IsApp() || r.Successor != "" || !strings.EqualFold(r.Plan.TenantID, t.ID)
	})
	slices.Reverse(all) // the oldest first
	return all, err
}

// Drifts compares an app with what was approved for it. It is an error only where the session is
// over, or ctx.
func Drifts(ctx context.Context, store Store, r *Request, s Session, now func() time.Time) (Drift, error) {
	d := Drift{App: r}
	p := r.Has()
	has, err := readPatiently(ctx, s, r, p)
	switch {
	case ctx.Err() != nil:
		return d, ctx.Err()
	case errors.Is(err, ErrSessionOver):
		return d, err
	case err != nil:
		why := "Entra did not respond properly; try again later"
		if no := explained(err); no != nil {
			why = strings.TrimSuffix(no.Text, ".")
		}
		d.Unknown = []string{"The app could not be read: " + why + "."}
		return d, nil
	}
	young := IsYoung(r.Made.Changed, now()) || IsYoung(r.Made.Born, now())
	if has.Application.ObjectID == "" && !has.Lacks(whole.KindSetting) {
		if d.Gone = !young; young {
			d.Unknown = []string{"The app is not seen. It was changed minutes ago, and may not be known everywhere yet."}
		}
		return d, nil
	}
	made, err := madeFor(ctx, store, r)
	if err != nil {
		return d, err
	}
	owners, unsure := knownOwners(ctx, store, r, has)
	c := has.Against(whole.Allowed{Plan: p, Also: []plan.Plan{r.allowed(), r.previousIfAdopted()}, Owners: owners,
		Credentials: made.live(has)})
	d.sort(r, has, c, made, unsure)
	if young {
		d.Unknown = append(d.Unknown, "It was changed minutes ago, and what was read may be older than that.")
	}
	return d, nil
}

// sort tells the differences apart.
func (d *Drift) sort(r *Request, has whole.App, c whole.Comparison, made credentialsMade, unsure string) {
	for _, i := range c.Excess {
		name := whole.Names([]whole.Item{i})[0]
		switch {
		case i.Kind == whole.KindAzure, i.Kind == whole.KindOwner && unsure != "":
		case i.Kind != whole.KindCredential:
			d.More = append(d.More, name)
		case made.found(r, has, i):
		case made.replaced(has, i):
			d.More = append(d.More, name+", which was made here and has been replaced since")
		default:
			d.Foreign = append(d.Foreign, name)
		}
	}
	d.Less = whole.Names(slices.DeleteFunc(slices.Clone(c.Missing), func(i whole.Item) bool { return i.Kind == whole.KindAzure }))
	if !has.Lacks(whole.KindCredential) {
		d.Less = append(d.Less, made.missing(has)...)
	}
	if r.Made.Assigned && !has.AssignmentRequired && !has.Lacks(whole.KindSetting) {
		d.Less = append(d.Less, "setting "+whole.SettingAssignment)
	}
	for _, g := range whole.Inside(c.Unknown) {
		d.Unknown = set.Union(d.Unknown, []string{g.Text()}, set.Equal)
	}
	if unsure != "" {
		d.Unknown = append(d.Unknown, unsure)
	}
}

// previousIfAdopted is what an app of another hand was found with.
func (r *Request) previousIfAdopted() plan.Plan {
	if !r.Adopted() {
		return plan.Plan{}
	}
	return r.Previous
}

// readPatiently reads an app, again for a while where that may help.
func readPatiently(ctx context.Context, s Session, r *Request, p plan.Plan) (has whole.App, err error) {
	for try := range 5 {
		has, err = s.ReadWhole(ctx, r.Made, p)
		later, ok := errors.AsType[Temporary](err)
		if !ok || try == 4 {
			return has, err
		}
		sleep(ctx, min(max(later.RetryAfter(), time.Second<<try), time.Minute))
	}
	return has, err
}

// credentialsMade are those that requests about an app have made.
type credentialsMade struct {
	now, before []whole.Credential // before: what was replaced
	adopted     time.Time          // when somebody asked for its adoption; zero is never
}

// madeFor follows the requests about an app back to the first.
func madeFor(ctx context.Context, store Store, head *Request) (m credentialsMade, err error) {
	add := func(list *[]whole.Credential, keyID, thumbprint string) {
		if keyID != "" {
			*list = append(*list, whole.Credential{Kind: whole.Password, KeyID: keyID})
		}
		if thumbprint != "" {
			*list = append(*list, whole.Credential{Kind: whole.Certificate, Thumbprint: thumbprint})
		}
	}
	add(&m.now, head.Made.KeyID, head.Thumbprint())
	if f := head.Plan.Credential.Federated; f != (plan.FederatedIssuer{}) {
		m.now = append(m.now, whole.Credential{Kind: whole.Federated, Trust: f})
	}
	if head.State == StateOverlap || head.State == StateLeftover {
		add(&m.now, head.Target.KeyID, head.Target.Thumbprint)
	}
	for r := head; ; {
		add(&m.before, r.Made.KeyID, r.Thumbprint())
		add(&m.before, r.Target.KeyID, r.Target.Thumbprint)
		for _, id := range slices.Concat(r.Made.Ended, r.Made.Ending) {
			add(&m.before, id, "")
		}
		if r.kind().finds {
			m.adopted = r.Created
		}
		if r.Target.Request == "" || r.Target.Request == r.ID {
			return m, nil
		}
		if r, err = store.Get(ctx, r.Target.Request); errors.Is(err, ErrNotFound) {
			return m, nil
		} else if err != nil {
			return m, err
		}
	}
}

// live are those of now, in the form of the app.
func (m credentialsMade) live(has whole.App) (all []whole.Credential) {
	for _, c := range has.Application.Credentials {
		if slices.ContainsFunc(m.now, func(k whole.Credential) bool { return k.Key() == c.Key() }) {
			all = append(all, c)
		}
	}
	return all
}

// missing are those that the app has no more.
func (m credentialsMade) missing(has whole.App) (names []string) {
	for _, k := range m.now {
		if !slices.ContainsFunc(has.Application.Credentials, func(c whole.Credential) bool { return k.Key() == c.Key() }) {
			names = append(names, k.Title())
		}
	}
	return names
}

// of returns the credential that an item is, and whether the service principal has it.
func (credentialsMade) of(has whole.App, i whole.Item) (c whole.Credential, onPrincipal bool) {
	for _, c := range has.Application.Credentials {
		if keyOn("application", c) == i.Key {
			return c, false
		}
	}
	for _, c := range has.Principal.Credentials {
		if keyOn("principal", c) == i.Key {
			return c, true
		}
	}
	return whole.Credential{}, false
}

// replaced reports whether a credential was made here once.
func (m credentialsMade) replaced(has whole.App, i whole.Item) bool {
	c, onPrincipal := m.of(has, i)
	return !onPrincipal && slices.ContainsFunc(m.before, func(k whole.Credential) bool { return k.Key() == c.Key() })
}

// found reports whether an app of another hand had a credential when it was adopted. Of its
// secrets only the number was written down: those are taken for them that are older than that.
func (m credentialsMade) found(r *Request, has whole.App, i whole.Item) bool {
	c, onPrincipal := m.of(has, i)
	had, secrets := r.Discovered.Thumbprints, r.Discovered.Secrets
	if onPrincipal {
		had, secrets = r.Discovered.PrincipalThumbprints, r.Discovered.PrincipalSecrets
	}
	switch c.Kind {
	case whole.Certificate:
		return slices.Contains(had, c.Thumbprint)
	case whole.Federated:
		return slices.Contains(r.Discovered.Federated, c.Trust)
	}
	return secrets > 0 && !m.adopted.IsZero() && !c.Begins.IsZero() && c.Begins.Before(m.adopted)
}

// knownOwners are the object IDs of those who may own an app: the requester's and the owners' accounts as they are
// linked or were found. Without a link, an account is theirs whose sign-in name is the address in
// their profile. unsure says why nobody can say it.
func knownOwners(ctx context.Context, store Store, r *Request, has whole.App) (ids []string, unsure string) {
	ids = append(ids, r.Made.Owner)
	ids = append(append(ids, r.Made.Owners...), r.Discovered.Owners...)
	if r.Adopted() && r.Discovered.Owners == nil {
		return ids, "Who owned it when it was adopted was not written down, so its owners can't be compared."
	}
	for _, p := range append([]people.Person{r.Requester}, r.Plan.Owners...) {
		l, err := store.Link(ctx, p.ID, r.Plan.TenantID)
		if _, damaged := errors.AsType[*identity.UnreadableError](err); damaged {
			unsure = "Who some of its owners are can't be read from the store, so its owners can't be compared."
		}
		if err == nil {
			ids = append(ids, l.ObjectID)
		}
		for _, o := range slices.Concat(has.Application.Owners, has.Principal.Owners) {
			if at := p.Address(); err != nil && at != "" && o.Kind == "user" && strings.EqualFold(o.Name, at) {
				ids = append(ids, o.ObjectID)
			}
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" }), unsure
}

// Lines say what a drift is, the worst first.
func (d Drift) Lines() (lines []string) {
	if d.Gone {
		return []string{"The application is gone: nobody here was asked to retire it."}
	}
	add := func(what string, names []string) {
		if len(names) > 0 {
			lines = append(lines, what+": "+text.OneLine(strings.Join(names, "; "))+".")
		}
	}
	add("Foreign credentials, which no request here has made", d.Foreign)
	add("Beyond what was approved", d.More)
	add("Missing of what was approved", d.Less)
	return append(lines, d.Unknown...)
}

// Title names the app.
func (d Drift) Title() string {
	return fmt.Sprintf("%s: %s (%s)", d.App.ID, d.App.AppName(), cmp.Or(d.App.Made.AppID, "no App ID"))
}
