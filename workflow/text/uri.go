package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// URI is an address as it is shown: Visible, and a host beyond ASCII in the form in which
// it is looked up, so that none looks like another one.
func URI(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return Visible(s)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host := strings.LastIndexByte(rest[:end], '@') + 1
	return Visible(scheme + "://" + rest[:host] + Host(rest[host:end]) + rest[end:])
}

// Host is a host with each label that is not ASCII in its xn-- form.
func Host(s string) string {
	labels := strings.Split(s, ".")
	for i, l := range labels {
		if strings.ContainsFunc(l, func(r rune) bool { return r > unicode.MaxASCII }) {
			labels[i] = "xn--" + punycode(strings.ToLower(l))
		}
	}
	return strings.Join(labels, ".")
}

// punycode encodes a label. Source: RFC 3492, 6.3; the numbers are those of section 5.
func punycode(s string) string {
	const base, tMin, tMax, skew, damp = 36, 1, 26, 38, 700
	in := []rune(strings.ToValidUTF8(s, string(utf8.RuneError)))
	var out strings.Builder
	for _, r := range in {
		if r < utf8.RuneSelf {
			out.WriteRune(r)
		}
	}
	basic := out.Len()
	if basic > 0 {
		out.WriteByte('-')
	}
	n, delta, bias := rune(utf8.RuneSelf), 0, 72
	for h := basic; h < len(in); n, delta = n+1, delta+1 {
		next := unicode.MaxRune
		for _, r := range in {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (h + 1)
		n = next
		for _, r := range in {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tMin), tMax)
				if q < t {
					break
				}
				out.WriteByte(digit(t + (q-t)%(base-t)))
				q = (q - t) / (base - t)
			}
			out.WriteByte(digit(q))
			if h == basic {
				delta /= damp
			} else {
				delta /= 2
			}
			delta += delta / (h + 1)
			k := 0
			for ; delta > (base-tMin)*tMax/2; k += base {
				delta /= base - tMin
			}
			bias, delta = k+(base-tMin+1)*delta/(delta+skew), 0
			h++
		}
	}
	return out.String()
}

func digit(n int) byte { return "abcdefghijklmnopqrstuvwxyz0123456789"[n] }
