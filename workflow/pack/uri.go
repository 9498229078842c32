package pack

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// redirects reads the redirect URIs that the form suggests.
func (r *reader) redirects(list []text, on workflow.Platform) []string {
	var out []string
	seen := map[string]place{}
	for _, t := range list {
		if problem := redirectProblem(t.s, on); problem != "" {
			hint := ""
			if braced.MatchString(t.s) {
				hint = "URIs with fields in them stand under redirects"
			}
			r.report(t.place, hint, "is %s, %s", quote(t.s), problem)
			continue
		}
		if r.once(seen, t, t.s) {
			out = append(out, t.s)
		}
	}
	if len(list) > workflow.RedirectsMax {
		r.report(list[workflow.RedirectsMax].place, "", "is one too many; %d are allowed", workflow.RedirectsMax)
	}
	return out
}

// example reads what the field Redirect URIs shows as long as it is empty.
func (r *reader) example(t text, p workflow.Product) string {
	r.long(t, exampleMax)
	switch problem := redirectProblem(t.s, p.Platform); {
	case t.s == "":
	case problem != "":
		r.report(t.place, "", "is %s, %s", quote(t.s), problem)
	case len(p.RedirectURIs) > 0 || !p.AsksRedirects():
		r.report(t.place, "delete the line", "is %s, and is shown in an empty field only: the pack says what the redirect URIs are", quote(t.s))
	}
	return t.s
}

// required reads whether the field Redirect URIs may stay empty.
func (r *reader) required(f flag, p workflow.Product) bool {
	if f.on && !p.AsksRedirects() {
		r.report(f.place, "delete the line", "is true, and the form has no field for redirect URIs: the pack says what they are")
	}
	if f.on && p.Custom {
		r.report(f.place, "delete the line, or custom", "is true, and the requester of a custom app says what it needs")
	}
	return f.on
}

// redirectProblem follows Microsoft's rules for redirect URIs: https, or http on
// the loopback host; no wildcard, no fragment. A public client may have a scheme
// of its own.
func redirectProblem(s string, on workflow.Platform) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || !u.IsAbs() || u.Opaque != "":
		return "and has to be an address that begins with https://"
	case u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
		return "and may begin with http:// for localhost only"
	case u.Scheme != "https" && u.Scheme != "http" && on != workflow.PublicClient:
		return fmt.Sprintf("and has to begin with https:// on the platform %s", on)
	case u.Hostname() == "":
		return "and has no host"
	case strings.Contains(s, "#"):
		return "and must not have a # in it"
	case strings.Contains(s, "*"):
		return "and must not have a wildcard in it"
	case u.User != nil:
		return "and must not have a name or a password in it"
	case len(s) > workflow.RedirectMax:
		return fmt.Sprintf("and may have %d characters", workflow.RedirectMax)
	case strings.ContainsAny(s, " <>\"\\|^`{}"):
		return "and must not have spaces or any of < > \" \\ | ^ ` { } in it"
	case strings.ContainsAny(s, workflow.RedirectUnsupported):
		return "and must not have any of ! $ ' ( ) , ; in it, which Entra does not support"
	case !workflow.PortExists(u):
		return "and its port has to be a number from 1 to 65535"
	}
	return ""
}

var (
	scopeName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,120}$`)
	guid      = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// exposed reads the scopes that the app itself offers.
func (r *reader) exposed(list []scope) []workflow.Scope {
	var out []workflow.Scope
	seen := map[string]place{}
	for _, s := range list {
		r.long(s.title, titleMax)
		r.long(s.words, proseMax)
		if s.name.s == "" {
			continue
		}
		if !scopeName.MatchString(s.name.s) {
			r.report(s.name.place, "write letters, digits and . _ -, as in access_as_user", "is %s", quote(s.name.s))
		}
		o := workflow.Scope{Name: s.name.s, AdminsOnly: s.adminsOnly.on, Title: s.title.s, Words: s.words.s}
		for _, t := range s.preAuthorized {
			if !guid.MatchString(t.s) {
				r.report(t.place, "write the application ID of a client", "is %s, which is not a GUID", quote(t.s))
				continue
			}
			o.PreAuthorized = append(o.PreAuthorized, strings.ToLower(t.s))
		}
		if r.once(seen, s.name, s.name.s) {
			out = append(out, o)
		}
	}
	return out
}
