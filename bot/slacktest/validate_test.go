package slacktest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func x(n int) string { return strings.Repeat("é", n) }

func many(n int, item string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
}

func plain(n int) string  { return `{"type":"plain_text","text":"` + x(n) + `"}` }
func mrkdwn(n int) string { return `{"type":"mrkdwn","text":"` + x(n) + `"}` }

func actions(element string) string { return `{"type":"actions","elements":[` + element + `]}` }
func input(element string) string {
	return `{"type":"input","label":` + plain(1) + `,"element":` + element + `}`
}
func button(more string) string { return `{"type":"button","text":` + plain(1) + more + `}` }
func option(text, value, description int) string {
	return `{"text":` + plain(text) + `,"value":"` + x(value) + `","description":` + plain(description) + `}`
}
func confirm(title, text, yes, no int) string {
	return fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, plain(title), mrkdwn(text), plain(yes), plain(no))
}

// Each limit is a message that is right at its edge, and the same one beyond it.
func TestEveryLimitHoldsAtItsEdgeAndNotBeyond(t *testing.T) {
	opt := option(1, 1, 1)
	for _, c := range []struct {
		name, edge, beyond, says string
	}{
		{"blocks", many(50, `{"type":"divider"}`), many(51, `{"type":"divider"}`), "no more than 50 items allowed [json-pointer:/blocks]"},
		{"block_id", `[{"type":"divider","block_id":"` + x(255) + `"}]`, `[{"type":"divider","block_id":"` + x(256) + `"}]`,
			"must be less than 256 characters [json-pointer:/blocks/0/block_id]"},
		{"section text", `[{"type":"section","text":` + mrkdwn(3000) + `}]`, `[{"type":"section","text":` + mrkdwn(3001) + `}]`,
			"must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"an empty text", `[{"type":"section","text":` + mrkdwn(1) + `}]`, `[{"type":"section","text":` + mrkdwn(0) + `}]`,
			"must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"section fields", `[{"type":"section","fields":` + many(10, plain(1)) + `}]`,
			`[{"type":"section","fields":` + many(11, plain(1)) + `}]`, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"a field", `[{"type":"section","fields":[` + plain(2000) + `]}]`, `[{"type":"section","fields":[` + plain(2001) + `]}]`,
			"must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},
		{"header", `[{"type":"header","text":` + plain(150) + `}]`, `[{"type":"header","text":` + plain(151) + `}]`,
			"must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"context", `[{"type":"context","elements":` + many(10, plain(1)) + `}]`,
			`[{"type":"context","elements":` + many(11, plain(1)) + `}]`,
			"no more than 10 items allowed [json-pointer:/blocks/0/elements]"},
		{"actions", `[` + actions(strings.Trim(many(25, button("")), "[]")) + `]`,
			`[` + actions(strings.Trim(many(26, button("")), "[]")) + `]`,
			"no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		{"button text", `[` + actions(`{"type":"button","text":`+plain(75)+`}`) + `]`,
			`[` + actions(`{"type":"button","text":`+plain(76)+`}`) + `]`,
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"button value", `[` + actions(button(`,"value":"`+x(2000)+`"`)) + `]`, `[` + actions(button(`,"value":"`+x(2001)+`"`)) + `]`,
			"must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		{"button url", `[` + actions(button(`,"url":"`+x(3000)+`"`)) + `]`, `[` + actions(button(`,"url":"`+x(3001)+`"`)) + `]`,
			"must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]"},
		{"action_id", `[` + actions(button(`,"action_id":"`+x(255)+`"`)) + `]`, `[` + actions(button(`,"action_id":"`+x(256)+`"`)) + `]`,
			"must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"},
		{"accessibility_label", `[` + actions(button(`,"accessibility_label":"`+x(75)+`"`)) + `]`,
			`[` + actions(button(`,"accessibility_label":"`+x(76)+`"`)) + `]`,
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]"},
		{"style", `[` + actions(button(`,"style":"danger"`)) + `]`, `[` + actions(button(`,"style":"default"`)) + `]`,
			"must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"},
		{"confirm title", `[` + actions(button(confirm(100, 1, 1, 1))) + `]`, `[` + actions(button(confirm(101, 1, 1, 1))) + `]`,
			"must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		{"confirm text", `[` + actions(button(confirm(1, 300, 1, 1))) + `]`, `[` + actions(button(confirm(1, 301, 1, 1))) + `]`,
			"must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]"},
		{"confirm yes", `[` + actions(button(confirm(1, 1, 30, 1))) + `]`, `[` + actions(button(confirm(1, 1, 31, 1))) + `]`,
			"must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]"},
		{"confirm no", `[` + actions(button(confirm(1, 1, 1, 30))) + `]`, `[` + actions(button(confirm(1, 1, 1, 31))) + `]`,
			"must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]"},
		{"options", `[` + actions(`{"type":"static_select","options":`+many(100, opt)+`}`) + `]`,
			`[` + actions(`{"type":"static_select","options":`+many(101, opt)+`}`) + `]`,
			"no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"option groups", `[` + actions(`{"type":"static_select","option_groups":`+
			many(100, `{"label":`+plain(75)+`,"options":[`+opt+`]}`)+`}`) + `]`,
			`[` + actions(`{"type":"static_select","option_groups":`+many(1, `{"label":`+plain(76)+`,"options":[`+opt+`]}`)+`}`) + `]`,
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/option_groups/0/label/text]"},
		{"option text", `[` + actions(`{"type":"static_select","options":[`+option(75, 1, 1)+`]}`) + `]`,
			`[` + actions(`{"type":"static_select","options":[`+option(76, 1, 1)+`]}`) + `]`,
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"},
		{"option value", `[` + actions(`{"type":"static_select","options":[`+option(1, 150, 1)+`]}`) + `]`,
			`[` + actions(`{"type":"static_select","options":[`+option(1, 151, 1)+`]}`) + `]`,
			"must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]"},
		{"option description", `[` + actions(`{"type":"static_select","options":[`+option(1, 1, 75)+`]}`) + `]`,
			`[` + actions(`{"type":"static_select","options":[`+option(1, 1, 76)+`]}`) + `]`,
			"must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/description/text]"},
		{"overflow", `[` + actions(`{"type":"overflow","options":`+many(5, opt)+`}`) + `]`,
			`[` + actions(`{"type":"overflow","options":`+many(6, opt)+`}`) + `]`,
			"no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"checkboxes", `[` + actions(`{"type":"checkboxes","options":`+many(10, opt)+`}`) + `]`,
			`[` + actions(`{"type":"checkboxes","options":`+many(11, opt)+`}`) + `]`,
			"no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"radio buttons", `[` + actions(`{"type":"radio_buttons","options":`+many(10, opt)+`}`) + `]`,
			`[` + actions(`{"type":"radio_buttons","options":`+many(11, opt)+`}`) + `]`,
			"no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"multi-select", `[` + input(`{"type":"multi_users_select","max_selected_items":1}`) + `]`,
			`[` + input(`{"type":"multi_users_select","max_selected_items":0}`) + `]`,
			"must be greater than 0 [json-pointer:/blocks/0/element/max_selected_items]"},
		{"input label", `[{"type":"input","label":` + plain(2000) + `,"element":{"type":"datepicker"}}]`,
			`[{"type":"input","label":` + plain(2001) + `,"element":{"type":"datepicker"}}]`,
			"must be less than 2001 characters [json-pointer:/blocks/0/label/text]"},
		{"input hint", `[{"type":"input","label":` + plain(1) + `,"hint":` + plain(2000) + `,"element":{"type":"datepicker"}}]`,
			`[{"type":"input","label":` + plain(1) + `,"hint":` + plain(2001) + `,"element":{"type":"datepicker"}}]`,
			"must be less than 2001 characters [json-pointer:/blocks/0/hint/text]"},
		{"max_length", `[` + input(`{"type":"plain_text_input","max_length":3000}`) + `]`,
			`[` + input(`{"type":"plain_text_input","max_length":3001}`) + `]`,
			"must be less than 3001 [json-pointer:/blocks/0/element/max_length]"},
		{"placeholder", `[` + input(`{"type":"plain_text_input","placeholder":`+plain(150)+`}`) + `]`,
			`[` + input(`{"type":"plain_text_input","placeholder":`+plain(151)+`}`) + `]`,
			"must be less than 151 characters [json-pointer:/blocks/0/element/placeholder/text]"},
		{"email placeholder", `[` + input(`{"type":"email_text_input","placeholder":`+plain(150)+`}`) + `]`,
			`[` + input(`{"type":"email_text_input","placeholder":`+plain(151)+`}`) + `]`,
			"must be less than 151 characters [json-pointer:/blocks/0/element/placeholder/text]"},
		{"image alt_text", `[{"type":"image","image_url":"u","alt_text":"` + x(2000) + `"}]`,
			`[{"type":"image","image_url":"u","alt_text":"` + x(2001) + `"}]`,
			"must be less than 2001 characters [json-pointer:/blocks/0/alt_text]"},
		{"image title", `[{"type":"image","image_url":"u","alt_text":"a","title":` + plain(2000) + `}]`,
			`[{"type":"image","image_url":"u","alt_text":"a","title":` + plain(2001) + `}]`,
			"must be less than 2001 characters [json-pointer:/blocks/0/title/text]"},
		{"image_url", `[{"type":"image","image_url":"` + x(3000) + `","alt_text":"a"}]`,
			`[{"type":"image","image_url":"` + x(3001) + `","alt_text":"a"}]`,
			"must be less than 3001 characters [json-pointer:/blocks/0/image_url]"},
		{"markdown", `[{"type":"markdown","text":"` + x(12000) + `"}]`, `[{"type":"markdown","text":"` + x(12001) + `"}]`,
			"must be less than 12001 characters [json-pointer:/blocks/0/text]"},
		{"markdown together", `[{"type":"markdown","text":"` + x(6000) + `"},{"type":"markdown","text":"` + x(6000) + `"}]`,
			`[{"type":"markdown","text":"` + x(6000) + `"},{"type":"markdown","text":"` + x(6001) + `"}]`,
			"must be less than 12001 characters in all markdown blocks together [json-pointer:/blocks/1/text]"},
		{"table rows", `[{"type":"table","rows":` + many(100, "[{}]") + `}]`, `[{"type":"table","rows":` + many(101, "[{}]") + `}]`,
			"no more than 100 items allowed [json-pointer:/blocks/0/rows]"},
		{"table columns", `[{"type":"table","rows":[` + many(20, "{}") + `]}]`, `[{"type":"table","rows":[` + many(21, "{}") + `]}]`,
			"no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"},
		{"table text", `[{"type":"table","rows":[[{"text":"` + x(10000) + `"}]]}]`,
			`[{"type":"table","rows":[[{"text":"` + x(10001) + `"}]]}]`,
			"must be less than 10001 characters [json-pointer:/blocks/0/rows]"},
		{"data table rows", `[{"type":"data_table","caption":"c","rows":` + many(201, "[{}]") + `}]`,
			`[{"type":"data_table","caption":"c","rows":` + many(202, "[{}]") + `}]`,
			"no more than 201 items allowed [json-pointer:/blocks/0/rows]"},
		{"data table text", `[{"type":"data_table","caption":"c","rows":[[{"text":"` + x(20000) + `"}]]}]`,
			`[{"type":"data_table","caption":"c","rows":[[{"text":"` + x(20001) + `"}]]}]`,
			"must be less than 20001 characters [json-pointer:/blocks/0/rows]"},
		{"data table page", `[{"type":"data_table","caption":"c","page_size":100,"rows":[[{}]]}]`,
			`[{"type":"data_table","caption":"c","page_size":101,"rows":[[{}]]}]`,
			"must be less than 101 [json-pointer:/blocks/0/page_size]"},
		{"charts", many(2, `{"type":"data_visualization"}`), many(3, `{"type":"data_visualization"}`),
			"no more than 2 data_visualization blocks allowed [json-pointer:/blocks/2]"},
		{"card title", `[{"type":"card","title":` + plain(150) + `}]`, `[{"type":"card","title":` + plain(151) + `}]`,
			"must be less than 151 characters [json-pointer:/blocks/0/title/text]"},
		{"card body", `[{"type":"card","body":` + plain(200) + `}]`, `[{"type":"card","body":` + plain(201) + `}]`,
			"must be less than 201 characters [json-pointer:/blocks/0/body/text]"},
		{"card actions", `[{"type":"card","actions":` + many(3, button("")) + `}]`,
			`[{"type":"card","actions":` + many(4, button("")) + `}]`, "no more than 3 items allowed [json-pointer:/blocks/0/actions]"},
		{"carousel", `[{"type":"carousel","elements":` + many(10, `{"type":"card"}`) + `}]`,
			`[{"type":"carousel","elements":` + many(11, `{"type":"card"}`) + `}]`,
			"no more than 10 items allowed [json-pointer:/blocks/0/elements]"},
		{"container", `[{"type":"container","title":` + plain(150) + `,"child_blocks":` + many(10, `{"type":"divider"}`) + `}]`,
			`[{"type":"container","title":` + plain(1) + `,"child_blocks":` + many(11, `{"type":"divider"}`) + `}]`,
			"no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]"},
		{"plan", `[{"type":"plan","title":"p","tasks":` + many(50, `{"type":"task_card","task_id":"t","title":"t"}`) + `}]`,
			`[{"type":"plan","title":"p","tasks":` + many(51, `{"type":"task_card","task_id":"t","title":"t"}`) + `}]`,
			"no more than 50 items allowed [json-pointer:/blocks/0/tasks]"},
		{"context actions", `[{"type":"context_actions","elements":` + many(5, `{}`) + `}]`,
			`[{"type":"context_actions","elements":` + many(6, `{}`) + `}]`,
			"no more than 5 items allowed [json-pointer:/blocks/0/elements]"},
	} {
		if got := slacktest.ValidateMessage([]byte(c.edge)); len(got) > 0 {
			t.Errorf("%s at the edge: %q", c.name, got)
		}
		if got := slacktest.ValidateMessage([]byte(c.beyond)); len(got) != 1 || got[0] != c.says {
			t.Errorf("%s beyond the edge: %q, want %q", c.name, got, c.says)
		}
	}
}

func TestWhatElseIsWrongInAMessage(t *testing.T) {
	for _, c := range []struct{ name, blocks, says string }{
		{"no array", `{}`, "must provide an array [json-pointer:/blocks]"},
		{"no JSON", `[`, "must provide an array [json-pointer:/blocks]"},
		{"no object", `["a"]`, "must provide an object [json-pointer:/blocks/0]"},
		{"no type", `[{}]`, "missing required field: type [json-pointer:/blocks/0]"},
		{"an unknown type", `[{"type":"sektion"}]`, "unsupported type: sektion [json-pointer:/blocks/0/type]"},
		{"an alert in a message", `[{"type":"alert","text":` + plain(1) + `}]`, "unsupported type: alert [json-pointer:/blocks/0/type]"},
		{"an unknown property", `[{"type":"divider","colour":"red"}]`, "invalid additional property: colour [json-pointer:/blocks/0]"},
		{"a string for a text", `[{"type":"section","text":"hello"}]`, "must provide an object [json-pointer:/blocks/0/text]"},
		{"markup in a header", `[{"type":"header","text":` + mrkdwn(1) + `}]`,
			"must be a valid enum value [json-pointer:/blocks/0/text/type]"},
		{"emoji in markup", `[{"type":"section","text":{"type":"mrkdwn","text":"a","emoji":true}}]`,
			"invalid additional property: emoji [json-pointer:/blocks/0/text]"},
		{"a section of nothing", `[{"type":"section"}]`, "must define either `text` or `fields` [json-pointer:/blocks/0]"},
		{"no buttons", `[{"type":"actions","elements":[]}]`, "no less than 1 items allowed [json-pointer:/blocks/0/elements]"},
		{"a text among actions", `[` + actions(plain(1)) + `]`, "unsupported type: plain_text [json-pointer:/blocks/0/elements/0/type]"},
		{"a button in a context", `[{"type":"context","elements":[` + button("") + `]}]`,
			"unsupported type: button [json-pointer:/blocks/0/elements/0/type]"},
		{"one block_id twice", `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`,
			"`block_id` \"a\" already exists [json-pointer:/blocks/1/block_id]"},
		{"one action_id twice", `[` + actions(button(`,"action_id":"x"`)) + `,` + actions(button("")+","+button(`,"action_id":"x"`)) +
			`]`, "`action_id` \"x\" already exists [json-pointer:/blocks/1/elements/1/action_id]"},
		{"options and groups", `[` + actions(`{"type":"static_select"}`) + `]`,
			"must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]"},
		{"an initial option that is none",
			`[` + actions(`{"type":"static_select","options":[`+option(1, 1, 1)+`],"initial_option":`+option(2, 2, 2)+`}`) + `]`,
			"must be one of the provided options [json-pointer:/blocks/0/elements/0/initial_option]"},
		{"a file input in a message", `[` + input(`{"type":"file_input"}`) + `]`,
			"failed to match all allowed schemas [json-pointer:/blocks/0/element]"},
		{"a number input that does not say", `[` + input(`{"type":"number_input"}`) + `]`,
			"missing required field: is_decimal_allowed [json-pointer:/blocks/0/element]"},
		{"two elements with the focus", `[` + input(`{"type":"datepicker","focus_on_load":true}`) + `,` +
			input(`{"type":"datepicker","focus_on_load":true}`) + `]`,
			"only one element may have `focus_on_load` [json-pointer:/blocks/1/element/focus_on_load]"},
		{"a card in a container", `[{"type":"container","title":` + plain(1) + `,"child_blocks":[{"type":"card"}]}]`,
			"unsupported type: card [json-pointer:/blocks/0/child_blocks/0/type]"},
		{"a strange rich text", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text"}]}]}]`,
			"missing required field: text [json-pointer:/blocks/0/elements/0/elements/0]"},
		{"an image of nothing", `[{"type":"image","alt_text":"a"}]`,
			"must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"},
		{"a date that is none", `[` + actions(`{"type":"datepicker","initial_date":"2026-13-01"}`) + `]`,
			"must be a date like 2006-01-02 [json-pointer:/blocks/0/elements/0/initial_date]"},
	} {
		if got := slacktest.ValidateMessage([]byte(c.blocks)); len(got) != 1 || got[0] != c.says {
			t.Errorf("%s: %q, want %q", c.name, got, c.says)
		}
	}
}

func TestViewsAreHeldToTheirLimits(t *testing.T) {
	view := func(more string) string {
		return `{"type":"modal","title":` + plain(24) + `,"blocks":[{"type":"divider"}]` + more + `}`
	}
	submit := `,"submit":` + plain(24)
	for _, c := range []struct {
		name, view string
		home       bool
		says       string // "" if the view is right
	}{
		{"a modal", view(`,"close":` + plain(24) + submit), false, ""},
		{"private_metadata", view(`,"private_metadata":"` + x(3000) + `"`), false, ""},
		{"long private_metadata", view(`,"private_metadata":"` + x(3001) + `"`), false,
			"must be less than 3001 characters [json-pointer:/view/private_metadata]"},
		{"long callback_id", view(`,"callback_id":"` + x(256) + `"`), false,
			"must be less than 256 characters [json-pointer:/view/callback_id]"},
		{"long external_id", view(`,"external_id":"` + x(256) + `"`), false,
			"must be less than 256 characters [json-pointer:/view/external_id]"},
		{"long title", `{"type":"modal","title":` + plain(25) + `,"blocks":[]}`, false,
			"must be less than 25 characters [json-pointer:/view/title/text]"},
		{"long submit", view(`,"submit":` + plain(25)), false, "must be less than 25 characters [json-pointer:/view/submit/text]"},
		{"long close", view(`,"close":` + plain(25)), false, "must be less than 25 characters [json-pointer:/view/close/text]"},
		{"no title", `{"type":"modal","blocks":[]}`, false, "missing required field: title [json-pointer:/view]"},
		{"blocks of null", `{"type":"modal","title":` + plain(1) + `,"blocks":null}`, false,
			"missing required field: blocks [json-pointer:/view]"},
		{"100 blocks", `{"type":"modal","title":` + plain(1) + `,"blocks":` + many(100, `{"type":"divider"}`) + `}`, false, ""},
		{"101 blocks", `{"type":"modal","title":` + plain(1) + `,"blocks":` + many(101, `{"type":"divider"}`) + `}`, false,
			"no more than 100 items allowed [json-pointer:/view/blocks]"},
		{"an input without submit", `{"type":"modal","title":` + plain(1) + `,"blocks":[` + input(`{"type":"datepicker"}`) + `]}`, false,
			"must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]"},
		{"an input with submit", `{"type":"modal","title":` + plain(1) + submit + `,"blocks":[` +
			input(`{"type":"file_input","max_files":10}`) + `]}`, false, ""},
		{"too many files", `{"type":"modal","title":` + plain(1) + submit + `,"blocks":[` +
			input(`{"type":"file_input","max_files":11}`) + `]}`, false,
			"must be less than 11 [json-pointer:/view/blocks/0/element/max_files]"},
		{"an alert", `{"type":"modal","title":` + plain(1) + `,"blocks":[{"type":"alert","level":"error","text":` + plain(200) + `}]}`,
			false, ""},
		{"a long alert", `{"type":"modal","title":` + plain(1) + `,"blocks":[{"type":"alert","text":` + plain(201) + `}]}`, false,
			"must be less than 201 characters [json-pointer:/view/blocks/0/text/text]"},
		{"markdown in a modal", `{"type":"modal","title":` + plain(1) + `,"blocks":[{"type":"markdown","text":"a"}]}`, false,
			"unsupported type: markdown [json-pointer:/view/blocks/0/type]"},
		{"a table in a modal", `{"type":"modal","title":` + plain(1) + `,"blocks":[{"type":"table","rows":[[{}]]}]}`, false,
			"unsupported type: table [json-pointer:/view/blocks/0/type]"},
		{"an unknown property", view(`,"P":1`), false, "invalid additional property: P [json-pointer:/view]"},
		{"a Home tab", `{"type":"home","blocks":[` + input(`{"type":"datepicker"}`) + `]}`, true, ""},
		{"a Home tab with a title", `{"type":"home","blocks":[],"title":` + plain(1) + `}`, true,
			"invalid additional property: title [json-pointer:/view]"},
		{"a Home tab as a modal", `{"type":"home","blocks":[]}`, false, "unsupported type: home [json-pointer:/view/type]"},
		{"no view", `null`, false, "must provide an object [json-pointer:/view]"},
	} {
		got := strings.Join(slacktest.ValidateView([]byte(c.view), c.home), "; ")
		if got != c.says {
			t.Errorf("%s: %q, want %q", c.name, got, c.says)
		}
	}
}

// Whatever comes, the validator ends with a list, each mistake with its place.
func FuzzValidateMessage(f *testing.F) {
	for _, s := range []string{`[]`, `[{"type":"section","text":` + mrkdwn(1) + `}]`, `[` + actions(button(confirm(1, 1, 1, 1))) + `]`,
		`[` + input(`{"type":"static_select","options":[`+option(1, 1, 1)+`]}`) + `]`, `[{"type":"plan","title":"p","tasks":[{}]}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[]}]}]`, `{"a":[null]}`, `[{"type":1}]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first := slacktest.ValidateMessage(data)
		for _, m := range first {
			if !strings.Contains(m, " [json-pointer:/blocks") || !strings.HasSuffix(m, "]") {
				t.Errorf("a mistake without its place: %q", m)
			}
		}
		if !json.Valid(data) && len(first) == 0 {
			t.Error("this is no JSON, and it is right")
		}
		if again := slacktest.ValidateMessage(data); strings.Join(first, "\n") != strings.Join(again, "\n") {
			t.Errorf("the same blocks are judged differently: %q, %q", first, again)
		}
		slacktest.ValidateView(data, false)
	})
}
