package document

import (
	"strings"
	"testing"
)

func TestWhatIsWrongWithADocumentIsSaidWithItsLine(t *testing.T) {
	form := Form{Name: "the list", Begin: "name: list"}
	for _, c := range []struct{ text, says string }{
		{"name: list\n", ""},
		{"", ""},
		{"# nothing yet\n---\n", ""},
		{"name: list\nof: \xff\n", "list.yaml:2: the list has a character that is not UTF-8 text\nhint: save the file as UTF-8"},
		{"name: list\nof: a: b\n", "list.yaml:2: the list is not YAML: mapping values are not allowed in this context\nhint: look at " +
			"the indentation, and put values with a colon or # in quotes"},
		{"- a\n", "list.yaml:1: the list is a list, and has to be keys with values\nhint: begin with a line such as name: list"},
		{"\na\n", "list.yaml:2: the list is a single value, and has to be keys with values\nhint: begin with a line such as name: list"},
		{"name: list\n---\nname: more\n", "list.yaml:2: the list has a second document\nhint: delete the line --- and what follows it"},
	} {
		root, problems := form.Root("list.yaml", []byte(c.text))
		if got := problems.Error(); got != c.says {
			t.Errorf("%q: %s, want %s", c.text, got, c.says)
		}
		if has := strings.HasPrefix(c.text, "name: list\n") && !strings.Contains(c.says, "YAML") &&
			!strings.Contains(c.says, "UTF-8"); (root != nil) != has {
			t.Errorf("%q: the mapping is %v", c.text, root)
		}
	}
}

func TestProblemsOfAFileAreAnErrorInTheOrderOfItsLines(t *testing.T) {
	if err := (Problems{}).Sorted(); err != nil {
		t.Errorf("no problem is the error %v", err)
	}
	err := Problems{{File: "a", Line: 3, Key: "x", Text: "is odd"},
		{File: "a", Line: 1, Key: "y", Text: "is missing", Hint: "give it"}}.Sorted()
	if want := "a:1: y is missing\nhint: give it\na:3: x is odd"; err.Error() != want || len(Of(err)) != 2 {
		t.Errorf("they say %v", err)
	}
}
