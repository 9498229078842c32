package bot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
)

// A file is one that was added to a form.
// Source: docs.slack.dev/reference/block-kit/block-elements/file-input-element.
type file struct {
	ID       string `json:"id"`
	Size     int64  `json:"size"`
	Private  string `json:"url_private"`
	Download string `json:"url_private_download"`
}

// The largest files that are read, in bytes: as much as their readers take.
const (
	mostCertificate = 64 << 10
	mostManifest    = 256 << 10
)

// downloadFor is how long a download may take: a form has to be answered in
// three seconds.
const downloadFor = 2 * time.Second

// The words for a file that could not be read. What is true is always the same:
// nothing was kept, and what else was typed is still in the form.
const (
	fileGone = "Slack no longer has this file: it was deleted, or it never arrived. Remove it here and add it again, or paste its " +
		"text instead."
	fileRefused = "Slack did not let this bot read the file. Paste its text instead, and tell the operator of this bot, whose Slack app " +
		"may lack the scope files:read."
	fileLate    = "Slack did not give the bot this file in time. Send the form again, or paste its text."
	fileForeign = "This file is not stored in Slack, so it was not read. Add it from your own computer, or paste its text instead."
)

// download reads a file of at most that many bytes, from Slack and from nobody
// else: the bot's token goes with the request.
func (b *Bot) download(ctx context.Context, f file, in form.Field, most int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, downloadFor)
	defer cancel()
	no := func(words string) ([]byte, error) { return nil, form.Errors{in: words} }
	if f.Size > most {
		return no(tooLarge(most))
	}
	at := firstOf(f.Download, f.Private)
	if at == "" && f.ID != "" { // of another workspace: it is not in the payload
		info, _, _, err := b.api.GetFileInfoContext(ctx, f.ID, 0, 0)
		switch {
		case isSlack(err, "file_not_found"), isSlack(err, "file_deleted"):
			return no(fileGone)
		case err != nil:
			b.log.Warn("a file is not known", "err", slackError(err))
			return no(fileRefused)
		}
		at = firstOf(info.URLPrivateDownload, info.URLPrivate)
	}
	if !b.atSlack(at) {
		b.log.Warn("a file is not at Slack's, and was not read")
		return no(fileForeign)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return no(fileRefused)
	}
	req.Header.Set("Authorization", "Bearer "+b.token.Reveal())
	resp, err := b.direct.Do(req)
	if err != nil {
		b.log.Warn("a file could not be read", "err", slackError(err))
		return no(fileLate)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound, code == http.StatusGone:
		return no(fileGone)
	case code == http.StatusTooManyRequests, code >= 500, err != nil:
		b.log.Warn("a file could not be read", "status", code)
		return no(fileLate)
	// Slack shows whoever may not read a file the page where people sign in, and does not
	// always say that it is HTML. A page that somebody has added has the file's size.
	case code != http.StatusOK, strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"),
		isPage(content) && int64(len(content)) != f.Size:
		b.log.Warn("a file could not be read; does the bot have the scope files:read?", "status", code)
		return no(fileRefused)
	case int64(len(content)) > most:
		return no(tooLarge(most))
	}
	return content, nil
}

// page is how a page begins, after white space and comments.
var page = regexp.MustCompile(`(?is)^(\x{FEFF}|\s|<!--.*?-->)*<(!doctype\s+html|html|head|body|script|meta)[\s>]`)

// isPage reports whether a file is a page of the web, which is none that a form asks for.
func isPage(content []byte) bool { return page.Match(content[:min(len(content), 4096)]) }

func tooLarge(most int64) string {
	return fmt.Sprintf("This file is larger than %d KB, so it was not read, and what belongs here is far smaller. Add that file alone, "+
		"or paste its text.", most>>10)
}

// atSlack reports whether an address is one that Slack keeps files at: its own host
// for them, or the one that the bot's calls go to.
func (b *Bot) atSlack(address string) bool {
	u, err := url.Parse(address)
	c, _ := cloudOf(b.apiURL)
	return err == nil && b.isAt(u, c.files)
}
