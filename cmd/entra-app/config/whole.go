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
	r.servers()
	r.adminListen()
	r.checkRules()
}

// adminListen refuses one address for both: the second to listen there would fail.
func (r *reader) adminListen() {
	if r.sound["admin_listen"] && r.cfg.AdminListen == r.cfg.Listen && !strings.HasSuffix(r.cfg.Listen, ":0") {
		r.report(r.lines["admin_listen"], "admin_listen", "is the same as listen", keyCalled("admin_listen").Hint)
	}
}

// lineOf returns the line of a key, or of its _file.
func (r *reader) lineOf(full string) (int, bool) {
	line, ok := r.lines[full]
	if !ok {
		line, ok = r.lines[full+fileSuffix]
	}
	return line, ok
}

// slack sees to it that Slack has a way to deliver.
func (r *reader) slack() {
	_, app := r.lineOf("slack.app_token")
	_, signing := r.lineOf("slack.signing_secret")
	_, appNamed := r.named["slack.app_token"]
	_, signingNamed := r.named["slack.signing_secret"]
	r.cfg.Slack.Socket = app || !signing && (appNamed || !signingNamed)
	line, there := r.lines["slack"]
	switch {
	case app || signing:
	case appNamed || signingNamed:
		for key, n := range r.named {
			r.report(n.line, key, fmt.Sprintf("needs the environment variable %s, which is not set, and Slack has no other way "+
				"to deliver", n.variable),
				"set it where the bot is started; one of slack.app_token and slack.signing_secret is enough")
		}
	case !there || r.begun["slack"]:
		r.report(line, "slack.app_token", "is missing, and so is slack.signing_secret: Slack has no way to deliver",
			keyCalled("slack.app_token").Hint)
	}
}

// eitherOrFile refuses a secret that is given twice, as itself and in a file.
func (r *reader) eitherOrFile() {
	for i := range Keys {
		if Keys[i].Kind.secret {
			r.oneOf(Keys[i].Name)
		}
	}
}

// oneOf refuses a secret at this place that is given twice.
func (r *reader) oneOf(full string) {
	first, ok := r.lines[full]
	second, file := r.lines[full+fileSuffix]
	if ok && file {
		r.report(max(first, second), full, fmt.Sprintf("and %s%s are both given", full, fileSuffix), "delete one of them")
	}
}

// unique reports a value that an earlier entry has, too.
func (r *reader) unique(seen map[string]string, full, v, of string) {
	if !r.sound[full] {
		return
	}
	if first, twice := seen[v]; twice {
		r.report(r.lines[full], full, fmt.Sprintf("is the same as %s on line %d", first, r.lines[first]), "list each "+of+" once")
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

// servers checks the Veeam servers: an account is a user name with a password,
// and a certificate is for a server that is reached over TLS.
func (r *reader) servers() {
	names := map[string]string{}
	i := -1
	for n := 0; ; n++ {
		at := fmt.Sprintf("veeam[%d]", n)
		line, there := r.lines[at]
		if !there {
			return
		}
		if !r.begun[at] {
			continue
		}
		i++
		v := &r.cfg.Veeam[i]
		r.unique(names, at+".name", strings.ToLower(v.Name), "server")
		r.oneOf(at + ".password")
		user, hasUser := r.lines[at+".username"]
		secret, hasSecret := r.lineOf(at + ".password")
		switch {
		case hasUser && !hasSecret:
			r.report(user, at+".password", "is missing, and there is a username", keyCalled("veeam[].password").Hint)
		case hasSecret && !hasUser:
			r.report(secret, at+".username", "is missing, and there is a password", keyCalled("veeam[].username").Hint)
		}
		if tls, given := r.lines[at+".tls"]; given && strings.HasPrefix(v.URL, "http://") {
			r.report(max(line, tls), at+".tls", "is given, and url begins with http://, where there is no TLS",
				"delete this line, or write https://")
		}
	}
}
