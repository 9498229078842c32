// Package set compares lists whose order says nothing.
package workflow

import (
	"slices"
	"strings"
)

func equal(a, b string) bool { return a == b }

// joined is a, and what of b is not in it.
func joined[T any](a, b []T, same func(x, y T) bool) []T {
	return append(slices.Clone(a), beyond(b, a, same)...)
}

// beyond is what of a is not in b.
func beyond[T any](a, b []T, same func(x, y T) bool) []T {
	return slices.DeleteFunc(slices.Clone(a), func(x T) bool { return slices.ContainsFunc(b, func(y T) bool { return same(x, y) }) })
}

// without returns what is in a and not in b.
func without(a, b []string) []string { return beyond(a, b, equal) }

// containsFold reports whether a list has s, in whatever capitals.
func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(t string) bool { return strings.EqualFold(t, s) })
}
