package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// signIn is the approver's message. It alone shows the code, in a block of its
// own: the text that notifications show does not have it.
func (s say) signIn(r *workflow.Request, p *workflow.Prompt) (string, []slack.Block) {
	blocks := []slack.Block{header(clip(fmt.Sprintf("%s: sign in to %s", r.ID, r.Does()), 150))}
	buttons := slack.NewActionBlock("",
		button(actNewCode, "New code", buttonValue(r), "New code for "+r.ID),
		button(actCancel, "Cancel", buttonValue(r), "Cancel the sign-in for "+r.ID))
	switch {
	case p != nil:
		blocks = append(blocks,
			block(line("1. Open ", link(p.URL), "\n2. Enter this code:")),
			block(preformatted(p.Code.Reveal())),
			block(line("3. Sign in with ", s.accountOf(r), ".")),
			block(line(bold("Tenant: "), r.Tenant, " (", code(r.Plan.TenantID), ")\n", bold("App: "), r.AppName(), "\n",
				bold("Request: "), r.ID, ", asked for by ", user(r.Requester.ID), "\n", bold("The code is valid until "), p.Expires)),
			block(line(append(s.whyYou(r), " If you did not, don't use the code, and tell your security team.")...)),
			buttons)
	case r.State == workflow.StateSignIn && r.SignIn.Status == workflow.SignInOver:
		blocks = append(blocks, block(line(cutProse(firstOf(r.Failure.Text, "The code can't be used any more. Press New code."), 1200))),
			buttons)
	case r.State == workflow.StateSignIn:
		blocks = append(blocks, block(line("Asking Microsoft for a code…")), buttons)
	default:
		blocks = append(blocks, block(line(bold(r.State.Title()), ": ", firstOf(outcomeText(r), waitsFor(r)))))
		blocks = append(blocks, stepBlocks(r)...)
	}
	return fmt.Sprintf("%s: %s. %s: %s.", r.ID, r.AppName(), r.State.Title(), waitsFor(r)), blocks
}

// whyYou says what the approver did to be sent a code, and where.
func (s say) whyYou(r *workflow.Request) []any {
	parts := []any{bold("You asked for this by pressing " + pressed(r))}
	if t, ok := s.Tenant(r.Tenant); ok {
		parts = append(parts, bold(" in "), channel(t.Channel))
	}
	return append(parts, bold("."))
}

// pressed is the button that started this sign-in.
func pressed(r *workflow.Request) string {
	switch button := r.Task.Button(); {
	case button != "":
		return button
	case r.Dependents.Rev > 0: // nothing else leads on from that
		return "Retry"
	case r.Approval.N > 1 && r.Made.ObjectID != "" && r.Target.Request == "":
		return "Retry"
	}
	return "Approve"
}

// accountOf is the Entra account that has to sign in.
func (s say) accountOf(r *workflow.Request) string {
	t, _ := s.Tenant(r.Tenant)
	a, _ := t.Approver(r.Approval.By.ID)
	return firstOf(a.Entra, "your account of this tenant")
}
