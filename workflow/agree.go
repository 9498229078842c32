package workflow

import (
	"fmt"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// Where a plan takes several approvals, all but the last are a press: they are
// kept in Agreed, bound to the plan's digest like every approval. Whoever gives
// the last one signs in, and that sign-in counts only while enough of the others
// are still approvers.

// Needs is how many people have to approve r: as many as the pack says or the operator, whichever is more. It is what
// the card shows. Where the operator asks for more while r waits, that counts from the next press and the next sign-in on;
// where for fewer, r keeps the number that its approvers were shown.
func (r *Request) Needs() int {
	if r.task().looks { // nothing is given by that
		return 1
	}
	return approvalsTaken(r)
}

// approvalsTaken is how many approvals it takes to carry r out.
func approvalsTaken(r *Request) int { return max(r.Plan.Needs(), r.Approvals) }

// raise has r take as many approvals as the rules say now.
func (p Policy) raise(r *Request) {
	if n := p.Rules.Needs(r.Tenant, r.Product, r.Risk()); n > approvalsTaken(r) {
		r.Approvals = n
	}
}

// standing are the approvals of the plan as it is.
func standing(r *Request) []Approval {
	all := slices.Clone(r.Agreed)
	if r.Task.carriesOut() {
		all = append(all, r.Approval)
	}
	digest := shownDigest(r)
	return slices.DeleteFunc(all, func(a Approval) bool { return a.Digest != digest })
}

// AgreedBy are the people whose approval of the plan stands, besides whoever
// signs in.
func (r *Request) AgreedBy() []people.Person {
	var people []people.Person
	for _, a := range standing(r) {
		if a.By.ID != r.Approval.By.ID || r.State == StatePending { // then nobody signs in
			people = append(people, a.By)
		}
	}
	return people
}

// agreed reports whether a person's approval of the plan stands.
func agreed(r *Request, by people.Person) bool {
	return slices.ContainsFunc(standing(r), func(a Approval) bool { return a.By.ID == by.ID })
}

// agree keeps an approval that is not the last.
func agree(r *Request, by people.Person, now time.Time, have int) {
	r.Agreed = append(r.Agreed, Approval{By: by, At: now, Digest: shownDigest(r)})
	r.note(now, Event{By: by.ID, Kind: EventApproved,
		Text: fmt.Sprintf("approved the plan: %d of %s", have, text.Count(r.Needs(), "approval"))})
}

// withdraws reports whether a person can take an approval back that another's sign-in
// counts on, or will.
func withdraws(r *Request, by people.Person) bool {
	switch r.State {
	case StatePending:
		return agreed(r, by)
	case StateSignIn:
		return by.ID != r.Approval.By.ID && agreed(r, by) && r.Task.carriesOut()
	}
	return false
}

// withdraw forgets a person's approval.
func withdraw(r *Request, by people.Person) {
	r.Agreed = slices.DeleteFunc(r.Agreed, func(a Approval) bool { return a.By.ID == by.ID })
}
