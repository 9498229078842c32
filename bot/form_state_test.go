package bot

import (
	"context"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestAFieldThatIsNotInTheFormIsNotAnEmptyOne(t *testing.T) {
	if d := (state{}).draft(); d.RedirectURIs != nil || d.Scopes != nil || d.Permissions != nil {
		t.Errorf("of no field: %v, %v, %v", d.RedirectURIs, d.Scopes, d.Permissions)
	}
	s := state{}
	for _, f := range []form.Field{form.FieldRedirectURIs, form.FieldScopes, form.FieldPermissions} {
		s[string(f)] = map[string]input{string(f): {}}
	}
	if d := s.draft(); d.RedirectURIs == nil || d.Scopes == nil || d.Permissions == nil {
		t.Errorf("of empty fields: %v, %v, %v", d.RedirectURIs, d.Scopes, d.Permissions)
	}
}

func TestAServerIsReadOutOfTheForm(t *testing.T) {
	w := newServerWorld(t, "")
	choose := func(s string) map[string]any {
		return map[string]any{"value": map[string]any{"type": "static_select", "selected_option": map[string]any{"value": s}}}
	}
	values := filled("payroll-backup")
	delete(values, "Credential")
	delete(values, "Lifetime")
	values["Product"], values["Backup server of vb365-backup"] = choose("vb365-backup"), choose("vb365-prod")
	values["Workloads of vb365-backup"] = map[string]any{"value": map[string]any{"type": "checkboxes",
		"selected_options": []any{map[string]any{"value": "teams"}}}}
	values["Credential of vb365-backup on a server"], values["Lifetime of vb365-backup made here"] = choose("made-certificate"),
		choose("8760h0m0s")
	if got := w.submission(requestForm, `{"p":"vb365-backup","k":"certificate"}`, "V1", values); got == nil ||
		!strings.Contains(marshalled(t, got), `"response_action":"update"`) {
		t.Errorf("a form that was not redrawn for the server was answered %v", got)
	}
	if got := w.submission(requestForm, `{"p":"vb365-backup","k":"made-certificate","b":"vb365-prod"}`, "V2", values); got != nil {
		t.Fatalf("answered %s", marshalled(t, got))
	}
	found, _ := w.desk.List(context.Background(), workflow.Query{})
	if len(found) != 1 || found[0].Plan.Backup.Server != "vb365-prod" || found[0].Plan.Backup.Titles() != "Teams" ||
		found[0].Plan.Credential.Kind != plan.CredentialMadeCertificate {
		t.Errorf("it became %+v", found)
	}
}
