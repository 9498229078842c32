package bot

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Services, section 6: a file's address can answer with an HTML sign-in page under
// another content type.
func TestASignInPageIsNotTakenForAFile(t *testing.T) {
	for _, kind := range []string{"", "text/html", "text/plain; charset=utf-8", "application/octet-stream", "application/json"} {
		s := slacktest.New(slacktest.Config{Scopes: []string{"users:read"}, SignInPage: kind})
		srv := httptest.NewServer(s)
		s.SetURL(srv.URL)
		s.AddUser(slacktest.User{ID: "UBEA"})
		f := s.Person("UBEA").AddFile("manifest.json", []byte(`{}`))
		b, err := New(Config{BotToken: seal.New(s.BotToken()), APIURL: srv.URL + "/api/", HTTP: &http.Client{}})
		if err != nil {
			t.Fatal(err)
		}
		content, err := b.download(t.Context(), file{ID: f.ID, Download: f.URL}, form.FieldManifestFile, mostManifest)
		wrong, _ := err.(form.Errors)
		if content != nil || wrong[form.FieldManifestFile] != fileRefused {
			t.Errorf("as %q: %q, %v", kind, content, err)
		}
		s.Close()
		srv.Close()
	}
	for text, want := range map[string]bool{
		"<!doctype html>": true, "\ufeff \n<!-- a --><HTML lang=en>": true, "<!DOCTYPE  HTML PUBLIC>": true,
		"-----BEGIN CERTIFICATE-----": false, `{"displayName": "<html>"}`: false, "<htmlish/>": false, "": false,
		strings.Repeat("x", 9000) + "<html>": false,
	} {
		if isPage([]byte(text)) != want {
			t.Errorf("%.40q is a page: %v", text, !want)
		}
	}
}
