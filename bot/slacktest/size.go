package slacktest

import (
	"encoding/json"
	"unicode/utf8"
)

// maxMessage is how many characters a message has at most: those of its blocks, as the
// JSON in which Slack keeps them, and of its text.
//
// Slack does not document a limit of the whole, and does not say what it counts. What is
// documented is that 12,000 characters in markdown blocks are taken. What is reported of
// chat.postMessage: 13,297 characters in markdown blocks are taken, and fewer where there
// is another block beside them; each header costs a hundred beyond its text; rich text of
// 11,341 characters is refused (github.com/slackapi/bolt-js/issues/2509 and 2867). So
// containers count. The emulator counts all of the JSON but for what has documented limits
// of its own, the rows of tables and the options of menus. It holds updates, ephemerals,
// response URLs and answers to commands to the same.
const maxMessage = 12200

// errTooLong is Slack's error for a message of more.
var errTooLong = no("msg_blocks_too_long")

// tooLong reports whether a message is longer than Slack takes.
func tooLong(text string, blocks json.RawMessage) bool {
	v, err := decode(blocks)
	if err != nil || v == nil {
		return false
	}
	return utf8.RuneCountInString(text)+utf8.RuneCount(encode(counted(v))) > maxMessage
}

// counted is JSON without what does not count.
func counted(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = counted(item)
		}
		return out
	case object:
		out := object{}
		for name, item := range v {
			if name != "rows" && name != "options" && name != "option_groups" {
				out[name] = counted(item)
			}
		}
		return out
	}
	return v
}
