package store

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/workflow"
)

const writers = 32

// together calls f n times from as many goroutines as there are writers.
func together(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				f(i)
			}
		})
	}
	wg.Wait()
}

// someRequests are n requests of different names and forms.
func someRequests(n int) []*workflow.Request {
	rs := make([]*workflow.Request, n)
	for i := range rs {
		rs[i] = numberedRequest(i)
		rs[i].Origin = fmt.Sprintf("V%08d", i)
		rs[i].Plan.AppName = fmt.Sprintf("new-app-%07d", i)
	}
	return rs
}

// creates creates requests, and says how long it took.
func creates(t testing.TB, b *Bolt, rs []*workflow.Request) time.Duration {
	begun := time.Now()
	together(len(rs), func(i int) {
		if _, err := b.Create(ctx, rs[i-1]); err != nil {
			t.Error(err)
		}
	})
	return time.Since(begun)
}

// rawPuts puts n values of the size of a request, each under the next number,
// and does nothing else.
func rawPuts(t testing.TB, db *bolt.DB, n int) time.Duration {
	value, err := form.Encode(numberedRequest(1))
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	together(n, func(int) {
		err := db.Batch(func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte("raw"))
			n, err := b.NextSequence()
			if err != nil {
				return err
			}
			return b.Put(binary.BigEndian.AppendUint64(nil, n), value)
		})
		if err != nil {
			t.Error(err)
		}
	})
	return time.Since(begun)
}

func rawTemp(t testing.TB, tuned bool) *bolt.DB {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "raw.db"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if tuned {
		db.MaxBatchDelay, db.MaxBatchSize = batchDelay, batchSize
	}
	if err := db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("raw")); return err }); err != nil {
		t.Fatal(err)
	}
	return db
}

func BenchmarkCreate32(b *testing.B) {
	s, rs := openTemp(b), someRequests(b.N)
	b.ResetTimer()
	creates(b, s, rs)
}

func BenchmarkRawBatch32(b *testing.B) {
	db := rawTemp(b, false)
	b.ResetTimer()
	rawPuts(b, db, b.N)
}

// BenchmarkCreateToRaw says how many requests are created in the time in which
// bbolt puts one bare value of the same size: with the same settings, and (usual)
// with its own.
func BenchmarkCreateToRaw(b *testing.B) {
	const n = 8000
	for b.Loop() {
		ours := creates(b, openTemp(b), someRequests(n))
		raw := rawPuts(b, rawTemp(b, true), n)
		usual := rawPuts(b, rawTemp(b, false), n)
		b.ReportMetric(n/ours.Seconds(), "creates/s")
		b.ReportMetric(n/raw.Seconds(), "puts/s")
		b.ReportMetric(raw.Seconds()/ours.Seconds(), "of-raw")
		b.ReportMetric(usual.Seconds()/ours.Seconds(), "of-usual")
	}
}

func BenchmarkCreateAlone(b *testing.B) {
	s := openTemp(b)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Create(ctx, numberedRequest(i)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdate32(b *testing.B) {
	s := openTemp(b)
	load(b, s, 1000)
	b.ResetTimer()
	together(b.N, func(i int) {
		_, err := s.Update(ctx, formatID(uint64(1+i%1000)), func(r *workflow.Request) error { r.Rev++; return nil })
		if err != nil {
			b.Error(err)
		}
	})
}

// BenchmarkStatus says what a query costs among 1,000 and among 100,000 requests.
func BenchmarkStatus(b *testing.B) {
	few, many := openTemp(b), openTemp(b)
	load(b, few, 1000)
	load(b, many, 100_000)
	for _, q := range statusQueries {
		b.Run(q.name, func(b *testing.B) {
			var took [2]time.Duration
			n := 0
			for b.Loop() {
				for i, s := range []*Bolt{few, many} {
					begun := time.Now()
					if _, err := s.List(ctx, q.query); err != nil {
						b.Fatal(err)
					}
					took[i] += time.Since(begun)
				}
				n++
			}
			b.ReportMetric(float64(took[0].Nanoseconds())/float64(n), "ns/1k")
			b.ReportMetric(float64(took[1].Nanoseconds())/float64(n), "ns/100k")
			b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "100k/1k")
		})
	}
}

// BenchmarkOpen says what looking through the file first costs.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "entra-app.db")
	s := open(b, path)
	load(b, s, 10_000)
	s.Close()
	for b.Loop() {
		s, err := Open(path, testKey(1))
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
