package slacktest

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	pingEvery  = 10 * time.Second
	mostSocket = 10
	mostAck    = 20 << 10 // bytes; Slack drops a longer acknowledgement without a word
)

// socket is one Socket Mode connection.
type socket struct {
	conn    *websocket.Conn
	gone    chan struct{}                   // closed when it has ended
	pending map[string]chan json.RawMessage // envelope ID to its acknowledgement; the workspace's lock guards it
	mu      sync.Mutex                      // one writer at a time
}

func (s *socket) send(v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return s.conn.WriteJSON(v)
}

func (w *Workspace) openConnection(args) (reply, error) {
	ticket := w.id("ticket")
	w.tickets[ticket] = true
	return reply{"url": "ws" + strings.TrimPrefix(w.at("wss-primary"), "http") + "/socket?ticket=" + ticket + "&app_id=" + w.cfg.AppID}, nil
}

// socket answers GET /socket: hello, envelopes, pings, until one side ends it.
// Source: docs.slack.dev/apis/events-api/using-socket-mode.
func (w *Workspace) socket(rw http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	w.mu.Lock()
	ok := w.tickets[ticket] && len(w.sockets) < mostSocket
	delete(w.tickets, ticket)
	w.mu.Unlock()
	if !ok {
		http.Error(rw, "invalid ticket", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // the ticket is what lets a client in
	conn, err := up.Upgrade(rw, r, nil)
	if err != nil {
		return
	}
	s := &socket{conn: conn, gone: make(chan struct{}), pending: map[string]chan json.RawMessage{}}
	w.mu.Lock()
	if w.ctx.Err() != nil || len(w.sockets) >= mostSocket { // others may have come since
		w.mu.Unlock()
		conn.Close()
		return
	}
	s.mu.Lock() // hello goes before any envelope
	w.sockets = append(w.sockets, s)
	n := len(w.sockets)
	w.work.Add(1)
	w.touch()
	w.mu.Unlock()
	defer w.work.Done()
	s.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	conn.WriteJSON(map[string]any{"type": "hello", "num_connections": n, "connection_info": map[string]any{"app_id": w.cfg.AppID},
		"debug_info": map[string]any{"host": "applink-emulated", "approximate_connection_time": 3600}})
	s.mu.Unlock()
	w.spawn(func() {
		tick := time.NewTicker(pingEvery)
		defer tick.Stop()
		for {
			select {
			case <-s.gone:
				return
			case <-tick.C:
				conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
			}
		}
	})
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			break
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(raw, &ack) != nil {
			continue
		}
		note := w.acked(s, ack.EnvelopeID, ack.Payload, len(raw))
		w.write(Entry{Direction: "ack", Method: "socket", Body: string(raw), Answer: note})
	}
	conn.Close()
	close(s.gone)
	w.mu.Lock()
	for i, o := range w.sockets {
		if o == s {
			w.sockets = append(w.sockets[:i:i], w.sockets[i+1:]...)
		}
	}
	w.touch()
	w.mu.Unlock()
}

// acked hands an acknowledgement to whoever waits for it, and says why if it is
// of no use. It has to come over the connection that the envelope went over.
func (w *Workspace) acked(s *socket, envelope string, payload json.RawMessage, length int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiting := s.pending[envelope]
	switch {
	case length >= mostAck:
		return "dropped: too long"
	case waiting == nil:
		return "dropped: late, or for no envelope of this connection"
	}
	delete(s.pending, envelope)
	waiting <- payload
	return ""
}

// Connected says how many Socket Mode connections there are.
func (w *Workspace) Connected() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.sockets)
}

// DropConnections closes every connection without a word.
func (w *Workspace) DropConnections() {
	w.mu.Lock()
	all := append([]*socket(nil), w.sockets...)
	w.mu.Unlock()
	for _, s := range all {
		s.conn.Close()
	}
}

// Refresh asks every client to connect again, as Slack does now and then.
func (w *Workspace) Refresh() { w.Disconnect("refresh_requested") }

// Disconnect sends every client a disconnect message with that reason: warning,
// refresh_requested or link_disabled.
func (w *Workspace) Disconnect(reason string) {
	w.mu.Lock()
	all := append([]*socket(nil), w.sockets...)
	w.mu.Unlock()
	for _, s := range all {
		s.send(map[string]any{"type": "disconnect", "reason": reason})
	}
}

// overSocket delivers an envelope to one of the connections and waits for its
// acknowledgement. Nobody gets it twice: an event that was not acknowledged is
// delivered again by whoever sent it.
func (w *Workspace) overSocket(d delivery) (json.RawMessage, error) {
	w.mu.Lock()
	if len(w.sockets) == 0 {
		w.mu.Unlock()
		return nil, errDispatch
	}
	w.turn++
	s := w.sockets[w.turn%len(w.sockets)]
	id := w.id("envelope-")
	acked := make(chan json.RawMessage, 1)
	s.pending[id] = acked
	w.mu.Unlock()
	envelope := map[string]any{"envelope_id": id, "type": d.envelope(), "payload": d.payload, "accepts_response_payload": d.answered()}
	if d.kind == "event" {
		envelope["retry_attempt"], envelope["retry_reason"] = d.attempt, d.reason
	}
	timer := time.NewTimer(ackLimit)
	defer timer.Stop()
	if s.send(envelope) == nil {
		select {
		case p := <-acked:
			return p, nil
		case <-timer.C:
		case <-s.gone:
		case <-w.ctx.Done():
		}
	}
	w.mu.Lock()
	delete(s.pending, id)
	w.mu.Unlock()
	return nil, errTimeout
}
