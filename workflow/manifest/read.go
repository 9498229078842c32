package manifest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	mostBytes   = 256 << 10
	mostDepth   = 32
	longestName = 60
)

var (
	errEmpty    = &Problem{"empty", "There is nothing here. Paste the manifest of an app: in Entra, App registrations, the app, Manifest."}
	errTooBig   = &Problem{"too-big", "This is more than 256 KB, and a manifest has a few. Paste the manifest of one app alone."}
	errEncoding = &Problem{"not-utf8", "This is not text in UTF-8. If it is a file that Windows PowerShell wrote, save it again with -Encoding utf8."}
	errCut      = &Problem{"not-json", "The end of this is missing. Copy the whole manifest, from the first { to the last }."}
	errAfter    = &Problem{"trailing", "There is something after the end of the manifest. Paste the manifest of one app alone, from the first { to the last }."}
	errDeep     = &Problem{"too-deep", "There are more brackets within brackets in this than a manifest has."}
	errList     = &Problem{"list", "This is a list. Paste the manifest of one app: what is between { and }."}
	errNoObject = &Problem{"not-object", "This is not a manifest. It begins with { and ends with }. In Entra: App registrations, the app, Manifest."}
	errStrange  = &Problem{"not-a-manifest", "This is JSON, but nothing in it is known from manifests of apps. Paste what Entra shows under App registrations, the app, Manifest, or what GET /applications/{id} of Microsoft Graph answers."}
)

// read reads one object of JSON, and is stricter than encoding/json: a key that
// stands there twice is read differently by different programs.
func read(b []byte) (object, error) {
	if len(b) > mostBytes {
		return nil, errTooBig
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(inUTF8(b), []byte("\ufeff")))
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return nil, errEncoding
	}
	if len(b) == 0 {
		return nil, errEmpty
	}
	// Whether it is JSON is seen before anything else, and without recursion.
	d := json.NewDecoder(bytes.NewReader(b))
	var all json.RawMessage
	if err := d.Decode(&all); err != nil {
		return nil, notJSON(b, err)
	}
	if len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return nil, errAfter
	}
	switch b[0] {
	case '{':
	case '[':
		return nil, errList
	default:
		return nil, errNoObject
	}
	d = json.NewDecoder(bytes.NewReader(all))
	d.UseNumber()
	v, err := value(d, "", 0)
	if err != nil {
		return nil, err
	}
	return v.(object), nil
}

// inUTF8 turns what Windows PowerShell writes into a file, UTF-16 behind a byte
// order mark, into UTF-8. RFC 8259 wants UTF-8.
func inUTF8(b []byte) []byte {
	var order binary.ByteOrder
	switch {
	case len(b)%2 != 0:
		return b
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return b
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// notJSON says where b stops being JSON. It does not say what is there.
func notJSON(b []byte, err error) *Problem {
	bad, ok := errors.AsType[*json.SyntaxError](err)
	if !ok || errors.Is(err, io.ErrUnexpectedEOF) || bad.Offset >= int64(len(b)) && b[0] == '{' && b[len(b)-1] != '}' {
		return errCut
	}
	if b[0] != '{' && b[0] != '[' {
		return errNoObject
	}
	line := 1 + bytes.Count(b[:min(bad.Offset, int64(len(b)))], []byte("\n"))
	return problem("not-json", "This is not JSON: line %d has a mistake. Copy the manifest anew, or look for a comma or a quotation mark that is missing or one too many.", line)
}

// value reads the next value of d, which is JSON.
func value(d *json.Decoder, at string, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, errCut
	}
	if depth > mostDepth {
		return nil, errDeep
	}
	switch t {
	case json.Delim('{'):
		o := object{}
		seen := map[string]bool{}
		for d.More() {
			t, err := d.Token()
			if err != nil {
				return nil, errCut
			}
			name := t.(string)
			path := dot(at, name)
			if seen[name] {
				return nil, problem("duplicate", "%s stands there twice, so it isn't clear which is meant. Leave one.", path)
			}
			seen[name] = true
			v, err := value(d, path, depth+1)
			if err != nil {
				return nil, err
			}
			o = append(o, field{name, v})
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		all := []any{}
		for d.More() {
			v, err := value(d, index(at, len(all)), depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		_, err = d.Token()
		return all, err
	}
	if n, ok := t.(json.Number); ok {
		return number(n), nil
	}
	return t, nil
}

var usual = regexp.MustCompile(`^[A-Za-z0-9_-]*(@[a-z]+\.)?[A-Za-z0-9_-]+$`)

// dot is the path of a field. A name that is not like others is quoted, and cut.
func dot(at, name string) string {
	if len(name) > longestName || !usual.MatchString(name) {
		if r := []rune(name); len(r) > longestName {
			name = string(r[:longestName]) + "…"
		}
		return at + "[" + strconv.QuoteToASCII(name) + "]"
	}
	if at == "" {
		return name
	}
	return at + "." + name
}

func index(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }

// empty says that a value is what an app has that nobody set it for.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		for _, one := range v {
			if !empty(one) {
				return false
			}
		}
		return true
	case object:
		for _, f := range v {
			if !empty(f.value) {
				return false
			}
		}
		return true
	}
	return false
}
