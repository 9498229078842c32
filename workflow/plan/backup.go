package plan

import (
	"slices"
	"strings"
)

// A Backup is the server that is connected with an app.
type Backup struct {
	Server   string   // as configured; empty is none
	Services []string `json:",omitzero"` // those of Services that it backs up
}

// What of an organization a server backs up; or, alone, that the app is the account
// with which the server works in Azure.
const (
	ExchangeService   = "exchange"
	SharePointService = "sharepoint"
	TeamsService      = "teams"
	TeamsChatsService = "teams-chats"
	AzureService      = "azure"
)

// Services are all that an app can be for on a backup server.
var Services = []string{ExchangeService, SharePointService, TeamsService, TeamsChatsService, AzureService}

// IsAzure reports whether the app is the account with which the server works in Azure.
func (b Backup) IsAzure() bool { return slices.Contains(b.Services, AzureService) }

// Titles are the services in words.
func (b Backup) Titles() string {
	titles := make([]string, len(b.Services))
	for i, s := range b.Services {
		titles[i] = map[string]string{ExchangeService: "Exchange", SharePointService: "SharePoint", TeamsService: "Teams",
			TeamsChatsService: "Teams chats", AzureService: "Azure service account"}[s]
	}
	return strings.Join(titles, ", ")
}

func (b Backup) parts() []Part {
	if b.Server == "" {
		return nil
	}
	return each([]Part{{Key: keyOf(append([]string{b.Server}, b.Services...)...), Name: b.Server + " (" + b.Titles() + ")"}},
		func(p Part) Part { return p })
}
