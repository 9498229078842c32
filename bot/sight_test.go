package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/people"
)

const zephyrID = "0f8fad5b-d9cb-469f-a165-70867728950e"

// toTell are the words of a request that only those involved may read.
var toTell = []string{"payroll-zephyr", "nightly-reason", "Bea", "UBEA", "bea@contoso.com", "Ada", "UADA", "ada@contoso.com", "Cyr",
	"UCYR", "cyr@contoso.com", zephyrID, "too-wide-reason", "CTEAM"}

// muchToTell makes a request one that has all of these words.
func muchToTell(state workflow.State) func(*workflow.Request) {
	return func(r *workflow.Request) {
		inState(state)(r)
		r.Made.AppID, r.Approval.Reason, r.Failure.Text = zephyrID, "too-wide-reason", "ada@contoso.com was refused"
		r.Requester.Name, r.Approval.By.Name = "Bea", "Ada"
		r.Plan.Owners = []people.Person{{ID: "UCYR", Name: "Cyr", Email: "cyr@contoso.com"}}
		r.History = append(r.History, workflow.Event{At: time.Unix(1, 0), By: "UADA", Kind: workflow.EventRefused, Text: "Bea was refused"})
	}
}

var changing = regexp.MustCompile(`entra-app-[A-Z2-7]+|"view_id":"[^"]*"`)

// answer is all that somebody gets to see of what they do. Whatever names is replaced: an
// answer may repeat what was typed.
func (w *world) answer(t *testing.T, names string, do func() Reply) string {
	t.Helper()
	w.mu.Lock()
	w.calls = nil
	w.mu.Unlock()
	said := marshalled(t, do())
	w.bot.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c.method != "users.info" && c.method != "auth.test" {
			for _, k := range slices.Sorted(maps.Keys(c.args)) {
				said += "\n" + c.method + " " + k + " " + c.args.Get(k)
			}
		}
	}
	said = changing.ReplaceAllString(said, "")
	if names == "" {
		return said
	}
	return strings.ReplaceAll(said, names, "NAMED")
}

func (w *world) types(t *testing.T, user, text, names string) string {
	return w.answer(t, names, func() Reply {
		return w.bot.Dispatch(t.Context(), Envelope{CommandKind, commandForm(map[string][]string{"text": {text}, "user_id": {user},
			"team_id": {"T1"}, "channel_id": {"CGENERAL"}, "trigger_id": {"1.2.3"}, "response_url": {w.url + "/response/1"}})})
	})
}

// lookups are the commands that may look a request up.
func lookups() []verb {
	return slices.DeleteFunc(slices.Clone(verbs), func(v verb) bool { return v.name == "request" })
}

// waysByID are all commands, buttons and forms that name a request by its ID.
func (w *world) waysByID(t *testing.T, user, id string) map[string]string {
	said := map[string]string{}
	for _, v := range lookups() {
		said[v.name] = w.types(t, user, v.name+" "+id, id)
		said[v.name+" with an App ID"] = w.types(t, user, v.name+" "+id+" 1f8fad5b-d9cb-469f-a165-70867728950e", id)
	}
	for _, a := range slices.Concat(slices.Sorted(maps.Keys(windows)), slices.Sorted(maps.Keys(decisions)), []string{
		actExport + asJSON, actExport + asEWS, actExport + string(manifest.AzureCLI), actExport + string(manifest.PowerShell)}) {
		said["pressing "+a] = w.answer(t, id, func() Reply { w.pressIn("CGENERAL", user, a, id+" 1"); return nil })
		said["pressing an old "+a] = w.answer(t, id, func() Reply { w.pressIn("CAPPROVE", user, a, id); return nil })
	}
	for kind := range kinds {
		meta, _ := json.Marshal(lifeMeta{Kind: kind, Request: id, Backup: "another"})
		said["the form of "+string(kind)] = w.answer(t, id, func() Reply {
			return w.submissionOf(user, appForm, string(meta), "V1", filled("x"))
		})
		said["changing the form of "+string(kind)] = w.answer(t, id, func() Reply {
			i := interaction{View: view{CallbackID: appForm, PrivateMetadata: string(meta)}}
			i.User.ID = user
			w.bot.rebuild(t.Context(), i)
			return nil
		})
	}
	said["denying"] = w.answer(t, id, func() Reply { return w.submissionOf(user, denyForm, id, "V1", reasonState("no")) })
	return said
}

// waysByName are those that name what a request has: an app, a person, a team.
func (w *world) waysByName(t *testing.T, user, app, appID, person, team string) map[string]string {
	said := map[string]string{}
	for _, v := range lookups() {
		for _, name := range []string{app, appID, "<@" + person + ">", "<#" + team + ">", app[1:]} {
			said[v.name+" "+strings.NewReplacer(app[1:], "APP", appID, "ID", person, "USER", team, "TEAM").Replace(name)] =
				w.types(t, user, v.name+" "+name, strings.Trim(name, "<>@#"))
		}
	}
	for n, l := range []listing{{Requester: person}, {Team: team}, {Text: app}, {Apps: true, Requester: person, Team: team}} {
		for _, a := range []string{"page:older", "page:newer"} {
			said[fmt.Sprint(a, n)] = w.answer(t, l.value(), func() Reply { w.pressIn("CGENERAL", user, a, l.value()); return nil })
		}
	}
	return said
}

func TestNobodyUninvolvedIsToldMoreThanAState(t *testing.T) {
	for _, state := range workflow.States {
		w := newWorld(t)
		w.request(t, "payroll-zephyr", "nightly-reason", muchToTell(state))
		for user, profile := range map[string]string{"UTOM": ``, "UGUEST": `"is_restricted":true,`, "USTRANGER": `"is_stranger":true,`,
			"UGONE": `"deleted":true,`, "UBOT2": `"is_bot":true,`} {
			member := profile == ""
			w.answers["users.info"] = fmt.Sprintf(`{"ok":true,"user":{"id":%q,"team_id":"T1",%s"name":"x","real_name":"Xen"}}`, user, profile)
			byID, none := w.waysByID(t, user, "EA-1"), w.waysByID(t, user, "EA-2")
			for way, said := range byID {
				for _, word := range toTell {
					if strings.Contains(said, word) {
						t.Errorf("%s: %s is told %q by %s: %s", state, user, word, way, said)
					}
				}
				if !member && said != none[way] {
					t.Errorf("%s: by %s, %s can tell EA-1, which exists, from EA-2, which does not:\n%s\n%s", state, way, user, said,
						none[way])
				}
			}
			if said := byID["status"]; member && !strings.Contains(said, "NAMED: "+state.Title()) {
				t.Errorf("a member is not told that it is %s: %s", state, said)
			}
			if all := w.types(t, user, "status all", ""); member != strings.Contains(all, "EA-1") || strings.Contains(all, "zephyr") ||
				strings.Contains(all, "Veeam") {
				t.Errorf("%s is told %s", user, all)
			}
			real := w.waysByName(t, user, "payroll-zephyr", zephyrID, "UBEA", "CTEAM")
			mock := w.waysByName(t, user, "payroll-nobody", "9f8fad5b-d9cb-469f-a165-70867728950e", "UNOBODY", "CNOBODY")
			for way, said := range real {
				if said != mock[way] {
					t.Errorf("%s: by %s, %s can tell a name that is in use from others:\n%s\n\n%s", state, way, user, said, mock[way])
				}
			}
		}
	}
}

func TestThoseInvolvedAreToldAll(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll-zephyr", "nightly-reason", muchToTell(workflow.StateDone))
	for _, c := range []struct{ user, channel string }{{"UBEA", "CGENERAL"}, {"UCYR", "CGENERAL"}, {"UADA", "CGENERAL"},
		{"UTOM", "CTEAM"}} {
		said := w.answer(t, "", func() Reply {
			return w.bot.status(t.Context(), command{UserID: c.user, ChannelID: c.channel}, r.ID)
		})
		if !strings.Contains(said, "payroll-zephyr") || !strings.Contains(said, "UCYR") || !strings.Contains(said, "UBEA") {
			t.Errorf("%s in %s is told %s", c.user, c.channel, said)
		}
		said = w.answer(t, "", func() Reply { w.pressIn(c.channel, c.user, actDetails, r.ID+" 1"); return nil })
		if !strings.Contains(said, "payroll-zephyr") || !strings.Contains(said, `"private_metadata":"`+c.channel) {
			t.Errorf("%s in %s sees %s", c.user, c.channel, said)
		}
	}
	i := interaction{View: view{CallbackID: detailsView, PrivateMetadata: "CTEAM"}} // in the window from the team's channel
	if i.User.ID = "UTOM"; i.channel() != "CTEAM" {
		t.Errorf("the window was opened in %q", i.channel())
	}
}

func TestATakenNameSaysNotWhoseItIs(t *testing.T) {
	w := newWorld(t)
	w.request(t, "payroll-zephyr", "nightly-reason", muchToTell(workflow.StateDone))
	for user, names := range map[string]bool{"UBEA": true, "UTOM": false} {
		said := w.answer(t, "", func() Reply {
			return w.submissionOf(user, requestForm, `{"p":"vbo365"}`, "V"+user, filled("payroll-zephyr"))
		})
		if !strings.Contains(said, "already uses this name") || strings.Contains(said, "EA-1") != names {
			t.Errorf("%s is told %s", user, said)
		}
	}
}
