package store

import (
	"bytes"
	"context"
	"errors"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/identity"
)

// linksBucket holds who is who in a tenant: identity.Key → form. A file of an older entra-app
// has none, and gets it when it is opened. The form says itself whose link it is, so a damaged
// key is corrected by it.
var linksBucket = []byte("links")

// errKey is why a link can't be read that is kept where another belongs.
var errKey = errors.New("it is another's, by its checksum")

// Link returns the link of a Slack account in a tenant.
func (b *Bolt) Link(ctx context.Context, slack, tenantID string) (l identity.Link, err error) {
	if err := b.enter(ctx); err != nil {
		return l, err
	}
	defer b.busy.Done()
	key := identity.Key(slack, tenantID)
	err = b.db.View(func(tx *bolt.Tx) error {
		value := tx.Bucket(linksBucket).Get([]byte(key))
		if value == nil {
			return workflow.ErrNotFound
		}
		l, err = readLink([]byte(key), value)
		return err
	})
	return l, err
}

// PutLink keeps a link in the place of an earlier one.
func (b *Bolt) PutLink(ctx context.Context, l identity.Link) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.busy.Done()
	value, err := form.EncodeLink(l)
	if err != nil {
		return err
	}
	value = withSum(value)
	return b.db.Batch(func(tx *bolt.Tx) error {
		if err := b.tell(tx, 0, []audit.Entry{audit.Linked(ctx, l.Slack, l.TenantID, l.ObjectID, l.How, l.At)}); err != nil {
			return err
		}
		return tx.Bucket(linksBucket).Put([]byte(l.Key()), value)
	})
}

// DropLink removes a link.
func (b *Bolt) DropLink(ctx context.Context, slack, tenantID string) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.busy.Done()
	key, there := []byte(identity.Key(slack, tenantID)), false
	err := b.db.Batch(func(tx *bolt.Tx) error {
		links := tx.Bucket(linksBucket)
		was := links.Get(key)
		if there = was != nil; !there { // an error would run the whole batch again
			return nil
		}
		l, _ := readLink(key, was)
		return errors.Join(b.tell(tx, 0, []audit.Entry{audit.Unlinked(ctx, slack, tenantID, l.ObjectID)}), links.Delete(key))
	})
	if err == nil && !there {
		err = workflow.ErrNotFound
	}
	return err
}

// Links returns all links. Where some can't be read it returns the others, with an
// *identity.UnreadableError.
func (b *Bolt) Links(ctx context.Context) (all []identity.Link, err error) {
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	defer b.busy.Done()
	var unread identity.UnreadableError
	err = b.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(linksBucket).ForEach(func(k, v []byte) error {
			l, err := readLink(k, v)
			if bad, ok := errors.AsType[*identity.UnreadableError](err); ok {
				unread.Links = append(unread.Links, bad.Links...)
				return ctx.Err()
			}
			all = append(all, l)
			return ctx.Err()
		})
	})
	switch {
	case err != nil:
		return nil, err
	case unread.Links != nil:
		return all, &unread
	}
	return all, nil
}

// readLink returns the link that is kept as value under key, or an *identity.UnreadableError.
func readLink(key, value []byte) (identity.Link, error) {
	l, err := decodeLink(value)
	if err == nil && l.Key() != string(key) {
		err = errKey
	}
	if err != nil {
		slack, tenantID, _ := strings.Cut(string(key), " ")
		return identity.Link{}, &identity.UnreadableError{Links: []identity.Unreadable{{Slack: slack, TenantID: tenantID, Err: err}}}
	}
	return l, nil
}

// decodeLink returns a link whose checksum is right. Unlike requests, every link has one.
func decodeLink(value []byte) (identity.Link, error) {
	if len(value) < sumSize || string(value[len(value)-sumSize:][:len(sumBegin)]) != sumBegin {
		return identity.Link{}, errSum
	}
	if err := checkSum(value); err != nil {
		return identity.Link{}, err
	}
	return form.DecodeLink(value)
}

// relink makes the bucket where there is none, and puts links whose key is damaged where they
// belong. It writes nothing where nothing is wrong, and returns what was.
func (b *Bolt) relink() (fault, err error) {
	moved, missing := map[string]identity.Link{}, false
	err = b.db.View(func(tx *bolt.Tx) error {
		links := tx.Bucket(linksBucket)
		if missing = links == nil; missing {
			return nil
		}
		return links.ForEach(func(k, v []byte) error {
			if l, err := decodeLink(v); err == nil && l.Key() != string(k) {
				moved[string(k)] = l
			}
			return nil
		})
	})
	if err != nil || len(moved) == 0 && !missing {
		return nil, err
	}
	if len(moved) > 0 {
		fault = errors.New("a link between a Slack account and one of Entra is not where it belongs")
	}
	return fault, b.db.Update(func(tx *bolt.Tx) error {
		links, err := tx.CreateBucketIfNotExists(linksBucket)
		for from, l := range moved {
			value := bytes.Clone(links.Get([]byte(from)))
			err = errors.Join(err, links.Delete([]byte(from)))
			if links.Get([]byte(l.Key())) == nil {
				err = errors.Join(err, links.Put([]byte(l.Key()), value))
			}
		}
		return err
	})
}

// addLink keeps what may be a link of a damaged file: one whose checksum is right, or, so that
// it is named, what stands where one was.
func (f *find) addLink(e element) {
	all := e.spans
	for _, rest := range e.rests { // how long it is may be damaged
		if at := bytes.Index(rest, []byte(form.LinkPrefix)); at >= 0 {
			if end := bytes.Index(rest[at:], []byte(sumEnd)); end >= 0 {
				all = append(all, rest[:at+end+len(sumEnd)])
			}
		}
	}
	for _, span := range all {
		if at := bytes.Index(span, []byte(form.LinkPrefix)); at >= 0 {
			if l, err := decodeLink(span[at:]); err == nil {
				f.pairs[string(linksBucket)] = append(f.pairs[string(linksBucket)], [2][]byte{[]byte(l.Key()), span[at:]})
				return
			}
		}
	}
	if len(e.key) > 0 {
		f.pairs[string(linksBucket)] = append(f.pairs[string(linksBucket)], [2][]byte{e.key, e.value})
	}
}
