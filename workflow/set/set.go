// Package set compares lists whose order does not matter.
package set

import (
	"slices"
	"strings"
)

// Equal reports whether two texts are the same.
func Equal(a, b string) bool { return a == b }

// Union is a, and what of b is not in it.
func Union[T any](a, b []T, same func(x, y T) bool) []T {
	return append(slices.Clone(a), Minus(b, a, same)...)
}

// Minus is what of a is not in b.
func Minus[T any](a, b []T, same func(x, y T) bool) []T {
	return slices.DeleteFunc(slices.Clone(a), func(x T) bool { return slices.ContainsFunc(b, func(y T) bool { return same(x, y) }) })
}

// Without returns what is in a and not in b.
func Without(a, b []string) []string { return Minus(a, b, Equal) }

// ContainsFold reports whether a list has s, in whatever capitals.
func ContainsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(t string) bool { return strings.EqualFold(t, s) })
}
