package spell

import "testing"

func TestTheNearestWordIsTheOneThatWasMeant(t *testing.T) {
	names := []string{"serve", "manifest", "health", "Directory.Read.All"}
	for typed, want := range map[string]string{
		"srve": "serve", "sevre": "serve", "manifst": "manifest", "Directory.Raed.Al": "Directory.Read.All",
		"": "", "something": "", "serve": "serve",
	} {
		if got := Nearest(typed, names); got != want {
			t.Errorf("%q is taken for %q, want %q", typed, got, want)
		}
	}
}
