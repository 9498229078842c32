package config

import (
	"fmt"
	"regexp"
	"strings"
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand puts the values of environment variables into s. A variable that is
// not set, or empty, is a fault: an empty token would only fail later and elsewhere.
func expand(s string, env func(string) (string, bool)) (string, *fault) {
	var out strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			out.WriteString(s)
			return out.String(), nil
		}
		if i > 0 && s[i-1] == '$' {
			out.WriteString(s[:i-1] + "${")
			s = s[i+2:]
			continue
		}
		out.WriteString(s[:i])
		name, rest, closed := strings.Cut(s[i+2:], "}")
		switch {
		case !closed:
			return "", bad("has ${ without }").but("write ${NAME}, or $${ for a plain ${")
		case !variable.MatchString(name):
			return "", bad("has ${…} around something that does not name an environment variable").but("write ${NAME}, or $${ for a " +
				"plain ${")
		}
		v, set := env(name)
		switch {
		case !set:
			return "", bad("needs the environment variable %s, which is not set", name)
		case v == "":
			return "", bad("needs the environment variable %s, which is empty", name)
		}
		out.WriteString(v)
		s = rest
	}
}

// quote shows a value in a message, but never one that looks like a token that
// was written under the wrong key.
func quote(s string) string {
	for _, prefix := range []string{"xox", "xapp-"} {
		if strings.Contains(s, prefix) {
			return "a Slack token"
		}
	}
	if strings.Contains(s, "://") && strings.Contains(s, "@") {
		return "an address with a password"
	}
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
