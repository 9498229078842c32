package store

import (
	"os"
	"testing"

	"github.com/entra-app/entra-app/store/form"
)

// Whatever can be read can be indexed.
func FuzzMarks(f *testing.F) {
	b, err := os.ReadFile("form/testdata/v1.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"v":1,"posts":{"card":null},"history":[null]}`))
	f.Add([]byte(`{"v":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := form.Decode(b)
		if err != nil {
			return
		}
		marksOf(r).entries(1)
	})
}
