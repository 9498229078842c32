package form

import (
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/text"
)

// mistakesNamed is how many values the mistakes of one field name: Slack shows
// them as one paragraph under the input.
const mistakesNamed = 8

// mistakes are what is wrong with the values of one field. All are said at once,
// so that nobody has to send a form once for each.
type mistakes []mistake

// A mistake is what is wrong with some values, as a sentence without its stop.
type mistake struct {
	problem string
	values  []string
}

func (m *mistakes) add(value, problem string) {
	i := slices.IndexFunc(*m, func(k mistake) bool { return k.problem == problem })
	if i < 0 {
		i = len(*m)
		*m = append(*m, mistake{problem: problem})
	}
	if value = text.Clip(value, 80); !slices.Contains((*m)[i].values, value) {
		(*m)[i].values = append((*m)[i].values, value)
	}
}

// String says what is wrong with which values, as in "a, b and 3 more: this is
// empty." Each mistake names one value at least.
func (m mistakes) String() string {
	var said []string
	left := mistakesNamed
	for i, k := range m {
		others := len(m) - i - 1
		n := min(len(k.values), max(1, left-others))
		left -= n
		some := strings.Join(k.values[:n], ", ")
		if more := len(k.values) - n; more > 0 {
			some += fmt.Sprintf(" and %d more", more)
		}
		said = append(said, some+": "+k.problem+".")
	}
	return strings.Join(said, " ")
}
