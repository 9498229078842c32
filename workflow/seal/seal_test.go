package seal

import "testing"

// What is in the store was sealed by us or is not opened.
func FuzzOpen(f *testing.F) {
	key, err := NewKey(make([]byte, KeySize))
	if err != nil {
		f.Fatal(err)
	}
	sealed, _ := key.Seal("EA-1", New("hunter2"))
	f.Add("EA-1", []byte(sealed))
	f.Add("EA-2", []byte(sealed))
	f.Add("EA-1", []byte(sealed[:len(sealed)-1]))
	f.Add("", []byte{sealedV1})
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		secret, err := key.Open(name, Sealed(b))
		if err == nil && (name != "EA-1" || secret.Reveal() != "hunter2") {
			t.Fatalf("opened for %q, and not what was sealed", name)
		}
		if err != nil && (name == "EA-1" && string(b) == string(sealed) || !secret.IsZero()) {
			t.Fatalf("not opened: %v", err)
		}
	})
}
