package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
)

const contosoID = "72aa0d83-624a-4ebf-a683-1b9b45548610"

func linkOf(slack string) identity.Link {
	return identity.Link{Slack: slack, TenantID: contosoID, ObjectID: "object-of-" + slack,
		At: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), How: identity.ByDeviceCode}
}

// links keeps one for each of these people.
func links(t testing.TB, b *Bolt, slack ...string) (all []identity.Link) {
	t.Helper()
	for _, s := range slack {
		all = append(all, linkOf(s))
		if err := b.PutLink(t.Context(), linkOf(s)); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// linksServed says what is wrong with the links of a store that was opened from a damaged file:
// each is as it was, or is named.
func linksServed(ctx context.Context, b *Bolt, all []identity.Link) (named int, wrong string) {
	found, err := b.Links(ctx)
	bad, ok := errors.AsType[*identity.UnreadableError](err)
	if err != nil && !ok {
		return 0, "Links: " + err.Error()
	}
	for _, l := range found {
		if !slices.Contains(all, l) {
			return 0, fmt.Sprintf("Links: %+v never was", l)
		}
	}
	if bad != nil {
		named = len(bad.Links)
	}
	if missing := len(all) - len(found); missing > named {
		return 0, fmt.Sprintf("%d links are missing, and %d are named", missing, named)
	}
	for _, want := range all {
		l, err := b.Link(ctx, want.Slack, want.TenantID)
		if err == nil && l != want {
			return 0, fmt.Sprintf("Link(%s): %+v", want.Slack, l)
		}
		if err != nil && slices.Contains(found, want) {
			return 0, fmt.Sprintf("Link(%s): %v", want.Slack, err)
		}
	}
	return named, ""
}

func TestAFileWithoutLinksOpensAndGetsThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	keep(t, b, 2)
	err := b.db.Update(func(tx *bolt.Tx) error { return tx.DeleteBucket(linksBucket) })
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	if b.Repaired() != nil {
		t.Errorf("an older file is taken for a damaged one: %v", b.Repaired())
	}
	if _, err := b.Link(t.Context(), "UBEA", contosoID); !errors.Is(err, workflow.ErrNotFound) {
		t.Errorf("Link: %v", err)
	}
	links(t, b, "UBEA")
	if found, err := b.List(t.Context(), workflow.Query{}); len(found) != 2 || err != nil {
		t.Errorf("requests: %v, %v", idsOf(found), err)
	}
}

func TestADamagedLinkIsNamedAndHindersNothing(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 1)
	all := links(t, b, "UADA", "UBEA", "UCARL")
	whole := bytes.Clone(stored(b, "UBEA"))
	for at := range whole {
		broken := bytes.Clone(whole)
		broken[at] ^= 1 << (at % 8)
		put(t, b, linksBucket, []byte(identity.Key("UBEA", contosoID)), broken)
		_, err := b.Link(t.Context(), "UBEA", contosoID)
		bad, ok := errors.AsType[*identity.UnreadableError](err)
		if !ok || len(bad.Links) != 1 || bad.Links[0].Slack != "UBEA" || bad.Links[0].TenantID != contosoID {
			t.Fatalf("byte %d (%q): %v", at, whole[at], err)
		}
		if found, err := b.Links(t.Context()); !errors.As(err, &bad) || len(found) != 2 || bad.Links[0].Slack != "UBEA" {
			t.Fatalf("byte %d (%q): %v, %v", at, whole[at], found, err)
		}
	}
	if l, err := b.Link(t.Context(), "UCARL", contosoID); err != nil || l != all[2] {
		t.Errorf("another link: %+v, %v", l, err)
	}
	if _, err := b.Get(t.Context(), "EA-1"); err != nil {
		t.Errorf("a request: %v", err)
	}
	links(t, b, "UBEA") // signing in again replaces it
	if found, err := b.Links(t.Context()); err != nil || !slices.Equal(found, all) {
		t.Errorf("after it was made again: %v, %v", found, err)
	}
	put(t, b, linksBucket, []byte(identity.Key("UBEA", contosoID)), whole[:20])
	if err := b.DropLink(t.Context(), "UBEA", contosoID); err != nil {
		t.Errorf("a damaged one can't be removed: %v", err)
	}
}

func stored(b *Bolt, slack string) (value []byte) {
	b.db.View(func(tx *bolt.Tx) error {
		value = bytes.Clone(tx.Bucket(linksBucket).Get([]byte(identity.Key(slack, contosoID))))
		return nil
	})
	return value
}

func TestALinkUnderTheKeyOfAnotherIsNotTheirs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	links(t, b, "UADA")
	put(t, b, linksBucket, []byte(identity.Key("UBEA", contosoID)), stored(b, "UADA"))
	if l, err := b.Link(t.Context(), "UBEA", contosoID); !errors.Is(err, errKey) {
		t.Errorf("Bea has Ada's link: %+v, %v", l, err)
	}
	put(t, b, linksBucket, []byte(identity.Key("UCARM", contosoID)), withSum(mustForm(t, linkOf("UCARL"))))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	if b.Repaired() == nil {
		t.Error("nothing is said of it")
	}
	found, err := b.Links(t.Context())
	if want := []identity.Link{linkOf("UADA"), linkOf("UCARL")}; err != nil || !slices.Equal(found, want) {
		t.Errorf("after the repair: %v, %v", found, err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if b = open(t, path); b.Repaired() != nil {
		t.Errorf("repaired once more: %v", b.Repaired())
	}
}

func mustForm(t *testing.T, l identity.Link) []byte {
	t.Helper()
	b, err := form.EncodeLink(l)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestALinkOfANewerVersionIsNotGuessedAt(t *testing.T) {
	b := openTemp(t)
	newer := strings.Replace(string(mustForm(t, linkOf("UBEA"))), `"link":1`, `"link":2`, 1)
	put(t, b, linksBucket, []byte(identity.Key("UBEA", contosoID)), withSum([]byte(newer)))
	if l, err := b.Link(t.Context(), "UBEA", contosoID); !errors.Is(err, form.ErrNewer) {
		t.Errorf("Link: %+v, %v", l, err)
	}
}

func TestTheStoredFormOfALinkDoesNotChange(t *testing.T) {
	const want = `{"link":1,"slack":"UBEA","tenant":"72aa0d83-624a-4ebf-a683-1b9b45548610","object":"object-of-UBEA",` +
		`"at":"2026-12-01T09:00:00Z","how":"device-code"}`
	if got := string(mustForm(t, linkOf("UBEA"))); got != want {
		t.Errorf("it is now\n%s", got)
	}
	if l, err := form.DecodeLink([]byte(want)); err != nil || l != linkOf("UBEA") {
		t.Errorf("read as %+v, %v", l, err)
	}
}
