package slacktest

import (
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"unicode/utf8"
)

// stateKeys says where each type of element keeps what was entered, and under
// which name its first value is given.
var stateKeys = map[string][2]string{
	"plain_text_input":           {"value", "initial_value"},
	"email_text_input":           {"value", "initial_value"},
	"url_text_input":             {"value", "initial_value"},
	"number_input":               {"value", "initial_value"},
	"rich_text_input":            {"rich_text_value", "initial_value"},
	"file_input":                 {"files", ""},
	"static_select":              {"selected_option", "initial_option"},
	"external_select":            {"selected_option", "initial_option"},
	"radio_buttons":              {"selected_option", "initial_option"},
	"checkboxes":                 {"selected_options", "initial_options"},
	"multi_static_select":        {"selected_options", "initial_options"},
	"multi_external_select":      {"selected_options", "initial_options"},
	"users_select":               {"selected_user", "initial_user"},
	"multi_users_select":         {"selected_users", "initial_users"},
	"channels_select":            {"selected_channel", "initial_channel"},
	"multi_channels_select":      {"selected_channels", "initial_channels"},
	"conversations_select":       {"selected_conversation", "initial_conversation"},
	"multi_conversations_select": {"selected_conversations", "initial_conversations"},
	"datepicker":                 {"selected_date", "initial_date"},
	"timepicker":                 {"selected_time", "initial_time"},
	"datetimepicker":             {"selected_date_time", "initial_date_time"},
}

// stateKey is where an element of a type keeps its value; "" if it has none.
func stateKey(typ string) string { return stateKeys[typ][0] }

func plural(key string) bool {
	switch key {
	case "selected_options", "selected_users", "selected_channels", "selected_conversations", "files":
		return true
	}
	return false
}

// initial is the state of an input that nobody has touched.
func initial(e map[string]any) map[string]any {
	typ := fmt.Sprint(e["type"])
	keys := stateKeys[typ]
	s := map[string]any{"type": typ, keys[0]: e[keys[1]]}
	if s[keys[0]] == nil && plural(keys[0]) {
		s[keys[0]] = []any{}
	}
	return s
}

func empty(value any) bool {
	chosen, many := value.([]any)
	return value == nil || value == "" || many && len(chosen) == 0
}

// complaint is what Slack's client says about an entry before it submits the
// view, "" if it has none.
func (in inputField) complaint(value any) string {
	if empty(value) {
		if in.optional {
			return ""
		}
		return "Please complete this required field."
	}
	s, _ := value.(string)
	e := in.element
	switch e["type"] {
	case "file_input":
		return fileComplaint(e, items(value))
	case "plain_text_input":
		return textComplaint(e, s)
	case "number_input":
		return numberComplaint(e, s)
	case "email_text_input":
		if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
			return "Please enter a valid email address."
		}
	case "url_text_input":
		if u, err := url.Parse(s); err != nil || u.Scheme == "" || u.Host == "" {
			return "Please enter a valid URL."
		}
	}
	if most, ok := number(e["max_selected_items"]); ok {
		if chosen, _ := value.([]any); float64(len(chosen)) > most {
			return fmt.Sprintf("Please choose at most %v.", most)
		}
	}
	return ""
}

func textComplaint(e map[string]any, s string) string {
	n := float64(utf8.RuneCountInString(s))
	if least, ok := number(e["min_length"]); ok && n < least {
		return fmt.Sprintf("Please enter at least %v characters.", least)
	}
	most, ok := number(e["max_length"])
	if !ok {
		most = 3000
	}
	if n > most {
		return fmt.Sprintf("Please enter at most %v characters.", most)
	}
	return ""
}

func numberComplaint(e map[string]any, s string) string {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || e["is_decimal_allowed"] != true && x != float64(int64(x)) {
		return "Please enter a valid number."
	}
	if least, err := strconv.ParseFloat(fmt.Sprint(e["min_value"]), 64); err == nil && x < least {
		return fmt.Sprintf("Please enter a number of at least %v.", least)
	}
	if most, err := strconv.ParseFloat(fmt.Sprint(e["max_value"]), 64); err == nil && x > most {
		return fmt.Sprintf("Please enter a number of at most %v.", most)
	}
	return ""
}

// numbered gives every block and element an ID that has none, as Slack does.
func (w *Workspace) numbered(blocks []any) {
	for _, b := range blocks {
		block, ok := b.(map[string]any)
		if !ok {
			continue
		}
		if block["block_id"] == nil {
			block["block_id"] = w.id("b")
		}
		for _, x := range append(append([]any(nil), items(block["elements"])...), block["accessory"], block["element"]) {
			e, _ := x.(map[string]any)
			typ, _ := e["type"].(string)
			if e != nil && e["action_id"] == nil &&
				(stateKey(typ) != "" || typ == "button" || typ == "overflow" || typ == "workflow_button") {
				e["action_id"] = w.id("a")
			}
		}
	}
}
