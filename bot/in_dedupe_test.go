package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// overSocket has a bot connect to what send sends, until send returns. What it
// connects to after that says nothing.
func (w *world) overSocket(t *testing.T, send func(conn *websocket.Conn)) {
	t.Helper()
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	done := make(chan struct{})
	var once sync.Once
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(rw, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		once.Do(func() {
			defer close(done)
			conn.WriteJSON(map[string]any{"type": "hello"})
			send(conn)
		})
	}))
	t.Cleanup(srv.Close)
	w.mu.Lock() // the bot before may have left a call behind
	w.answers["apps.connections.open"] = fmt.Sprintf(`{"ok":true,"url":%q}`, "ws"+strings.TrimPrefix(srv.URL, "http"))
	w.answers["response/1"] = "ok"
	w.mu.Unlock()
	b, err := New(Config{Desk: w.desk, BotToken: seal.New("xoxb-1"), AppToken: seal.New("xapp-1"),
		APIURL: w.url + "/api", Log: w.bot.log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- b.RunSocket(ctx) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Errorf("no envelope was answered: %s", w.log)
	}
	cancel()
	<-ran
	b.Wait()
}

// thrice sends an envelope three times, and says with what it was acknowledged.
func thrice(t *testing.T, conn *websocket.Conn, kind string, payload any) (acks []string) {
	t.Helper()
	for range 3 {
		conn.WriteJSON(map[string]any{"envelope_id": "1-2-3-" + kind, "type": kind, "payload": payload, "accepts_response_payload": true})
	}
	for range 3 {
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if err := conn.ReadJSON(&ack); err != nil || ack.EnvelopeID != "1-2-3-"+kind {
			t.Errorf("acknowledged: %+v, %v", ack, err)
			break
		}
		acks = append(acks, string(ack.Payload))
	}
	return acks
}

func TestWhatIsDeliveredAgainIsNotDoneAgain(t *testing.T) {
	w := newWorld(t)
	w.overSocket(t, func(conn *websocket.Conn) {
		thrice(t, conn, "slash_commands", map[string]string{"command": Command, "text": "request", "user_id": "UBEA", "channel_id": "CTEAM",
			"trigger_id": "1.2.3", "response_url": w.url + "/response/1"})
	})
	if n := len(w.of("views.open")); n != 1 {
		t.Errorf("the form was opened %d times", n)
	}
	r := w.request(t, "payroll", "x", nil)
	w.overSocket(t, func(conn *websocket.Conn) {
		thrice(t, conn, "interactive", map[string]any{"type": "block_actions", "user": map[string]string{"id": "UADA"},
			"response_url": w.url + "/response/1",
			"channel":      map[string]string{"id": "CAPPROVE"},
			"actions":      []any{map[string]string{"action_id": actApprove, "value": buttonValue(r)}}})
	})
	if got, _ := w.desk.Get(context.Background(), r.ID); got.State != workflow.StateSignIn {
		t.Errorf("it is %s", got.State)
	}
	for _, method := range []string{"/response/1", "chat.postEphemeral", "chat.postMessage"} {
		if told := w.of(method); len(told) > 0 {
			t.Errorf("%s: %v", method, told)
		}
	}
}

func TestWhatIsDeliveredAgainIsAnsweredInTheSameWay(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	for kind, c := range map[string]struct {
		payload any
		want    string
	}{
		"slash_commands": {map[string]string{"text": "cancel " + r.ID, "user_id": "UBEA"}, "is cancelled"},
		"interactive": {map[string]any{"type": "view_submission", "user": map[string]string{"id": "UBEA"},
			"view": map[string]any{"id": "V1", "callback_id": requestForm, "private_metadata": `{"p":"vbo365"}`,
				"state": map[string]any{"values": filled("")}}}, `"response_action":"errors"`},
		"events_api": {map[string]any{"event_id": "Ev1",
			"event": map[string]string{"type": "app_home_opened", "user": "UBEA", "tab": "home"}}, ""},
	} {
		w.overSocket(t, func(conn *websocket.Conn) {
			acks := thrice(t, conn, kind, c.payload)
			for _, ack := range acks {
				if ack != acks[0] || !strings.Contains(ack, c.want) || c.want == "" && ack != "" {
					t.Errorf("%s: %q, want %q", kind, ack, c.want)
				}
			}
		})
	}
}

// A repeat that comes while the first is still being answered waits for that.
func TestARepeatWaitsForTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &troubled{faults: []fault{{status: 429, after: 1}}}
		b := s.bot(t)
		ask := Envelope{CommandKind, commandForm(map[string][]string{"text": {"status 7"}, "user_id": {"UBEA"}})}
		b.desk = workflow.NewDesk(workflow.DeskConfig{Store: noRequests{}})
		var replies [3][]byte
		for i := range replies {
			go func() {
				reply, err := b.replyTo(t.Context(), "1-2-3", ask)
				if err != nil {
					t.Error(err)
				}
				replies[i], _ = reply.(json.RawMessage)
			}()
		}
		synctest.Wait()
		if replies[0] != nil || replies[1] != nil || replies[2] != nil {
			t.Errorf("answered before Slack has said who that is: %s", replies)
		}
		late, over := context.WithCancel(t.Context())
		over()
		if _, err := b.replyTo(late, "1-2-3", ask); err == nil {
			t.Error("a repeat is answered without an answer")
		}
		<-time.After(time.Second)
		synctest.Wait()
		if s.asked != 2 || !bytes.Contains(replies[0], []byte("There is no EA-7")) || !bytes.Equal(replies[0], replies[1]) ||
			!bytes.Equal(replies[0], replies[2]) {
			t.Errorf("asked %d times: %s", s.asked, replies)
		}
	})
}

// noRequests is a store with nothing in it.
type noRequests struct{ workflow.Store }

func (noRequests) Get(context.Context, string) (*workflow.Request, error) {
	return nil, workflow.ErrNotFound
}

func TestDeliveriesAreForgotten(t *testing.T) {
	var s deliveries
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	came := func(id string, want bool) {
		t.Helper()
		if _, first := s.of(id, now); first != want {
			t.Errorf("%s comes for the first time: %v", id, first)
		}
	}
	came("a", true)
	now = now.Add(deliveredFor - 1)
	came("a", false)
	came("b", true)
	now = now.Add(1)
	came("a", true)
	came("b", false)
	for i := range 3 * deliveredMax {
		came(fmt.Sprint(i), true)
	}
	came(fmt.Sprint(3*deliveredMax-1), false)
	came("b", true)
	if len(s.known) > deliveredMax || len(s.order) != len(s.known) {
		t.Errorf("%d are known, in a list of %d", len(s.known), len(s.order))
	}
}
