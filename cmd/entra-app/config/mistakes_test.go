package config

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/document"
)

// change is good with one line replaced by others.
func change(line int, with ...string) string {
	lines := strings.Split(good, "\n")
	return strings.Join(slices.Replace(lines, line-1, line, with...), "\n")
}

// cut is the first lines of good.
func cut(lines int) string {
	return strings.Join(strings.SplitAfter(good, "\n")[:lines], "")
}

func TestMistakes(t *testing.T) {
	const tenant = "  - {name: fabrikam, tenant_id: 55555555-1111-1111-1111-111111111111, client_id: " +
		"22222222-2222-2222-2222-222222222222, channel: C22, approvers: [{slack: U222, entra: b@c.de}]}"
	for _, c := range []struct {
		says string // what the message has to contain, with its line; several are separated by a bar
		text string
	}{
		{`1: slack.bot_token is missing|hint: Slack app settings > OAuth & Permissions|1: slack.app_token is missing, and so is slack.signing_secret|1: tenants is missing`, ""},
		{`1: tenants is missing`, "# nothing"},
		{`1: the configuration is a list, and has to be keys with values`, "- a"},
		{`1: the configuration is a single value`, "hello"},
		{`3: the configuration is not YAML: could not find expected ':'`, "slack:\n  bot_token: a\n  bad\nlisten: b\n"},
		{`3: the configuration has a character that is not UTF-8`, "slack:\n  bot_token: a\n  app_token: \xff\n"},
		{`11: the configuration has a second document`, good + "---\nlisten: a\n"},

		// keys
		{`3: slack.app_tokn is not a key that is known here|hint: did you mean app_token?`, change(3, "  app_tokn: ${SLACK_APP_TOKEN}")},
		{`8: tenants[0].chanel is not a key that is known here|hint: did you mean channel?|5: tenants[0].channel is missing`,
			change(8, "    chanel: C0123456789")},
		{`11: zebra is not a key that is known here|hint: these are known: slack, listen, admin_listen, public_url`, good + "zebra: 1"},
		{`11: listen_file is not a key`, good + "listen_file: x"},
		{`4: slack.bot_token is given twice; it is already on line 2`, change(4, "  bot_token: ${SLACK_BOT_TOKEN}", "tenants:")},
		{`11: a key is a list`, good + "? [a, b]\n: c\n"},
		{`11: << is not a key`, good + "<<: {listen: x}\n"},

		// types
		{`2: slack.bot_token is a list, and has to be one value`, change(2, "  bot_token: [a]")},
		{`2: slack.bot_token is a mapping, and has to be one value`, change(2, "  bot_token: {a: b}")},
		{`1: slack is a single value, and has to be keys with values`, "slack: xoxb\n"},
		{`11: tenants[1] is a single value, and has to be keys with values`, good + "  - fabrikam\n"},
		{`1: tenants is a mapping, and has to be a list`, "tenants: {name: a}"},
		{`9: tenants[0].approvers is a single value, and has to be a list`, cut(8) + "    approvers: ada"},

		// variables
		{`2: slack.bot_token needs the environment variable NOT_THERE, which is not set|hint: set it where the bot is started; Slack app settings`, change(2, "  bot_token: ${NOT_THERE}")},
		{`2: slack.bot_token needs the environment variable EMPTY, which is empty`, change(2, "  bot_token: ${EMPTY}")},
		{`8: tenants[0].channel has ${ without }`, change(8, "    channel: ${CHANNEL")},
		{`8: tenants[0].channel has ${…} around something`, change(8, `    channel: "${a b}"`)},
		{`2: slack.bot_token is not a bot token`, change(2, "  bot_token: ${NEST}")},

		{`12: policy.digest_at is "8am", which is not a time of day|hint: write hours and minutes in UTC, such as 08:00, or off`,
			good + "policy:\n  digest_at: 8am\n"},
		{`12: policy.digest_at is "24:00", which is not a time of day`, good + "policy:\n  digest_at: 24:00\n"},

		// secrets
		{`2: slack.bot_token is empty|hint: Slack app settings`, change(2, "  bot_token:")},
		{`3: slack.app_token is empty`, change(3, `  app_token: ""`)},
		{`2: slack.bot_token is still the placeholder`, change(2, "  bot_token: xoxb-…")},
		{`2: slack.bot_token is still the placeholder`, change(2, "  bot_token: xoxb-...")},
		{`2: slack.bot_token is an app-level token, not a bot token`, change(2, "  bot_token: xapp-1")},
		{`3: slack.app_token is a bot token, not an app-level token`, change(3, "  app_token: xoxb-1")},
		{`2: slack.bot_token is another kind of Slack token`, change(2, "  bot_token: xoxp-1")},
		{`2: slack.bot_token is a token that expires after 12 hours`, change(2, "  bot_token: xoxe.xoxb-1")},
		{`2: slack.bot_token has a space`, change(2, "  bot_token: xoxb-1 2")},
		{`3: slack.signing_secret is a token, not the signing secret`, change(3, "  signing_secret: xapp-1")},
		{`1: slack.app_token is missing, and so is slack.signing_secret`, change(3)},
		{`3: slack.app_token needs the environment variable NOT_THERE, which is not set, and Slack has no other way to deliver|hint: set it where the bot is started; one of`, change(3, "  app_token: ${NOT_THERE}")},
		{`3: slack.app_token needs the environment variable NOT_THERE|4: slack.signing_secret needs the environment variable NOR_THIS`,
			change(3, "  app_token: ${NOT_THERE}", "  signing_secret: ${NOR_THIS}")},
		{`3: slack.bot_token and slack.bot_token_file are both given|3: slack.bot_token_file names "/nowhere/token", which can't be read`,
			change(3, "  bot_token_file: /nowhere/token", "  app_token: ${SLACK_APP_TOKEN}")},
		{`2: slack.bot_token_file names "/nowhere/token", which can't be read: no such file or directory`,
			change(2, "  bot_token_file: /nowhere/token")},
		{`2: slack.bot_token_file names "/dev/null", which can't be read: /dev/null is not a file`,
			change(2, "  bot_token_file: /dev/null")},
		{`11: key is not base64`, good + "key: '?'"},
		{`11: key has 3 bytes, not 32`, good + "key: AAAA"},
		{`12: key and key_file are both given`, good + "key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nkey_file: a.key"},

		// addresses and files
		{`8: tenants[0].graph_url is "https://graph.contoso.com/v1.0", and can't have a path|hint: write https://graph.contoso.com`,
			change(8, "    graph_url: https://graph.contoso.com/v1.0", "    channel: C0123456789")},
		{`8: tenants[0].arm_url is "http://127.0.0.1:3/azure", and can't have a path|hint: write http://127.0.0.1:3`,
			change(8, "    arm_url: http://127.0.0.1:3/azure", "    channel: C0123456789")},
		{`8: tenants[0].authority_url is "https://login.contoso.com/common", and can't have a path`,
			change(8, "    authority_url: https://login.contoso.com/common", "    channel: C0123456789")},
		{`8: tenants[0].authority_url is "http://127.0.0.1:1", and has to begin with https://|hint: sign-ins need TLS`,
			change(8, "    authority_url: http://127.0.0.1:1", "    channel: C0123456789")},
		{`11: listen is "8080", which is not host:port|hint: write host:port`, good + "listen: 8080"},
		{`11: listen is "a:99999", whose port is not a number`, good + "listen: a:99999"},
		{`11: listen is "a b:80", whose host`, good + "listen: a b:80"},
		{`11: listen is empty|hint: delete the line for the default, 127.0.0.1:8080`, good + "listen:"},
		{`11: listen is a Slack token, which is not host:port`, good + "listen: xoxb-123"},
		{`12: admin_listen is the same as listen|hint: write another host:port`, good + "listen: 0.0.0.0:80\nadmin_listen: 0.0.0.0:80"},
		{`11: public_url is "http://bot.example.com", and has to begin with https://`, good + "public_url: http://bot.example.com"},
		{`11: public_url is "bot.example.com", which is not a URL`, good + "public_url: bot.example.com"},
		{`11: public_url has a user name or a password in it`, good + "public_url: https://a:b@c.de"},
		{`11: public_url is "https://a.de/?x", and can't contain ? or #`, good + "public_url: https://a.de/?x"},
		{`11: public_url is "https://a.de:99999", with an invalid port`, good + "public_url: https://a.de:99999"},
		{`4: slack.api_url is "ftp://a", and has to begin with https://`, change(4, "  api_url: ftp://a", "tenants:")},
		{`11: store is a PostgreSQL address, and PostgreSQL is not available in this version`, good + "store: postgres://u:p@h/d"},
		{`11: store is an address, not a file name`, good + "store: s3://b"},

		// tenants
		{`4: tenants has no entry|hint: list at least one tenant`, "slack: {bot_token: xoxb-1, app_token: xapp-1}\n\n\ntenants: []"},
		{`4: tenants has no entry`, "slack: {bot_token: xoxb-1, app_token: xapp-1}\n\n\ntenants:"},
		{`6: tenants[0].tenant_id is still the placeholder`, change(6, "    tenant_id: "+zeroGUID)},
		{`6: tenants[0].tenant_id is "contoso", which is not a GUID`, change(6, "    tenant_id: contoso")},
		{`5: tenants[0].client_id is missing`, change(7)},
		{`5: tenants[0].name is "con:toso"`, change(5, "  - name: con:toso")},
		{`5: tenants[0].name is longer than 60`, change(5, "  - name: "+strings.Repeat("a", 61))},
		{`5: tenants[0].channel is missing`, change(8)},
		{`8: tenants[0].channel is "#approvals", which is not the Slack ID of a channel`, change(8, `    channel: "#approvals"`)},
		{`8: tenants[0].channel is "U0123456789"`, change(8, "    channel: U0123456789")},
		{`8: tenants[0].cloud is "usgv", which is not one of public, usgov, dod, china|hint: did you mean usgov?`,
			change(8, "    cloud: usgv", "    channel: C1A")},
		{`11: tenants[1].name is the same as tenants[0].name on line 5`, good + strings.Replace(tenant, "fabrikam", "Contoso", 1)},
		{`11: tenants[1].tenant_id is the same as tenants[0].tenant_id on line 6`,
			good + strings.Replace(tenant, "55555555", "11111111", 1)},

		// approvers
		{`5: tenants[0].approvers is missing|hint: list at least one approver`, cut(8)},
		{`9: tenants[0].approvers has no entry|nobody is never “everyone”`, cut(8) + "    approvers: []"},
		{`10: tenants[0].approvers[0].slack is missing`, change(10, "      - {entra: admin@contoso.com}")},
		{`10: tenants[0].approvers[0].entra is missing`, change(10, "      - {slack: U0123456789}")},
		{`10: tenants[0].approvers[0].slack is "@ada", which is not the Slack ID of a person|hint: in Slack: the person's profile`,
			change(10, `      - {slack: "@ada", entra: admin@contoso.com}`)},
		{`10: tenants[0].approvers[0].entra is "admin", which is neither`, change(10, `      - {slack: U0123456789, entra: admin}`)},
		{`10: tenants[0].approvers[0].entra is "admin@", which is not a user principal name`,
			change(10, `      - {slack: U0123456789, entra: "admin@"}`)},
		{`10: tenants[0].approvers[0].entra is still the placeholder`, change(10, `      - {slack: U0123456789, entra: `+zeroGUID+`}`)},
		{`11: tenants[0].approvers[1].slack is the same as tenants[0].approvers[0].slack on line 10`,
			good + "      - {slack: U0123456789, entra: b@contoso.com}"},
		{`11: tenants[0].approvers[1].entra is the same as`, good + "      - {slack: U0000000000, entra: Admin@contoso.com}"},

		// sufficient_roles
		{`12: tenants[0].sufficient_roles[0].role is missing|hint: Entra admin center > Roles & admins`,
			good + "    sufficient_roles:\n      - {for: consent}"},
		{`12: tenants[0].sufficient_roles[0].role is "Helpdesk"`, good + "    sufficient_roles:\n      - {role: Helpdesk}"},
		{`12: tenants[0].sufficient_roles[0].for is "aplications", and has to be applications, consent, directory-roles|hint: did you mean applications?`, good + "    sufficient_roles:\n      - {role: 6f8ba4b7-0d0b-4d5f-9a4a-0e6a5b1f2c3d, for: aplications}"},
		{`11: tenants[0].sufficient_roles is a single value, and has to be a list`,
			good + "    sufficient_roles: 6f8ba4b7-0d0b-4d5f-9a4a-0e6a5b1f2c3d"},

		// veeam
		{`12: veeam[0].url is missing|12: veeam[0].name is missing`, good + "veeam:\n  - {}"},
		{`11: veeam is a mapping, and has to be a list`, good + "veeam: {name: a}"},
		{`12: veeam[0].nmae is not a key that is known here|hint: did you mean name?`, good + "veeam:\n  - {nmae: a, url: https://h}"},
		{`12: veeam[0].name is "a/b"`, good + "veeam:\n  - {name: a/b, url: https://h}"},
		{`12: veeam[0].url is "http://vb365.example.com:4443", and has to begin with https://`,
			good + "veeam:\n  - {name: a, url: http://vb365.example.com:4443}"},
		{`13: veeam[1].name is the same as veeam[0].name on line 12|hint: list each server once`,
			good + "veeam:\n  - {name: a, url: https://h}\n  - {name: A, url: https://i}"},
		{`12: veeam[0].password is missing, and there is a username|hint: give it as ${ENV_VAR}`,
			good + "veeam:\n  - {name: a, url: https://h, username: u}"},
		{`12: veeam[0].username is missing, and there is a password`, good + "veeam:\n  - {name: a, url: https://h, password: p}"},
		{`15: veeam[0].username is missing, and there is a password|15: veeam[0].password_file names "/nowhere/pw", which can't be read`,
			good + "veeam:\n  - name: a\n    url: https://h\n    tls: system\n    password_file: /nowhere/pw"},
		{`16: veeam[0].password and veeam[0].password_file are both given`,
			good + "veeam:\n  - name: a\n    url: https://h\n    username: u\n    password: p\n    password_file: /nowhere/pw"},
		{`12: veeam[0].tls is not sha256: and 64 hexadecimal digits|hint: write system, sha256: and`,
			good + "veeam:\n  - {name: a, url: https://h, tls: \"sha256:AB:CD\"}"},
		{`12: veeam[0].tls names "insecure", which can't be read: no such file or directory|hint: write system`,
			good + "veeam:\n  - {name: a, url: https://h, tls: insecure}"},
		{`12: veeam[0].tls names "keys.go", in which there is no certificate in PEM form`,
			good + "veeam:\n  - {name: a, url: https://h, tls: keys.go}"},
		{`12: veeam[0].tls names "/dev/zero", which can't be read: it is not a file`,
			good + "veeam:\n  - {name: a, url: https://h, tls: /dev/zero}"},
		{`12: veeam[0].tls is given, and url begins with http://`, good + "veeam:\n  - {name: a, url: 'http://127.0.0.1:1', tls: system}"},
		{`12: veeam[0].tls is empty|hint: delete the line for the default, system`, good + "veeam:\n  - {name: a, url: https://h, tls: }"},
		{`12: veeam[0].password needs the environment variable NOT_THERE`,
			good + "veeam:\n  - {name: a, url: https://h, username: u, password: \"${NOT_THERE}\"}"},

		// policy
		{`12: policy.pending_expires is "7d", which is not a duration|hint: days are written as hours: 168h`,
			good + "policy:\n  pending_expires: 7d"},
		{`12: policy.pending_expires is "168", which is not a duration|hint: it needs a unit, such as 168h`,
			good + "policy:\n  pending_expires: 168"},
		{`12: policy.reveal_within is "0s", and has to be more than zero`, good + "policy:\n  reveal_within: 0s"},
		{`12: policy.secret_lifetime_max is "-1h", and has to be more than zero`, good + "policy:\n  secret_lifetime_max: -1h"},
		{`12: policy.remind_every is "-1h", and can't be negative|hint: write 0s for never`,
			good + "policy:\n  remind_every: -1h"},
		{`12: policy.allow_custom is "yes", and has to be true or false`, good + "policy:\n  allow_custom: yes"},
		{`12: policy.remind_every is empty|hint: delete the line for the default, 24h`, good + "policy:\n  remind_every:"},

		// everything at once
		{`2: slack.bot_token is still|6: tenants[0].tenant_id is still|10: tenants[0].approvers[0].slack is|12: listen is`,
			strings.NewReplacer("${SLACK_BOT_TOKEN}", "…", "11111111-1111-1111-1111-111111111111", zeroGUID, "U0123456789",
				"ada").Replace(good) + "\nlisten: 1"},
	} {
		_, err := parse("entra-app.yaml", []byte(c.text), env)
		if err == nil {
			t.Errorf("no mistake was found, want %s in\n%s", c.says, c.text)
			continue
		}
		for part := range strings.SplitSeq(c.says, "|") {
			if part[0] >= '0' && part[0] <= '9' {
				part = "entra-app.yaml:" + part
			}
			if !strings.Contains(err.Error(), part) {
				t.Errorf("want  %s\nfound %v\nin\n%s", part, err, c.text)
			}
		}
	}
}

func TestOneMistakeIsReportedOnce(t *testing.T) {
	_, err := parse("entra-app.yaml", []byte(change(6, "    tenant_id: nonsense")), env)
	if problems, _ := errors.AsType[document.Problems](err); len(problems) != 1 {
		t.Errorf("got %v", err)
	}
}

func TestMistakesDoNotShowSecrets(t *testing.T) {
	for _, text := range []string{
		change(2, "  bot_token: hunter2-hunter2"), change(3, "  app_token: hunter2${hunter2"),
		change(3, "  signing_secret: hunter2 hunter2"),
		good + "veeam:\n  - {name: a, url: https://h, password: hunter2}", good + "veeam:\n  - {name: a, url: 'https://u:hunter2@h'}",
		good + "key: hunter2", good + "store: postgres://hunter2:hunter2@h/d", good + "public_url: https://u:hunter2@h",
		good + "listen: xoxb-hunter2",
	} {
		if _, err := parse("entra-app.yaml", []byte(text), env); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestNoConfiguration(t *testing.T) {
	_, err := Load("/nowhere/entra-app.yaml", env)
	if err == nil || err.Error() != "/nowhere/entra-app.yaml:1: the configuration can't be read: no such file or directory\nhint: give "+
		"its name with --config FILE; entra-app help config lists what goes into it" {
		t.Errorf("got %v", err)
	}
}

func TestAliasesCannotBlowUp(t *testing.T) {
	text := "tenants:\n  - approvers: &a [" + strings.Repeat("{slack: U1},", 1000) + "]\n" + strings.Repeat("  - approvers: *a\n", 1000)
	_, err := parse("a.yaml", []byte(text), env)
	if err == nil || !strings.Contains(err.Error(), "the configuration is too large") {
		t.Errorf("a million approvers were read: %.200v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(good)
	f.Add("slack: &a\n  bot_token: *a\n")
	f.Add("tenants: [{approvers: [{slack: ${A}}]}]\npolicy: {remind_every: 7d}")
	f.Add("a: !!binary x\n? {b: c}\n: d")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("a.yaml", []byte(text), env)
		if err == nil {
			if c.Slack.BotToken.IsZero() || len(c.Tenants) == 0 || len(c.Tenants[0].Approvers) == 0 {
				t.Errorf("accepted without what it needs: %q", text)
			}
			return
		}
		problems, ok := errors.AsType[document.Problems](err)
		if !ok || len(problems) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		lines := 2
		for _, end := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} { // YAML's
			lines += strings.Count(text, end)
		}
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines || p.Key == "" || p.Text == "" {
				t.Errorf("%q: %+v", text, p)
			}
		}
	})
}
