package bot

import (
	"cmp"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// stepBlocks show how far the steps are, where there are any.
func stepBlocks(r *workflow.Request) []slack.Block {
	if len(r.Steps) == 0 {
		return nil
	}
	g := &growing{title: "Steps", weight: 10}
	for _, s := range r.Steps {
		word := stepWord(s.Status)
		if s.Status == workflow.StepWaiting {
			word = clip(cmp.Or(s.Note, "waiting for "+r.Awaited(s.Name)), 300)
		}
		parts := []any{bold(word), " · " + r.StepTitle(s.Name)}
		if s.Note != "" && s.Status != workflow.StepWaiting { // which says that already
			parts = append(parts, italic(" ("+cutProse(s.Note, 400)+")"))
		}
		g.lines = append(g.lines, line(parts...))
	}
	return []slack.Block{g}
}

func stepWord(s workflow.StepStatus) string {
	switch s {
	case workflow.StepRunning:
		return "running"
	case workflow.StepDone:
		return "done"
	case workflow.StepFailed:
		return "failed"
	case workflow.StepSkipped:
		return "skipped"
	}
	return "to do"
}
