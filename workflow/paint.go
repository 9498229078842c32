package workflow

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"
)

// coalesce is the least time between two drawings of a request that is being
// provisioned: its steps change faster than people read, or Slack allows.
const coalesce = 700 * time.Millisecond

// paint brings the messages of a request up to date, one after another.
func (e *Engine) paint(ctx context.Context, id string) {
	select {
	case e.drawing <- struct{}{}:
		defer func() { <-e.drawing }()
	case <-ctx.Done():
		return
	}
	for ctx.Err() == nil {
		r, err := e.store.Get(ctx, id)
		if err != nil {
			e.log.Error("reading", "request", id, "err", err)
			return
		}
		now := e.now()
		due := slices.DeleteFunc(owedPosts(r), func(n PostName) bool { return r.Posts[n].After.After(now) })
		if len(due) == 0 {
			return
		}
		for _, name := range due {
			if !e.draw(r.ID, name) {
				return
			}
		}
		if r.State == StateProvisioning {
			sleep(ctx, coalesce)
		}
	}
}

// draw sends or changes one message. Before it sends one it writes down that it
// begins to: after a crash the message is looked for, not sent twice.
func (e *Engine) draw(id string, name PostName) bool {
	var before Post
	var owed bool
	r, err := e.save(id, func(r *Request, now time.Time) error {
		p := r.Posts[name]
		before = p
		if owed = slices.Contains(owedPosts(r), name); !owed {
			return ErrUnchanged // it was, a moment ago
		}
		if p.TS != "" || !p.Begun.IsZero() {
			return ErrUnchanged
		}
		p.Begun = now
		r.Posts.set(name, p)
		return nil
	})
	if err != nil {
		return false
	}
	if !owed {
		return true
	}
	d := Drawing{Request: r, Name: name, Post: before, Superseded: superseded(r, name)}
	if name == post(PostSignIn, r.Approval.N) {
		d.Prompt = e.prompt(r)
	}
	if name == PostThread {
		d.Event = &r.History[d.Post.Shown]
	}
	ctx, cancel := context.WithTimeout(e.hard, callLimit)
	defer cancel()
	channel, ts, err := e.msg.Draw(ctx, d)
	if err != nil {
		if e.hard.Err() != nil {
			return false
		}
		e.drawFailed(id, name, err)
		return true
	}
	_, err = e.save(id, func(now *Request, _ time.Time) error {
		p := Post{Channel: channel, TS: ts, Shown: r.Rev, Last: d.Superseded}
		if name == PostThread { // the next event gets a message of its own
			p = Post{Shown: d.Post.Shown + 1}
		}
		now.Posts.set(name, p)
		return nil
	})
	return err == nil
}

// drawFailed puts a message off. Slack's own word on when to come back counts;
// else it is asked again after longer and longer, up to five minutes.
func (e *Engine) drawFailed(id string, name PostName, err error) {
	later, temporary := errors.AsType[Temporary](err)
	var tries int
	e.save(id, func(r *Request, now time.Time) error {
		p := r.Posts[name]
		p.Tries++
		tries = p.Tries
		wait := min(5*time.Minute, time.Second<<min(p.Tries-1, 10))
		if temporary {
			wait = max(wait, later.RetryAfter())
		}
		p.After = now.Add(wait)
		r.Posts.set(name, p)
		return nil
	})
	e.log.Warn("message not sent", "request", id, "message", name, "try", tries, "err", err)
}

// newRef is a short reference that a person can read out and an operator can
// find in the log.
func newRef() string { return rand.Text()[:8] }
