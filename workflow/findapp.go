package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/text"
)

// An app that is there is found by its App ID or by its name: to be adopted, or to be
// verified where somebody has made it by hand.

const (
	// SameNameMax is how many applications of one name a look-up has to find: with two
	// it is not clear already which is meant.
	SameNameMax = 100
	// namedApps is how many of them are named.
	namedApps = 10
)

// A Registration is an application that is in the tenant.
type Registration struct {
	ObjectID, AppID, Name string
	Created               time.Time // zero where Entra does not say
}

// standsFor returns the ID of another request that holds the app with this App
// ID in the tenant of r, or nothing.
func standsFor(ctx context.Context, store Store, r *Request, appID string) (string, error) {
	for before := ""; ; {
		page, err := store.List(ctx, Query{App: appID, Before: before})
		if err != nil || len(page) == 0 {
			return "", err
		}
		for _, other := range page {
			if other.ID != r.ID && other.Tenant == r.Tenant && other.Managed() && other.State.HoldsName() && other.Successor == "" {
				return other.ID, nil
			}
			before = other.ID
		}
	}
}

// theOne finds the one app in the tenant that has the name of r's plan, which may
// be an App ID, and claims it: of two requests for it one ends. next is what to do
// where it can't be told which one is meant.
func (e *Engine) theOne(ctx context.Context, r *Request, s Session, next string) (Registration, error) {
	name := text.Clip(text.Visible(r.Plan.AppName), 2*form.AppNameMax)
	found, err := s.Applications(ctx, r.Plan.AppName)
	if err != nil {
		return Registration{}, err
	}
	switch {
	case len(found) == 0:
		like, err := alike(ctx, r.Plan.AppName, s)
		if err != nil {
			return Registration{}, err
		}
		return Registration{}, &notSeen{&ServiceError{Code: "NoSuchApp",
			Text: fmt.Sprintf("there is no application called %s in this tenant. Nothing was changed. The name has to match exactly, "+
				"including spaces and invisible characters; an App ID always works. %s%s", name, like, next)}}
	case len(found) > 1:
		return Registration{}, &ServiceError{Code: "SeveralApps",
			Text: fmt.Sprintf("several applications are called %s: %s. Nothing was changed. %s", name, appIDs(found), next)}
	}
	app := found[0]
	if e.desk.isOwn(app.AppID) {
		return Registration{}, &ServiceError{Code: "OwnClient", Text: fmt.Sprintf(ownClient, app.AppID)}
	}
	other, err := standsFor(ctx, e.store, r, app.AppID)
	if err != nil {
		return Registration{}, err
	}
	if other != "" {
		return Registration{}, alreadyOurs(name, e.desk.holder(ctx, other, r.Requester))
	}
	_, err = e.save(r.ID, func(r *Request, now time.Time) error {
		r.Made.foundApp(app, now)
		if r.kind().finds {
			r.Discovered.AppID, r.Discovered.Name = app.AppID, app.Name
		}
		return nil
	})
	if taken, ok := errors.AsType[*ClaimedError](err); ok {
		return Registration{}, alreadyOurs(name, e.desk.holder(ctx, taken.By, r.Requester))
	}
	return app, err
}

// alike says which applications have a name that only looks like the one that was typed.
// None of them is taken: whoever made it may have wanted to be taken for the other.
func alike(ctx context.Context, typed string, s Session) (string, error) {
	name := text.Clip(text.OneLine(typed), form.AppNameMax)
	var found []Registration
	if name != typed && name != "" {
		var err error
		if found, err = s.Applications(ctx, name); err != nil {
			return "", err
		}
	}
	if len(found) == 0 {
		return tryLater + " ", nil
	}
	return fmt.Sprintf("There is an application called %s, which looks the same but is a different name: App ID %s. ", name,
		appIDs(found)), nil
}

// appIDs names some applications by their App IDs.
func appIDs(found []Registration) string {
	ids := make([]string, len(found))
	for i, a := range found {
		ids[i] = a.AppID
	}
	slices.Sort(ids)
	if len(ids) > namedApps {
		ids = append(ids[:namedApps], "and more")
	}
	return strings.Join(ids, ", ")
}

// alreadyOurs says that another request manages an app: by its ID where the requester may know it.
func alreadyOurs(name, by string) error {
	if by == "" {
		return &ServiceError{Code: "AlreadyOurs",
			Text: fmt.Sprintf("another request already manages %s. Nothing was changed. Give up, and ask the app's owners.", name)}
	}
	return &ServiceError{Code: "AlreadyOurs",
		Text: fmt.Sprintf("%s already manages %s. Nothing was changed. Give up; /entra-app update %s changes what the app has.", by,
			name, by)}
}
