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
//	/api/      api.test, auth.test, apps.connections.open, chat.postMessage, chat.update, chat.delete,
//	           chat.postEphemeral, chat.getPermalink, views.open, views.push, views.update,
//	           views.publish, conversations.open, .info, .members, .list, .history, .replies,
//	           .join, .leave, .invite, .setTopic, .setPurpose, users.conversations,
//	           users.info, users.profile.get, users.lookupByEmail, users.list, usergroups.list,
//	           usergroups.users.list, reactions.add, .remove, .get, pins.add, .remove, .list,
//	           files.info, team.info, bots.info; any other is unknown_method.
//	           Tokens and their types, scopes, forms, and JSON where Slack takes it
//	/socket    Socket Mode: one-time tickets, hello, envelopes, acknowledgements within three
//	           seconds on the same connection and below 20 KB, pings, disconnect messages,
//	           ten connections, each payload to one of them
//	/response/ response URLs: five uses in thirty minutes
//	/files-pri/ files that people added to a form: for the bot's token with files:read, anybody
//	           else is sent to sign in
//	/client/   what the web page calls: config, people, state, events, command, action,
//	           submit, close, suggest, message, home, upload
//
// A message of more than about 12,000 characters is msg_blocks_too_long; see size.go.
// [Config] has what a real workspace does one way or the other: RefuseDeactivated,
// SignInPage; [User] has EmailUnconfirmed.
//
// Beside that: signed deliveries over HTTP where one of the URLs is set; events
// (app_home_opened, and messages where [Config].Events asks for them, the app's own
// with its bot_id, its changes and its deletions among them) delivered
// again at once, after one minute and after five; url_verification; Block Kit's
// documented limits with Slack's wording ([ValidateMessage], [ValidateView]);
// triggers of three seconds, used once; stacks of views, hashes, typed input that
// survives an update; rate limits by tier ([Config].RateLimits); faults before and
// after the effect of a call; and a journal of all that was said, without tokens.
//
// # Not covered
//
// Files that apps upload, events of reactions and members, lists of reactions by person,
// scheduled messages, message attachments, blocks made of markdown_text (it stays the text),
// streaming, creating, renaming and archiving channels, presence, emoji, reminders, search,
// auth.revoke, shortcuts, group messages, app_mention, Enterprise Grid, OAuth, unfurling. Scopes of
// conversations.* are checked as a set, not by the kind of the channel. Lists
// of people, channels and members come on one page.
//
// # The emulator's own choices
//
// Slack does not document these: the codes of used-up response URLs (used_url,
// expired_url, with 404); that a burst of five messages is tolerated in a
// channel; that views.open closes what the person had open; invalid_post_type
// for a write by GET and for JSON where it is not taken; dispatch_failed for a
// delivery when no connection is open; client-side complaints about a field.
// A name and an icon of the app's choice are ignored without chat:write.customize, as is reported of Slack.
// An action_id has to be unique in a whole message or view.
package slacktest
