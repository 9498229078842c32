package veeam

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// later is what may go away by itself.
type later struct {
	server, words string
	status        int
	code, why     string
	said          string // the server's own words
	after         time.Duration
}

var _ workflow.Temporary = (*later)(nil)

func (l *later) RetryAfter() time.Duration { return l.after }

// Describe is what people are told where it did not go away: what the server said.
func (l *later) Describe() *workflow.ServiceError {
	if l.said == "" {
		return nil
	}
	return &workflow.ServiceError{Code: cmp.Or(l.code, "HTTP "+strconv.Itoa(l.status)),
		Text: fmt.Sprintf("%s could not %s for several minutes. It says: “%s”", l.server, l.words, l.said)}
}

func (l *later) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "veeam server %q could not %s yet", l.server, l.words)
	if l.status != 0 {
		fmt.Fprintf(&b, ": %d", l.status)
	}
	for _, s := range []string{l.code, l.why} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	return b.String()
}

func (a *answer) later(why string) *later {
	return &later{server: a.c.s.name, words: a.call.words, status: a.status, why: why, after: retryAfter(a.header)}
}

// maxWait is the longest that a server may tell us to wait.
const maxWait = time.Hour

// retryAfter reads a Retry-After header of seconds.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(min(n, 1<<20))*time.Second, maxWait)
}

// passing are the error codes of what goes away by itself: a proxy that is
// starting, a job that holds the organization.
var passing = map[string]bool{"ProxyOffline": true, "Timeout": true, "OperationConflict": true}

// lasting are the error codes of what does not, whatever status they come with:
// these servers answer 500 to much that is wrong with a request.
var lasting = map[string]bool{"ParameterValidationFailure": true, "ResourceAccessDenied": true, "ResourceNotFound": true}

// said is what the server says about an answer that is no success.
func (a *answer) said() exception {
	var said exception
	if json.Unmarshal(a.body, &said) != nil {
		// What has an object where OAuth has a word is not Veeam's, but says something.
		var other struct {
			Message string                                    `json:"message"`
			Error   struct{ Code, Message, ErrorCode string } `json:"error"`
		}
		json.Unmarshal(a.body, &other)
		said = exception{Message: cmp.Or(other.Message, other.Error.Message), ErrorCode: cmp.Or(other.Error.ErrorCode, other.Error.Code)}
	}
	said.ErrorCode, said.Message = cmp.Or(said.ErrorCode, said.Error), cmp.Or(said.Message, said.Description)
	return said
}

// fault says what an answer means: nil where it is a yes.
func (a *answer) fault() error {
	said := a.said()
	switch {
	case a.status == http.StatusAccepted:
		l := a.later("it is still working on it")
		l.after = max(l.after, 5*time.Second)
		return l
	case a.status/100 == 2:
		return nil
	case a.status/100 == 3:
		return a.c.refuse("Redirect", "tried to redirect the bot to another address, which the bot does not follow: the credential would "+
			"go with it. Ask the bot's operator to check the server's url under veeam, then press Retry.")
	case lasting[said.ErrorCode]:
	case passing[said.ErrorCode], a.status >= 500, a.status == http.StatusRequestTimeout, a.status == http.StatusTooManyRequests,
		a.status == http.StatusConflict, a.status == http.StatusLocked:
		l := a.later(a.c.hidden.clean(said.Message, 300))
		l.code, l.said = a.c.hidden.clean(said.ErrorCode, 40), l.why
		return l
	}
	return a.trouble(said)
}

// words are the server's own, in quotation marks.
func (a *answer) words() string {
	words := a.c.hidden.clean(a.said().Message, 300)
	if words == "" {
		return "nothing but " + strconv.Itoa(a.status) + " " + http.StatusText(a.status)
	}
	return "“" + words + "”"
}

// trouble shows the server's own words.
func (a *answer) trouble(said exception) *workflow.ServiceError {
	t := &workflow.ServiceError{Code: a.c.hidden.clean(said.ErrorCode, 40)}
	if t.Code == "" {
		t.Code = fmt.Sprintf("HTTP %d", a.status)
	}
	t.Text = fmt.Sprintf("%s refused to %s. It says: %s", a.c.s.name, a.call.words, a.words())
	if a.call.path == "/token" && a.call.form.Get("grant_type") == "password" {
		t.Text += " Nothing was changed there. Ask the bot's operator to check the account under veeam, then press Retry."
	}
	return t
}

// unanswered says what it means that there is no answer.
func (c *conversation) unanswered(ctx context.Context, k call, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	l := &later{server: c.s.name, words: k.words, why: "no answer"}
	if u, ok := errors.AsType[*url.Error](err); ok {
		l.why = c.hidden.clean(u.Err.Error(), 200)
		if u.Timeout() {
			l.why = "no answer in time"
		}
	}
	pin, isPin := errors.AsType[*wrongPin](err)
	_, unverified := errors.AsType[*tls.CertificateVerificationError](err)
	_, name := errors.AsType[x509.HostnameError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case isPin:
		return c.refuse("Certificate", "showed a different certificate from the one that the bot's operator configured. Nothing was sent. "+
			"Its SHA-256 fingerprint is %s: if that is what the Veeam console on the server shows under REST API, its operator has to "+
			"put it into tls of this server under veeam; if not, somebody is intercepting the connection.", pin.shown)
	case unverified || name || authority || invalid:
		return c.refuse("Certificate", "can't be trusted: %s. Nothing was sent. Ask the bot's operator to put the fingerprint of its "+
			"certificate, as the server itself shows it, or a PEM file into tls of this server under veeam.", l.why)
	}
	return l
}
