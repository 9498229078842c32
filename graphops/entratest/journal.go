package entratest

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"time"
)

// An Entry is one call in the journal. Secrets, tokens and codes are taken out
// of Body before it is written.
type Entry struct {
	Time   time.Time
	Op     string
	Method string
	Path   string // with the query
	Status int    // 0 if the connection was cut
	Code   string // Graph's error.code, or login's error, if it failed
	User   string // UPN of the person whose token was used
	Tenant string // ID
	Body   string
	Batch  bool // part of a batch
	// Replica is who answered, counted from 1; 0 where the tenant has none.
	Replica int
}

// Journal returns every call so far, oldest first.
func (s *Server) Journal() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Entry(nil), s.journal...)
}

// Calls returns the calls that were made to one tenant, oldest first.
func (t *Tenant) Calls() []Entry {
	var calls []Entry
	for _, e := range t.s.Journal() {
		if e.Tenant == t.ID {
			calls = append(calls, e)
		}
	}
	return calls
}

// record writes a call to Graph or Azure into the journal.
func (s *Server) record(c *call, a answer) {
	e := Entry{Time: c.at, Op: c.op(), Method: c.method, Path: "/v1.0" + c.path, Status: a.status, Batch: c.inBatch, Replica: c.replica,
		Body: redactJSON(c.body)}
	if c.azure {
		e.Path = c.path
	}
	if len(c.query) > 0 {
		e.Path += "?" + redactForm(c.query).Encode()
	}
	if a.cut {
		e.Status = 0
	}
	if c.t != nil {
		e.Tenant = c.t.ID
	}
	if c.who != nil && c.who.user != nil {
		e.User = c.who.user.UPN
	}
	if o, ok := a.body.(object); ok {
		if p, ok := o["error"].(object); ok {
			e.Code = text(p["code"])
		}
	}
	s.write(e)
}

func (s *Server) write(e Entry) {
	s.journal = append(s.journal, e)
	s.cfg.Log.Info("call", slog.String("op", e.Op), slog.String("method", e.Method), slog.String("path", e.Path),
		slog.Int("status", e.Status), slog.String("code", e.Code), slog.String("user", e.User))
}

const redacted = "[redacted]"

// hushed are the names whose values are secret, in forms and in JSON.
const hushed = " secrettext key client_secret client_assertion device_code refresh_token access_token id_token code otc user_code " +
	"password assertion proof "

func isHushed(name string) bool { return strings.Contains(hushed, " "+strings.ToLower(name)+" ") }

func redactForm(v url.Values) url.Values {
	out := make(url.Values, len(v))
	for k := range v {
		if isHushed(k) {
			out.Set(k, redacted)
		} else {
			out[k] = v[k]
		}
	}
	return out
}

func redactJSON(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return "[not JSON]"
	}
	b, _ := json.Marshal(hush(v))
	return string(b)
}

func hush(v any) any {
	switch v := v.(type) {
	case object:
		for k := range v {
			if isHushed(k) && v[k] != nil {
				v[k] = redacted
			} else {
				v[k] = hush(v[k])
			}
		}
	case []any:
		for i := range v {
			v[i] = hush(v[i])
		}
	}
	return v
}
