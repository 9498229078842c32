package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/graphops/veeam"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A Key is one thing to configure.
type Key struct {
	Name    string // "tenants[].channel": the channel of each entry of tenants
	Kind    *Kind
	Need    bool   // it has to be given
	Default string // as it would be written; empty is none
	Doc     string // what it is, in one sentence
	Hint    string // where to find its value, for people who have none or a wrong one
	Shape   Shape

	set func(c *Config, v value)
}

// A Shape is how many values a key has. Each of several is set by itself.
type Shape int

const (
	One    Shape = iota
	Many         // a list of values, or one; none is a mistake
	ByTier       // one for each tier of risk that is named
)

// Keys are all keys, in the order in which they are documented. A key of a list
// sets the entry that was begun last.
var Keys = slices.Concat(ownKeys, ruleKeys)

var ownKeys = []Key{
	{Name: "slack.bot_token", Kind: botToken, Need: true, Doc: "The bot's token, `xoxb-…`.",
		Hint: "Slack app settings > OAuth & Permissions > Bot User OAuth Token",
		set:  func(c *Config, v value) { c.Slack.BotToken = seal.New(v.text) }},
	{Name: "slack.app_token", Kind: appToken,
		Doc: "The app-level token, `xapp-…`. If set, Slack delivers over a WebSocket that the bot opens (Socket Mode), and nothing has " +
			"to reach the bot from outside.",
		Hint: "Slack app settings > Basic Information > App-Level Tokens, scope connections:write; for HTTP mode delete this line and " +
			"set slack.signing_secret",
		set: func(c *Config, v value) { c.Slack.AppToken = seal.New(v.text) }},
	{Name: "slack.signing_secret", Kind: signingSecret,
		Doc: "The signing secret. If set, deliveries that Slack signs with it are taken over HTTP on `listen`.",
		Hint: "Slack app settings > Basic Information > App Credentials > Signing Secret; for Socket Mode delete this line and set " +
			"slack.app_token",
		set: func(c *Config, v value) { c.Slack.SigningSecret = seal.New(v.text) }},
	{Name: "slack.api_url", Kind: address, Default: "https://slack.com/api/",
		Doc: "Slack's Web API. For GovSlack it is `https://slack-gov.com/api/`; the token and answers go to no other cloud then.",
		set: func(c *Config, v value) { c.Slack.APIURL = strings.TrimSuffix(v.text, "/") + "/" }},
	{Name: "listen", Kind: hostPort, Default: "127.0.0.1:8080",
		Doc: "Where the bot listens: in HTTP mode `/slack/…`, with `public_url` `/pfx/…`, and without `admin_listen` `/healthz`, " +
			"`/readyz` and `/metrics`.",
		Hint: "write host:port, such as 127.0.0.1:8080, or 0.0.0.0:8080 in a container",
		set:  func(c *Config, v value) { c.Listen = v.text }},
	{Name: "admin_listen", Kind: hostPort,
		Doc: "Where `/healthz`, `/readyz` and `/metrics` are, and nothing else, such as `127.0.0.1:9090`. Where it is given they are not " +
			"on `listen`, so that what is reached from outside has nothing but what others need.",
		Hint: "write another host:port than that of listen, such as 127.0.0.1:9090",
		set:  func(c *Config, v value) { c.AdminListen = v.text }},
	{Name: "public_url", Kind: addressOrNone,
		Doc: "The `https://…` under which others reach `listen`. HTTP mode's manifest needs it. With it, also in Socket Mode, products " +
			"that take certificates offer one that the bot makes: its PFX file is fetched once from a page under `/pfx/`, which the " +
			"requester's browser, and nobody else, has to reach.",
		set: func(c *Config, v value) { c.PublicURL = strings.TrimSuffix(v.text, "/") }},
	{Name: "store", Kind: storeName, Default: "entra-app.db", Doc: "The file that requests are kept in.",
		set: func(c *Config, v value) { c.Store = v.text }},
	{Name: "key", Kind: base64Key, Doc: "The key that secrets are encrypted with: 32 random bytes, base64.",
		Hint: "openssl rand -base64 32 makes one; or give key_file, which is made where it is missing",
		set:  func(c *Config, v value) { c.Key = seal.New(v.text) }},
	{Name: "key_file", Kind: fileName, Default: "entra-app.key",
		Doc: "The file that holds `key`. Created on first start with mode 0600 if it is missing. Back it up: without it no secret in " +
			"the store can be opened.",
		set: func(c *Config, v value) { c.KeyFile = v.text }},
	{Name: "packs", Kind: directory,
		Doc: "A directory with packs of your own, `*.yaml`: products that are offered beside the ones that are built in. `entra-app " +
			"pack check FILE` says what is wrong with one.",
		Hint: "name the directory that your packs are in, or delete the line",
		set:  func(c *Config, v value) { c.Packs = v.text }},
	{Name: "tenants[].name", Kind: tenantName, Need: true, Doc: "What people call this tenant. Requests keep it, so don't change it later.",
		set: func(c *Config, v value) { c.tenant().Name = v.text }},
	{Name: "tenants[].tenant_id", Kind: guid, Need: true, Doc: "Directory (tenant) ID.",
		Hint: "Entra admin center > Overview > Tenant ID",
		set:  func(c *Config, v value) { c.tenant().ID = v.text }},
	{Name: "tenants[].client_id", Kind: guid, Need: true,
		Doc: "Application (client) ID of the bot's own public client in this tenant, with which admins sign in.",
		Hint: "Entra admin center > App registrations > the bot's own app (a public client with “Allow public client flows” on) > " +
			"Application (client) ID",
		set: func(c *Config, v value) { c.tenant().ClientID = v.text }},
	{Name: "tenants[].cloud", Kind: cloud, Default: "public",
		Doc: "Microsoft's cloud that the tenant is in: `" + strings.Join(Clouds, "`, `") +
			"`. The three URLs that follow are its own unless they are given.",
		set: func(c *Config, v value) { c.tenant().Cloud = v.text }},
	{Name: "tenants[].authority_url", Kind: authority, Doc: "Where admins sign in, such as `https://login.microsoftonline.com`.",
		set: func(c *Config, v value) { c.tenant().AuthorityURL = strings.TrimRight(v.text, "/") }},
	{Name: "tenants[].graph_url", Kind: service, Doc: "Microsoft Graph, such as `https://graph.microsoft.com`.",
		set: func(c *Config, v value) { c.tenant().GraphURL = strings.TrimRight(v.text, "/") }},
	{Name: "tenants[].arm_url", Kind: service, Doc: "Azure Resource Manager, such as `https://management.azure.com`.",
		set: func(c *Config, v value) { c.tenant().ARMURL = strings.TrimRight(v.text, "/") }},
	{Name: "tenants[].channel", Kind: slackChannel, Need: true,
		Doc:  "Slack ID of the channel where requests for this tenant are approved. The bot has to be a member.",
		Hint: "in Slack: the channel's name > About > Channel ID, such as C0123456789",
		set:  func(c *Config, v value) { c.tenant().Channel = v.text }},
	{Name: "tenants[].approvers[].slack", Kind: slackUser, Need: true, Doc: "Slack ID of somebody who may decide.",
		Hint: "in Slack: the person's profile > ⋮ > Copy member ID, such as U0123456789",
		set:  func(c *Config, v value) { c.approver().Slack = v.text }},
	{Name: "tenants[].approvers[].entra", Kind: account, Need: true,
		Doc:  "User principal name or object ID of the account with which this person has to sign in.",
		Hint: "Entra admin center > Users > the person > User principal name, or Object ID",
		set:  func(c *Config, v value) { c.approver().Entra = v.text }},
	{Name: "tenants[].sufficient_roles[].role", Kind: guid, Need: true,
		Doc: "ID of a directory role, custom or built-in, that is enough for an approver: of its definition or its template. It counts " +
			"where it is assigned in the whole tenant to the account, or to a group of the account's that is made for roles, and, for " +
			"`applications`, for a change of the one application that it is assigned for. Reading it takes `Directory.Read.All`.",
		Hint: "Entra admin center > Roles & admins > the role > Description > Template ID, or its object ID for a custom role",
		set:  func(c *Config, v value) { c.sufficient().ID = v.text }},
	{Name: "tenants[].sufficient_roles[].for", Kind: purpose, Default: string(workflow.ForApplications),
		Doc: "What it is enough for: `applications` (to register and change them), `consent` (to application permissions of Microsoft " +
			"Graph) or `directory-roles` (to give an app one). Entra itself still refuses what the role does not allow.",
		set: func(c *Config, v value) { c.sufficient().For = workflow.RolePurpose(v.text) }},
	{Name: "veeam[].name", Kind: tenantName, Need: true, Doc: "What people call this server. Requests keep it, so don't change it later.",
		set: func(c *Config, v value) { c.server().Name = v.text }},
	{Name: "veeam[].url", Kind: address, Need: true,
		Doc:  "Its REST API, such as `https://vb365.example.com:4443`. Versions 4 to 8 of the product are detected automatically.",
		Hint: "the Veeam console on the server > General Options > REST API; the port is 4443 unless it was changed there",
		set:  func(c *Config, v value) { c.server().URL = strings.TrimSuffix(v.text, "/") }},
	{Name: "veeam[].tls", Kind: serverTLS, Default: veeam.System,
		Doc: "How the server is identified: `system` where its certificate is from an authority that this system trusts; `sha256:` " +
			"and the fingerprint of its certificate, which is usually self-signed; or a PEM file with the certificate, or with the " +
			"authority's.",
		Hint: "write system, sha256: and the 64 hexadecimal digits of the certificate's fingerprint, or the name of a PEM file; openssl " +
			"x509 -noout -fingerprint -sha256 prints the fingerprint of a certificate that was exported on the server",
		set: func(c *Config, v value) { c.server().TLS = v.text }},
	{Name: "veeam[].username", Kind: freeText,
		Doc: "The account with which the bot connects organizations and Azure service accounts: an administrator of Veeam Backup for " +
			"Microsoft 365 on this server, such as `VB365\\svc-entra-app`. Without it nothing is connected there.",
		Hint: `an administrator of Veeam Backup for Microsoft 365 on that server, such as VB365\svc-entra-app`,
		set:  func(c *Config, v value) { c.server().Username = v.text }},
	{Name: "veeam[].password", Kind: password, Doc: "That account's password.",
		Hint: "give it as ${ENV_VAR}, or in a file that password_file names",
		set:  func(c *Config, v value) { c.server().Password = seal.New(v.text) }},
	{Name: "policy.pending_expires", Kind: duration, Default: hours(workflow.DefaultPolicy.PendingExpires),
		Doc: "A request that nobody decides on expires after this.",
		set: func(c *Config, v value) { c.Policy.PendingExpires = v.duration }},
	{Name: "policy.remind_every", Kind: durationOrNever, Default: hours(workflow.DefaultPolicy.RemindEvery),
		Doc: "How often approvers are reminded of all that waits for them, in one message in the tenant's channel, the oldest first. The " +
			"daily digest is that message; one of its own is sent where `digest_at` is `off`, or this is less than a day, and then lists " +
			"what has waited that long. `0s` means that approvers are not called by name, and that there is no message besides the digest.",
		set: func(c *Config, v value) { c.Policy.RemindEvery = v.duration }},
	{Name: "policy.reveal_within", Kind: duration, Default: hours(workflow.DefaultPolicy.RevealWithin),
		Doc: "A secret that nobody opens is revoked after this.",
		set: func(c *Config, v value) { c.Policy.RevealWithin = v.duration }},
	{Name: "policy.secret_lifetime_max", Kind: duration, Default: hours(workflow.DefaultPolicy.SecretLifetimeMax),
		Doc: "The longest lifetime of a client secret that may be asked for.",
		set: func(c *Config, v value) { c.Policy.SecretLifetimeMax = v.duration }},
	{Name: "policy.certificate_lifetime_max", Kind: duration, Default: hours(workflow.DefaultPolicy.CertificateLifetimeMax),
		Doc: "How long a certificate that is given, or made here, may be valid from now on.",
		set: func(c *Config, v value) { c.Policy.CertificateLifetimeMax = v.duration }},
	{Name: "policy.renew_grace", Kind: duration, Default: hours(workflow.DefaultPolicy.RenewGrace),
		Doc: "How long an app keeps its old credential beside a renewed one, unless the requester says sooner that the new one works.",
		set: func(c *Config, v value) { c.Policy.RenewGrace = v.duration }},
	{Name: "policy.digest_at", Kind: timeOfDay, Default: clock(workflow.DefaultPolicy.DigestAt),
		Doc: "When each tenant's channel gets the daily digest of what waits, of credentials that end within 30 days and of owners who " +
			"have left, in UTC, with the signed head of the log where that has changed; `off` means never. Nothing is " +
			"sent on a day without any of that.",
		Hint: "write hours and minutes in UTC, such as 08:00, or off",
		set:  func(c *Config, v value) { c.Policy.DigestAt = v.duration }},
	{Name: "policy.allow_custom", Kind: yesNo, Default: fmt.Sprint(workflow.DefaultPolicy.AllowCustom),
		Doc: "Whether a request may name its own permissions (`custom`).",
		set: func(c *Config, v value) { c.Policy.AllowCustom = v.yes }},
	{Name: "policy.link_lifetime", Kind: duration, Default: hours(workflow.DefaultPolicy.LinkLifetime),
		Doc: "How long the link between a Slack account and its person's account in the tenant (`/entra-app link`) holds before they " +
			"sign in again.",
		set: func(c *Config, v value) { c.Policy.LinkLifetime = v.duration }},
}

// A list is a key whose value is a list of entries with keys of their own.
type list struct {
	name  string
	doc   string
	hint  string
	begin func(c *Config)

	optional bool // it may be missing, or have no entry
}

var lists = slices.Concat(ownLists, ruleLists)

var ownLists = []list{
	{name: "tenants", doc: "The directories that apps are registered in.",
		hint:  "list at least one tenant, with name, tenant_id, client_id, channel and approvers",
		begin: func(c *Config) { c.Tenants = append(c.Tenants, Tenant{}) }},
	{name: "tenants[].approvers", doc: "Who may decide on requests for this tenant.",
		hint:  "list at least one approver, such as {slack: U0123456789, entra: admin@contoso.com}; nobody is never “everyone”",
		begin: func(c *Config) { c.tenant().Approvers = append(c.tenant().Approvers, workflow.Approver{}) }},
	{name: "tenants[].sufficient_roles", doc: "Roles that are enough for a sign-in, beside the built-in ones that the bot goes by.",
		hint:  "list a role, such as {role: 6f8ba4b7-0d0b-4d5f-9a4a-0e6a5b1f2c3d, for: applications}",
		begin: func(c *Config) { c.tenant().Sufficient = append(c.tenant().Sufficient, workflow.SufficientRole{}) }, optional: true},
	{name: "veeam", doc: "Veeam Backup for Microsoft 365 servers on which the bot can connect an organization, or an Azure service " +
		"account, with the app that it made, so that nobody handles the credential.",
		hint:  "list a server with name and url",
		begin: func(c *Config) { c.Veeam = append(c.Veeam, Veeam{}) }, optional: true},
}

func (c *Config) tenant() *Tenant { return &c.Tenants[len(c.Tenants)-1] }

func (c *Config) approver() *workflow.Approver {
	a := c.tenant().Approvers
	return &a[len(a)-1]
}

func (c *Config) sufficient() *workflow.SufficientRole {
	s := c.tenant().Sufficient
	return &s[len(s)-1]
}

func (c *Config) server() *Veeam { return &c.Veeam[len(c.Veeam)-1] }

// fromFile reports whether the key may be given as <key>_file. A key that has such
// a key in the table, as key has, is not read here but where it is used.
func (k *Key) fromFile() bool { return k.Kind.secret && k.Name != "key" }

// delivers reports whether the key is one of two that say how Slack delivers: one
// of them whose variable is not set is not given.
func (k *Key) delivers() bool { return k.Name == "slack.app_token" || k.Name == "slack.signing_secret" }

// children returns the names that may stand under prefix, which is empty or ends
// in a dot, in the table's order: "slack", "listen", … and "tenants" for none.
func children(prefix string) []string {
	var names []string
	for i := range Keys {
		rest, ok := strings.CutPrefix(Keys[i].Name, prefix)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(rest, ".")
		name = strings.TrimSuffix(name, "[]")
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
		if Keys[i].Name == prefix+name && Keys[i].fromFile() {
			names = append(names, name+fileSuffix)
		}
	}
	return names
}

const fileSuffix = "_file"

// keyCalled returns the key with this name, or nil.
func keyCalled(name string) *Key {
	for i := range Keys {
		if Keys[i].Name == name {
			return &Keys[i]
		}
	}
	return nil
}

func listCalled(name string) *list {
	for i := range lists {
		if lists[i].name == name {
			return &lists[i]
		}
	}
	return nil
}
