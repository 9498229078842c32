package slacktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func TestAFileIsForWhoMayReadFiles(t *testing.T) {
	w := newWorld(t, slacktest.Config{Scopes: []string{"files:read"}})
	f := w.bea.AddFile("../backup key.cer", []byte("content"))
	get := func(address, token string) (int, string) {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, address, nil)
		worked(t, "request", err)
		req.Header.Set("Authorization", "Bearer "+token)
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.Do(req)
		worked(t, "get", err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		worked(t, "read", err)
		return resp.StatusCode, string(body)
	}
	if !strings.HasPrefix(f.URL, w.url+"/files-pri/") || f.Name != "backup key.cer" {
		t.Errorf("the file is %s at %s", f.Name, f.URL)
	}
	if status, body := get(f.URL, w.BotToken()); status != 200 || body != "content" {
		t.Errorf("with the token: %d %s", status, body)
	}
	info, _, _, err := w.api.GetFileInfoContext(t.Context(), f.ID, 0, 0)
	worked(t, "files.info", err)
	if status, body := get(info.URLPrivate, w.BotToken()); status != 200 || body != "content" || info.Size != 7 || info.Filetype != "cer" {
		t.Errorf("url_private of %+v: %d %s", info, status, body)
	}
	for _, token := range []string{"", "xoxb-other", w.AppToken()} {
		if status, body := get(f.URL, token); status != 302 || strings.Contains(body, "content") {
			t.Errorf("with the token %q: %d %s", token, status, body)
		}
	}
	if status, _ := get(strings.Replace(f.URL, f.ID, "F0", 1), w.BotToken()); status != 404 {
		t.Errorf("no such file: %d", status)
	}
	w.ada.DeleteFile(f) // not Ada's
	if status, _ := get(f.URL, w.BotToken()); status != 200 {
		t.Errorf("deleted by somebody else: %d", status)
	}
	w.bea.DeleteFile(f)
	if status, body := get(f.URL, w.BotToken()); status != 404 || strings.Contains(body, "content") {
		t.Errorf("deleted: %d %s", status, body)
	}
	if _, _, _, err := w.api.GetFileInfoContext(t.Context(), f.ID, 0, 0); err == nil || err.Error() != "file_deleted" {
		t.Errorf("files.info of a deleted file: %v", err)
	}
	poor := newWorld(t, slacktest.Config{Scopes: []string{"chat:write"}})
	if status, _ := get(poor.bea.AddFile("a.cer", []byte("content")).URL, poor.BotToken()); status != 302 {
		t.Errorf("without the scope: %d", status)
	}
	for _, e := range w.Journal() {
		if strings.Contains(e.Body+e.Answer, "content\"") || e.Answer == "content" {
			t.Errorf("the journal has the content: %+v", e)
		}
	}
}

func TestAFileInputTakesWhatItAsksFor(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	var sent []byte
	w.app(func(e socketmode.Event) (any, bool) {
		if e.Request != nil && e.Type == socketmode.EventTypeInteractive && bytes.Contains(e.Request.Payload, []byte("view_submission")) {
			sent = bytes.Clone(e.Request.Payload)
		}
		return nil, false
	})
	in := slack.NewInputBlock("files", words("File"), nil, slack.NewFileInputBlockElement("file").WithMaxFiles(1).WithFileTypes("cer",
		"pem"))
	trigger, _ := w.trigger()
	v, err := w.api.OpenViewContext(t.Context(), trigger, form(in))
	worked(t, "open", err)

	cer, pfx, others := w.bea.AddFile("a.CER", []byte("1")), w.bea.AddFile("a.pfx", []byte("2")), w.ada.AddFile("b.cer", []byte("3"))
	for what, files := range map[string][]slacktest.File{"a type that is not asked for": {pfx}, "two files": {cer, cer}, "none": {}} {
		errs, err := w.bea.Submit(t.Context(), v.ID, map[string]any{"File": files})
		if err != nil || errs["files"] == "" || sent != nil {
			t.Errorf("%s: %v %v", what, errs, err)
		}
	}
	if _, err := w.bea.Submit(t.Context(), v.ID, map[string]any{"File": others}); err == nil {
		t.Error("Bea sent a file of Ada's")
	}

	// From the page, which adds the file by itself.
	resp, err := http.Post(w.url+"/client/upload?"+url.Values{"user": {bea}, "name": {"page.pem"}}.Encode(), "application/octet-stream",
		strings.NewReader("public"))
	worked(t, "upload", err)
	defer resp.Body.Close()
	var up struct {
		OK   bool
		File map[string]any
	}
	worked(t, "answer", json.NewDecoder(resp.Body).Decode(&up))
	up.File["url_private_download"] = "https://elsewhere.example/" // the workspace knows better
	body, err := json.Marshal(map[string]any{"user": bea, "view_id": v.ID,
		"values": map[string]any{"files": map[string]any{"file": map[string]any{"files": []any{up.File}}}}})
	worked(t, "marshal", err)
	resp, err = http.Post(w.url+"/client/submit", "application/json", bytes.NewReader(body))
	worked(t, "submit", err)
	resp.Body.Close()
	if !bytes.Contains(sent, []byte(`"page.pem"`)) || bytes.Contains(sent, []byte("elsewhere")) ||
		!bytes.Contains(sent, []byte(w.url+"/files-pri/")) {
		t.Errorf("the app was sent %s", sent)
	}
}
