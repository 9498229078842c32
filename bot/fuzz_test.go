package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// FuzzDispatch delivers what only the bot itself writes, and others could send: the
// text of commands, action IDs, values of buttons, what forms remember, and what is
// typed into every field.
func FuzzDispatch(f *testing.F) {
	w := newWorld(f)
	ctx := context.Background()
	bea := people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}
	var ids []string
	for _, name := range []string{"payroll", "other"} {
		r, err := w.desk.Submit(ctx, bea, form.Draft{Product: "custom", AppName: name, Reason: "backup", Team: "CTEAM",
			Credential: plan.CredentialSecret, Lifetime: workflow.DefaultPolicy.SecretLifetimeMax,
			Permissions: []string{"graph:Application:User.Read.All"}})
		if err != nil {
			f.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if _, err := w.kept.Update(ctx, ids[0], func(r *workflow.Request) error {
		r.State, r.Made.AppID = workflow.StateDone, "11111111-2222-3333-4444-555555555555"
		return nil
	}); err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][5]string{
		{"renew " + ids[0], actRenew, ids[0] + " 1", appForm, `{"k":"renew","r":"` + ids[0] + `","c":"secret"}`},
		{"update payroll", actUpdate + ":" + ids[0], ids[0], appForm, `{"k":"update","r":"` + ids[0] + `"}`},
		{"recreate " + ids[0], actRetire, ids[0], appForm, `{"k":"recreate","r":"` + ids[0] + `","c":"certificate"}`},
		{"request custom", string(form.FieldCredential), "certificate", requestForm, `{"c":"CTEAM","p":"custom","k":"federated"}`},
		{"request vbo365", string(form.FieldProduct), "vb365-backup", requestForm, `{"p":"vbo365","k":"secret"}`},
		{"status all", "page:next", `{"Before":["EA-2"]}`, "status", ""},
		{"verify EA-2 11111111-2222-3333-4444-555555555555", actApprove, ids[1] + " 1", denyForm, ids[1]},
		{"apps", actExport + asJSON, ids[1], "export", ""},
		{"help", actReveal, ids[0] + " 9999999999999999999", "", "[]"},
		{"", actDetails, "", requestForm, "{"},
		{"retire `EA-1`", actDeny, "EA-0", appForm, `{"k":"of tomorrow","r":"EA-1"}`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], "certificate")
	}
	fields := []form.Field{form.FieldProduct, form.FieldAppName, form.FieldReason, form.FieldTenant,
		form.FieldTeam, form.FieldCredential,
		form.FieldLifetime, form.FieldPermissions, form.FieldRedirectURIs, form.FieldWorkloads, form.FieldCertificate,
		form.FieldIssuer,
		form.FieldSubject, form.FieldAudience, form.FieldSubscriptions, form.FieldManifest}
	f.Fuzz(func(t *testing.T, text, actionID, value, callback, metadata, typed string) {
		state := map[string]any{}
		for _, in := range fields {
			state[string(in)] = map[string]any{"x": map[string]any{"value": typed, "selected_option": map[string]any{"value": typed},
				"selected_conversation": typed}}
		}
		user := map[string]any{"id": "UBEA", "team_id": "T1"}
		view := map[string]any{"id": "V1", "hash": "h", "callback_id": callback, "private_metadata": metadata,
			"state": map[string]any{"values": state}}
		for kind, payload := range map[Kind]map[string]any{
			CommandKind: {"command": Command, "text": text, "user_id": "UBEA", "team_id": "T1", "channel_id": "CTEAM",
				"trigger_id": "1.2.3", "response_url": w.url + "/response/1"},
			InteractionKind: {"type": "block_actions",
				"actions": []any{map[string]any{"type": "button", "action_id": actionID, "value": value,
					"selected_option": map[string]any{"value": value}}}},
			"": {"type": "view_submission"},
		} {
			if kind != CommandKind {
				kind = InteractionKind
				payload["user"], payload["view"], payload["trigger_id"], payload["response_url"] = user, view, "1.2.3", w.url+"/response/1"
			}
			raw, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			reply := w.bot.Dispatch(ctx, Envelope{kind, raw})
			w.bot.Wait()
			if _, err := json.Marshal(reply); err != nil {
				t.Errorf("an answer that can't be written: %v", err)
			}
		}
		if strings.Contains(w.log.String(), "level=ERROR msg=panic") {
			t.Error(w.log.String())
		}
		w.log.Reset()
		w.mu.Lock()
		w.calls = nil
		w.mu.Unlock()
	})
}
