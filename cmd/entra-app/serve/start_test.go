package serve

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/seal"
)

func TestAConfigurationThatCannotBeReadIsNotTakenForTheSame(t *testing.T) {
	key := func(b byte) *seal.Key {
		k, err := seal.NewKey([]byte(strings.Repeat(string(rune(b)), seal.KeySize)))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	before := key('a').SealHere(configurationName, seal.New(`{"listen":"1"}`))
	odd := key('a').SealHere(configurationName, seal.New(`[]`))
	for _, c := range []struct {
		key    *seal.Key
		before []byte
		is     string
		says   string
	}{
		{key('a'), before, "1", ""},
		{key('a'), before, "2", "changed listen."},
		{key('b'), before, "1", "it is not known what has changed"},
		{key('a'), odd, "1", "it is not known what has changed"},
	} {
		got := sinceBefore(c.key, c.before, map[string]string{"listen": c.is})
		if c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("it says %q, want %q", got, c.says)
		}
	}
}
