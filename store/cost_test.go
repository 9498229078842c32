package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
)

var ctx = context.Background()

// load puts n requests into a store in a few transactions: the fast way in, for
// tests alone.
func load(t testing.TB, b *Bolt, n int) {
	t.Helper()
	const each = 2000
	b.db.NoSync = true
	defer func() { b.db.NoSync = false; b.db.Sync() }()
	for from := 0; from < n; from += each {
		err := b.db.Update(func(tx *bolt.Tx) error {
			for i := from; i < min(n, from+each); i++ {
				r := numberedRequest(i)
				value, err := form.Encode(r)
				if err != nil {
					return err
				}
				number, err := tx.Bucket(requestsBucket).NextSequence()
				if err != nil {
					return err
				}
				if err := (edit{r: r, is: withSum(value)}).save(tx, number, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// numberedRequest is one of many: of 100 people, 10 teams, most of them done.
func numberedRequest(i int) *workflow.Request {
	r := storetest.Pending(fmt.Sprintf("%s-backup-%05d", []string{"payroll", "hr", "finance", "sales", "legal"}[i%5], i))
	r.Requester.ID = fmt.Sprintf("U%04d", i%100)
	r.Team = fmt.Sprintf("C%04d", i%10)
	if i%10 != 0 {
		r.State, r.WakeAt = workflow.StateDone, time.Time{}
	}
	return r
}

// statusQueries are what people ask with /entra-app status.
var statusQueries = []struct {
	name  string
	query workflow.Query
}{
	{"all", workflow.Query{Limit: 10}},
	{"requester", workflow.Query{Requester: "U0007", Limit: 10}},
	{"team", workflow.Query{Team: "C0007", Limit: 10}},
	{"either", workflow.Query{Requester: "U0003", Team: "C0007", Limit: 10}},
	{"state", workflow.Query{State: workflow.StatePending, Limit: 10}},
	{"text", workflow.Query{Text: "Payroll-Backup", Limit: 10}},
	{"rare", workflow.Query{Text: "backup-00042", Limit: 10}},
	{"short", workflow.Query{Text: "ay", Limit: 10}},
	{"letter", workflow.Query{Text: "y", Limit: 10}},
	{"none", workflow.Query{Text: "payroll-restore", Limit: 10}},
	{"page", workflow.Query{Team: "C0007", Before: "EA-150", Limit: 10}},
	{"due", workflow.Query{DueBy: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Limit: 10}},
}

func TestAQueryReadsWhatItReturnsHoweverManyAreKept(t *testing.T) {
	few, many := openTemp(t), openTemp(t)
	load(t, few, 200)
	load(t, many, 5000)
	for _, q := range statusQueries {
		t.Run(q.name, func(t *testing.T) {
			for _, b := range []*Bolt{few, many} {
				b.decoded.Store(0)
				found, err := b.List(ctx, q.query)
				if err != nil {
					t.Fatal(err)
				}
				if want := int64(len(found)); b.decoded.Load() != want {
					t.Errorf("decoded %d requests to return %d", b.decoded.Load(), want)
				}
			}
		})
	}
}

func TestAnUpdateThatChangesNothingWritesNothing(t *testing.T) {
	b := openTemp(t)
	load(t, b, 1)
	commits := func() (n int) {
		b.db.View(func(tx *bolt.Tx) error { n = tx.ID(); return nil })
		return n
	}
	before := commits()
	b.Update(ctx, "EA-1", func(r *workflow.Request) error { return workflow.ErrUnchanged })
	b.Update(ctx, "EA-1", func(r *workflow.Request) error { return context.Canceled })
	b.Update(ctx, "EA-1", func(r *workflow.Request) error { return nil })
	if commits() != before {
		t.Error("the file was written")
	}
}

func TestAChangeThatPanicsHurtsNobodyElse(t *testing.T) {
	b := openTemp(t)
	load(t, b, 1)
	func() {
		defer func() {
			if p := recover(); p != "oh" {
				t.Errorf("panic is %v", p)
			}
		}()
		b.Update(ctx, "EA-1", func(r *workflow.Request) error { panic("oh") })
	}()
	if _, err := b.Update(ctx, "EA-1", func(r *workflow.Request) error { r.Rev++; return nil }); err != nil {
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
