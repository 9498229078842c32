package bot

import (
	"encoding/json"
	"strings"
)

// Scopes are the bot token's, and what each is for.
var Scopes = []string{
	"commands",         // the slash command
	"chat:write",       // cards, DMs and private answers
	"im:write",         // opening a DM
	"users:read",       // who somebody is: guest, stranger, deactivated
	"users:read.email", // the requester's account in the tenant
	"files:read",       // a certificate that was added to the form
	"channels:history", // finding a message again whose answer was lost, in the approvers' channel
	"groups:history",   // … in a private one
	"im:history",       // … in a DM
}

// Manifest is the app manifest for Slack, in JSON. With a public URL it is for
// HTTP mode, without one for Socket Mode.
// Source: docs.slack.dev/reference/app-manifest, schema version 1.
func Manifest(publicURL string) []byte {
	publicURL = strings.TrimRight(publicURL, "/")
	command := map[string]any{
		"command": Command, "description": "Ask for a Microsoft Entra app registration",
		"usage_hint": "request | status | apps | renew APP | help", "should_escape": true,
	}
	interactivity := map[string]any{"is_enabled": true}
	events := map[string]any{"bot_events": []string{"app_home_opened"}}
	if publicURL != "" {
		command["url"] = publicURL + "/slack/commands"
		interactivity["request_url"] = publicURL + "/slack/interactions"
		interactivity["message_menu_options_url"] = publicURL + "/slack/interactions"
		events["request_url"] = publicURL + "/slack/events"
	}
	m := map[string]any{
		"_metadata": map[string]any{"major_version": 1, "minor_version": 1},
		"display_information": map[string]any{
			"name": "entra-app", "description": "App registrations in Microsoft Entra, approved and signed for by an admin",
			"background_color": "#1b2a41",
		},
		"features": map[string]any{
			"app_home": map[string]any{"home_tab_enabled": true, "messages_tab_enabled": true,
				"messages_tab_read_only_enabled": true},
			"bot_user":       map[string]any{"display_name": "entra-app", "always_online": true},
			"slash_commands": []any{command},
		},
		"oauth_config": map[string]any{"scopes": map[string]any{"bot": Scopes}},
		"settings": map[string]any{
			"event_subscriptions": events, "interactivity": interactivity,
			"socket_mode_enabled": publicURL == "", "org_deploy_enabled": false, "token_rotation_enabled": false,
		},
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return append(b, '\n')
}
