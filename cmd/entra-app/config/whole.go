package config

import (
	"fmt"
	"strings"
)

// whole checks what no single value can tell.
func (r *reader) whole() {
	r.slack()
	r.eitherOrFile()
	names, ids := map[string]string{}, map[string]string{}
	i := -1
	for n := 0; ; n++ {
		at := fmt.Sprintf("tenants[%d]", n)
		if _, there := r.lines[at]; !there {
			break
		}
		if !r.begun[at] {
			continue
		}
		i++
		t := &r.cfg.Tenants[i]
		r.unique(names, at+".name", strings.ToLower(t.Name), "tenant")
		r.unique(ids, at+".tenant_id", t.ID, "tenant")
		r.approvers(at, t)
	}
}

// given returns the line of a key, or of its _file.
func (r *reader) given(full string) (int, bool) {
	line, ok := r.lines[full]
	if !ok {
		line, ok = r.lines[full+fileSuffix]
	}
	return line, ok
}

// slack sees to it that Slack has a way to deliver.
func (r *reader) slack() {
	_, app := r.given("slack.app_token")
	_, signing := r.given("slack.signing_secret")
	r.cfg.Slack.Socket = app || !signing && (r.named["slack.app_token"] || !r.named["slack.signing_secret"])
	line, there := r.lines["slack"]
	if !app && !signing && (!there || r.begun["slack"]) {
		r.report(line, "slack.app_token", "is missing, and so is slack.signing_secret: Slack has no way to deliver", keyCalled("slack.app_token").Hint)
	}
}

// eitherOrFile refuses a secret that is given twice, as itself and in a file.
func (r *reader) eitherOrFile() {
	for i := range Keys {
		name := Keys[i].Name
		if !Keys[i].Kind.secret {
			continue
		}
		first, ok := r.lines[name]
		second, file := r.lines[name+fileSuffix]
		if ok && file {
			r.report(max(first, second), name, fmt.Sprintf("and %s%s are both given", name, fileSuffix), "delete one of them")
		}
	}
}

// unique reports a value that an earlier entry has, too.
func (r *reader) unique(seen map[string]string, full, v, of string) {
	if !r.sound[full] {
		return
	}
	if first, twice := seen[v]; twice {
		r.report(r.lines[full], full, fmt.Sprintf("is the same as %s in line %d", first, r.lines[first]), "list each "+of+" once")
		return
	}
	seen[v] = full
}

// approvers refuses a person who is listed twice.
func (r *reader) approvers(at string, t *Tenant) {
	slack, entra := map[string]string{}, map[string]string{}
	i := -1
	for n := 0; ; n++ {
		a := fmt.Sprintf("%s.approvers[%d]", at, n)
		if _, there := r.lines[a]; !there {
			return
		}
		if !r.begun[a] {
			continue
		}
		i++
		r.unique(slack, a+".slack", t.Approvers[i].Slack, "approver")
		r.unique(entra, a+".entra", strings.ToLower(t.Approvers[i].Entra), "approver")
	}
}
