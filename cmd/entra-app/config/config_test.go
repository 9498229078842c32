package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

const good = `slack:
  bot_token: ${SLACK_BOT_TOKEN}
  app_token: ${SLACK_APP_TOKEN}
tenants:
  - name: contoso
    tenant_id: 11111111-1111-1111-1111-111111111111
    client_id: 22222222-2222-2222-2222-222222222222
    channel: C0123456789
    approvers:
      - {slack: U0123456789, entra: admin@contoso.com}
`

var vars = map[string]string{
	"SLACK_BOT_TOKEN": "xoxb-1-bot", "SLACK_APP_TOKEN": "xapp-1-app", "SLACK_SIGNING_SECRET": "0123456789abcdef",
	"EMPTY": "", "CHANNEL": "C0ENV", "HOURS": "12h", "PART": "con", "NEST": "${SLACK_BOT_TOKEN}",
}

func env(name string) (string, bool) { v, ok := vars[name]; return v, ok }

func TestMinimalConfigurationGetsTheDefaults(t *testing.T) {
	c, err := parse("entra-app.yaml", []byte(good), env)
	if err != nil {
		t.Fatal(err)
	}
	if c.Slack.BotToken.Reveal() != "xoxb-1-bot" || c.Slack.AppToken.Reveal() != "xapp-1-app" || !c.Slack.Socket {
		t.Errorf("slack: %q, %q, socket %v", c.Slack.BotToken.Reveal(), c.Slack.AppToken.Reveal(), c.Slack.Socket)
	}
	if c.Slack.APIURL != "https://slack.com/api/" || c.Listen != "127.0.0.1:8080" || c.Store != "entra-app.db" ||
		c.KeyFile != "entra-app.key" || c.PublicURL != "" {
		t.Errorf("defaults: %+v", c)
	}
	if c.Policy != workflow.DefaultPolicy {
		t.Errorf("policy %+v, want the default", c.Policy)
	}
	want := Tenant{Name: "contoso", ID: "11111111-1111-1111-1111-111111111111", ClientID: "22222222-2222-2222-2222-222222222222",
		Cloud: "public", Channel: "C0123456789", Approvers: []workflow.Approver{{Slack: "U0123456789", Entra: "admin@contoso.com"}}}
	if len(c.Tenants) != 1 || c.Tenants[0].Approvers[0] != want.Approvers[0] {
		t.Fatalf("tenants: %+v", c.Tenants)
	}
	if got := c.Tenants[0]; got.Name != want.Name || got.ID != want.ID || got.ClientID != want.ClientID || got.Cloud != want.Cloud ||
		got.Channel != want.Channel {
		t.Errorf("tenant: %+v, want %+v", got, want)
	}
}

func TestEverythingCanBeSaid(t *testing.T) {
	text := `# every key, two tenants, a list that is shared
slack:
  bot_token: ${SLACK_BOT_TOKEN}
  signing_secret: ${SLACK_SIGNING_SECRET}
  api_url: http://127.0.0.1:9/api
listen: "[::1]:0"
public_url: https://bot.example.com/
store: /data/$${plain}.db
packs: /etc/${PART}/packs
key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
tenants:
  - name: ${PART}toso-365
    tenant_id: AAAAAAAA-1111-1111-1111-111111111111
    client_id: 22222222-2222-2222-2222-222222222222
    cloud: usgov
    channel: ${CHANNEL}
    approvers: &team
      - {slack: U0123456789, entra: admin@contoso.com}
      - slack: W0123456789
        entra: 33333333-3333-3333-3333-333333333333
  - name: 365
    tenant_id: 44444444-1111-1111-1111-111111111111
    client_id: 22222222-2222-2222-2222-222222222222
    cloud: public
    authority_url: https://localhost:1/
    graph_url: https://localhost:2
    arm_url: https://localhost:3
    channel: G0123456789
    approvers: *team
veeam:
  - name: Backup server 1
    url: https://vb365.example.com:4443/
    tls: sha256:AA:aa:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    username: VB365\svc-entra-app
    password: two words...
  - {name: test, url: http://127.0.0.1:4443}
policy:
  pending_expires: ${HOURS}
  remind_every: 0s
  reveal_within: 1h30m
  secret_lifetime_max: 8760h
  certificate_lifetime_max: 4380h
  digest_at: 23:05
  allow_custom: False
  link_lifetime: 720h
`
	c, err := parse("entra-app.yaml", []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	if c.Slack.Socket || c.Slack.SigningSecret.Reveal() != "0123456789abcdef" || c.Slack.APIURL != "http://127.0.0.1:9/api/" {
		t.Errorf("slack: %+v", c.Slack)
	}
	if c.PublicURL != "https://bot.example.com" || c.Store != "/data/${plain}.db" || c.Key.IsZero() || c.Packs != "/etc/con/packs" {
		t.Errorf("got %+v", c)
	}
	if len(c.Tenants) != 2 || len(c.Tenants[0].Approvers) != 2 || len(c.Tenants[1].Approvers) != 2 {
		t.Fatalf("tenants: %+v", c.Tenants)
	}
	if a := c.Tenants[0]; a.Name != "contoso-365" || a.ID != "aaaaaaaa-1111-1111-1111-111111111111" || a.Cloud != "usgov" ||
		a.Channel != "C0ENV" {
		t.Errorf("first tenant: %+v", a)
	}
	if b := c.Tenants[1]; b.Name != "365" || b.AuthorityURL != "https://localhost:1" || b.GraphURL != "https://localhost:2" ||
		b.ARMURL != "https://localhost:3" {
		t.Errorf("second tenant: %+v", b)
	}
	if len(c.Veeam) != 2 {
		t.Fatalf("veeam: %+v", c.Veeam)
	}
	if v := c.Veeam[0]; v.Name != "Backup server 1" || v.URL != "https://vb365.example.com:4443" ||
		v.TLS != "sha256:AA:aa:"+strings.Repeat("a", 60) ||
		v.Username != `VB365\svc-entra-app` || v.Password.Reveal() != "two words..." {
		t.Errorf("first server: %+v, password %q", v, v.Password.Reveal())
	}
	if v := c.Veeam[1]; v.TLS != "system" || v.Username != "" || !v.Password.IsZero() {
		t.Errorf("second server: %+v", v)
	}
	want := workflow.Policy{PendingExpires: 12 * time.Hour, RevealWithin: 90 * time.Minute, SecretLifetimeMax: 8760 * time.Hour,
		RenewGrace: workflow.DefaultPolicy.RenewGrace, CertificateLifetimeMax: 4380 * time.Hour, DigestAt: 23*time.Hour + 5*time.Minute,
		LinkLifetime: 720 * time.Hour}
	if c.Policy != want {
		t.Errorf("policy %+v, want %+v", c.Policy, want)
	}
}

func TestTheDigestCanBeOff(t *testing.T) {
	c, err := parse("entra-app.yaml", []byte(good+"policy:\n  digest_at: off\n"), env)
	if err != nil || c.Policy.DigestAt >= 0 {
		t.Errorf("%v, %v", c.Policy.DigestAt, err)
	}
}

func TestNoBackupServerIsNoMistake(t *testing.T) {
	for _, text := range []string{good, good + "veeam:\n", good + "veeam: []\n"} {
		if c, err := parse("entra-app.yaml", []byte(text), env); err != nil || len(c.Veeam) != 0 {
			t.Errorf("%q: %d servers, %v", text, len(c.Veeam), err)
		}
	}
}

func TestBothWaysToDeliverMeansSocketMode(t *testing.T) {
	c, err := parse("entra-app.yaml", []byte(strings.Replace(good, "tenants:", "  signing_secret: ${SLACK_SIGNING_SECRET}\ntenants:", 1)),
		env)
	if err != nil || !c.Slack.Socket || c.Slack.SigningSecret.IsZero() {
		t.Errorf("socket %v, error %v", c.Slack.Socket, err)
	}
}

func TestSecretsFromFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bot, app, empty := write("bot", "xoxb-from-file\r\n\n"), write("app", "xapp-from-file"), write("empty", "\n")
	text := strings.NewReplacer("bot_token: ${SLACK_BOT_TOKEN}", "bot_token_file: "+bot, "app_token: ${SLACK_APP_TOKEN}",
		"app_token_file: ${DIR}/app").Replace(good)
	file := write("entra-app.yaml", text)
	c, err := Load(file, func(name string) (string, bool) { return dir, name == "DIR" })
	if err != nil {
		t.Fatal(err)
	}
	if c.Slack.BotToken.Reveal() != "xoxb-from-file" || c.Slack.AppToken.Reveal() != "xapp-from-file" || !c.Slack.Socket {
		t.Errorf("bot %q app %q (%s) socket %v", c.Slack.BotToken.Reveal(), c.Slack.AppToken.Reveal(), app, c.Slack.Socket)
	}
	_, err = parse("a.yaml", []byte(strings.Replace(text, bot, empty, 1)), func(string) (string, bool) { return dir, true })
	if err == nil || !strings.Contains(err.Error(), "a.yaml:2: slack.bot_token_file names ") ||
		!strings.Contains(err.Error(), "which is empty") {
		t.Errorf("an empty file: %v", err)
	}
}

// services.md, section 2: custom roles can be enough, and the operator says which.
func TestSufficientRolesAreForApplicationsUnlessSaidOtherwise(t *testing.T) {
	const role = "6F8BA4B7-0d0b-4d5f-9a4a-0e6a5b1f2c3d"
	c, err := parse("entra-app.yaml", []byte(good+"    sufficient_roles:\n      - {role: "+role+"}\n      - {role: "+role+
		", for: consent}\n"), env)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Tenants[0].Sufficient
	if len(got) != 2 || !strings.EqualFold(got[0].ID, role) || got[0].For != workflow.ForApplications || got[1].For != workflow.ForConsent {
		t.Errorf("they are %+v", got)
	}
	if c, _ := parse("entra-app.yaml", []byte(good), env); len(c.Tenants) != 1 || c.Tenants[0].Sufficient != nil {
		t.Errorf("without any they are %+v", c.Tenants)
	}
}
