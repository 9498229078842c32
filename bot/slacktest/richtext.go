package slacktest

// Rich text: parts (a section, a list, a quote, preformatted) made of spans.

var (
	look = shaped(shape{"bold": may(boolean), "italic": may(boolean), "strike": may(boolean), "code": may(boolean),
		"underline": may(boolean), "highlight": may(boolean), "client_highlight": may(boolean), "unlink": may(boolean)})
	span  = shape{"type": must(anything), "style": may(look)}
	spans = map[string]shape{
		"text":      span.with(shape{"text": must(str(1, 1<<20))}),
		"link":      span.with(shape{"url": must(str(1, 3000)), "text": may(str(0, 1<<20)), "unsafe": may(boolean)}),
		"user":      span.with(shape{"user_id": must(id)}),
		"usergroup": span.with(shape{"usergroup_id": must(id)}),
		"channel":   span.with(shape{"channel_id": must(id)}),
		"team":      span.with(shape{"team_id": must(id)}),
		"emoji": span.with(shape{"name": must(str(1, 255)), "unicode": may(str(1, 255)), "skin_tone": may(integer(1, 6)),
			"url": may(str(1, 3000))}),
		"broadcast": span.with(shape{"range": must(oneOf("here", "channel", "everyone"))}),
		"color":     span.with(shape{"value": must(str(1, 255))}),
		"date": span.with(shape{"timestamp": must(integer(0, 1<<40)), "format": must(str(1, 255)), "url": may(str(1, 3000)),
			"fallback": may(str(1, 255))}),
	}

	part  = shape{"type": must(anything)}
	parts = map[string]shape{
		"rich_text_section": part.with(shape{"elements": must(list(0, 10000, richSpan))}),
		"rich_text_quote":   part.with(shape{"elements": must(list(0, 10000, richSpan)), "border": may(integer(0, 1))}),
		"rich_text_preformatted": part.with(shape{"elements": must(list(0, 10000, richSpan)), "border": may(integer(0, 1)),
			"language": may(str(1, 255))}),
		"rich_text_list": part.with(shape{
			"elements": must(list(1, 10000, richItem)), "style": must(oneOf("bullet", "ordered")),
			"indent": may(integer(0, 8)), "offset": may(integer(0, 10000)), "border": may(integer(0, 1)),
		}),
	}
)

func richSpan(c *checker, v any, at string) { c.typed(v, at, spans) }

func richItem(c *checker, v any, at string) {
	c.typed(v, at, map[string]shape{"rich_text_section": shape{"type": must(anything), "elements": must(list(0, 10000, richSpan))}})
}

func richPart(c *checker, v any, at string) { c.typed(v, at, parts) }

// aRichText is a rich_text block inside something else.
func aRichText(c *checker, v any, at string) {
	c.typed(v, at, map[string]shape{"rich_text": {"type": must(anything), "block_id": may(str(1, 255)),
		"elements": must(list(0, 1000, richPart))}})
}

// typed checks an object against the shape that its type names.
func (c *checker) typed(v any, at string, shapes map[string]shape) {
	o, ok := v.(object)
	if !ok {
		c.wrong(at, "must provide an object")
		return
	}
	if o["type"] == nil {
		c.wrong(at, "missing required field: type")
		return
	}
	name, _ := o["type"].(string)
	s, known := shapes[name]
	if !known {
		c.wrong(at+"/type", "unsupported type: %v", o["type"])
		return
	}
	c.object(o, at, s)
}
