package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// However many there are and whatever they are called, the text ends with the next step
// and fits on a card.
func TestTheReasonOfAStopFitsOnACard(t *testing.T) {
	var many []Dependent
	for i := range 300 {
		many = append(many, Dependent{[]DependentKind{DependentUser, DependentGroup, DependentApp}[i%3], fmt.Sprint("id-", i),
			strings.Repeat("W\n”", 90)})
	}
	found := Dependents{List: many, More: true, Unknown: strings.Repeat("no ", 100)}
	found.tidy()
	u := &inUse{found, Dependents{}.news(found)}
	stuck := &Request{Kind: KindRetire, Steps: []Step{{Name: StepRemoveCredentials, Tries: 1, Status: StepDone},
		{Name: StepRevokeConsent, Tries: 1, Status: StepDone}, {Name: StepUnassign, Tries: 1}}}
	for _, c := range []struct {
		r         *Request
		has, ends string
	}{{&Request{Kind: KindRetire}, "100 users (“", "as it is."}, {stuck, "100 users", "as it is now."}} {
		text := u.text(c.r)
		if utf8.RuneCountInString(text) > stopMax || !strings.HasSuffix(text, "Give up leaves the app "+c.ends) ||
			!strings.Contains(text, c.has) || !strings.Contains(text, "more than are counted here") {
			t.Errorf("%d characters: %s", utf8.RuneCountInString(text), text)
		}
	}
	if strings.ContainsAny(found.List[0].Name, "\n”") {
		t.Errorf("a name is %q", found.List[0].Name)
	}
	if again := found.news(Dependents{List: append(slices.Clone(many), Dependent{DependentUser, "u-2", "Tom"}),
		More: true}); !again.none() {
		t.Errorf("whoever saw that there are more is shown %+v", again)
	}
	if again := (Dependents{List: many}).news(found); !again.More || len(again.List) != 0 {
		t.Errorf("that there are more by now is no news: %+v", again)
	}
}
