package slacktest

import (
	"cmp"
	"slices"
	"strings"
)

// user is somebody as the API gives them: docs.slack.dev/reference/objects/user-object.
func (w *Workspace) user(u *User) map[string]any {
	shown := map[string]any{"id": u.ID, "team_id": u.TeamID, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"is_bot":        u.IsBot,
		"is_restricted": u.IsRestricted, "is_ultra_restricted": u.IsUltraRestricted, "is_stranger": u.IsStranger,
		"is_email_confirmed": !u.EmailUnconfirmed,
		"tz":                 "Etc/UTC", "tz_label": "Coordinated Universal Time", "tz_offset": 0,
		"is_admin": false, "is_owner": false, "is_primary_owner": false, "is_app_user": false, "has_2fa": false, "color": u.Color,
		"updated": created, "who_can_share_contact_card": "EVERYONE", "profile": w.profile(u)}
	if u.Deleted { // as Slack has it: no time zone, no roles
		for _, gone := range []string{"tz", "tz_label", "tz_offset", "is_restricted", "is_ultra_restricted", "is_admin", "is_owner",
			"is_primary_owner"} {
			delete(shown, gone)
		}
	}
	if u.Enterprise != "" { // docs.slack.dev/reference/objects/user-object, enterprise_user
		shown["enterprise_user"] = map[string]any{"id": "W" + u.ID[1:], "enterprise_id": u.Enterprise, "enterprise_name": "Grid",
			"is_admin": false, "is_owner": false, "is_primary_owner": false, "teams": u.Teams}
	}
	return shown
}

// profile is what somebody says of themselves.
func (w *Workspace) profile(u *User) map[string]any {
	first, last, _ := strings.Cut(u.RealName, " ")
	profile := map[string]any{"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.Name,
		"display_name_normalized": u.Name,
		"first_name":              first, "last_name": last, "title": u.Title, "phone": "", "skype": "", "status_text": "",
		"status_emoji": "", "status_expiration": 0,
		"avatar_hash": "", "team": u.TeamID, "fields": nil}
	if w.cfg.Scopes == nil || slices.Contains(w.cfg.Scopes, "users:read.email") {
		profile["email"] = u.Email
	}
	return profile
}

func (w *Workspace) userProfile(a args) (reply, error) {
	u := w.users[cmp.Or(a["user"], w.cfg.BotUserID)]
	if u == nil {
		return nil, no("user_not_found")
	}
	return reply{"profile": w.profile(u)}, nil
}

func (w *Workspace) userInfo(a args) (reply, error) {
	u := w.users[a["user"]]
	if u == nil {
		return nil, no("user_not_found")
	}
	return reply{"user": w.user(u)}, nil
}

func (w *Workspace) userByEmail(a args) (reply, error) {
	for _, u := range w.users {
		if strings.EqualFold(u.Email, a["email"]) && u.Email != "" && !u.Deleted {
			return reply{"user": w.user(u)}, nil
		}
	}
	return nil, no("users_not_found")
}

func (w *Workspace) userList(args) (reply, error) {
	all := []any{}
	for _, id := range sortedKeys(w.users) {
		all = append(all, w.user(w.users[id]))
	}
	return reply{"members": all, "response_metadata": map[string]any{"next_cursor": ""}}, nil
}
