// Package slacktest is an emulated Slack workspace with one app in it, for tests
// and demonstrations of a bot: the bot uses its ordinary Slack library, over
// real HTTP and WebSocket, and people are played from Go ([Person]) or on the web
// page in package page, which calls the same code over /client/.
//
// It is stricter than Slack where the documentation gives a limit, keeps its own
// wire types, and never decodes into a bot's. What a bot sends is kept as it came.
//
// # Covered
//
//	/api/      auth.test, apps.connections.open, chat.postMessage, chat.update, chat.delete,
//	           chat.postEphemeral, chat.getPermalink, views.open, views.push, views.update,
//	           views.publish, conversations.open, .info, .members, .list, .history, .replies,
//	           users.info, users.lookupByEmail, users.list, team.info; tokens, scopes, JSON and forms
//	/socket    Socket Mode: one-time tickets, hello, envelopes, acknowledgements within three
//	           seconds, pings, refresh
//	/response/ response URLs: five uses in thirty minutes
//	           signed deliveries over HTTP, where CommandsURL is set
//	           Block Kit's documented limits with Slack's wording; triggers of three seconds,
//	           used once; stacks of views, hashes, typed input that survives an update
//
// # Not covered
//
// Files, reactions, scheduled messages, user groups, shortcuts, message streaming,
// re-delivery of events, rate limits by tier (faults can throttle any call), Enterprise Grid.
//
// The error codes of used-up response URLs are the emulator's own: Slack does
// not document them.
package slacktest
