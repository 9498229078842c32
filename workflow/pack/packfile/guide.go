package packfile

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/entra-app/entra-app/workflow/pack"
)

// stepsLine is the line of a guide that stands for the next steps.
const stepsLine = "{nextSteps}"

// guide checks that the next steps have one place, a line of their own, or none.
func (r *reader) guide(t text) string {
	r.long(t, guideMax)
	lines := 0
	for line := range strings.Lines(t.s) {
		if strings.TrimSpace(line) == stepsLine {
			lines++
		}
	}
	if n := strings.Count(t.s, stepsLine); n > 1 || n != lines {
		r.report(t.place, "write it once, on a line of its own", "has %s in the middle of a line, or more than once", stepsLine)
	}
	return t.s
}

// Guide returns a product step by step, in Markdown: its guide, with the next steps
// in their place or at the end. It is empty for a pack that has no guide.
func Guide(p pack.Product) string {
	if p.Guide == "" {
		return ""
	}
	text := p.Guide
	if !strings.Contains(text, stepsLine) {
		text += "\n\n**In the product:**\n\n" + stepsLine
	}
	return strings.Replace(text, stepsLine, numbered(p.NextSteps), 1)
}

var (
	commands = regexp.MustCompile(`^(.*\bPowerShell\b[^:]*:) (.+)$`)
	blank    = regexp.MustCompile(`[^\s<]*<[^<>]+>[^\s.,;]*`)
	made     = strings.NewReplacer("{appId}", "<App ID>", "{tenantId}", "<tenant ID>", "{thumbprint}", "<thumbprint>", "{appName}",
		"<app name>")
)

// numbered returns next steps as a list. What PowerShell is to run is a block, a
// command on each line.
func numbered(steps []string) string {
	var b strings.Builder
	for i, s := range steps {
		s = made.Replace(s)
		if m := commands.FindStringSubmatch(s); m != nil {
			lines := strings.ReplaceAll(m[2], "; ", "\n   ")
			fmt.Fprintf(&b, "%d. %s\n\n   ```powershell\n   %s\n   ```\n\n", i+1, m[1], lines)
			continue
		}
		fmt.Fprintf(&b, "%d. %s\n", i+1, blank.ReplaceAllString(s, "`$0`"))
	}
	return strings.TrimSpace(b.String())
}
