package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// lookBlocks are all that an app had when it was looked at, what could not be read, and who
// has vouched for its requester.
func lookBlocks(r *workflow.Request) []slack.Block {
	l := r.Look
	if l.Rev == 0 {
		return nil
	}
	blocks := []slack.Block{block(line(bold("An app that was not made here, of risk "+string(l.Risk)+" as a whole. "),
		"It keeps all that it has. Whoever is given a credential of it can do all of that."))}
	switch v := l.Vouch; {
	case r.Vouched():
		blocks = append(blocks, block(line(bold("Nobody owns it in Entra. "), user(v.By.ID), " vouches for ", user(r.Requester.ID), ": ",
			v.Words)))
	case l.NoOwner:
		blocks = append(blocks, block(line(bold("Nobody owns it in Entra. "), "So nothing there says that it is for ", user(r.Requester.ID),
			" to have: an approver has to say how they know, and two have to approve. The requester becomes its owner.")))
	}
	has := &growing{title: "All that it has, and keeps", weight: permissionWeight}
	for _, i := range l.Items {
		has.lines = append(has.lines, line(bold(string(i.Kind)+": "), clip(i.Name, 300), " · risk ", bold(string(i.Risk))))
	}
	unread := &growing{title: "Not read, so it may have more than is shown", weight: permissionWeight}
	for _, g := range l.Gaps {
		unread.lines = append(unread.lines, line(bold(g.What), ": ", clip(g.Why, 300)))
	}
	for _, g := range []*growing{has, unread} {
		if g.lines != nil {
			blocks = append(blocks, g)
		}
	}
	return blocks
}

// riskWords is how dangerous what is approved is. Of an app that nobody has looked at only what
// it gets is known.
func riskWords(r *workflow.Request) string {
	if r.State == workflow.StatePending && kindOf(r).adds && r.Look.Rev == 0 {
		return string(r.Risk()) + ", as far as is known: nobody has looked at the app yet"
	}
	return string(r.Risk())
}
