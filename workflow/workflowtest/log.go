package workflowtest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
)

func (w *Wires) Record(ctx context.Context, e audit.Entry) error {
	_, err := cutOff(w, func() (struct{}, error) { return struct{}{}, w.Store.Record(ctx, e) })
	return err
}
func (w *Wires) Entries(ctx context.Context, request string) ([]audit.Entry, error) {
	return cutOff(w, func() ([]audit.Entry, error) { return w.Store.Entries(ctx, request) })
}
func (w *Wires) Head(ctx context.Context) (audit.Head, error) {
	return cutOff(w, func() (audit.Head, error) { return w.Store.Head(ctx) })
}

// Log are all entries of the log, the oldest first.
func (m *Memory) Log() []audit.Entry {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	return append([]audit.Entry(nil), m.log...)
}

func (m *Memory) Record(ctx context.Context, e audit.Entry) error {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if e.From == "" {
		e.From = audit.From(ctx)
	}
	m.log = append(m.log, e)
	return nil
}

func (m *Memory) Entries(_ context.Context, request string) ([]audit.Entry, error) {
	var about []audit.Entry
	for _, e := range m.Log() {
		if e.Request == request {
			about = append(about, e)
		}
	}
	return about, nil
}

// Head has a hash of all entries, in a note that nobody has signed.
func (m *Memory) Head(context.Context) (audit.Head, error) {
	sum := sha256.New()
	all := m.Log()
	for _, e := range all {
		line, err := e.Line()
		if err != nil {
			return audit.Head{}, err
		}
		fmt.Fprintf(sum, "%s\n", line)
	}
	h := audit.Head{Size: int64(len(all)), Hash: base64.StdEncoding.EncodeToString(sum.Sum(nil))}
	h.Note = fmt.Sprintf("workflowtest\n%d\n%s\n", h.Size, h.Hash)
	return h, nil
}
