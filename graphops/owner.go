package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow"
)

// EnsureOwners adds owners and then takes others away, in one round trip: each
// request of the batch waits for the one before, so that an application is never
// without an owner. That somebody is one already has the code of a mistake, so
// that is read back, and the rest sent again.
func (s *session) EnsureOwners(ctx context.Context, applicationID string, users, not []string) error {
	if s.token.closed() {
		return workflow.ErrSessionOver
	}
	type change struct {
		user string
		add  bool
		*item
	}
	var left []change
	for _, user := range users {
		left = append(left, change{user: user, add: true})
	}
	for _, user := range not {
		left = append(left, change{user: user})
	}
	for len(left) > 0 {
		now := left[:min(len(left), batchSize)]
		var items []*item
		for n := range now {
			c := &now[n]
			var err error
			if c.item, err = s.ownerItem(ctx, applicationID, c.user, c.add); err != nil {
				return err
			}
			c.chained = n > 0
			items = append(items, c.item)
		}
		s.batch(ctx, items)
		var has []string
		var errs []error
		read, done := false, 0
		for _, c := range now {
			code := status(c.err)
			doubtful := code == http.StatusBadRequest || code == http.StatusConflict || !c.add && code == http.StatusNotFound
			if doubtful && !read {
				var err error
				if has, err = s.Owners(ctx, applicationID); err != nil {
					return err
				}
				read = true
			}
			is := slices.ContainsFunc(has, func(id string) bool { return strings.EqualFold(id, c.user) })
			refused, _ := c.err.(*answer)
			switch {
			case c.err == nil, doubtful && is == c.add:
				done++
				continue
			case code == http.StatusFailedDependency && len(errs) == 0 && done > 0:
			case doubtful && (c.add && refused.exists() || !c.add && code == http.StatusNotFound):
				errs = append(errs, refused.later("the owners are not the same everywhere yet"))
			default:
				errs = append(errs, s.fault(c.err, applicationID))
			}
			break
		}
		if err := worst(errs); err != nil {
			return err
		}
		left = left[done:]
	}
	return nil
}

func (s *session) ownerItem(ctx context.Context, applicationID, user string, add bool) (*item, error) {
	if !add {
		req := s.get("/applications/{id}/owners/{user}/$ref", "id", applicationID, "user", user)
		req.Method = kiota.DELETE
		return &item{op: opUnowner, req: req}, nil
	}
	body := models.NewReferenceCreate()
	link := s.base + "/directoryObjects/" + user
	body.SetOdataId(&link)
	req, err := s.application(applicationID).Owners().Ref().ToPostRequestInformation(ctx, body, nil)
	return &item{op: opOwner, req: req}, err
}

// RemoveOwner takes an owner away. One who is none already is no mistake.
func (s *session) RemoveOwner(ctx context.Context, applicationID, userID string) error {
	req := s.get("/applications/{id}/owners/{user}/$ref", "id", applicationID, "user", userID)
	req.Method = kiota.DELETE
	_, err := s.send(ctx, opUnowner, req, nil)
	if status(err) == http.StatusNotFound {
		return nil
	}
	return s.fault(err, applicationID)
}
