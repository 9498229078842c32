// Package arguments reads command lines whose flags may follow the arguments, which those of
// package flag may not.
package arguments

import "flag"

// Parse parses flags before, between and after arguments, and returns the latter.
func Parse(flags *flag.FlagSet, args []string) (given []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if args = flags.Args(); len(args) == 0 {
			return given, nil
		}
		given, args = append(given, args[0]), args[1:]
	}
}
