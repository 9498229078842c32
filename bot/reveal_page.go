package bot

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// The hand-over of a certificate that was made here. The password goes through
// Slack, as a secret does. The file goes through a page of our own, whose address
// is beside the password: once, to whoever has the address.

// Pages serves the page that gives a file out. Looking at it changes nothing, so
// that a link preview may; only the button on it, which posts, fetches the file.
// What is in the path is a key: it is not logged.
func (b *Bot) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+workflow.PagePath+"{token}", b.pfxPage)
	mux.HandleFunc("POST "+workflow.PagePath+"{token}", b.pfxFile)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex")
		mux.ServeHTTP(w, r)
	})
}

// A pageText is what the page says. Button is empty where there is nothing to fetch.
type pageText struct{ Title, Text, Button string }

// html is the page. It is put together by hand, each text escaped: html/template
// would keep every method of every type in the program, eight megabytes of them.
func (p pageText) html() string {
	form := ""
	if p.Button != "" {
		form = `<form method="post"><button type="submit">` + html.EscapeString(p.Button) + "</button></form>\n"
	}
	title := html.EscapeString(p.Title)
	return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>` + title + `</title></head>
<body>
<h1>` + title + `</h1>
<p>` + html.EscapeString(p.Text) + `</p>
` + form + `</body>
</html>
`
}

func (b *Bot) pfxPage(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	found, err := b.desk.File(ctx, seal.New(r.PathValue("token")))
	if err != nil {
		b.noFile(w, err)
		return
	}
	b.writePage(w, http.StatusOK, pageText{
		Title: "Certificate of " + found.AppName(),
		Text: "Request " + found.ID + " in the tenant " + found.Tenant +
			". The certificate and its private key are in a PFX file, which opens with the password that Slack showed you. " +
			"It can be fetched once, until " + b.desk.Policy().FetchBy(found).UTC().Format("2 January 2006, 15:04 UTC") +
			". Fetch it on the machine that will use it.",
		Button: "Fetch the file",
	})
}

// pfxFile claims the file, then sends it. The claim is taken back only if nothing
// was written: what became of a part of it nobody knows.
func (b *Bot) pfxFile(w http.ResponseWriter, r *http.Request) {
	// Whoever goes away after the claim does not keep it from being finished.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
	defer cancel()
	found, file, err := b.desk.FetchFile(ctx, seal.New(r.PathValue("token")))
	if err != nil {
		b.noFile(w, err)
		return
	}
	content := []byte(file.Reveal())
	h := w.Header()
	h.Set("Content-Type", "application/x-pkcs12")
	h.Set("Content-Disposition", `attachment; filename="`+fileName(found)+`"`)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	n, err := w.Write(content)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	clear(content)
	switch {
	case err == nil:
		if _, err := b.desk.Fetched(ctx, found.ID); err != nil {
			b.log.Error("a file was fetched and is not shredded", "request", found.ID, "err", err)
		}
	case n == 0:
		b.log.Warn("a file was not sent", "request", found.ID, "err", err)
		if err := b.desk.NotFetched(ctx, found.ID); err != nil {
			b.log.Warn("a claim was not released", "request", found.ID, "err", err)
		}
	default: // the engine revokes it
		b.log.Warn("a file was not sent as a whole", "request", found.ID, "err", err)
	}
}

// noFile says why there is no file: 404 for an address that was never given out,
// 410 for one whose file is gone.
func (b *Bot) noFile(w http.ResponseWriter, err error) {
	if errors.Is(err, workflow.ErrNotFound) {
		b.writePage(w, http.StatusNotFound, pageText{Title: "There is nothing here",
			Text: "This address leads to no file. Copy the link from Slack as a whole; if you pressed Reveal secret more than once, " +
				"only the last link works."})
		return
	}
	if no, ok := errors.AsType[*workflow.Refusal](err); ok {
		b.writePage(w, http.StatusGone, pageText{Title: "The file is gone", Text: no.Text})
		return
	}
	b.writePage(w, http.StatusServiceUnavailable, pageText{Title: "Not now", Text: b.sentence(err)})
}

func (b *Bot) writePage(w http.ResponseWriter, status int, p pageText) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, p.html())
}

var notInFileNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// fileName is the app's name as every file system takes it.
func fileName(r *workflow.Request) string {
	return strings.Trim(notInFileNames.ReplaceAllString(r.ID+"-"+strings.Trim(r.AppName(), "“”"), "-"), "-.") + ".pfx"
}
