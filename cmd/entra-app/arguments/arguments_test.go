package arguments

import (
	"errors"
	"flag"
	"io"
	"slices"
	"testing"
)

func TestFlagsMayStandAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"--config", "x", "a", "b"}, {"a", "--config", "x", "b"}, {"a", "b", "--config=x"},
	} {
		flags := flag.NewFlagSet("t", flag.ContinueOnError)
		file := flags.String("config", "", "")
		if got, err := Parse(flags, args); err != nil || *file != "x" || !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("%v is %v with %q, %v", args, got, *file, err)
		}
	}
	flags := flag.NewFlagSet("t", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if _, err := Parse(flags, []string{"a", "-h"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help is %v", err)
	}
	if _, err := Parse(flags, []string{"a", "--odd"}); err == nil {
		t.Error("an unknown flag is taken")
	}
}
