package workflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// Limits of what people type, in characters and pieces.
const (
	AppNameMax      = 120 // Graph allows 256; longer ones do not fit on a card
	ReasonMax       = 500
	RedirectMax     = 256
	RedirectsMax    = 20
	PermissionsMax  = 60
	deniedReasonMax = 500
)

// A Draft is a filled-in form.
type Draft struct {
	Origin       string // the form's own ID: sent twice, it is one request
	Product      string
	AppName      string
	Reason       string
	Tenant       string // may be empty where there is only one
	Team         string // Slack channel ID
	Credential   CredentialKind
	Lifetime     time.Duration
	Permissions  []string // keys of the catalogue; for a custom product only
	RedirectURIs []string
}

// Submit checks a draft and keeps it as a new request. All that is wrong with
// it comes back at once as FieldErrors; someone who may not ask at all gets a
// *Refusal. The same draft, by its Origin, is one request however often it comes.
func (d *Desk) Submit(ctx context.Context, by Person, draft Draft) (*Request, error) {
	if by.Outside != "" {
		return nil, refuse(RuleOutsider, "You can't ask for an app: %s.", by.Outside)
	}
	wrong := FieldErrors{}
	r := &Request{
		Origin: draft.Origin, Kind: Register, State: Pending, Requester: by, Product: draft.Product,
		Reason: Plain(draft.Reason), Team: draft.Team, Task: Provision, Posts: map[PostName]Post{},
	}
	product, ok := d.Product(draft.Product)
	if !ok {
		wrong[FieldProduct] = "Choose one of the products."
	}
	tenant, ok := d.chosenTenant(draft.Tenant)
	if !ok {
		wrong[FieldTenant] = "Choose one of the tenants."
	}
	r.Tenant = tenant.Name
	r.Plan = Plan{
		TenantID: tenant.ID, AppName: oneLine(draft.AppName), Audience: product.Audience,
		Credential: Credential{Kind: draft.Credential, Lifetime: draft.Lifetime},
	}
	checkText(wrong, FieldAppName, r.Plan.AppName, AppNameMax)
	checkText(wrong, FieldReason, r.Reason, ReasonMax)
	if draft.Team == "" {
		wrong[FieldTeam] = "Choose the channel of the people who follow this request."
	}
	if draft.Credential != ClientSecret {
		wrong[FieldCredential] = "Choose a client secret."
	}
	if limit := d.policy.SecretLifetimeMax; draft.Lifetime <= 0 || draft.Lifetime > limit {
		wrong[FieldLifetime] = fmt.Sprintf("A secret may live for %s at most. Choose a shorter lifetime.", LifetimeWords(limit))
	}
	r.Plan.RedirectURIs = checkRedirects(wrong, draft.RedirectURIs)
	r.Plan.Permissions = product.Permissions
	if product.Custom {
		r.Plan.Permissions = checkPermissions(wrong, draft.Permissions)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return d.create(ctx, r, by)
}

func (d *Desk) create(ctx context.Context, r *Request, by Person) (*Request, error) {
	now := d.now()
	r.Created, r.Entered = now, now
	r.note(now, Event{By: by.ID, What: Asked, Text: "asked for it"})
	r.PlanRev = r.Rev
	r.WakeAt = d.policy.nextWake(r, now)
	kept, err := d.store.Create(ctx, r)
	if taken, ok := errors.AsType[*ClaimedError](err); ok {
		if strings.HasPrefix(taken.Claim, "origin:") {
			return d.store.Get(ctx, taken.By)
		}
		return nil, FieldErrors{FieldAppName: fmt.Sprintf("%s already uses this name in %s. Choose another.", taken.By, r.Tenant)}
	}
	if err != nil {
		return nil, err
	}
	d.changed(kept.ID)
	return kept, nil
}

// chosenTenant is the one that was chosen, or the only one there is.
func (d *Desk) chosenTenant(name string) (Tenant, bool) {
	if name == "" && len(d.tenants) == 1 {
		return d.tenants[0], true
	}
	return d.Tenant(name)
}

// oneLine is Plain on a single line, with single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(Plain(s)), " ") }

func checkText(wrong FieldErrors, f Field, s string, limit int) {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		wrong[f] = fmt.Sprintf("%s can't be empty.", f)
	case n > limit:
		wrong[f] = fmt.Sprintf("%s has %d characters; %d are allowed.", f, n, limit)
	}
}

func checkPermissions(wrong FieldErrors, keys []string) []Permission {
	var out []Permission
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		c, ok := catalog.ByKey(k)
		if !ok {
			wrong[FieldPermissions] = "One of these is not a permission that we know. Choose from the list."
			return nil
		}
		p, _ := Known(c.ResourceAppID, c.Type, c.Name)
		out = append(out, p)
	}
	switch {
	case len(out) == 0:
		wrong[FieldPermissions] = "Choose at least one permission."
	case len(out) > PermissionsMax:
		wrong[FieldPermissions] = fmt.Sprintf("These are %d permissions; %d are allowed in one request.", len(out), PermissionsMax)
	}
	return out
}

// checkRedirects follows Microsoft's rules for redirect URIs of web apps: https,
// or http on the loopback host; no wildcard, no fragment.
func checkRedirects(wrong FieldErrors, uris []string) []string {
	var out []string
	for _, s := range uris {
		if s = oneLine(s); s == "" {
			continue
		}
		if problem := redirectProblem(s); problem != "" {
			wrong[FieldRedirectURIs] = fmt.Sprintf("%s: %s.", clip(s, 80), problem)
			return nil
		}
		out = append(out, s)
	}
	if len(out) > RedirectsMax {
		wrong[FieldRedirectURIs] = fmt.Sprintf("These are %d redirect URIs; %d are allowed.", len(out), RedirectsMax)
	}
	return out
}

func redirectProblem(s string) string {
	u, err := url.Parse(s)
	loopback := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "this is not a web address. It has to begin with https://"
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback):
		return "a redirect URI has to begin with https:// (or be http://localhost)"
	case u.Fragment != "" || strings.Contains(s, "#"):
		return "a redirect URI must not have a # in it"
	case strings.Contains(s, "*"):
		return "a redirect URI must not have a wildcard in it"
	case u.User != nil:
		return "a redirect URI must not have a name or a password in it"
	case len(s) > RedirectMax:
		return fmt.Sprintf("a redirect URI may have %d characters", RedirectMax)
	case strings.ContainsAny(s, " <>\"\\|^`{}"):
		return "a redirect URI must not have spaces or any of < > \" \\ | ^ ` { } in it"
	}
	return ""
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
