package veeam

import (
	"maps"
	"net/http"
	"slices"

	"github.com/entra-app/entra-app/workflow"
)

// A generation is what one version of the API has in its own way. Sources: Veeam's
// OpenAPI documents of v6, v7 and v8, and the REST API references of 4 and 5.
type generation struct {
	name     string            // the first part of every path
	browsers bool              // tokens are for browsers unless that is turned off
	logout   bool              // there is token/logout
	paged    bool              // the list of organizations takes limit and offset
	brief    bool              // it takes extendedView
	own      bool              // who signed in at Microsoft reads /Organization, not the list
	teams    bool              // Microsoft Teams can be protected
	chats    bool              // Teams chats can
	azure    bool              // there are Azure service accounts
	regions  map[string]string // that have another name than today
	clients  []naming          // what client_id may be beside an assertion, the likeliest first
}

var oldRegions = map[string]string{"USGovernment": "USgovCommunity", "USDefence": "USgovDefence"}

// generations are those of the API that are spoken, the newest first. Up to 5 the
// vendor's own examples send the organization's name as client_id.
var generations = []*generation{
	{name: "v8", browsers: true, logout: true, paged: true, brief: true, teams: true, chats: true, azure: true,
		clients: []naming{byApplication, byOrganization, byUser}},
	{name: "v7", browsers: true, logout: true, brief: true, teams: true, chats: true, azure: true,
		clients: []naming{byApplication, byOrganization, byUser}},
	{name: "v6", brief: true, teams: true, chats: true, azure: true, clients: []naming{byApplication, byOrganization, byUser}},
	{name: "v5", own: true, teams: true, regions: oldRegions, clients: []naming{byOrganization, byApplication, byUser}},
	{name: "v4", own: true, regions: oldRegions, clients: []naming{byOrganization, byApplication, byUser}},
}

// A naming is what client_id says beside an assertion.
type naming string

const (
	byApplication  naming = "the ID of the app"
	byOrganization naming = "the name of the organization"
	byUser         naming = "the IDs of the person and the tenant"
)

// A found is what the process knows of a server: what it speaks, and what client_id
// it took there of each client (by the ID of the app). Both are found out by trying, and
// forgotten with the process. It is never changed: what is learned is in another one.
type found struct {
	gen     *generation
	namings map[string]naming
}

// order is which generations to try: the known one, then the newest.
func (s *Server) order() []*generation {
	known := s.found.Load()
	if known == nil {
		return generations
	}
	return append([]*generation{known.gen}, slices.DeleteFunc(slices.Clone(generations), func(g *generation) bool {
		return g == known.gen
	})...)
}

// learn keeps what worked. What a generation took is not known of another. client is
// empty where somebody signed in without an assertion.
func (s *Server) learn(g *generation, client string, by naming) {
	old := s.found.Load()
	known := old != nil && old.gen == g
	if known && (client == "" || old.namings[client] == by) {
		return
	}
	now := &found{gen: g, namings: map[string]naming{}}
	if known {
		maps.Copy(now.namings, old.namings)
	}
	if client != "" {
		now.namings[client] = by
	}
	s.found.Store(now)
	s.log.Info("what a backup server takes is known", "generation", g.name, "client_id", string(by))
}

// namings is what to try as client_id: what this server took of the client before, then
// the others in the generation's order. What it took may be refused later on: the server
// was changed, or the organization has another name.
func (s *Server) namings(g *generation, has map[naming]string) []naming {
	all := slices.DeleteFunc(slices.Clone(g.clients), func(n naming) bool { return has[n] == "" })
	known := s.found.Load()
	if known == nil || known.gen != g {
		return all
	}
	before := known.namings[has[byApplication]]
	if !slices.Contains(all, before) {
		return all
	}
	return append([]naming{before}, slices.DeleteFunc(all, func(n naming) bool { return n == before })...)
}

// absent reports whether an answer to a sign-in means that the server does not speak
// this generation, or is none of Veeam's.
func (a *answer) absent() bool {
	switch a.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return true
	case http.StatusBadRequest:
		return a.said().ErrorCode == "UnsupportedApiVersion"
	}
	return false
}

// fits refuses what this generation can't hold.
func (c *conversation) fits(o workflow.Organization) error {
	const next = " Nothing was sent. Ask for an app without it, have the app handed over, or upgrade the server."
	switch {
	case o.Teams && !c.gen.teams:
		return c.refuse("TooOld", "speaks version %s of its API, which has no Microsoft Teams.%s", c.gen.name[1:], next)
	case o.TeamsChats && !c.gen.chats:
		return c.refuse("TooOld", "speaks version %s of its API, which has no Teams chats.%s", c.gen.name[1:], next)
	}
	return nil
}
