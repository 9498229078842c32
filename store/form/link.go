package form

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/entra-app/entra-app/workflow/identity"
)

// LinkPrefix is what every stored link begins with, and no request does.
const LinkPrefix = `{"link":`

type linkV1 struct {
	V        int       `json:"link"`
	Slack    string    `json:"slack"`
	TenantID string    `json:"tenant"`
	ObjectID string    `json:"object"`
	At       time.Time `json:"at"`
	How      string    `json:"how"`
}

// EncodeLink returns the stored form of a link. It says of itself whose it is.
func EncodeLink(l identity.Link) ([]byte, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	return json.Marshal(linkV1{1, l.Slack, l.TenantID, l.ObjectID, l.At.UTC(), l.How})
}

// DecodeLink reads a stored link of any version.
func DecodeLink(b []byte) (identity.Link, error) {
	var v struct {
		V int `json:"link"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return identity.Link{}, err
	}
	switch {
	case v.V > 1:
		return identity.Link{}, ErrNewer
	case v.V < 1:
		return identity.Link{}, errors.New("a stored link has no version")
	}
	var l linkV1
	if err := json.Unmarshal(b, &l); err != nil {
		return identity.Link{}, err
	}
	is := identity.Link{Slack: l.Slack, TenantID: l.TenantID, ObjectID: l.ObjectID, At: l.At.UTC(), How: l.How}
	return is, is.Check()
}
