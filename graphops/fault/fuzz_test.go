package fault

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

func FuzzAnswer(f *testing.F) {
	f.Add(400, []byte(`{"error":{"code":"c","details":[{"code":"d"}],"innererror":{"request-id":"r"}}}`), "1")
	f.Add(404, []byte(`{"error":null}`), "Mon, 02 Jan 2006 15:04:05 GMT")
	f.Add(429, []byte(`{"error":{"details":{}}}`), "-1")
	op := Operation{Name: "listPasswords", Words: "read the app's client secrets"}
	f.Fuzz(func(t *testing.T, status int, body []byte, retry string) {
		a := op.Read(status, http.Header{"Retry-After": {retry}}, body, time.Now())
		if a.after < 0 || a.after > time.Hour {
			t.Errorf("wait %v", a.after)
		}
		for _, young := range []bool{true, false} {
			if err := Meaning(a, young); err == nil {
				t.Error("an answer became success")
			} else if no, ok := errors.AsType[*workflow.ServiceError](err); ok && (no.Code == "" || no.Text == "") {
				t.Errorf("%+v", no)
			}
		}
	})
}
