package workflow

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/text"
)

const (
	// claimAgain is how long the person who claimed a secret may press again, if
	// Slack did not take the view.
	claimAgain = 10 * time.Minute
	// ShowFor is how long showing a secret may take. Whoever claimed it and has
	// said nothing for that long has stopped.
	ShowFor = 15 * time.Second
)

// Handover is the credential's way to the requester.
type Handover struct {
	Status HandoverStatus
	Sealed seal.Sealed `json:"-"` // the credential, or the password of File, encrypted; gone as soon as it was shown or revoked
	File   seal.Sealed `json:"-"` // a PFX file, encrypted; gone as soon as it was fetched or revoked
	Link   string      // SHA-256 of the token of the page that gives File out, hexadecimal
	By     string      // Slack ID of whoever opened it
	At     time.Time
	// Claimed is when it was first pressed: the same person may press again
	// for ten minutes if Slack did not take the view.
	Claimed time.Time
}

// HandoverStatus says where the credential is.
type HandoverStatus string

const (
	HandoverNone    HandoverStatus = ""        // there is none yet
	HandoverKept    HandoverStatus = "kept"    // sealed in the store
	HandoverClaimed HandoverStatus = "claimed" // someone is being shown it
	HandoverShown   HandoverStatus = "shown"   // opened, and shredded here
	// HandoverFetching and HandoverSending are of a file whose password was shown: it waits
	// to be fetched, or is on its way. Once it is there it is HandoverShown.
	HandoverFetching HandoverStatus = "fetching"
	HandoverSending  HandoverStatus = "sending"
	HandoverRevoked  HandoverStatus = "revoked" // not opened in time, and shredded here
)

// keepsSealed reports whether a credential is sealed in the store.
func (h Handover) keepsSealed() bool { return len(h.Sealed) > 0 || len(h.File) > 0 }

// waits reports whether a credential waits to be opened.
func (h Handover) waits() bool {
	return len(h.Sealed) > 0 && (h.Status == HandoverKept || h.Status == HandoverClaimed)
}

// opens reports whether token is that of the page.
func (h Handover) opens(token seal.Secret) bool {
	return subtle.ConstantTimeCompare([]byte(h.Link), []byte(hashOf(token))) == 1
}

// passwordOut reports whether the password of a file was shown that may still come.
func (h Handover) passwordOut() bool {
	return h.Status == HandoverFetching || h.Status == HandoverSending
}

// shownAlready reports whether the password of a file was shown: the file may be fetched
// before Slack says that it has shown the link to it.
func (h Handover) shownAlready() bool {
	return h.passwordOut() || h.Status == HandoverShown && h.Link != ""
}

// claim notes that somebody pressed. A file gets the address of its page: the store has
// the token's hash, a new one with each claim, as a link that Slack did not show opens nothing.
func (h *Handover) claim(by people.Person, now time.Time, token seal.Secret) {
	if h.Claimed.IsZero() {
		h.Claimed = now
	}
	h.Status, h.By, h.At = HandoverClaimed, by.ID, now
	if len(h.File) > 0 {
		h.Link = hashOf(token)
	}
}

// shown shreds what Slack has shown: the secret, or the password of a file that waits now.
func (h *Handover) shown(by people.Person, now time.Time) {
	h.Sealed = nil
	h.Status, h.By, h.At = HandoverShown, by.ID, now
	if len(h.File) > 0 {
		h.Status = HandoverFetching
	}
}

// Claim gives the secret to its requester, once. It is claimed in the store
// before it is returned, so of two presses one gets it. Whoever calls it then
// says Opened once Slack has shown it, or NotShown, within ShowFor.
func (d *Desk) Claim(ctx context.Context, id string, by people.Person) (*Request, Disclosure, error) {
	var sealed seal.Sealed
	token := newToken(id)
	r, err := d.change(ctx, id, by, func(r *Request) *Refusal {
		sealed = nil
		if no := d.mayOpen(r, by); no != nil {
			return no
		}
		sealed = append(seal.Sealed(nil), r.Handover.Sealed...)
		return nil
	}, func(r *Request, now time.Time) {
		r.Handover.claim(by, now, token)
	})
	if err != nil {
		return r, Disclosure{}, err
	}
	secret, err := d.key.Open(id, sealed)
	if errors.Is(err, seal.ErrShredded) {
		return r, Disclosure{}, d.unopenable(ctx, id, sealedFor{id, sealed})
	}
	if err != nil || r.Handover.Link == "" {
		return r, Disclosure{Secret: secret}, err
	}
	return r, Disclosure{Secret: secret, Link: seal.New(d.pages + PagePath + token.Reveal())}, nil
}

// mayOpen says no to anyone who may not open the secret now.
func (d *Desk) mayOpen(r *Request, by people.Person) *Refusal {
	h, now, noun := r.Handover, d.now(), r.Plan.Credential.Kind.Noun()
	pressed := !h.Claimed.IsZero() // once already, and nobody knows what came of it
	switch {
	case by.ID != r.Requester.ID:
		return refuse(RuleNotRequester, "Only %s can open its credential.", d.asker(r, by))
	case r.State == StateReady && h.passwordOut():
		return refuse(RuleAlreadyOpened,
			"The password of the file of %s has been shown already. It can't be shown again. Fetch the file with the link that was "+
				"beside it.", r.ID)
	case h.Status == HandoverShown:
		return refuse(RuleAlreadyOpened, "The %s of %s has been opened already, on %s. It can't be shown again.", noun, r.ID,
			h.At.UTC().Format("2 January 2006 at 15:04 UTC"))
	case pressed && (h.Status == HandoverRevoked || !now.Before(h.Claimed.Add(claimAgain))):
		return refuse(RuleTooLate, "You pressed Reveal secret of %s more than ten minutes ago. It can't be shown again; an approver can "+
			"press Retry on the card to make a new one.", r.ID)
	case h.Status == HandoverRevoked || r.State == StateRevoked || r.State == StateReady && !now.Before(d.policy.revealBy(r)):
		return refuse(RuleTooLate, "Nobody opened the %s of %s within %s, so it was revoked. An approver can press Retry on the card to "+
			"make a new one.", noun, r.ID, text.Days(d.policy.RevealWithin))
	case h.Status == HandoverClaimed && now.Before(h.At.Add(ShowFor)):
		return refuse(RuleAlreadyOpened,
			"The %s of %s is being opened in another window of yours. Look there; if it stays empty, press again in 15 "+
				"seconds.", noun, r.ID)
	case r.State != StateReady || !h.waits():
		return refuse(RuleWrongState, "%s %s, so there is no %s to open.", r.ID, r.Standing(), noun)
	case len(h.File) > 0 && d.pages == "":
		return refuse(RuleWrongState, "The file of %s can't be handed over, because this bot no longer has a public_url. Ask the "+
			"operator of this bot.", r.ID)
	}
	return nil
}

// NotShown takes a claim back, because Slack did not take the view. The same
// person may press again.
func (d *Desk) NotShown(ctx context.Context, id string, by people.Person) error {
	_, err := d.change(ctx, id, by, func(r *Request) *Refusal {
		if r.State != StateReady || r.Handover.Status != HandoverClaimed || r.Handover.By != by.ID {
			return refuse(RuleWrongState, "%s %s.", r.ID, r.Standing())
		}
		return nil
	}, func(r *Request, now time.Time) {
		r.Handover.Status, r.Handover.At, r.Handover.Link = HandoverKept, now, ""
	})
	return err
}

// Opened shreds the secret, now that Slack has shown it. Of a certificate that is
// the password; its file waits to be fetched.
func (d *Desk) Opened(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		if !r.Handover.shownAlready() && (r.State != StateReady || r.Handover.Status != HandoverClaimed) {
			return refuse(RuleWrongState, "%s %s.", r.ID, r.Standing())
		}
		return nil
	}, func(r *Request, now time.Time) {
		if r.Handover.shownAlready() {
			return
		}
		r.Handover.shown(by, now)
		if r.Handover.Status == HandoverFetching {
			r.note(now, Event{By: by.ID, Kind: EventOpened,
				Text: "opened the password of the certificate's file. The file can be fetched once"})
			return
		}
		r.move(handedOver(r), now, Event{By: by.ID, Kind: EventOpened, Text: "opened the secret"})
	})
}

// revealBy is when the secret of a ready request is revoked: when nobody opened
// it in time, or when nobody knows whether the person who pressed has seen it.
func (p Policy) revealBy(r *Request) time.Time {
	switch r.Handover.Status {
	case HandoverFetching:
		return p.FetchBy(r)
	case HandoverSending:
		return r.Handover.At.Add(sendFor)
	}
	by := r.Entered.Add(p.RevealWithin)
	if !r.Handover.Claimed.IsZero() {
		if again := r.Handover.Claimed.Add(claimAgain); again.Before(by) {
			return again
		}
	}
	return by
}

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
