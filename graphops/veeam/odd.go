package veeam

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// Elements of lists that can't be read as what they should be. They never keep the others
// back, and what may be the wanted one is never taken for another's.

// readable is all of a list but what is null. What is no object at all is unread.
func readable[T any](list []json.RawMessage, unread T) []T {
	all := make([]T, 0, len(list))
	for _, b := range list {
		var one T
		if bytes.Equal(b, []byte("null")) {
			continue
		}
		if json.Unmarshal(b, &one) != nil {
			one = unread
		}
		all = append(all, one)
	}
	return all
}

// oddField is the first field that has a value of a wrong type, or "". encoding/json reads
// the others all the same. The error is that nothing could be read.
func oddField(b []byte, err error) (string, error) {
	wrong, is := errors.AsType[*json.UnmarshalTypeError](err)
	if !is || len(b) == 0 || b[0] != '{' {
		return "", err
	}
	return wrong.Field, nil
}

// UnmarshalJSON reads what it can of an organization, and notes what it can't.
func (o *organization) UnmarshalJSON(b []byte) (err error) {
	type plain organization
	if o.odd, err = oddField(b, json.Unmarshal(b, (*plain)(o))); err != nil || o.odd == "" {
		return err
	}
	var names struct {
		MSID       any `json:"msid"`
		OfficeName any `json:"officeName"`
		Name       any `json:"name"`
	}
	json.Unmarshal(b, &names) // it was read before
	o.nameless = slices.ContainsFunc([]any{names.MSID, names.OfficeName, names.Name}, func(v any) bool {
		_, ok := v.(string)
		return v != nil && !ok
	})
	return nil
}

// may reports whether an organization that can't be read whole can be the one with this
// initial domain or of this tenant.
func (o *organization) may(domain, tenant string) bool {
	switch {
	case o.odd == "":
		return false
	case o.is(domain, tenant):
		return true
	case o.MSID != "" && tenant != "", o.OfficeName != "" && domain != "": // another's
		return false
	}
	return o.nameless || o.Name == ""
}

// UnmarshalJSON reads what it can of an account, and notes what it can't.
func (a *azureAccount) UnmarshalJSON(b []byte) (err error) {
	type plain azureAccount
	if a.odd, err = oddField(b, json.Unmarshal(b, (*plain)(a))); err != nil || a.odd == "" {
		return err
	}
	var names struct {
		AppID any `json:"applicationId"`
	}
	json.Unmarshal(b, &names)
	_, ok := names.AppID.(string)
	a.nameless = names.AppID != nil && !ok
	return nil
}

// may reports whether an account that can't be read whole can be that of an app.
func (a *azureAccount) may(app string) bool {
	return a.odd != "" && (a.nameless || strings.EqualFold(a.AppID, app))
}
