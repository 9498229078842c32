package store

import (
	"strconv"
	"strings"
)

const idPrefix = "EA-"

func formatID(n uint64) string { return idPrefix + strconv.FormatUint(n, 10) }

// parseID returns the number of an ID that formatID made, and of no other.
func parseID(id string) (n uint64, ok bool) {
	digits, ok := strings.CutPrefix(id, idPrefix)
	if !ok || digits == "" || digits[0] < '1' || digits[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil
}
