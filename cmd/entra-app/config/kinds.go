package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/entra-app/entra-app/graphops/veeam"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/spell"
	"github.com/entra-app/entra-app/workflow/text"
)

// A Kind is what the value of a key has to look like.
type Kind struct {
	Name   string // for the table in cmd/entra-app/README.md
	secret bool   // its value is never shown, and may come from a file
	empty  bool   // it may be empty
	free   bool   // a person chose it: spaces and dots in it are meant
	parse  func(s string) (value, *fault)
}

// value is one of these.
type value struct {
	text     string
	duration time.Duration
	yes      bool
	n        int
	tier     catalog.Risk // of a key that has one for each
}

// A fault is what is wrong with a value. With no hint of its own, the key's is shown.
type fault struct{ text, hint string }

func bad(format string, args ...any) *fault { return &fault{text: fmt.Sprintf(format, args...)} }

func (f *fault) but(hint string) *fault { f.hint = hint; return f }

var (
	botToken      = &Kind{Name: "secret", secret: true, parse: slackToken("xoxb-", "a bot token")}
	appToken      = &Kind{Name: "secret", secret: true, parse: slackToken("xapp-", "an app-level token")}
	signingSecret = &Kind{Name: "secret", secret: true, parse: func(s string) (value, *fault) {
		if strings.HasPrefix(s, "xox") || strings.HasPrefix(s, "xapp-") {
			return value{}, bad("is a token, not the signing secret")
		}
		return value{text: s}, nil
	}}
	base64Key       = &Kind{Name: "secret", secret: true, parse: parseKey}
	password        = &Kind{Name: "secret", secret: true, free: true, parse: asText}
	freeText        = &Kind{Name: "text", parse: asText}
	serverTLS       = &Kind{Name: "`system`, `sha256:…` or file name", parse: parseTLS}
	fileName        = &Kind{Name: "file name", parse: asText}
	directory       = &Kind{Name: "directory", parse: asText}
	storeName       = &Kind{Name: "file name", parse: parseStore}
	address         = &Kind{Name: "URL", parse: parseURL}
	service         = &Kind{Name: "URL", parse: parseService}
	authority       = &Kind{Name: "URL", parse: parseAuthority}
	addressOrNone   = &Kind{Name: "URL", empty: true, parse: parseURL}
	hostPort        = &Kind{Name: "host:port", parse: parseHostPort}
	guid            = &Kind{Name: "GUID", parse: parseGUID}
	tenantName      = &Kind{Name: "text", parse: parseTenantName}
	account         = &Kind{Name: "UPN or GUID", parse: parseAccount}
	cloud           = &Kind{Name: "name", parse: parseCloud}
	purpose         = &Kind{Name: "`applications`, `consent` or `directory-roles`", parse: parsePurpose}
	slackUser       = &Kind{Name: "Slack ID", parse: slackID("UW", "a person")}
	slackChannel    = &Kind{Name: "Slack ID", parse: slackID("CG", "a channel")}
	yesNo           = &Kind{Name: "true or false", parse: parseYesNo}
	duration        = &Kind{Name: "duration", parse: func(s string) (value, *fault) { return parseDuration(s, 1) }}
	timeOfDay       = &Kind{Name: "time of day", parse: parseTimeOfDay}
	durationOrNever = &Kind{Name: "duration", parse: func(s string) (value, *fault) { return parseDuration(s, 0) }}
)

func asText(s string) (value, *fault) { return value{text: s}, nil }

// isPlaceholder reports whether s was copied from an example and never replaced.
func isPlaceholder(s string) bool {
	return strings.Contains(s, "…") || strings.Contains(s, "...") || len(s) > 2 && s[0] == '<' && s[len(s)-1] == '>'
}

func slackToken(prefix, what string) func(string) (value, *fault) {
	return func(s string) (value, *fault) {
		switch {
		case strings.HasPrefix(s, prefix):
			return value{text: s}, nil
		case strings.HasPrefix(s, "xoxe"):
			return value{}, bad("is a token that expires after 12 hours").but("tokens that rotate are not supported: make a Slack app " +
				"without token rotation")
		case strings.HasPrefix(s, "xoxb-"):
			return value{}, bad("is a bot token, not %s", what)
		case strings.HasPrefix(s, "xapp-"):
			return value{}, bad("is an app-level token, not %s", what)
		case strings.HasPrefix(s, "xox"):
			return value{}, bad("is another kind of Slack token, not %s", what)
		}
		return value{}, bad("is not %s: it does not begin with %s", what, prefix)
	}
}

func slackID(first, what string) func(string) (value, *fault) {
	id := regexp.MustCompile("^[" + first + "][A-Z0-9]{2,20}$")
	return func(s string) (value, *fault) {
		if !id.MatchString(s) {
			return value{}, bad("is %s, which is not the Slack ID of %s", quote(s), what)
		}
		return value{text: s}, nil
	}
}

const zeroGUID = "00000000-0000-0000-0000-000000000000"

func parseGUID(s string) (value, *fault) {
	switch g := strings.ToLower(s); {
	case g == zeroGUID:
		return value{}, bad("is still the placeholder of the example")
	case !text.IsGUID(g):
		return value{}, bad("is %s, which is not a GUID", quote(s))
	default:
		return value{text: g}, nil
	}
}

var upn = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)

func parseAccount(s string) (value, *fault) {
	switch {
	case upn.MatchString(s):
		return value{text: s}, nil
	case strings.Contains(s, "@"):
		return value{}, bad("is %s, which is not a user principal name", quote(s))
	}
	v, f := parseGUID(s)
	if f != nil && s != zeroGUID {
		f = bad("is %s, which is neither a user principal name nor an object ID", quote(s))
	}
	return v, f
}

func parseTenantName(s string) (value, *fault) {
	odd := strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ._-", r)
	})
	switch {
	case odd >= 0:
		return value{}, bad("is %s, and can only have letters, digits, spaces and . _ -", quote(s))
	case len([]rune(s)) > 60:
		return value{}, bad("is longer than 60 characters")
	case strings.TrimSpace(s) != s:
		return value{}, bad("is %s, with a space at the beginning or the end", quote(s))
	}
	return value{text: s}, nil
}

func parseCloud(s string) (value, *fault) {
	f := bad("is %s, which is not one of %s", quote(s), strings.Join(Clouds, ", "))
	return parseName(s, Clouds, f.but("for another cloud set authority_url, graph_url and arm_url instead"))
}

func parsePurpose(s string) (value, *fault) {
	names := make([]string, len(workflow.RolePurposes))
	for i, p := range workflow.RolePurposes {
		names[i] = string(p)
	}
	return parseName(s, names, bad("is %s, and has to be %s", quote(s), strings.Join(names, ", ")))
}

// parseName takes one of some names. f is the fault of any other, which may be nearly one.
func parseName(s string, names []string, f *fault) (value, *fault) {
	if slices.Contains(names, s) {
		return value{text: s}, nil
	}
	if near := spell.Nearest(s, names); near != "" {
		return value{}, f.but("did you mean " + near + "?")
	}
	return value{}, f
}

func parseYesNo(s string) (value, *fault) {
	switch strings.ToLower(s) {
	case "true":
		return value{yes: true}, nil
	case "false":
		return value{}, nil
	}
	return value{}, bad("is %s, and has to be true or false", quote(s))
}

func parseURL(s string) (value, *fault) {
	const write = "write an address such as https://bot.example.com"
	u, err := url.Parse(s)
	switch {
	case s == "":
		return value{}, nil
	case err != nil, u.Opaque != "", u.Host == "" || u.Hostname() == "":
		return value{}, bad("is %s, which is not a URL", quote(s)).but(write)
	case u.User != nil:
		return value{}, bad("has a user name or a password in it").but(write)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return value{}, bad("is %s, and can't contain ? or #", quote(s)).but(write)
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	case u.Scheme != "https":
		return value{}, bad("is %s, and has to begin with https://",
			quote(s)).but("http:// is for this machine only (127.0.0.1, ::1, localhost)")
	}
	if p := u.Port(); p != "" {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil {
			return value{}, bad("is %s, with an invalid port", quote(s)).but(write)
		}
	}
	return value{text: s}, nil
}

// parseService reads the address of one of Microsoft's services, whose paths are known.
func parseService(s string) (value, *fault) {
	v, no := parseURL(s)
	if no != nil {
		return v, no
	}
	if u, err := url.Parse(s); err == nil && strings.Trim(u.Path, "/") != "" {
		return value{}, bad("is %s, and can't have a path", quote(s)).but(fmt.Sprintf("write %s://%s", u.Scheme, u.Host))
	}
	return v, nil
}

// parseAuthority reads where admins sign in. MSAL takes no http, not on this machine either.
func parseAuthority(s string) (value, *fault) {
	if strings.HasPrefix(strings.ToLower(s), "http://") {
		return value{}, bad("is %s, and has to begin with https://",
			quote(s)).but("sign-ins need TLS on this machine, too; SSL_CERT_FILE names a certificate to trust")
	}
	return parseService(s)
}

func parseTLS(s string) (value, *fault) {
	if _, err := veeam.ParseTLS(s); err != nil {
		return value{}, bad("%v", err)
	}
	return value{text: s}, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

func parseHostPort(s string) (value, *fault) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return value{}, bad("is %s, which is not host:port", quote(s))
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return value{}, bad("is %s, whose port is not a number from 0 to 65535", quote(s))
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && !hostName.MatchString(host) {
		return value{}, bad("is %s, whose host is neither a name nor an address", quote(s))
	}
	return value{text: s}, nil
}

func parseStore(s string) (value, *fault) {
	const write = "write the name of a file, such as entra-app.db"
	switch scheme, _, is := strings.Cut(s, "://"); {
	case is && (scheme == "postgres" || scheme == "postgresql"):
		return value{}, bad("is a PostgreSQL address, and PostgreSQL is not available in this version").but(write)
	case is:
		return value{}, bad("is an address, not a file name").but(write)
	}
	return value{text: s}, nil
}

var days = regexp.MustCompile(`^([0-9]{1,5}) ?d(ays?)?$`)

func parseDuration(s string, least time.Duration) (value, *fault) {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		f := bad("is %s, which is not a duration", quote(s)).but("write hours, minutes and seconds, such as 168h or 1h30m")
		if m := days.FindStringSubmatch(s); m != nil {
			n, _ := strconv.Atoi(m[1])
			f.hint = fmt.Sprintf("days are written as hours: %dh", n*24)
		} else if n, err := strconv.Atoi(s); err == nil && n > 0 {
			f.hint = fmt.Sprintf("it needs a unit, such as %dh", n)
		}
		return value{}, f
	case d < least && least == 0:
		return value{}, bad("is %s, and can't be negative", quote(s)).but("write 0s for never")
	case d < least:
		return value{}, bad("is %s, and has to be more than zero",
			quote(s)).but("write hours, minutes and seconds, such as 168h or 1h30m")
	}
	return value{duration: d}, nil
}

// parseTimeOfDay reads "08:00", or "off" as a time that never comes.
func parseTimeOfDay(s string) (value, *fault) {
	if s == "off" {
		return value{duration: -1}, nil
	}
	at, err := time.Parse("15:04", s)
	if err != nil {
		return value{}, bad("is %s, which is not a time of day", quote(s))
	}
	return value{duration: time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute}, nil
}

// clock writes a time of day as a default.
func clock(d time.Duration) string {
	return time.Time{}.Add(d).Format("15:04")
}

// hours writes a default.
func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}

// DecodeKey returns the bytes of a key that is written in base64.
func DecodeKey(s string) ([]byte, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "=")
	raw, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		raw, err = base64.RawURLEncoding.DecodeString(s)
	}
	switch {
	case err != nil:
		return nil, errors.New("is not base64")
	case len(raw) != seal.KeySize:
		return nil, fmt.Errorf("has %d bytes, not %d", len(raw), seal.KeySize)
	}
	return raw, nil
}

func parseKey(s string) (value, *fault) {
	if _, err := DecodeKey(s); err != nil {
		return value{}, bad("%v", err)
	}
	return value{text: s}, nil
}
