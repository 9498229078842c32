// Package config reads entra-app.yaml.
//
// The configuration is checked as a whole: every mistake is reported at once,
// each with its line and what to write instead, because an operator who is told
// one thing per start gives up at the third. Nobody configured is an error, never
// "everyone".
//
// One table, [Keys], says which keys there are, of what kind, with which default,
// and what each is for. Reading, "did you mean" and the configuration table in the
// README beside this package all come from it.
//
// Every value may hold ${ENV_VAR}; $${ is a plain ${. Variables are put into
// values after YAML has been parsed, so what is in them is never read as YAML.
// Every secret may be given as <key>_file instead: the name of a file that holds
// it. Relative file names start at the working directory.
package config

import (
	"fmt"
	"os"

	"github.com/entra-app/entra-app/workflow"
	clouds "github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Config is what the operator has decided.
type Config struct {
	Slack     Slack
	Listen    string // host:port
	PublicURL string
	// AdminListen is where health and metrics are; empty: on Listen, as before it was a key.
	AdminListen string
	Store       string
	Key         seal.Secret // the key itself, base64; zero: it is in KeyFile
	KeyFile     string
	Packs       string // the directory of the operator's own packs; empty is none
	Tenants     []Tenant
	Veeam       []Veeam
	Policy      workflow.Policy

	// Said is a hash of what each key says that was given, by its name in the file. It tells what was
	// changed since, and of a value that can be guessed also what it is: so it is kept sealed.
	Said map[string]string
}

// Slack is how the bot reaches its workspace, and is reached.
type Slack struct {
	BotToken seal.Secret
	// Socket says that Slack delivers over a WebSocket that the bot opens with
	// AppToken. Otherwise it delivers over HTTP, signed with SigningSecret.
	Socket        bool
	AppToken      seal.Secret
	SigningSecret seal.Secret
	APIURL        string
}

// Tenant is one directory that apps are registered in.
type Tenant struct {
	Name     string
	ID       string
	ClientID string
	// Cloud names Microsoft's national cloud. It counts where the URLs are empty.
	Cloud                          string
	AuthorityURL, GraphURL, ARMURL string
	Channel                        string
	Approvers                      []workflow.Approver
	Sufficient                     []workflow.SufficientRole
}

// Veeam is one Veeam Backup for Microsoft 365 server.
type Veeam struct {
	Name, URL string
	TLS       string // as veeam.ParseTLS reads it
	Username  string // empty: nothing is connected on this server
	Password  seal.Secret
}

// Clouds are the names that a tenant's cloud may have.
var Clouds = clouds.Names()

// maxSize is the greatest size of a configuration or of a secret's file.
const maxSize = 1 << 20

// Load reads and checks the configuration in the file called path. Variables
// come from env, os.LookupEnv as a rule. The error is document.Problems; the Config
// then holds whatever could be read.
func Load(path string, env func(string) (string, bool)) (Config, error) {
	text, err := ReadFile(path)
	if err != nil {
		return Config{}, document.Problems{form.Problem(path, "can't be read: "+document.Reason(err),
			"give its name with --config FILE; entra-app help config lists what goes into it")}
	}
	return parse(path, text, env)
}

// ReadFile returns what is in a file of a reasonable size. Anything but a file
// is refused: a pipe would be waited for, and a device never ends.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", path)
	case info.Size() > maxSize:
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxSize)
	}
	return os.ReadFile(path)
}
