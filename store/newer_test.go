package store

import (
	"errors"
	"testing"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
)

func TestARequestOfANewerVersionIsNotTouched(t *testing.T) {
	b := openTemp(t)
	r, err := b.Create(t.Context(), storetest.Pending("a"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, b, requestsBucket, requestKey(1), []byte(`{"v":2}`))
	if _, err := b.Get(t.Context(), r.ID); !errors.Is(err, form.ErrNewer) {
		t.Errorf("Get: %v", err)
	}
	if _, err := b.List(t.Context(), workflow.Query{}); !errors.Is(err, form.ErrNewer) {
		t.Errorf("List: %v", err)
	}
	if _, err := b.Update(t.Context(), r.ID, func(*workflow.Request) error { return nil }); !errors.Is(err, form.ErrNewer) {
		t.Errorf("Update: %v", err)
	}
}
