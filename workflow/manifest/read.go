package manifest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	mostBytes   = 256 << 10
	mostDepth   = 32
	mostEntries = 1200 // of an application in Entra. Source: Microsoft Entra service limits
	longestName = 60
)

var (
	errEmpty    = &Problem{"empty", "There is nothing here. Paste the manifest of an app: in Entra, App registrations, the app, Manifest."}
	errTooBig   = &Problem{"too-big", "This is more than 256 KB, and a manifest is only a few KB. Paste the manifest of one app alone."}
	errEncoding = &Problem{"not-utf8", "This is not text in UTF-8. If it is a file that Windows PowerShell wrote, save it again with " +
		"-Encoding utf8."}
	errCut   = &Problem{"not-json", "The end of this is missing. Copy the whole manifest, from the first { to the last }."}
	errAfter = &Problem{"trailing", "There is something after the end of the manifest. Paste the manifest of one app alone, from the " +
		"first { to the last }."}
	errDeep = &Problem{"too-deep", "Brackets are nested deeper in this than in any manifest."}
	errMany = &Problem{"too-many",
		fmt.Sprintf("There is a list of more than %d entries in this, and Entra keeps no more for an app. Paste the manifest of one "+
			"app alone.", mostEntries)}
	errList     = &Problem{"list", "This is a list, but not of a single app. Paste the manifest of one app: what is between { and }."}
	errNoObject = &Problem{"not-object",
		"This is not a manifest. It begins with { and ends with }. In Entra: App registrations, the app, Manifest."}
	errStrange = &Problem{"not-a-manifest",
		"This is JSON, but nothing in it belongs to the manifest of an app. Paste what Entra shows under App registrations, the app, " +
			"Manifest, or what GET /applications/{id} of Microsoft Graph answers."}
)

// read reads one object of JSON, and is stricter than encoding/json: a key that
// stands there twice is read differently by different programs. What had to be put right
// for that comes with it.
func read(b []byte) (o object, fixed, guessed []string, err error) {
	if len(b) > mostBytes {
		return nil, nil, nil, errTooBig
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(inUTF8(b), []byte("\ufeff")))
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return nil, nil, nil, errEncoding
	}
	if len(b) == 0 {
		return nil, nil, nil, errEmpty
	}
	b, around := bare(b)
	if len(b) == 0 {
		return nil, nil, nil, errEmpty
	}
	// The first value alone, where it is whole: what follows it is no part of it.
	d := json.NewDecoder(bytes.NewReader(b))
	var all json.RawMessage
	if (b[0] == '{' || b[0] == '[') && d.Decode(&all) == nil {
		if rest := bytes.TrimSpace(b[d.InputOffset():]); len(rest) > 0 && !bytes.ContainsRune([]byte("/,]}\"“”"), first(rest)) {
			return nil, nil, nil, errAfter
		}
	}
	if b, fixed, guessed, err = tidy(b); err != nil {
		return nil, nil, nil, err
	}
	d = json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	v, err := value(d, "", 0)
	if err != nil {
		return nil, nil, nil, err
	}
	if _, err := d.Token(); err == nil {
		return nil, nil, nil, errAfter
	}
	p := &peeler{fixes{append(around, fixed...)}}
	p.renamed(v)
	if again := duplicate(v, ""); again != nil {
		return nil, nil, nil, again
	}
	p.inside(v)
	o, wrapped, err := one(v)
	return o, append(p.fixed, wrapped...), guessed, err
}

func first(b []byte) rune {
	r, _ := utf8.DecodeRune(b)
	return r
}

// one is the application in what was pasted: the object itself, the only one in a list or
// in Graph's {"value": […]}, or a list of what an app asks of others, as az takes it with
// --required-resource-accesses.
func one(v any) (o object, fixed []string, err error) {
	if o, ok := v.(object); ok {
		if list, ok := o.of("value").([]any); ok && !slices.ContainsFunc(o, func(f field) bool { return known[f.name] }) {
			v = list
		} else if o.of("resourceAppId") != nil && o.of("resourceAccess") != nil {
			v = []any{o} // PowerShell writes a list of one as what is in it
		}
	}
	switch v := v.(type) {
	case object:
		return v, nil, nil
	case []any:
		asks := func(one any) bool {
			o, _ := one.(object)
			return o.of("resourceAppId") != nil || o.of("resourceAccess") != nil
		}
		if len(v) > 0 && !slices.ContainsFunc(v, func(one any) bool { return !asks(one) }) {
			return object{{"requiredResourceAccess", v}}, []string{fixedList}, nil
		}
		if app, ok := only(v).(object); ok {
			return app, []string{fixedApp}, nil
		}
		return nil, nil, errList
	}
	return nil, nil, errNoObject
}

// only is the one element of a list, or nil.
func only(list []any) any {
	if len(list) != 1 {
		return nil
	}
	return list[0]
}

// inUTF8 turns what Windows PowerShell writes into a file, UTF-16 behind a byte
// order mark, into UTF-8. RFC 8259 wants UTF-8.
func inUTF8(b []byte) []byte {
	var order binary.ByteOrder
	switch {
	case len(b)%2 != 0 || len(b) < 2:
		return b
	case b[0] != 0 && b[1] == 0: // without its mark
		order, b = binary.LittleEndian, append([]byte("\xff\xfe"), b...)
	case b[0] == 0 && b[1] != 0:
		order, b = binary.BigEndian, append([]byte("\xfe\xff"), b...)
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
		for d.More() {
			t, err := d.Token()
			if err != nil {
				return nil, errCut
			}
			name := t.(string)
			path := dot(at, name)
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
			if all = append(all, v); len(all) > mostEntries {
				return nil, errMany
			}
		}
		_, err = d.Token()
		return all, err
	}
	if n, ok := t.(json.Number); ok {
		return number(n), nil
	}
	return t, nil
}

// duplicate refuses a property that stands in an object twice.
func duplicate(v any, at string) error {
	switch v := v.(type) {
	case object:
		seen := map[string]bool{}
		for _, f := range v {
			path := dot(at, f.name)
			if seen[f.name] {
				return problem("duplicate", "%s is there twice, so it isn't clear which is meant. Keep one.", path)
			}
			seen[f.name] = true
			if err := duplicate(f.value, path); err != nil {
				return err
			}
		}
	case []any:
		for i, one := range v {
			if err := duplicate(one, index(at, i)); err != nil {
				return err
			}
		}
	}
	return nil
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

// empty reports whether a value is what an app has that nobody set it for.
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
