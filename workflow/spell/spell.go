// Package spell guesses which known word an unknown one was meant to be.
package spell

// Nearest returns the one of names that was most likely meant by s, or nothing
// where none is near: at most a third of its letters may differ.
func Nearest(s string, names []string) string {
	best, least := "", 1<<30
	for _, name := range names {
		if d := distance(s, name); d < least && d <= max(1, len(name)/3) {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to get from a to b.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 1 << 30
	}
	var rows [3][]int
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
	}
	for i := 0; i <= len(a); i++ {
		row, up, upup := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		for j := 0; j <= len(b); j++ {
			switch {
			case i == 0:
				row[j] = j
				continue
			case j == 0:
				row[j] = i
				continue
			case a[i-1] == b[j-1]:
				row[j] = up[j-1]
			default:
				row[j] = 1 + min(up[j-1], up[j], row[j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], 1+upup[j-2])
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
