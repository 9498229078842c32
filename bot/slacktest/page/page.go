// Package page is the web page of the emulated Slack workspace: the client in
// which people type commands, fill in forms and press buttons.
//
// It is plain HTML, CSS and ECMAScript modules, served as they are: there is no
// build step, and nothing comes from the network. What the server sends is put
// on the page as DOM nodes, never as HTML, so no message can be more than text.
//
//	app.js        starts everything, and says which place is shown
//	state.js      what is known of the workspace; live updates
//	api.js        the calls to the server
//	sidebar.js    channels, direct messages, the people to be; names.js is how they look
//	messages.js   a conversation, and the panel with a thread
//	composer.js   where people type; the suggestions for commands, people, channels
//	modal.js      the stack of views; confirm.js asks before a button does its work
//	blocks.js     Block Kit's blocks; texts are in mrkdwn.js, richtext.js, emoji.js, when.js
//	elements.js   Block Kit's elements; combobox.js is the one with a list of its own
//	              and files.js the one for files
//	side.js       the panel beside the workspace; samples.js is what there is to paste
//	dom.js        making and changing nodes
package page

import (
	"embed"
	"io/fs"
)

//go:embed *.html *.css *.js *.svg
var files embed.FS

// FS holds index.html and everything that it loads. It is to be served with
// index.html at / and all files below /page/.
var FS fs.FS = files
