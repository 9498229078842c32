package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

// TestAQueryFindsWhatALookAtEveryRequestFinds asks many things of a store whose
// requests were changed in many ways, filed and new.
func TestAQueryFindsWhatALookAtEveryRequestFinds(t *testing.T) {
	const n = 900
	b := openTemp(t)
	load(t, b, n)
	dice := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[dice.IntN(len(of))] }
	for range 200 {
		id := formatID(1 + dice.Uint64N(n))
		_, err := b.Update(ctx, id, func(r *workflow.Request) error {
			r.State = workflow.State(pick("pending", "ready", "denied"))
			r.Team = pick("", "C0001", "CNEW")
			r.Requester.ID = fmt.Sprintf("U%04d", dice.IntN(8))
			r.Plan.AppName = pick("", "ab", "Äpfel", "payroll") + pick(" ", "-archive ", "") + id
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := b.List(ctx, workflow.Query{Limit: n})
	if err != nil || len(all) != n {
		t.Fatalf("%d requests, %v", len(all), err)
	}
	for range 400 {
		q := workflow.Query{Limit: 1 + dice.IntN(300)}
		switch dice.IntN(4) {
		case 0:
			q.Requester = fmt.Sprintf("U%04d", dice.IntN(12))
		case 1:
			q.Requester, q.Team = fmt.Sprintf("U%04d", dice.IntN(12)), pick("C0001", "C0002", "CNEW")
		case 2:
			q.State = workflow.State(pick("pending", "done", "ready", "denied", "failed"))
		case 3:
			q.Text = pick("a", "b", "äp", "payroll", "archive ea-", "-1", "ea-25", "backup-00", "00256", "xyz")
		}
		if dice.IntN(2) == 0 {
			q.Before = formatID(1 + dice.Uint64N(n))
		}
		var want []string
		for _, r := range all {
			before, _ := parseID(q.Before)
			at, _ := parseID(r.ID)
			whose := q.Requester == "" && q.Team == "" || q.Requester == r.Requester.ID || q.Team != "" && q.Team == r.Team
			if whose && (q.State == "" || q.State == r.State) && (q.Before == "" || at < before) &&
				strings.Contains(fold(r.Plan.AppName), q.Text) && len(want) < q.Limit {
				want = append(want, r.ID)
			}
		}
		found, err := b.List(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range found {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("List(%+v) = %v, want %v", q, got, want)
		}
	}
}
