package veeam

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

const (
	pageSize = 100
	maxPages = 100 // no provider has ten thousand organizations on one server
)

// organizations lists all that this token may see.
func (c *conversation) organizations(ctx context.Context) ([]organization, error) {
	var all []organization
	listed := 0
	paged := c.gen.paged
	for range maxPages {
		q := url.Values{}
		if c.gen.brief {
			q.Set("extendedView", "false") // so that nobody asks the proxies, one of which may be off
		}
		if paged {
			q.Set("limit", strconv.Itoa(pageSize))
			q.Set("offset", strconv.Itoa(listed))
		}
		var p page
		if err := c.do(ctx, call{words: "list the organizations", method: http.MethodGet, path: "/Organizations", query: q},
			&p); err != nil {
			return nil, err
		}
		all, listed = append(all, p.Results...), listed+p.listed
		most := pageSize
		if p.Limit > 0 {
			most = min(most, p.Limit)
		}
		if p.whole || p.listed < most {
			return all, nil
		}
		paged = true // a server that has pages after all
	}
	return nil, c.refuse("TooMany", "lists more organizations than can be read, so nothing was changed there. Connect the organization "+
		"in the Veeam console.")
}

// reached lists what somebody reaches who signed in at Microsoft. Where the list is
// not for them, their own organization is.
func (c *conversation) reached(ctx context.Context) ([]organization, error) {
	if !c.gen.own {
		all, err := c.organizations(ctx)
		if _, refused := errors.AsType[*workflow.ServiceError](err); !refused {
			return all, err
		}
	}
	var own organization
	if err := c.do(ctx, call{words: "show your organization", method: http.MethodGet, path: "/Organization"}, &own); err != nil {
		return nil, err
	}
	return []organization{own}, nil
}

// refuse is a "no" of our own.
func (c *conversation) refuse(code, format string, args ...any) error {
	return &workflow.ServiceError{Code: code, Text: c.s.name + " " + fmt.Sprintf(format, args...)}
}

// connect finds the organization, adds or edits it, and reads it back.
func (c *conversation) connect(ctx context.Context, o workflow.Organization) (workflow.Connected, error) {
	old, err := c.find(ctx, o)
	if err != nil {
		return workflow.Connected{}, err
	}
	id := ""
	if old != nil {
		id = old.ID
		err = c.edit(ctx, o, old)
	} else {
		id, err = c.add(ctx, o)
	}
	if err != nil {
		return workflow.Connected{}, err
	}
	if id == "" {
		return workflow.Connected{}, &later{server: c.s.name, words: "add the organization", why: "the answer has no ID"}
	}
	var now organization
	if err := c.do(ctx, call{words: "read the organization back", method: http.MethodGet, path: "/Organizations/" + url.PathEscape(id)},
		&now); err != nil {
		return workflow.Connected{}, err
	}
	if now.odd != "" {
		return workflow.Connected{}, c.unread("read the organization back", now.odd)
	}
	if err := c.compare(o, &now); err != nil {
		return workflow.Connected{}, err
	}
	return now.connected(), nil
}

func (c *conversation) edit(ctx context.Context, o workflow.Organization, old *organization) error {
	return c.do(ctx, call{words: "edit the organization", method: http.MethodPut, path: "/Organizations/" + url.PathEscape(old.ID),
		body: c.body(o, old)}, nil)
}

// add adds the organization, and returns its ID. Where the server says no it is looked
// for once more: a call before, whose answer was lost, may have come to its end
// only now.
func (c *conversation) add(ctx context.Context, o workflow.Organization) (string, error) {
	var added organization
	err := c.do(ctx, call{words: "add the organization", method: http.MethodPost, path: "/Organizations", body: c.body(o, nil)}, &added)
	if _, refused := errors.AsType[*workflow.ServiceError](err); !refused {
		return added.ID, err
	}
	late, look := c.find(ctx, o)
	if look != nil || late == nil {
		return "", err
	}
	return late.ID, c.edit(ctx, o, late)
}

// find returns the organization as the server has it, or nil. It refuses one
// that an edit would take something from.
func (c *conversation) find(ctx context.Context, o workflow.Organization) (*organization, error) {
	all, err := c.organizations(ctx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(has organization) bool { return has.may(o.Name, o.TenantID) }); i >= 0 {
		return nil, c.unreadable(all[i].odd, "an organization", o.Name)
	}
	all = slices.DeleteFunc(all, func(has organization) bool { return !has.is(o.Name, o.TenantID) })
	switch {
	case len(all) == 0:
		return nil, nil
	case len(all) > 1:
		return nil, c.refuse("Ambiguous",
			"has %d organizations called %s, and the bot can't tell which one is meant. Nothing was changed there. Remove the ones that "+
				"are not needed in the Veeam console, then press Retry.", len(all), o.Name)
	}
	has := &all[0]
	if !strings.EqualFold(has.Type, office365) {
		return nil, c.refuse("NotOffice365",
			"has %s as an organization of another type, which has servers of its own beside Microsoft 365. Nothing was changed there. "+
				"Enter the app in the Veeam console.", o.Name)
	}
	var lost []string
	for _, s := range []struct {
		has, keeps bool
		name       string
	}{{has.Exchange, o.Exchange, "Exchange"}, {has.SharePoint, o.SharePoint, "SharePoint"}, {yes(has.Teams), o.Teams, "Teams"},
		{yes(has.TeamsChats), o.TeamsChats, "Teams chats"}} {
		if s.has && !s.keeps {
			lost = append(lost, s.name)
		}
	}
	if lost != nil {
		return nil, c.refuse("WouldEndBackup",
			"protects %s of %s, which this app is not for. Nothing was changed there: with this app, its backup would end. Ask for an "+
				"app that has these workloads too, or remove them from the organization in the Veeam console and press Retry.",
			strings.Join(lost, ", "), o.Name)
	}
	return has, nil
}

// unreadable refuses to change anything where what can't be read may be what is meant.
func (c *conversation) unreadable(field, what, wanted string) error {
	return c.refuse("Unreadable", "has %s which the bot can't read, and it may be %s (of what the server answers, %s is not as Veeam "+
		"describes it). "+
		"Nothing was changed there. Look at it in the Veeam console, remove or correct it there, then press Retry.", what, wanted,
		oneLine(field, 60))
}

// unread is an answer that has something else where a field should be.
func (c *conversation) unread(words, field string) error {
	return &later{server: c.s.name, words: words, why: "of the answer, " + oneLine(field, 60) + " can't be read"}
}

// compare holds what the server says it has against what it was sent.
func (c *conversation) compare(o workflow.Organization, now *organization) error {
	for _, s := range []struct {
		asked, has bool
		settings   *settings
		name       string
	}{
		{o.Exchange, now.Exchange, now.ExchangeSettings, "Exchange"},
		{o.SharePoint, now.SharePoint, now.SharePointSettings, "SharePoint"},
		{o.Teams, yes(now.Teams), nil, "Teams"},
		{o.TeamsChats, yes(now.TeamsChats), nil, "Teams chats"},
	} {
		const next = "Look at the organization in the Veeam console; when nobody else is changing it, press Retry."
		switch {
		case s.asked && !s.has:
			return c.refuse("ReadBack", "took the change, but says that %s has no %s. %s", o.Name, s.name, next)
		case s.asked && s.settings != nil && !strings.EqualFold(s.settings.AppID, o.AppID):
			return c.refuse("ReadBack", "took the change, but says that %s of %s uses another app, with the ID %q. %s", s.name, o.Name,
				oneLine(s.settings.AppID, 40), next)
		case s.asked && s.settings == nil && (s.name == "Exchange" || s.name == "SharePoint"):
			return c.refuse("ReadBack", "took the change, but does not say which app %s of %s uses. %s", s.name, o.Name, next)
		}
	}
	return nil
}
