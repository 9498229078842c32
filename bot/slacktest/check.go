package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
)

// object is a JSON object as it came, which is how the emulator keeps
// everything that a bot gives it.
type object = map[string]any

// A check looks at one value and writes down what is wrong with it. at is the
// JSON pointer of the value.
type check func(c *checker, v any, at string)

// A rule is the check of a property, and whether the property must be there.
type rule struct {
	must  bool
	check check
}

func must(ch check) rule { return rule{true, ch} }
func may(ch check) rule  { return rule{false, ch} }

// A shape is the properties that an object may have. A property that it does
// not name is a mistake.
type shape map[string]rule

// A checker collects mistakes in the order in which they stand.
type checker struct {
	surface   surface
	mistakes  []string
	blockIDs  map[string]bool
	actionIDs map[string]bool
	focused   bool // an element has focus_on_load
	markdown  int  // characters in markdown blocks
	charts    int  // data_visualization blocks
	cells     int  // characters in tables
	dataCells int  // characters in data tables
	submit    bool // the view has a submit button
}

func newChecker(s surface) *checker {
	return &checker{surface: s, blockIDs: make(map[string]bool), actionIDs: make(map[string]bool)}
}

func (c *checker) wrong(at, format string, args ...any) {
	c.mistakes = append(c.mistakes, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// object checks v against a shape and returns it, nil if it is no object.
func (c *checker) object(v any, at string, s shape) object {
	o, ok := v.(object)
	if !ok {
		c.wrong(at, "must provide an object")
		return nil
	}
	for _, name := range sortedKeys(s) {
		value, has := o[name]
		if has && value == nil && !s[name].must {
			continue
		}
		if !has || value == nil {
			if s[name].must {
				c.wrong(at, "missing required field: %s", name)
			}
			continue
		}
		s[name].check(c, value, at+"/"+escapePointer(name))
	}
	for _, name := range sortedKeys(o) {
		if _, known := s[name]; !known {
			c.wrong(at, "invalid additional property: %s", name)
		}
	}
	return o
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(name string) string { return pointerEscapes.Replace(name) }

// shaped is the check for objects of a shape.
func shaped(s shape) check {
	return func(c *checker, v any, at string) { c.object(v, at, s) }
}

// str checks a string with so many characters.
func str(least, most int) check {
	return func(c *checker, v any, at string) {
		s, ok := v.(string)
		if !ok {
			c.wrong(at, "must provide a string")
			return
		}
		c.length(s, at, least, most)
	}
}

func (c *checker) length(s, at string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		c.wrong(at, "must be more than %d characters", least-1)
	case n > most:
		c.wrong(at, "must be less than %d characters", most+1)
	}
}

// likeness checks a string against a pattern.
func likeness(what, pattern string) check {
	re := regexp.MustCompile(pattern)
	return func(c *checker, v any, at string) {
		if s, ok := v.(string); !ok || !re.MatchString(s) {
			c.wrong(at, "must be %s", what)
		}
	}
}

func boolean(c *checker, v any, at string) {
	if _, ok := v.(bool); !ok {
		c.wrong(at, "must provide a boolean")
	}
}

func integer(least, most int) check {
	return func(c *checker, v any, at string) {
		n, ok := number(v)
		switch {
		case !ok || n != float64(int64(n)):
			c.wrong(at, "must provide an integer")
		case n < float64(least):
			c.wrong(at, "must be greater than %d", least-1)
		case n > float64(most):
			c.wrong(at, "must be less than %d", most+1)
		}
	}
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	}
	return 0, false
}

func oneOf(words ...string) check {
	return func(c *checker, v any, at string) {
		for _, word := range words {
			if v == any(word) {
				return
			}
		}
		c.wrong(at, "must be a valid enum value")
	}
}

// list checks an array with so many items, and each of them.
func list(least, most int, item check) check {
	return func(c *checker, v any, at string) {
		items, ok := v.([]any)
		if !ok {
			c.wrong(at, "must provide an array")
			return
		}
		switch {
		case len(items) < least:
			c.wrong(at, "no less than %d items allowed", least)
		case len(items) > most:
			c.wrong(at, "no more than %d items allowed", most)
		}
		for i, v := range items {
			item(c, v, fmt.Sprintf("%s/%d", at, i))
		}
	}
}

func anything(*checker, any, string) {}

// anObject checks that there is an object, and nothing about it.
func anObject(c *checker, v any, at string) {
	if _, ok := v.(object); !ok {
		c.wrong(at, "must provide an object")
	}
}

// blockID checks a block_id and that no other block has it.
func blockID(c *checker, v any, at string) {
	str(1, 255)(c, v, at)
	c.unique(c.blockIDs, "block_id", v, at)
}

// actionID checks an action_id and that no other element has it.
func actionID(c *checker, v any, at string) {
	str(1, 255)(c, v, at)
	c.unique(c.actionIDs, "action_id", v, at)
}

func (c *checker) unique(seen map[string]bool, what string, v any, at string) {
	id, ok := v.(string)
	if !ok {
		return
	}
	if seen[id] {
		c.wrong(at, "`%s` %q already exists", what, id)
	}
	seen[id] = true
}

func focus(c *checker, v any, at string) {
	boolean(c, v, at)
	if v != true {
		return
	}
	if c.focused {
		c.wrong(at, "only one element may have `focus_on_load`")
	}
	c.focused = true
}

// among reports whether v is one of items, property for property.
func among(v any, items []any) bool {
	for _, item := range items {
		if reflect.DeepEqual(v, item) {
			return true
		}
	}
	return false
}

// decode reads JSON, and says no to anything after it.
func decode(data []byte) (any, error) {
	var v any
	err := json.Unmarshal(data, &v)
	return v, err
}

// encode writes JSON as Slack does, with < and > as they are.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null") // only for what JSON does not have, and nothing here is such a thing
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
