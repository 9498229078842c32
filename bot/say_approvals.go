package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// What messages say of a plan that takes the approval of several people.

// whoSigns begins the line about the sign-in that an approval takes.
func whoSigns(r *workflow.Request) string {
	if n := r.Needs(); n > 1 {
		return "It takes " + text.Count(n, "approval") + ". Whoever gives the last one has to sign in as "
	}
	return "Whoever approves has to sign in as "
}

// signsIn says who has to sign in for what an approval begins.
func signsIn(r *workflow.Request) slack.Block {
	if words := r.RolesWords(); words != "" {
		return block(line(bold(whoSigns(r)), words, "."))
	}
	return block(line(bold("Whoever approves signs in, and nothing is changed. "),
		"That takes no role. What the account may not read counts as unknown, and is shown as that."))
}

// adviceOnApprovals says to the approvers of what can take control of a tenant that one of them is few; nothing where
// there is nothing to say.
func adviceOnApprovals(r *workflow.Request) string {
	if r.Needs() >= workflow.CriticalApprovals || r.Risk() != catalog.Critical {
		return ""
	}
	return "With this app's rights somebody could take control of the tenant. Two approvals are recommended for that; here one is " +
		"enough, because the configuration of this bot does not ask for more (policy.approvals)."
}

// adviceOnIssuer says to the approvers that nobody but they looks at whose tokens an app trusts.
func (s say) adviceOnIssuer(r *workflow.Request) string {
	if r.Plan.Credential.Federated.Issuer == "" || s.Policy().Rules.ListsIssuers() {
		return ""
	}
	return "The configuration of this bot has no list of the issuers and subjects that apps may trust. Make sure that the subject is " +
		"one of yours."
}

// agreedBy names those who have approved while others still have to.
func agreedBy(r *workflow.Request) []any {
	people := r.AgreedBy()
	if len(people) == 0 {
		return nil
	}
	parts := append([]any{"approved by "}, users(people)...)
	return append(parts, fmt.Sprintf(", %d of %s; ", len(people), text.Count(r.Needs(), "approval")))
}

// approvers names everyone who approved, whoever signed in last.
func approvers(r *workflow.Request) []any {
	return users(append(r.AgreedBy(), r.Approval.By))
}

// users names people, a few dozen at most.
func users(people []people.Person) []any {
	const most = 30
	var parts []any
	for i, p := range people {
		if i == most {
			return append(parts, fmt.Sprintf(" and %d more", len(people)-most))
		}
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, user(p.ID))
	}
	return parts
}
