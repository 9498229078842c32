package slacktest

// The objects that blocks and elements are composed of.

var (
	plainShape = func(least, most int) shape {
		return shape{"type": must(anything), "text": must(str(least, most)), "emoji": may(boolean)}
	}
	mrkdwnShape = func(least, most int) shape {
		return shape{"type": must(anything), "text": must(str(least, most)), "verbatim": may(boolean)}
	}
)

// plain is a plain_text object.
func plain(most int) check {
	return func(c *checker, v any, at string) { c.text(v, at, most, false) }
}

// text is a plain_text or mrkdwn object.
func text(most int) check {
	return func(c *checker, v any, at string) { c.text(v, at, most, true) }
}

func (c *checker) text(v any, at string, most int, mrkdwn bool) {
	o, ok := v.(object)
	switch {
	case !ok:
		c.wrong(at, "must provide an object")
	case o["type"] == nil:
		c.wrong(at, "missing required field: type")
	case o["type"] == "plain_text":
		c.object(o, at, plainShape(1, most))
	case o["type"] == "mrkdwn" && mrkdwn:
		c.object(o, at, mrkdwnShape(1, most))
	default:
		c.wrong(at+"/type", "must be a valid enum value")
	}
}

func confirm(c *checker, v any, at string) {
	c.object(v, at, shape{
		"title":   must(plain(100)),
		"text":    must(text(300)),
		"confirm": must(plain(30)),
		"deny":    must(plain(30)),
		"style":   may(oneOf("primary", "danger")),
	})
}

// option is an option object; rich means that its texts may be mrkdwn, link
// that it may have a url.
func option(rich, link bool) check {
	words := plain(75)
	if rich {
		words = text(75)
	}
	s := shape{"text": must(words), "value": must(str(1, 150)), "description": may(words)}
	if link {
		s["url"] = may(str(1, 3000))
		s["value"] = may(str(1, 150))
	}
	return shaped(s)
}

var optionGroup = shaped(shape{
	"label":   must(plain(75)),
	"options": must(list(1, 100, option(false, false))),
})

var slackFile = shaped(shape{"id": may(str(1, 255)), "url": may(str(1, 3000))})

var dispatchConfig = shaped(shape{
	"trigger_actions_on": may(list(1, 2, oneOf("on_enter_pressed", "on_character_entered"))),
})

var conversationFilter = shaped(shape{
	"include":                          may(list(1, 4, oneOf("im", "mpim", "private", "public"))),
	"exclude_external_shared_channels": may(boolean),
	"exclude_bot_users":                may(boolean),
})

// allOptions returns what can be chosen in an element with static options,
// the options of its groups included.
func allOptions(element object) []any {
	options, _ := element["options"].([]any)
	options = append([]any(nil), options...)
	groups, _ := element["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(object)
		inside, _ := group["options"].([]any)
		options = append(options, inside...)
	}
	return options
}
