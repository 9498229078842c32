package entratest

import (
	"slices"
	"strings"
)

// RemoveUser deletes the user with that UPN, and reports whether there was one. An account that
// is made again under the same UPN is another one, with an ID of its own.
func (t *Tenant) RemoveUser(upn string) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	u := t.userNamed(upn)
	if u == nil {
		return false
	}
	u.deleted = true // for the tokens that there are
	t.users = slices.DeleteFunc(t.users, func(v *User) bool { return v == u })
	t.s.changed()
	return true
}

// upnOf is the user principal name in the directory: that of a guest names their home in it.
// Source: Properties of a Microsoft Entra B2B collaboration user.
func (t *Tenant) upnOf(u *User) string {
	if !u.Guest {
		return u.UPN
	}
	return strings.ReplaceAll(u.UPN, "@", "_") + "#EXT#@" + t.Domain
}

// barred is why somebody who has signed in is given no token any more, or nil.
func (u *User) barred(t *Tenant) *oops {
	switch {
	case u.deleted:
		return sts(50034, u.UPN, t.Name)
	case u.Disabled:
		return sts(50057)
	}
	return nil
}
