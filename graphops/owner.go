package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
)

// An ownership is a change of an application's owners under way: what is still to be
// done, and what the writes have answered.
type ownership struct {
	s    *session
	app  string
	left []ownerChange
	is   map[string]bool // whether somebody is an owner, by ID, as a write has said
	no   map[string]*workflow.ServiceError

	principal *principalOwnership // goes with the first batch

	list *item    // of the owners, asked for after the last change
	has  []string // as they were read because of a doubt
}

// An ownerChange makes a user an owner, or ends that.
type ownerChange struct {
	user string
	add  bool
	*item
}

// EnsureOwners adds owners and then removes others, and those in leave from the owners of
// the service principal, and reads who is one, in one round trip: each request about the
// application of the batch waits for the one before, so that an application is
// never without an owner. That somebody is one already has the code of a mistake, so
// that is read back, and the rest sent again. What Entra refuses is told, and the rest
// goes on.
func (s *session) EnsureOwners(ctx context.Context, m workflow.Made, users, not, leave []string) (workflow.Ownership, error) {
	if _, err := s.token.Reveal(); err != nil {
		return workflow.Ownership{}, err
	}
	o := &ownership{s: s, app: m.ObjectID, principal: s.principalOwnership(m.ServicePrincipal, leave), is: make(map[string]bool),
		no: make(map[string]*workflow.ServiceError)}
	for _, user := range users {
		o.left = append(o.left, ownerChange{user: strings.ToLower(user), add: true})
	}
	for _, user := range not {
		o.left = append(o.left, ownerChange{user: strings.ToLower(user)})
	}
	for o.list == nil || len(o.left) > 0 {
		if len(o.left) > 0 && !o.left[0].add && !o.anybody() {
			o.left = nil // the app would be without an owner
			continue
		}
		if err := o.send(ctx); err != nil {
			return workflow.Ownership{}, err
		}
	}
	return o.outcome(ctx)
}

// anybody reports whether an owner was added.
func (o *ownership) anybody() bool {
	for _, is := range o.is {
		if is {
			return true
		}
	}
	return false
}

// send makes as many of the changes as one batch has room for, the list among them.
func (o *ownership) send(ctx context.Context) error {
	now := o.left[:min(len(o.left), batchSize-1)]
	var items []*item
	for n := range now {
		c := &now[n]
		var err error
		if c.item, err = o.s.ownerItem(ctx, o.app, c.user, c.add); err != nil {
			return err
		}
		c.chained = n > 0
		items = append(items, c.item)
	}
	list, err := o.s.ownersItem(ctx, o.app)
	if err != nil {
		return err
	}
	list.chained = len(now) > 0
	items = append(items, list)
	if o.list == nil {
		items = append(items, o.principal.items()...)
	}
	o.s.batch(ctx, items)
	o.list = list
	for n, c := range now {
		done, err := o.answered(ctx, c)
		if err != nil {
			return err
		}
		if !done { // it was not sent, because one before it was not done
			o.left = o.left[n:]
			return nil
		}
	}
	o.left = o.left[len(now):]
	return nil
}

// answered reads what came of a change. It is done where nothing is to be sent for
// it any more.
func (o *ownership) answered(ctx context.Context, c ownerChange) (done bool, err error) {
	code := fault.Status(c.err)
	refused, _ := c.err.(*fault.Answer)
	switch {
	case c.err == nil:
		o.is[c.user] = c.add
		return true, nil
	case code == http.StatusFailedDependency:
		return false, nil
	case code == http.StatusBadRequest, code == http.StatusConflict, !c.add && code == http.StatusNotFound:
		if o.has, err = o.s.Owners(ctx, o.app); err != nil {
			return false, err
		}
		is := slices.Contains(o.has, c.user)
		if !c.add && !is && o.isBehind() {
			return false, c.op.Stale("the owners are not the same everywhere yet")
		}
		if is == c.add {
			o.is[c.user] = c.add
			return true, nil
		}
		if c.add && refused.Exists() || !c.add && code == http.StatusNotFound {
			return false, refused.Behind("the owners are not the same everywhere yet")
		}
	}
	err = o.s.fault(c.err, o.app)
	no, final := err.(*workflow.ServiceError)
	if !final {
		return false, err
	}
	if c.add && code == http.StatusForbidden && !login.HasScope(o.s.scopes, scopeDirectory) {
		no.Text = "the bot's own client has no consent for Directory.Read.All, which that requires"
	}
	o.no[c.user] = no
	return true, nil
}

// isBehind reports whether the owners were read from a replica that has not heard of those
// who were added: it need not have heard of those before them.
func (o *ownership) isBehind() bool {
	for user, is := range o.is {
		if is && !slices.Contains(o.has, user) {
			return true
		}
	}
	return false
}

// outcome is who the owners are: as they were read, but for what the writes answered,
// which a list may not show yet.
func (o *ownership) outcome(ctx context.Context) (workflow.Ownership, error) {
	ids, err := o.has, error(nil)
	switch {
	case o.list != nil && o.list.err == nil:
		ids, err = o.s.ownerIDs(ctx, o.list)
	case ids == nil:
		ids, err = o.s.Owners(ctx, o.app)
	}
	if err != nil {
		return workflow.Ownership{}, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { is, written := o.is[id]; return written && !is })
	for id, is := range o.is {
		if is && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	has := workflow.Ownership{Owners: ids, Refused: o.no}
	return has, o.principal.outcome(ctx, &has)
}

// Owners reads who owns an application, in lower case.
func (s *session) Owners(ctx context.Context, applicationID string) ([]string, error) {
	list, err := s.ownersItem(ctx, applicationID)
	if err != nil {
		return nil, err
	}
	ids, err := s.ownerIDs(ctx, list)
	return ids, s.fault(err, applicationID)
}

func (s *session) ownersItem(ctx context.Context, applicationID string) (*item, error) {
	req, err := s.application(applicationID).Owners().ToGetRequestInformation(ctx,
		&applications.ItemOwnersRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ItemOwnersRequestBuilderGetQueryParameters{Select: []string{"id"}}})
	return &item{op: opOwners, req: req, as: models.CreateDirectoryObjectCollectionResponseFromDiscriminatorValue}, err
}

// ownerIDs reads the list that an item got, or gets it.
func (s *session) ownerIDs(ctx context.Context, list *item) ([]string, error) {
	ids := []string{}
	err := s.pages(ctx, list.op, list.req, list.got, list.as, func(p serialization.Parsable) {
		if l, ok := p.(models.DirectoryObjectCollectionResponseable); ok {
			for _, o := range l.GetValue() {
				ids = append(ids, lower(o.GetId()))
			}
		}
	})
	return ids, err
}

func (s *session) ownerItem(ctx context.Context, applicationID, user string, add bool) (*item, error) {
	if !add {
		return &item{op: opUnowner, req: s.deletion(ownerRef, "id", applicationID, "user", user)}, nil
	}
	body := models.NewReferenceCreate()
	link := s.base + "/directoryObjects/" + user
	body.SetOdataId(&link)
	req, err := s.application(applicationID).Owners().Ref().ToPostRequestInformation(ctx, body, nil)
	return &item{op: opOwner, req: req}, err
}

// ownerRef is the path of an owner of an application.
const ownerRef = "/applications/{id}/owners/{user}/$ref"

// RemoveOwner removes an owner. One who is none already is no mistake.
func (s *session) RemoveOwner(ctx context.Context, applicationID, userID string) error {
	_, err := s.send(ctx, opUnowner, s.deletion(ownerRef, "id", applicationID, "user", userID), nil)
	what := ownerOf(userID, applicationID)
	switch {
	case fault.Status(err) == http.StatusNotFound && s.IsHidden(what):
		return opUnowner.Stale("the owner is not seen yet")
	case fault.Status(err) == http.StatusNotFound:
		return nil
	}
	err = s.fault(err, applicationID)
	s.Removes(what, err)
	return err
}
