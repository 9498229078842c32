package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
)

// What the story says.

func (s *story) scene(format string, args ...any) {
	s.scenes++
	fmt.Fprintf(s.out, "\n%2d  %s\n", s.scenes, fmt.Sprintf(format, args...))
}

func (s *story) does(p *person, format string, args ...any) {
	fmt.Fprintf(s.out, "    %-5s %s\n", p.first(), fmt.Sprintf(format, args...))
}

func (s *story) sees(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, p := range people {
		text = strings.ReplaceAll(text, "<@"+p.id+">", p.name)
	}
	fmt.Fprintf(s.out, "          → %s\n", strings.Join(wrap(text, 96), "\n            "))
}

func (s *story) step(status, title string, at time.Duration) {
	title = strings.TrimSuffix(title, " ("+status+")")
	fmt.Fprintf(s.out, "          %5.1f s  %-17s %s\n", at.Seconds(), status, title)
}

// stepStates are the words that the steps on a card begin with, as far as they
// are worth telling.
var stepStates = []string{"waiting for Entra", "done", "failed", "skipped"}

func (p *person) first() string {
	first, _, _ := strings.Cut(p.name, " ")
	return first
}

// wrap breaks a text into lines of at most n characters, between words.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > n {
			lines, line = append(lines, line), word
			continue
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

// What can be a surprise.

// expected is a surprise: what should have been, and what was.
func expected(want, got string, err error) error {
	text := "expected: " + want
	if got = strings.TrimSpace(got); got != "" {
		text += "\n      was:      " + strings.ReplaceAll(got, "\n", "\n                ")
	}
	if err != nil {
		return fmt.Errorf("%s\n      because:  %w", text, err)
	}
	return errors.New(text)
}

// until waits for a condition on what is in the workspace.
func (s *story) until(ctx context.Context, limit time.Duration, cond func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := s.w.slack.WaitFor(ctx, cond)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("it did not happen within %s", limit)
	}
	return err
}

// wait returns the last message of a channel, as p sees it, that fits.
func (s *story) wait(ctx context.Context, limit time.Duration, want string, p *person, channel string,
	fits func(slacktest.Message) bool) (slacktest.Message, error) {
	var found, last slacktest.Message
	err := s.until(ctx, limit, func() bool {
		for _, m := range slices.Backward(s.w.slack.Person(p.id).Messages(channel)) {
			if fits(m) {
				found = m
				return true
			}
		}
		if all := s.w.slack.Person(p.id).Messages(channel); len(all) > 0 {
			last = all[len(all)-1]
		}
		return false
	})
	if err != nil {
		return found, expected(want, last.Plain(), err)
	}
	return found, nil
}

func (s *story) dm(p *person) string { return s.w.slack.Person(p.id).DM() }

// slash types a command in #backup-team and returns what the answer, for that
// person alone, says.
func (s *story) slash(ctx context.Context, p *person, typed, want string) (string, error) {
	before := len(s.w.slack.Person(p.id).Messages(backupTeam))
	if _, err := s.w.slack.Person(p.id).Slash(ctx, backupTeam, typed); err != nil {
		return "", expected("an answer to "+typed, "", err)
	}
	m, err := s.wait(ctx, patience, "an answer with "+want, p, backupTeam, func(m slacktest.Message) bool {
		return m.Ephemeral && strings.Contains(m.Plain(), want)
	})
	if err != nil {
		return "", err
	}
	if after := len(s.w.slack.Person(p.id).Messages(backupTeam)); after == before {
		return "", expected("a new answer to "+typed, "an old one", nil)
	}
	return body(m), nil
}

// openForm types a command, and waits for the form.
func (s *story) openForm(ctx context.Context, p *person, typed string) (slacktest.View, error) {
	s.does(p, "types %s in #backup-team", typed)
	if _, err := s.w.slack.Person(p.id).Slash(ctx, backupTeam, typed); err != nil {
		return slacktest.View{}, expected("the form", "", err)
	}
	return s.view(ctx, p, "the form", func(v slacktest.View) bool { return v.CallbackID == "request" })
}

// view waits for a view that fits on top of somebody's stack.
func (s *story) view(ctx context.Context, p *person, want string, fits func(slacktest.View) bool) (slacktest.View, error) {
	var top slacktest.View
	err := s.until(ctx, patience, func() bool {
		all := s.w.slack.Person(p.id).Views()
		if len(all) == 0 {
			return false
		}
		top = all[len(all)-1]
		return fits(top)
	})
	if err != nil {
		return top, expected(want, top.Plain(), err)
	}
	return top, nil
}

// press presses a button, and waits for the view that it opens.
func (s *story) press(ctx context.Context, p *person, m slacktest.Message, label, want string,
	fits func(slacktest.View) bool) (slacktest.View, error) {
	if err := s.w.slack.Person(p.id).Press(ctx, m.Channel, m.TS, label); err != nil {
		return slacktest.View{}, expected("the press is taken", "", err)
	}
	return s.view(ctx, p, want, fits)
}

// refused presses a button, and returns what that person alone is told.
func (s *story) refused(ctx context.Context, p *person, channel, ts, label string) (string, error) {
	if err := s.w.slack.Person(p.id).Press(ctx, channel, ts, label); err != nil {
		return "", expected("the press is taken", "", err)
	}
	m, err := s.wait(ctx, patience, "a refusal for "+p.name+" alone", p, channel, func(m slacktest.Message) bool {
		return m.Ephemeral && m.TS > ts
	})
	if err != nil {
		return "", err
	}
	if codes := s.w.dir.entra.UserCodes(); len(codes) > 0 {
		return "", expected("no sign-in code", fmt.Sprintf("%d of them", len(codes)), nil)
	}
	return body(m), nil
}

// secretsIn returns the client secrets that are in a text. The tenant knows
// what it has given out.
func (s *story) secretsIn(text string) []string {
	var found []string
	for _, secret := range s.w.dir.entra.Secrets() {
		if len(secret) >= 30 && strings.Contains(text, secret) {
			found = append(found, secret)
		}
	}
	return found
}

// apps are those in the tenant that have the name of the story.
func (s *story) apps() []entratest.Application { return s.named(s.app) }

func (s *story) named(name string) []entratest.Application {
	return slices.DeleteFunc(s.w.dir.contoso.Applications(), func(a entratest.Application) bool { return a.DisplayName != name })
}

// made checks the tenant: one app, with what was approved and nothing else.
func (s *story) made() error {
	want := map[string][]string{
		"application permissions": {"Microsoft Graph/Directory.Read.All", "Microsoft Graph/Group.Read.All"},
		"delegated permissions":   {"Microsoft Graph/User.Read"},
		"redirect URIs":           {"https://localhost"},
	}
	apps := s.apps()
	if len(apps) != 1 {
		return expected("one app called "+s.app+" in the tenant", fmt.Sprint(len(apps)), nil)
	}
	a := apps[0]
	s.appID = a.AppID
	got := map[string][]string{"application permissions": a.Roles, "delegated permissions": a.Scopes, "redirect URIs": a.RedirectURIs}
	for what, w := range want {
		slices.Sort(got[what])
		if !slices.Equal(got[what], w) {
			return expected(fmt.Sprintf("%s %v", what, w), fmt.Sprint(got[what]), nil)
		}
	}
	if len(a.Passwords) != 1 {
		return expected("one credential", fmt.Sprint(len(a.Passwords)), nil)
	}
	s.sees("in the tenant: one app, one credential, three permissions, all as approved")
	return nil
}

// failure says why, and that a way out is offered.
func (s *story) failure(card slacktest.Message) error {
	for _, line := range strings.Split(card.Plain(), "\n") {
		if why, ok := strings.CutPrefix(line, "Failed: "); ok {
			if _, reason, ok := strings.Cut(why, ada.upn+". "); ok {
				why = reason
			}
			s.sees("%s", why)
		}
	}
	if !has(card, "Retry") || !has(card, "Undo") {
		return expected("the buttons Retry and Undo", card.Plain(), nil)
	}
	s.sees("Ada is offered Retry and Undo")
	return nil
}

// oldCopy puts a message as it was into the same conversation once more.
func (w *world) oldCopy(ctx context.Context, m slacktest.Message) (slacktest.Message, error) {
	payload, err := json.Marshal(map[string]any{"channel": m.Channel, "text": m.Text, "blocks": m.Blocks})
	if err != nil {
		return m, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+"/api/chat.postMessage", bytes.NewReader(payload))
	if err != nil {
		return m, err
	}
	req.Header.Set("Authorization", "Bearer "+w.slack.BotToken())
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return m, err
	}
	defer resp.Body.Close()
	var answer struct {
		OK        bool
		Error, TS string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || !answer.OK {
		return m, expected("a copy of the message", answer.Error, err)
	}
	m.TS = answer.TS
	return m, nil
}

// What messages say.

// has reports whether a message has a button.
func has(m slacktest.Message, label string) bool {
	var blocks []struct {
		Elements []struct {
			Type string
			Text struct{ Text string }
		}
	}
	json.Unmarshal(m.Blocks, &blocks) // rich text does not fit, and has no buttons
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.Type == "button" && e.Text.Text == label {
				return true
			}
		}
	}
	return false
}

// heading is the first line of a message's blocks.
func heading(m slacktest.Message) string {
	first, _, _ := strings.Cut(body(m), "\n")
	return first
}

// body is what a message's blocks say, without the text that notifications show.
func body(m slacktest.Message) string {
	text := strings.TrimPrefix(m.Plain(), m.Text)
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
	return strings.Join(lines, "\n")
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndex(text, "\n")+1:]
}

var idPattern = regexp.MustCompile(`EA-\d+`)

func requestID(text string) string { return idPattern.FindString(text) }

func short(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}
