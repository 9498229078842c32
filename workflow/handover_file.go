package workflow

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
)

// The file of a certificate that was made here is handed over by a page of our own.

// Disclosure is what was claimed: a secret, or the password of a file with the address
// of the page that gives the file out. All of it prints as a Secret does.
type Disclosure struct {
	seal.Secret
	Link seal.Secret // empty where there is no file
}

const (
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

// SealedFileOf is the name that the file of the request called id is sealed for.
func SealedFileOf(id string) string { return fileOf(id) }

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
	if errors.Is(err, seal.ErrShredded) {
		return r, seal.Secret{}, d.unopenable(ctx, r.ID, sealedFor{fileOf(r.ID), sealed})
	}
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
