package main

import (
	"context"
	"strings"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// linking ties Bea's Slack account to her account, by her own sign-in and nobody else's.
func (s *story) linking(ctx context.Context) error {
	s.scene("Bea shows which account is hers")
	code, at, err := s.linkCode(ctx, bea)
	if err != nil {
		return err
	}
	s.sees("a code, for her alone: it asks who she is and for nothing else")
	s.does(ada, "is talked into entering that code, and signs in as %s", ada.upn)
	if err := s.w.dir.entra.SignIn(code, ada.upn); err != nil {
		return expected("Microsoft takes the sign-in", "", err)
	}
	m, err := s.wait(ctx, patience, "Ada's account is refused", bea, s.dm(bea), func(m slacktest.Message) bool {
		return m.TS == at && strings.Contains(m.Plain(), "belongs to that approver's Slack account alone")
	})
	if err != nil {
		return err
	}
	s.sees("%s", told(m))
	if code, at, err = s.linkCode(ctx, bea); err != nil {
		return err
	}
	s.does(bea, "signs in as %s", bea.upn)
	if err := s.w.dir.entra.SignIn(code, bea.upn); err != nil {
		return expected("Microsoft takes the sign-in", "", err)
	}
	m, err = s.wait(ctx, patience, "she is linked", bea, s.dm(bea), func(m slacktest.Message) bool {
		return m.TS == at && strings.Contains(m.Plain(), "Your Slack account is linked to "+bea.upn)
	})
	if err != nil {
		return err
	}
	s.sees("%s", told(m))
	return nil
}

// linkCode asks for a code to be linked, and returns it with its message.
func (s *story) linkCode(ctx context.Context, p *person) (code, ts string, err error) {
	s.does(p, "types /entra-app link in #backup-team")
	if _, err := s.slash(ctx, p, "/entra-app link", "comes in a direct message, for you alone"); err != nil {
		return "", "", err
	}
	m, err := s.wait(ctx, patience, "a DM with a code to be linked", p, s.dm(p), func(m slacktest.Message) bool {
		codes := s.w.dir.entra.UserCodes()
		return len(codes) == 1 && strings.Contains(m.Plain(), codes[0])
	})
	if err != nil {
		return "", "", err
	}
	return s.w.dir.entra.UserCodes()[0], m.TS, nil
}

// told is what a message says under its heading, without what stands below.
func told(m slacktest.Message) string {
	_, rest, _ := strings.Cut(body(m), "\n")
	first, _, _ := strings.Cut(rest, "\n")
	return first
}
