// Package manifest turns a plan into what people can take elsewhere, and what
// they bring from elsewhere into the beginning of a plan:
//
//   - Export writes the application in Graph's format, the body of POST /applications.
//   - Script writes a script that makes all of the plan, to be read and then run
//     by a person who may.
//   - Import reads a manifest that somebody pasted, and names all that it left out.
//
// Nothing here talks to anybody: these are functions of their arguments.
//
// The rules that the scripts keep:
//
//   - A value of the plan is only ever data. It stands in a JSON string, in the
//     query of a URL or in a comment, and these in quotes of the shell. What has
//     a form, as GUIDs and permission names do, is refused where it has another.
//   - A script has no byte beyond printable ASCII and line ends. So nothing in it
//     reads differently than it runs, and no encoding that a shell guesses can
//     make a quote of a letter: Windows PowerShell takes a file for Windows-1252,
//     where the second byte of Ñ in UTF-8 is a quotation mark.
//   - Everything is looked up before anything is made.
//
// Sources: Graph v1.0, application resource type and "Create application";
// Microsoft Entra app manifest in Azure AD Graph format and in Microsoft Graph
// format; about_Quoting_Rules of PowerShell; bash manual, section 3.1.2.
package manifest

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// A Problem says why a manifest is not read. Text never quotes it.
type Problem struct {
	Code string // for tests: "too-big", "not-json", …
	Text string // for a person
}

func (p *Problem) Error() string { return p.Text }

func problem(code, format string, args ...any) *Problem {
	return &Problem{code, fmt.Sprintf(format, args...)}
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// space is the name space of the IDs that are chosen here.
var space = []byte("entra-app/manifest\x00")

// chosenID is an ID that follows from names, so that the same plan always gives
// the same one: a UUID of version 5, RFC 9562, section 5.5, but for the name space.
func chosenID(names ...string) string {
	sum := sha1.Sum(append(space[:len(space):len(space)], strings.Join(names, "\x00")...))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// scopeID is the ID of a scope that an app offers.
func scopeID(appName, scope string) string { return chosenID("scope", appName, scope) }
