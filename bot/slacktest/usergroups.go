package slacktest

import "slices"

// Usergroup is a group that people mention, such as @backup-admins.
type Usergroup struct {
	ID, Name, Handle string
	Users            []string
	Disabled         bool
}

func init() {
	methods["usergroups.list"] = method{tier: 20, read: true, form: true, scope: "usergroups:read", do: (*Workspace).usergroupList}
	methods["usergroups.users.list"] = method{tier: 20, read: true, form: true, scope: "usergroups:read", do: (*Workspace).usergroupUsers}
	methods["bots.info"] = method{tier: 50, read: true, form: true, scope: "users:read", do: (*Workspace).botInfo}
}

// AddUsergroup adds a group, or changes it.
func (w *Workspace) AddUsergroup(g Usergroup) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g.Users = slices.Clone(g.Users)
	w.groups[g.ID] = &g
	w.touch()
}

func (w *Workspace) usergroupList(a args) (reply, error) {
	if w.cfg.FreePlan {
		return nil, no("plan_upgrade_required")
	}
	all := []any{}
	for _, id := range sortedKeys(w.groups) {
		g := w.groups[id]
		if g.Disabled && !a.bool("include_disabled") {
			continue
		}
		out := map[string]any{"id": g.ID, "team_id": w.cfg.TeamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle}
		if a.bool("include_count") {
			out["user_count"] = len(g.Users)
		}
		if a.bool("include_users") {
			out["users"] = w.enabled(g.Users)
		}
		all = append(all, out)
	}
	return reply{"usergroups": all}, nil
}

func (w *Workspace) usergroupUsers(a args) (reply, error) {
	if w.cfg.FreePlan {
		return nil, no("plan_upgrade_required")
	}
	g := w.groups[a["usergroup"]]
	if g == nil || g.Disabled && !a.bool("include_disabled") {
		return nil, no("no_such_subteam")
	}
	return reply{"users": w.enabled(g.Users)}, nil
}

// enabled leaves out whoever is deactivated.
func (w *Workspace) enabled(users []string) []string {
	left := []string{}
	for _, id := range users {
		if u := w.users[id]; u != nil && !u.Deleted {
			left = append(left, id)
		}
	}
	return left
}

func (w *Workspace) botInfo(a args) (reply, error) {
	if a["bot"] != w.cfg.BotID {
		return nil, no("bot_not_found")
	}
	return reply{"bot": map[string]any{"id": w.cfg.BotID, "deleted": false, "name": w.cfg.AppName, "app_id": w.cfg.AppID,
		"user_id": w.cfg.BotUserID}}, nil
}
