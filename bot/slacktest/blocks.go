package slacktest

import (
	"fmt"
	"unicode/utf8"
)

// A surface is where blocks are shown.
type surface int

const (
	inMessage surface = 1 << iota
	modal
	home

	everywhere = inMessage | modal | home
)

// A kind is a type of block: where it may stand, the properties that it has,
// and what they say about each other. A kind without a shape is one whose
// properties are not settled yet; only its limits are checked.
type kind struct {
	on    surface
	shape shape
	sense func(c *checker, o object, at string)
}

var block = shape{"type": must(anything), "block_id": may(blockID)}

var kinds map[string]kind

func init() {
	kinds = map[string]kind{
		"divider": {on: everywhere, shape: block},
		"header":  {on: everywhere, shape: block.with(shape{"text": must(plain(150))})},
		"section": {on: everywhere, shape: block.with(shape{
			"text": may(text(3000)), "fields": may(list(1, 10, text(2000))), "accessory": may(oneElement(inSection)),
			"expand": may(boolean),
		}), sense: func(c *checker, o object, at string) {
			if o["text"] == nil && o["fields"] == nil {
				c.wrong(at, "must define either `text` or `fields`")
			}
		}},
		"context": {on: everywhere, shape: block.with(shape{"elements": must(list(1, 10, contextElement))})},
		"actions": {on: everywhere, shape: block.with(shape{"elements": must(list(1, 25, oneElement(inActions)))})},
		"input": {on: everywhere, shape: block.with(shape{
			"label": must(plain(2000)), "element": must(oneElement(inInput)), "hint": may(plain(2000)),
			"optional": may(boolean), "dispatch_action": may(boolean),
		}), sense: func(c *checker, _ object, at string) {
			if c.surface == modal && !c.submit {
				c.wrong(at+"/input", "must define `submit` to use an `input` block in modals")
			}
		}},
		"image": {on: everywhere, shape: block.with(shape{
			"image_url": may(str(1, 3000)), "slack_file": may(slackFile), "alt_text": must(str(1, 2000)), "title": may(plain(2000)),
		}), sense: func(c *checker, o object, at string) { c.sense(o, "image", at) }},
		"video": {on: everywhere, shape: block.with(shape{
			"alt_text": must(str(1, 2000)), "author_name": may(str(1, 49)), "description": may(plain(199)),
			"provider_icon_url": may(str(1, 3000)),
			"provider_name":     may(str(1, 255)), "title": must(plain(199)), "title_url": may(str(1, 3000)),
			"thumbnail_url": must(str(1, 3000)), "video_url": must(str(1, 3000)),
		})},
		"rich_text": {on: everywhere, shape: block.with(shape{"elements": must(list(1, 1000, richPart))})},
		"markdown": {on: inMessage, shape: block.with(shape{"text": must(str(1, 12000))}), sense: func(c *checker, o object, at string) {
			s, _ := o["text"].(string)
			if n := utf8.RuneCountInString(s); n <= 12000 {
				if c.markdown += n; c.markdown > 12000 {
					c.wrong(at+"/text", "must be less than 12001 characters in all markdown blocks together")
				}
			}
		}},
		"alert": {on: modal, shape: block.with(shape{
			"text": must(text(200)), "level": may(oneOf("default", "info", "warning", "error", "success")),
		})},

		"table": {on: inMessage | home, sense: func(c *checker, o object, at string) {
			rows(c, o, at, 100, 20)
			if c.cells += letters(o["rows"]); c.cells > 10000 {
				c.wrong(at+"/rows", "must be less than 10001 characters")
			}
		}},
		"data_table": {on: inMessage | home, sense: func(c *checker, o object, at string) {
			rows(c, o, at, 201, 20)
			if c.dataCells += letters(o["rows"]); c.dataCells > 20000 {
				c.wrong(at+"/rows", "must be less than 20001 characters")
			}
			limits(c, o, at, shape{"caption": must(str(1, 3000)), "page_size": may(integer(1, 100))})
		}},
		"data_visualization": {on: inMessage | home, sense: func(c *checker, _ object, at string) {
			if c.charts++; c.charts > 2 {
				c.wrong(at, "no more than 2 data_visualization blocks allowed")
			}
		}},
		"card": {on: everywhere, sense: func(c *checker, o object, at string) {
			limits(c, o, at, shape{"title": may(text(150)), "subtitle": may(text(150)), "body": may(text(200)),
				"actions": may(list(1, 3, oneElement([]string{"button"})))})
		}},
		"carousel": {on: everywhere, sense: func(c *checker, o object, at string) {
			limits(c, o, at, shape{"elements": must(list(1, 10, nested("card")))})
		}},
		"container": {on: inMessage | home, sense: func(c *checker, o object, at string) {
			limits(c, o, at, shape{"title": may(plain(150)), "subtitle": may(text(150)), "child_blocks": must(list(1, 10, contained))})
			if o["title"] == nil && o["rich_text_title"] == nil {
				c.wrong(at, "missing required field: title")
			}
		}},
		"plan": {on: inMessage, sense: func(c *checker, o object, at string) {
			limits(c, o, at, shape{"title": must(str(1, 3000)), "tasks": may(list(0, 50, nested("task_card")))})
		}},
		"task_card": {on: inMessage, sense: func(c *checker, o object, at string) {
			limits(c, o, at, shape{
				"task_id": must(str(1, 255)), "title": must(str(1, 3000)),
				"status":  may(oneOf("pending", "in_progress", "complete", "error")),
				"details": may(aRichText), "output": may(aRichText),
			})
		}},
		"context_actions": {on: inMessage, sense: func(c *checker, o object, at string) {
			limits(c, o, at, shape{"elements": must(list(1, 5, anObject))})
		}},
	}
}

// limits checks some properties of o and lets others be.
func limits(c *checker, o object, at string, s shape) {
	for name := range o {
		if _, ok := s[name]; !ok {
			s[name] = may(anything)
		}
	}
	c.object(o, at, s)
}

func rows(c *checker, o object, at string, most, columns int) {
	limits(c, o, at, shape{"rows": must(list(1, most, list(1, columns, anObject)))})
}

// letters counts the characters of all texts in v.
func letters(v any) int {
	n := 0
	switch v := v.(type) {
	case object:
		for name, inside := range v {
			if s, ok := inside.(string); ok && name == "text" {
				n += utf8.RuneCountInString(s)
			} else {
				n += letters(inside)
			}
		}
	case []any:
		for _, inside := range v {
			n += letters(inside)
		}
	}
	return n
}

func contextElement(c *checker, v any, at string) {
	if o, ok := v.(object); ok && o["type"] == "image" {
		oneElement([]string{"image"})(c, v, at)
		return
	}
	if o, ok := v.(object); ok && o["type"] != nil && o["type"] != "mrkdwn" && o["type"] != "plain_text" {
		c.wrong(at+"/type", "unsupported type: %v", o["type"])
		return
	}
	c.text(v, at, 3000, true)
}

// nested checks a block inside another, which has to be of this type.
func nested(kind string) check {
	return func(c *checker, v any, at string) {
		if o, ok := v.(object); ok && o["type"] != any(kind) {
			c.wrong(at+"/type", "unsupported type: %v", o["type"])
			return
		}
		c.block(v, at)
	}
}

func contained(c *checker, v any, at string) {
	if o, ok := v.(object); ok {
		switch o["type"] {
		case "card", "carousel", "data_table", "container":
			c.wrong(at+"/type", "unsupported type: %v", o["type"])
			return
		}
	}
	c.block(v, at)
}

// block checks one block.
func (c *checker) block(v any, at string) {
	o, ok := v.(object)
	if !ok {
		c.wrong(at, "must provide an object")
		return
	}
	name, isString := o["type"].(string)
	if o["type"] == nil {
		c.wrong(at, "missing required field: type")
		return
	}
	k, known := kinds[name]
	if !isString || !known || k.on&c.surface == 0 {
		c.wrong(at+"/type", "unsupported type: %v", o["type"])
		return
	}
	if k.shape != nil {
		c.object(o, at, k.shape)
	} else if id, has := o["block_id"]; has {
		blockID(c, id, at+"/block_id")
	}
	if k.sense != nil {
		k.sense(c, o, at)
	}
}

func (c *checker) blocks(v any, at string, most int) {
	items, ok := v.([]any)
	if !ok {
		c.wrong(at, "must provide an array")
		return
	}
	if len(items) > most {
		c.wrong(at, "no more than %d items allowed", most)
	}
	for i, item := range items {
		c.block(item, fmt.Sprintf("%s/%d", at, i))
	}
}

// ValidateMessage checks the blocks of a message, given as a JSON array, and
// returns what is wrong with them in Slack's words, each with the JSON pointer
// of the place. Nothing is returned for blocks that are right.
func ValidateMessage(blocksJSON []byte) []string {
	v, err := decode(blocksJSON)
	if err != nil {
		return []string{"must provide an array [json-pointer:/blocks]"}
	}
	mistakes := messageMistakes(v)
	if tooLong("", encode(v)) {
		mistakes = append(mistakes, errTooLong.Error()+" [json-pointer:/blocks]")
	}
	return mistakes
}

func messageMistakes(blocks any) []string {
	c := newChecker(inMessage)
	c.blocks(blocks, "/blocks", 50)
	return c.mistakes
}

// ValidateView does the same for a view, which is a modal or a Home tab.
func ValidateView(viewJSON []byte, home bool) []string {
	v, err := decode(viewJSON)
	if err != nil {
		return []string{"must provide an object [json-pointer:/view]"}
	}
	return viewMistakes(v, home)
}

func viewMistakes(v any, isHome bool) []string {
	s := shape{
		"type": must(anything), "blocks": must(func(c *checker, v any, at string) { c.blocks(v, at, 100) }),
		"private_metadata": may(str(0, 3000)), "callback_id": may(str(0, 255)), "external_id": may(str(0, 255)),
	}
	c := newChecker(home)
	want := "home"
	if !isHome {
		c.surface, want = modal, "modal"
		s = s.with(shape{
			"title": must(plain(24)), "submit": may(plain(24)), "close": may(plain(24)),
			"clear_on_close": may(boolean), "notify_on_close": may(boolean), "submit_disabled": may(boolean),
		})
	}
	o, _ := v.(object)
	c.submit = o["submit"] != nil
	if kind, has := o["type"]; has && kind != any(want) {
		c.wrong("/view/type", "unsupported type: %v", kind)
		return c.mistakes
	}
	c.object(v, "/view", s)
	return c.mistakes
}

// maxView is how long the JSON of a view may be.
const maxView = 250 * 1024
