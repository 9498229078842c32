package login

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
)

func FuzzCallErr(f *testing.F) {
	for _, s := range []string{
		"", "\n", "http call(x)(POST) error: reply status code was 400", "…400:\n{", "…:\n[]", "…:\nnull", "…:\n" + `{"error":1}`,
		"…:\n" + `{"error":"invalid_grant","error_codes":[53003],"error_description":"AADSTS53003: SECRET","trace_id":"t"}`,
		"…:\n" + `{"error":"x","error_description":"AADSTS50076: …"}`,
		"…:\n" + `{"error":"x","error_description":"AADSTS99999999999999999999"}`,
	} {
		f.Add(s, 400)
	}
	f.Fuzz(func(t *testing.T, text string, status int) {
		r, _ := http.NewRequest("POST", "https://login.test/", strings.NewReader("device_code=DEVICECODE"))
		err := msal.CallErr{Req: r, Resp: &http.Response{StatusCode: status}, Err: errors.New(text)}
		a := loginAnswerOf(err)
		if a == nil || a.status != status {
			t.Fatalf("got %+v", a)
		}
		if no := a.refusal(); no.Reason == "" {
			t.Errorf("no reason in %+v", no)
		}
		if a.Text != "" {
			t.Errorf("the description stayed: %q", a.Text)
		}
	})
}

func FuzzRoles(f *testing.F) {
	enc := base64.RawURLEncoding.EncodeToString
	for _, p := range []string{`{"roles":["a","b"]}`, `{}`, `{"roles":null}`, `{"roles":"a"}`, `[]`, `null`, ``, `{`} {
		f.Add("h." + enc([]byte(p)) + ".s")
	}
	f.Add("opaque")
	f.Add("a.b.c.d.e")
	f.Fuzz(func(t *testing.T, token string) {
		if got, opaque := roles(token); opaque && got != nil {
			t.Errorf("roles %q of a token that can't be read", got)
		}
	})
}
