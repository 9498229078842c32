package bot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// A file is one that was added to a form.
// Source: docs.slack.dev/reference/block-kit/block-elements/file-input-element.
type file struct {
	ID       string `json:"id"`
	Size     int64  `json:"size"`
	Private  string `json:"url_private"`
	Download string `json:"url_private_download"`
}

const (
	// mostFile is the size of the largest file that is read, in bytes.
	mostFile = 64 << 10
	// downloadFor is how long a download may take: a form has to be answered in
	// three seconds.
	downloadFor = 2 * time.Second
)

// download reads a file, from Slack and from nobody else: the bot's token goes
// with the request.
func (b *Bot) download(ctx context.Context, f file, in workflow.Field) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, downloadFor)
	defer cancel()
	no := func(format string, args ...any) ([]byte, error) {
		return nil, workflow.FieldErrors{in: fmt.Sprintf(format, args...)}
	}
	if f.Size > mostFile {
		return no("This file has %d bytes, which is more than what belongs here has.", f.Size)
	}
	at := firstOf(f.Download, f.Private)
	if at == "" && f.ID != "" { // of another workspace: it is not in the payload
		info, _, _, err := b.api.GetFileInfoContext(ctx, f.ID, 0, 0)
		if err != nil {
			b.log.Warn("a file is not known", "err", slackError(err))
			return no("Slack did not let the bot read this file. Paste its text instead.")
		}
		at = firstOf(info.URLPrivateDownload, info.URLPrivate)
	}
	if !b.atSlack(at) {
		b.log.Warn("a file is not at Slack's, and was not read")
		return no("This file is not kept by Slack. Paste its text instead.")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return no("Slack did not let the bot read this file. Paste its text instead.")
	}
	req.Header.Set("Authorization", "Bearer "+b.token.Reveal())
	resp, err := b.direct.Do(req)
	if err != nil {
		b.log.Warn("a file could not be read", "err", slackError(err))
		return no("Slack did not give the bot this file in time. Send the form again, or paste its text.")
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(io.LimitReader(resp.Body, mostFile+1))
	switch {
	case err != nil:
		return no("Slack did not give the bot this file in time. Send the form again, or paste its text.")
	case resp.StatusCode != http.StatusOK, strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"):
		b.log.Warn("a file could not be read; does the bot have the scope files:read?", "status", resp.StatusCode)
		return no("Slack did not let the bot read this file. Paste its text instead.")
	case len(content) > mostFile:
		return no("This file is larger than %d bytes, which is more than what belongs here has.", mostFile)
	}
	return content, nil
}

// atSlack says whether an address is one that Slack keeps files at: its own host
// for them, or the one that the bot's calls go to.
func (b *Bot) atSlack(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	return u.Scheme == "https" && u.Host == "files.slack.com" || u.Scheme == b.apiURL.Scheme && u.Host == b.apiURL.Host
}
