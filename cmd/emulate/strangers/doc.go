// Package strangers tries the emulators with other people's clients, unmodified: Bolt and the Web API client of
// Slack, MSAL and the Graph client for Node, CLI for Microsoft 365, and the Azure CLI, which also runs the scripts
// that entra-app exports and the commands of cmd/entra-app/README.md. It holds tests alone.
//
// What an emulator takes from its own project's client proves little: both may share a mistake. What it takes from
// clients that were written against the real services proves more.
//
// The clients for Node come from package-lock.json:
//
//	cp package*.json DIR && npm ci --ignore-scripts --prefix DIR && export ENTRA_APP_STRANGERS=DIR
//
// For other versions change package.json, and make the lock file so that it names no registry:
//
//	npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts
//
// The Azure CLI is Debian's (apt-get install azure-cli). It is unmodified too but for testdata/debian, which gives
// "az role" an attribute that Debian's mix of versions lacks. It and CLI for Microsoft 365 insist on Microsoft's host
// names, which takes root. A test whose client is not there is skipped with a word, and fails where
// CI=true.
package strangers
