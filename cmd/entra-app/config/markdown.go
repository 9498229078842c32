package config

import (
	"fmt"
	"strings"
)

// Markdown returns the table of all keys for cmd/entra-app/README.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| Key | Value | Default | What it is |\n|---|---|---|---|\n")
	told := map[string]bool{}
	for i := range Keys {
		k := &Keys[i]
		for j := range lists {
			if l := &lists[j]; strings.HasPrefix(k.Name, l.name+"[].") && !told[l.name] {
				told[l.name] = true
				need := "required"
				if l.optional {
					need = "–"
				}
				fmt.Fprintf(&b, "| `%s` | list | %s | %s |\n", l.name, need, l.doc)
			}
		}
		def := "–"
		switch {
		case k.Need:
			def = "required"
		case k.Default != "":
			def = "`" + k.Default + "`"
		case k.Kind.empty:
			def = "`\"\"`"
		}
		what := k.Kind.Name
		switch k.Shape {
		case Many:
			what = "list: " + what
		case ByTier:
			what = "by tier: " + what
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", k.Name, what, def, k.Doc)
	}
	b.WriteString("\nEvery value may hold `${ENV_VAR}`; write `$${` for a plain `${`. Every secret may be given as `<key>_file` " +
		"instead: the name of a file that holds it. Relative file names start at the working directory.\n")
	return b.String()
}
