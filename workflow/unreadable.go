package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An UnreadableError names requests that a store has but can't read: bytes of them are
// damaged, or a newer entra-app wrote them.
//
// With it [Store.List] returns the requests that it could read. Whoever decides something
// by a list, such as who manages an app, treats it as the error that it is: not read is not
// "nothing there". Whoever goes over all of them calls [Readable].
type UnreadableError struct{ Records []Unreadable }

// Unreadable is one request that can't be read.
type Unreadable struct {
	ID  string
	Err error
}

// namedAtMost is how many requests one sentence names.
const namedAtMost = 5

func (e *UnreadableError) Error() string {
	var b strings.Builder
	for i, r := range e.Records {
		if i == namedAtMost {
			fmt.Fprintf(&b, "; and %d more", len(e.Records)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s can't be read from the store: %v", r.ID, r.Err)
	}
	return b.String()
}

// Unwrap returns why each can't be read.
func (e *UnreadableError) Unwrap() []error {
	out := make([]error, len(e.Records))
	for i, r := range e.Records {
		out[i] = r.Err
	}
	return out
}

// Add adds those of another list that e does not name yet.
func (e *UnreadableError) Add(other *UnreadableError) {
	if other == nil {
		return
	}
	for _, r := range other.Records {
		if !slices.Contains(e.IDs(), r.ID) {
			e.Records = append(e.Records, r)
		}
	}
}

// IDs are those of the requests; none where e is nil.
func (e *UnreadableError) IDs() []string {
	if e == nil {
		return nil
	}
	out := make([]string, len(e.Records))
	for i, r := range e.Records {
		out[i] = r.ID
	}
	return out
}

// Names lists IDs for a sentence, the first few of many.
func Names(ids []string) string {
	if more := len(ids) - namedAtMost; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:namedAtMost], ", "), more)
	}
	return strings.Join(ids, ", ")
}

// Readable is for whoever goes over all requests of a list, whichever they are. It returns
// those that can be read, those that can't (nil where all can), and the error where there is
// another.
func Readable(found []*Request, err error) ([]*Request, *UnreadableError, error) {
	if some, ok := errors.AsType[*UnreadableError](err); ok {
		return found, some, nil
	}
	return found, nil, err
}

// every is all that q asks for, page by page. Like a store's list it returns what it could
// read beside an *UnreadableError.
func every(ctx context.Context, store Store, q Query) (all []*Request, err error) {
	var unreadable UnreadableError
	for q.Limit = 200; ; {
		page, unread, err := Readable(store.List(ctx, q))
		if err != nil {
			return nil, err
		}
		unreadable.Add(unread)
		if all = append(all, page...); len(page) == q.Limit {
			q.Before = page[len(page)-1].ID
			continue
		}
		if len(unreadable.Records) > 0 {
			return all, &unreadable
		}
		return all, nil
	}
}
