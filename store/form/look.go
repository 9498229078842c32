package form

import (
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/whole"
)

// lookV1 is what was shown of an app that is adopted.
type lookV1 struct {
	Rev     int          `json:"rev,omitzero"`
	Digest  string       `json:"digest,omitzero"`
	Risk    catalog.Risk `json:"risk,omitzero"`
	Items   []itemV1     `json:"items,omitzero"`
	Gaps    []gapV1      `json:"gaps,omitzero"`
	NoOwner bool         `json:"no_owner,omitzero"`
	Vouch   vouchV1      `json:"vouch,omitzero"`
}

type itemV1 struct {
	Kind whole.Kind   `json:"kind,omitzero"`
	Key  string       `json:"key,omitzero"`
	Name string       `json:"name,omitzero"`
	Risk catalog.Risk `json:"risk,omitzero"`
}

type gapV1 struct {
	Of   whole.Kind `json:"of,omitzero"`
	What string     `json:"what,omitzero"`
	Why  string     `json:"why,omitzero"`
}

type vouchV1 struct {
	By    personV1  `json:"by,omitzero"`
	At    time.Time `json:"at,omitzero"`
	Words string    `json:"words,omitzero"`
}

func lookForm(l workflow.Look) lookV1 {
	return lookV1{Rev: l.Rev, Digest: l.Digest, Risk: l.Risk, NoOwner: l.NoOwner,
		Items: each(l.Items, func(i whole.Item) itemV1 { return itemV1(i) }),
		Gaps:  each(l.Gaps, func(g whole.Gap) gapV1 { return gapV1(g) }),
		Vouch: vouchV1{By: personV1(l.Vouch.By), At: l.Vouch.At, Words: l.Vouch.Words}}
}

func (f lookV1) look() workflow.Look {
	return workflow.Look{Rev: f.Rev, NoOwner: f.NoOwner,
		Snapshot: whole.Snapshot{Digest: f.Digest, Risk: f.Risk,
			Items: each(f.Items, func(i itemV1) whole.Item { return whole.Item(i) }),
			Gaps:  each(f.Gaps, func(g gapV1) whole.Gap { return whole.Gap(g) })},
		Vouch: workflow.Vouch{By: people.Person(f.Vouch.By), At: f.Vouch.At, Words: f.Vouch.Words}}
}
