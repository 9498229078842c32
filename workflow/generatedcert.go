package workflow

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/text"
)

// A certificate made here, for those who have none. Its key is made in memory and
// leaves it in a PFX file alone: sealed in the store before Entra hears of the
// certificate, given out once, then shredded. The file comes from a page of our
// own and never passes through Slack, which sees its password and the address;
// who has both before the requester fetches the file is seen, because it is gone.

// PFX is a certificate with its private key, in a PFX file (PKCS #12), and the
// password of that file. Neither can print itself.
type PFX struct{ PFX, Password seal.Secret }

// Proof is what an app signs in with: a secret, or else a certificate with its key.
type Proof struct {
	Secret seal.Secret
	Keyed  PFX
}

// Disclosure is what was claimed: a secret, or the password of a file with the address
// of the page that gives the file out. All of it prints as a Secret does.
type Disclosure struct {
	seal.Secret
	Link seal.Secret // empty where there is no file
}

const (
	// madeLifetime and madeMax are the lifetime that is suggested for a certificate
	// made here, and the longest, where the product has no limit of its own.
	madeLifetime = plan.Baseline
	madeMax      = 17520 * time.Hour
	// sendFor is how long sending a file may take. Whoever has said nothing for
	// that long has stopped.
	sendFor = time.Minute
	// PagePath is where the page is, below the public URL. The token follows.
	PagePath = "/pfx/"
)

// pagesAt returns the public URL, if browsers may be sent there with a token:
// over TLS, or on this machine.
func pagesAt(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return ""
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())) {
		return ""
	}
	return strings.TrimRight(publicURL, "/")
}

// offered adds a certificate made here wherever one of the requester's own will do,
// if there is a way to hand it over.
func (d *Desk) offered(p pack.Product) []pack.Offer {
	offers := p.Credentials
	i := slices.IndexFunc(offers, func(o pack.Offer) bool { return o.Kind == plan.CredentialCertificate })
	if i < 0 || d.pages == "" && len(d.Backups(p)) == 0 {
		return offers
	}
	own := offers[i]
	most := min(cmp.Or(d.policy.certificateMax(own.Max), madeMax), madeMax)
	made := pack.Offer{Kind: plan.CredentialMadeCertificate, Lifetime: min(cmp.Or(own.Lifetime, madeLifetime), most), Max: most}
	return slices.Insert(slices.Clone(offers), i+1, made)
}

// Lifetimes returns the lifetimes to choose from for an offer, shortest first.
// The policy's limit is for client secrets: a certificate's key was never in
// anybody's clipboard.
func (d *Desk) Lifetimes(o pack.Offer) []Lifetime {
	if o.Kind != plan.CredentialMadeCertificate {
		return d.policy.offered(o)
	}
	p := Policy{SecretLifetimeMax: madeMax}
	return p.Lifetimes(o.Max)
}

// checkMade fills in the plan's credential for a certificate made here.
func (d *Desk) checkMade(wrong form.Errors, offer pack.Offer, draft form.Draft, c *plan.Credential) {
	c.Lifetime = draft.Lifetime
	switch limit := min(cmp.Or(d.policy.certificateMax(offer.Max), madeMax), madeMax); {
	case d.pages == "" && draft.Backup == "":
		wrong[form.FieldCredential] = "A certificate can't be made here any more, because this bot has no public_url to hand it over " +
			"with. " +
			"Choose another credential or a backup server, or ask the operator of this bot."
	case draft.Lifetime <= 0 || draft.Lifetime > limit:
		wrong[form.FieldLifetime] = fmt.Sprintf("A certificate that is made here may be valid for at most %s. Choose a shorter lifetime.",
			LifetimeWords(limit))
	}
}

// Thumbprint is that of the certificate that r gives the app, or empty.
func (r *Request) Thumbprint() string {
	return cmp.Or(r.Made.Thumbprint, r.Plan.Credential.Certificate.Thumbprint)
}

// ensureMade makes a certificate, seals it and notes its thumbprint in one
// transaction, and only then registers it: a crash before that leaves nothing in
// Entra, and one after it the certificate that is registered the next time. Where
// an earlier one was shredded, that one is removed first.
func (e *Engine) ensureMade(ctx context.Context, r *Request, s Session) (edit, error) {
	if err := e.recipient(ctx, r); err != nil {
		return nil, err
	}
	if len(r.Handover.File) == 0 {
		if old := r.Made.Thumbprint; old != "" {
			if err := s.RemoveCertificate(ctx, r.Made.ObjectID, old, otherCertificates(r)...); err != nil {
				return nil, err
			}
		}
		policy, err := policyFor(r, ctx, s)
		if err != nil {
			return nil, err
		}
		lifetime, _ := cut(r.Plan.Credential.Lifetime, policy.CertificateMax)
		c, keyed, err := e.dir.MakeCertificate(r.AppName(), e.now().Add(lifetime).UTC().Truncate(time.Second))
		if err != nil {
			return nil, err
		}
		sealed := Handover{Sealed: e.key.Seal(r.ID, keyed.Password), File: e.key.Seal(fileOf(r.ID), keyed.PFX)}
		r, err = e.save(r.ID, func(r *Request, _ time.Time) error {
			r.Made.Certificate, r.Made.Thumbprint, r.Made.KeyExpires = c.DER, c.Thumbprint, c.NotAfter
			r.Handover = sealed
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	c, err := certificate.Parse(r.Made.Certificate)
	if err != nil {
		return nil, err
	}
	unseen, err := s.EnsureCertificate(ctx, r.Made.ObjectID, r.KeyLabel(), c, otherCertificates(r)...)
	return func(_ *Request, st *Step) { st.Note = certificateNote(c, unseen) }, err
}

// proof opens what the app has to sign in with.
func (e *Engine) proof(r *Request) (Proof, error) {
	secret, err := e.key.Open(r.ID, r.Handover.Sealed)
	if err != nil || len(r.Handover.File) == 0 {
		return Proof{Secret: secret}, err
	}
	pfx, err := e.key.Open(fileOf(r.ID), r.Handover.File)
	return Proof{Keyed: PFX{PFX: pfx, Password: secret}}, err
}

// fileOf is the name that a request's file is sealed for.
func fileOf(id string) string { return id + " pfx" }

// newToken returns the last part of a page's address. It names its request, so
// that no index of tokens is needed, and has 32 random bytes.
func newToken(id string) seal.Secret {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	return seal.New(id + "." + base64.RawURLEncoding.EncodeToString(random))
}

// hashOf is what the store keeps of a token.
func hashOf(token seal.Secret) string {
	sum := sha256.Sum256([]byte(token.Reveal()))
	return hex.EncodeToString(sum[:])
}

// byToken returns the request whose page a token opens, or ErrNotFound.
func (d *Desk) byToken(ctx context.Context, token seal.Secret) (*Request, error) {
	id, random, _ := strings.Cut(token.Reveal(), ".")
	if len(id) > 24 || len(random) != base64.RawURLEncoding.EncodedLen(32) {
		return nil, ErrNotFound
	}
	r, err := d.store.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		r, err = &Request{}, nil // is compared too, and takes as long
	}
	if err != nil {
		return nil, err
	}
	if !r.Handover.opens(token) {
		return nil, ErrNotFound
	}
	return r, nil
}

// File returns the request whose file can be fetched with a token. One that was
// fetched or shredded is a *Refusal, a token that is not known ErrNotFound.
// Nothing is changed: link previews may ask as often as they like.
func (d *Desk) File(ctx context.Context, token seal.Secret) (*Request, error) {
	r, err := d.byToken(ctx, token)
	if err != nil {
		return nil, err
	}
	if no := d.mayFetch(r); no != nil {
		return r, no
	}
	return r, nil
}

// FetchFile gives a file to whoever has its token, once. It is claimed in the
// store before it is returned. Whoever calls it then says Fetched once it was
// sent, or NotFetched if nothing of it was, within sendFor.
func (d *Desk) FetchFile(ctx context.Context, token seal.Secret) (*Request, seal.Secret, error) {
	r, err := d.byToken(ctx, token)
	if err != nil {
		return nil, seal.Secret{}, err
	}
	var sealed seal.Sealed
	r, err = d.change(ctx, r.ID, people.Person{}, func(r *Request) *Refusal {
		sealed = nil
		if !r.Handover.opens(token) {
			return refuse(RuleStale, "This link no longer leads to a file.")
		}
		if no := d.mayFetch(r); no != nil {
			return no
		}
		sealed = slices.Clone(r.Handover.File)
		return nil
	}, func(r *Request, now time.Time) {
		r.Handover.Sealed = nil // whoever has the link has seen the password beside it
		r.Handover.Status, r.Handover.At = HandoverSending, now
	})
	if err != nil {
		return r, seal.Secret{}, err
	}
	file, err := d.key.Open(fileOf(r.ID), sealed)
	return r, file, err
}

// mayFetch says no where the file can not be fetched now.
func (d *Desk) mayFetch(r *Request) *Refusal {
	h := r.Handover
	switch {
	case h.Status == HandoverSending && r.State == StateReady, h.Status == HandoverShown:
		return refuse(RuleAlreadyOpened,
			"The file of %s has been fetched already, on %s. It can't be fetched again. If that was not you, tell an approver at once: "+
				"the certificate has to be replaced.", r.ID, h.At.UTC().Format("2 January 2006 at 15:04 UTC"))
	case h.Status == HandoverRevoked || r.State != StateReady || !d.now().Before(d.policy.revealBy(r)):
		return refuse(RuleTooLate, "The file of %s was not fetched in time, so it was revoked. An approver can press Retry on the card "+
			"to make a new one.", r.ID)
	case h.Status != HandoverFetching && h.Status != HandoverClaimed || len(h.File) == 0:
		return wrongState(r, "there is no file to fetch")
	}
	return nil
}

// NotFetched takes a claim back, because nothing of the file was sent.
func (d *Desk) NotFetched(ctx context.Context, id string) error {
	_, err := d.change(ctx, id, people.Person{}, sending, func(r *Request, now time.Time) {
		r.Handover.Status, r.Handover.At = HandoverFetching, now
	})
	return err
}

// Fetched shreds the file, now that it was sent.
func (d *Desk) Fetched(ctx context.Context, id string) (*Request, error) {
	return d.change(ctx, id, people.Person{}, sending, func(r *Request, now time.Time) {
		r.Handover.File = nil
		r.Handover.Status, r.Handover.At = HandoverShown, now
		r.move(handedOver(r), now, Event{Kind: EventFetched,
			Text: "The certificate's file was fetched, with the link that can be used once."})
	})
}

// sending says no unless the file is on its way.
func sending(r *Request) *Refusal {
	if r.State != StateReady || r.Handover.Status != HandoverSending {
		return refuse(RuleWrongState, "%s %s.", r.ID, r.Standing())
	}
	return nil
}

// FetchBy is when a file whose password was shown is revoked.
func (p Policy) FetchBy(r *Request) time.Time { return r.Handover.Claimed.Add(p.RevealWithin) }

// revokedWords says what nobody did in time with what r handed over.
func revokedWords(r *Request, p Policy) string {
	noun := r.Plan.Credential.Kind.Noun()
	switch h := r.Handover; {
	case h.Status == HandoverSending:
		return "It is not known whether the certificate's file arrived, so it was revoked: nobody can fetch it any more. "
	case h.Status == HandoverFetching:
		return fmt.Sprintf("Nobody fetched the certificate's file within %s, so it was revoked: nobody can fetch it any more. ",
			text.Days(p.RevealWithin))
	case !h.Claimed.IsZero():
		return fmt.Sprintf("Slack never confirmed that it showed the %s, so it was revoked: nobody can open it any more. ", noun)
	}
	return fmt.Sprintf("Nobody opened the %s within %s, so it was revoked: nobody can open it any more. ", noun, text.Days(p.RevealWithin))
}
