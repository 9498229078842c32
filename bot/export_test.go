package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// Details offers the export to whoever decides, and gives it its window.
func TestTheExportTakesThePlaceOfDetails(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "nightly", nil)
	w.press("UADA", actDetails, buttonValue(r))
	if opened := w.of("views.open"); len(opened) != 1 || !strings.Contains(opened[0].Encode(), "Export+manifest") {
		t.Fatalf("Details is %v", opened)
	}
	payload, _ := json.Marshal(map[string]any{
		"type": "block_actions", "user": map[string]string{"id": "UADA", "team_id": "T1"}, "trigger_id": "1.2.3",
		"view":    map[string]string{"id": "V1", "callback_id": detailsView},
		"actions": []any{map[string]string{"type": "button", "action_id": actExport + asJSON, "value": r.ID}},
	})
	w.bot.Dispatch(context.Background(), Envelope{InteractionKind, payload})
	w.bot.Wait()
	if shown := w.of("views.update"); len(shown) != 1 || !strings.Contains(shown[0].Encode(), "requiredResourceAccess") ||
		len(w.of("views.open")) != 1 {
		t.Errorf("shown %v", shown)
	}
}
