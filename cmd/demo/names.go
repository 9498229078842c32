package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// defaultApp is what -play asks for.
const defaultApp = "payroll-backup"

// hopeless are the names of which no patience makes an app.
var hopeless = []string{"-noconsent", "-nosecret", "-toomany"}

// outcome is how a request for an app of this name ends.
func outcome(app string) string {
	if slices.ContainsFunc(hopeless, func(suffix string) bool { return strings.HasSuffix(strings.ToLower(app), suffix) }) {
		return "Failed"
	}
	return "Ready"
}

// rest is a name without a suffix that makes trouble.
func rest(app string) string {
	for _, m := range entratest.MagicNames() {
		app = strings.TrimSuffix(app, m.Suffix)
	}
	return app
}

// magicNames lists the names that make trouble, one per line.
func magicNames(indent string) string {
	var b strings.Builder
	for _, m := range entratest.MagicNames() {
		fmt.Fprintf(&b, "%s%-20s %s\n", indent, "payroll"+m.Suffix, m.What)
	}
	return b.String()
}
