package slacktest

import "slices"

// The interactive elements, with what Slack's reference says about each.

// with returns a copy of s with more properties.
func (s shape) with(more shape) shape {
	all := shape{}
	for name, r := range s {
		all[name] = r
	}
	for name, r := range more {
		all[name] = r
	}
	return all
}

var (
	element = shape{"type": must(anything), "action_id": may(actionID)}

	asking = element.with(shape{"placeholder": may(plain(150)), "focus_on_load": may(focus)})
	typing = asking.with(shape{"initial_value": may(str(0, 3000)), "dispatch_action_config": may(dispatchConfig)})
	choose = asking.with(shape{"confirm": may(confirm)})
	static = choose.with(shape{
		"options":       may(list(1, 100, option(false, false))),
		"option_groups": may(list(1, 100, optionGroup)),
	})
	external = choose.with(shape{"min_query_length": may(integer(0, 1000))})
	id       = str(1, 255)
	ids      = list(0, 1000, id)
	several  = shape{"max_selected_items": may(integer(1, 1000000))}
	convs    = shape{"default_to_current_conversation": may(boolean), "filter": may(conversationFilter)}
	day      = likeness("a date like 2006-01-02", `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
	hour     = likeness("a time like 15:04", `^([01]\d|2[0-3]):[0-5]\d$`)
	digits   = likeness("a number", `^-?\d+(\.\d+)?$`)
)

var elements map[string]shape

// Set in init, because confirm, elements and blocks refer to each other.
func init() {
	one := option(false, false)
	rich := option(true, false)
	elements = map[string]shape{
		"button": element.with(shape{
			"text": must(plain(75)), "url": may(str(1, 3000)), "value": may(str(0, 2000)),
			"style": may(oneOf("primary", "danger")), "confirm": may(confirm), "accessibility_label": may(str(1, 75)),
		}),
		"workflow_button": element.with(shape{
			"text": must(plain(75)), "workflow": must(anObject), "style": may(oneOf("primary", "danger")),
			"accessibility_label": may(str(1, 75)),
		}),
		"overflow": element.with(shape{"options": must(list(1, 5, option(false, true))), "confirm": may(confirm)}),
		"image": {"type": must(anything), "image_url": may(str(1, 3000)), "slack_file": may(slackFile),
			"alt_text": must(str(1, 2000))},
		"datepicker": choose.with(shape{"initial_date": may(day)}),
		"timepicker": choose.with(shape{"initial_time": may(hour), "timezone": may(str(1, 255))}),
		"datetimepicker": element.with(shape{"initial_date_time": may(integer(1000000000, 9999999999)), "confirm": may(confirm),
			"focus_on_load": may(focus)}),
		"checkboxes": element.with(shape{
			"options": must(list(1, 10, rich)), "initial_options": may(list(1, 10, rich)), "confirm": may(confirm),
			"focus_on_load": may(focus),
		}),
		"radio_buttons": element.with(shape{
			"options": must(list(1, 10, rich)), "initial_option": may(rich), "confirm": may(confirm), "focus_on_load": may(focus),
		}),
		"plain_text_input": typing.with(shape{
			"multiline": may(boolean), "min_length": may(integer(0, 3000)), "max_length": may(integer(1, 3000)),
		}),
		"email_text_input": typing,
		"url_text_input":   typing,
		"number_input": typing.with(shape{
			"is_decimal_allowed": must(boolean), "initial_value": may(digits), "min_value": may(digits), "max_value": may(digits),
		}),
		"rich_text_input": typing.with(shape{"initial_value": may(aRichText)}),
		"file_input":      element.with(shape{"filetypes": may(list(1, 100, str(1, 255))), "max_files": may(integer(1, 10))}),

		"static_select":        static.with(shape{"initial_option": may(one)}),
		"external_select":      external.with(shape{"initial_option": may(one)}),
		"users_select":         choose.with(shape{"initial_user": may(id)}),
		"channels_select":      choose.with(shape{"initial_channel": may(id), "response_url_enabled": may(boolean)}),
		"conversations_select": choose.with(convs).with(shape{"initial_conversation": may(id), "response_url_enabled": may(boolean)}),

		"multi_static_select":        static.with(several).with(shape{"initial_options": may(list(1, 100, one))}),
		"multi_external_select":      external.with(several).with(shape{"initial_options": may(list(1, 100, one))}),
		"multi_users_select":         choose.with(several).with(shape{"initial_users": may(ids)}),
		"multi_channels_select":      choose.with(several).with(shape{"initial_channels": may(ids)}),
		"multi_conversations_select": choose.with(several).with(convs).with(shape{"initial_conversations": may(ids)}),
	}
}

var (
	selects = []string{
		"static_select", "external_select", "users_select", "channels_select", "conversations_select",
		"multi_static_select", "multi_external_select", "multi_users_select", "multi_channels_select", "multi_conversations_select",
	}
	inSection = append([]string{"button", "workflow_button", "overflow", "image", "datepicker", "timepicker", "checkboxes",
		"radio_buttons"}, selects...)
	inActions = append([]string{"button", "workflow_button", "overflow", "datepicker", "timepicker", "datetimepicker", "checkboxes",
		"radio_buttons", "rich_text_input"}, selects...)
	inInput = append([]string{
		"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input",
		"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons",
	}, selects...)
)

// oneElement checks an element that has to be of one of these types.
func oneElement(types []string) check {
	return func(c *checker, v any, at string) {
		o, ok := v.(object)
		if !ok {
			c.wrong(at, "must provide an object")
			return
		}
		kind, _ := o["type"].(string)
		switch {
		case o["type"] == nil:
			c.wrong(at, "missing required field: type")
		case !slices.Contains(types, kind):
			c.wrong(at+"/type", "unsupported type: %v", o["type"])
		default:
			c.object(o, at, elements[kind])
			c.sense(o, kind, at)
		}
	}
}

// sense checks what properties of an element say about each other.
func (c *checker) sense(o object, kind, at string) {
	switch kind {
	case "image":
		if (o["image_url"] == nil) == (o["slack_file"] == nil) {
			c.wrong(at, "must define either `image_url` or `slack_file`")
		}
	case "static_select", "multi_static_select":
		if (o["options"] == nil) == (o["option_groups"] == nil) {
			c.wrong(at, "must define either `options` or `option_groups`")
		}
	case "plain_text_input":
		least, hasLeast := number(o["min_length"])
		most, hasMost := number(o["max_length"])
		if hasLeast && hasMost && least > most {
			c.wrong(at+"/min_length", "must not be more than `max_length`")
		}
	}
	if c.surface != modal && (kind == "file_input" || o["response_url_enabled"] == true) {
		c.wrong(at, "failed to match all allowed schemas")
	}
	options := allOptions(o)
	if len(options) == 0 {
		return
	}
	if first := o["initial_option"]; first != nil && !among(first, options) {
		c.wrong(at+"/initial_option", "must be one of the provided options")
	}
	first, _ := o["initial_options"].([]any)
	for _, v := range first {
		if !among(v, options) {
			c.wrong(at+"/initial_options", "must be among the provided options")
			break
		}
	}
	if most, ok := number(o["max_selected_items"]); ok && float64(len(first)) > most {
		c.wrong(at+"/initial_options", "no more than %v items allowed", most)
	}
}
