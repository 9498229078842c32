package manifest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
)

// writing is one call of a script that changes something: its method, where it goes, and
// its body as JSON with sorted names.
func writing(t *testing.T, method, path, body string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, body)
	}
	if o, _ := v.(map[string]any)["passwordCredential"].(map[string]any); o != nil { // made from the time of day
		if _, err := time.Parse(time.RFC3339, o["endDateTime"].(string)); err != nil {
			t.Errorf("the secret ends at %v", o["endDateTime"])
		}
		o["endDateTime"] = "later"
	}
	sorted, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(method) + " " + path + " " + string(sorted)
}

// assigning is the write of an assignment in Azure, whose ID is made up by whoever makes it.
func assigning(role, scope string) string { return "assign " + role + " on " + scope }

var assignmentAt = regexp.MustCompile(`^(.*)/providers/Microsoft\.Authorization/roleAssignments/[^/?]+\?`)

// ofBash is what a bash script writes, as a stand-in for az was told it.
func ofBash(t *testing.T, script string) (writes []string) {
	t.Helper()
	calls, out, err := run(t, script, "TTY=1")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, call := range calls {
		switch body := arg(call, "--body"); {
		case slices.Contains(call, "create"):
			writes = append(writes, assigning(arg(call, "--role"), arg(call, "--scope")))
		case body != "":
			u, err := url.Parse(arg(call, "--url"))
			if err != nil {
				t.Fatal(err)
			}
			writes = append(writes, sent(t, arg(call, "--method"), strings.TrimPrefix(u.RequestURI(), "/v1.0"), body))
		}
	}
	return writes
}

// sent is a write, or an assignment.
func sent(t *testing.T, method, path, body string) string {
	t.Helper()
	if m := assignmentAt.FindStringSubmatch(path); m != nil {
		var a struct {
			Properties struct{ RoleDefinitionID, PrincipalID, PrincipalType string }
		}
		if err := json.Unmarshal([]byte(body), &a); err != nil || a.Properties.PrincipalID != stubID ||
			a.Properties.PrincipalType != "ServicePrincipal" {
			t.Errorf("the assignment is %s: %v", body, err)
		}
		return assigning(a.Properties.RoleDefinitionID, m[1])
	}
	return writing(t, method, path, body)
}

// A reader of expressions as psText writes them.
type expression struct {
	t    *testing.T
	rest string
	vars func(name string) string
}

var (
	psChar     = regexp.MustCompile(`^\[char\]0x([0-9A-F]{4})`)
	psVariable = regexp.MustCompile(`^\$(\w+)`)
)

// value reads one expression, and returns what PowerShell would make of it.
func (e *expression) value() string {
	e.t.Helper()
	e.rest = strings.TrimLeft(e.rest, " ")
	switch {
	case strings.HasPrefix(e.rest, "("):
		e.rest = e.rest[1:]
		text := e.value()
		for strings.HasPrefix(e.rest, " + ") {
			e.rest = e.rest[3:]
			text += e.value()
		}
		if !strings.HasPrefix(e.rest, ")") {
			e.t.Fatalf("the expression has no end: %.80s", e.rest)
		}
		e.rest = e.rest[1:]
		return text
	case strings.HasPrefix(e.rest, "'"):
		var b strings.Builder
		for i := 1; i < len(e.rest); i++ {
			switch {
			case e.rest[i] != '\'':
				b.WriteByte(e.rest[i])
			case i+1 < len(e.rest) && e.rest[i+1] == '\'':
				b.WriteByte('\'')
				i++
			default:
				e.rest = e.rest[i+1:]
				return b.String()
			}
		}
	}
	if m := psChar.FindStringSubmatch(e.rest); m != nil {
		e.rest = e.rest[len(m[0]):]
		n, _ := strconv.ParseUint(m[1], 16, 16)
		return string(rune(n))
	}
	m := psVariable.FindStringSubmatch(e.rest)
	if m == nil {
		e.t.Fatalf("this is no expression: %.80s", e.rest)
	}
	e.rest = e.rest[len(m[0]):]
	return e.vars(m[1])
}

var sending = regexp.MustCompile(`Send-(?:Graph (POST|PATCH)|Azure) `)

// ofPowerShell is what a PowerShell script writes, as far as it is read here.
func ofPowerShell(t *testing.T, script string) (writes []string) {
	t.Helper()
	_, script, _ = strings.Cut(script, "\n# 1. ") // the functions are before
	at := sending.FindAllStringSubmatchIndex(script, -1)
	if n := strings.Count(script, "Send-"); n != len(at) {
		t.Errorf("%d calls, of which %d were read", n, len(at))
	}
	for _, m := range at {
		method := "PUT"
		if m[2] >= 0 {
			method = script[m[2]:m[3]]
		}
		e := &expression{t, script[m[1]:], func(name string) string {
			switch name {
			case "object":
				return "11111111-1111-1111-1111-111111111111"
			case "app":
				return "22222222-2222-2222-2222-222222222222"
			case "graph":
				return "https://graph.example"
			case "until":
				return "2027-01-01T00:00:00Z"
			}
			return stubID
		}}
		path := e.value()
		writes = append(writes, sent(t, method, path, e.value()))
	}
	return writes
}

// What a plan is made of is the same in both languages: every property that one sets the
// other sets too, to the same value, in the same order. That the one for bash makes what
// the bot makes is tried in graphops.
func TestBothScriptsWriteTheSame(t *testing.T) {
	management := rich(t)
	management.Subscriptions = []string{"/providers/Microsoft.Management/managementGroups/Platform"}
	small := withSecret(plan.Plan{TenantID: tenant, AppName: "it's “small”"})
	for name, p := range map[string]plan.Plan{"rich": rich(t), "with a secret": withSecret(rich(t)),
		"federated": federated(rich(t), "https://issuer.example"), "small": small, "on a management group": management} {
		bash, ps := ofBash(t, write(t, p, AzureCLI)), ofPowerShell(t, write(t, p, PowerShell))
		if len(bash) < 3 || !slices.Equal(bash, ps) {
			t.Errorf("%s: bash writes\n%s\nand PowerShell\n%s", name, strings.Join(bash, "\n"), strings.Join(ps, "\n"))
		}
		if want :=
			`"servicePrincipalLockConfiguration":{"allProperties":true,"credentialsWithUsageSign":true,"credentialsWithUsageVerify":true,"isEnabled":true,"tokenEncryptionKeyId":true}`; !strings.Contains(fmt.Sprint(ps), want) {
			t.Errorf("%s: the app instance lock is not set: %s", name, ps)
		}
	}
}
