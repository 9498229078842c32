package workflow

import "time"

// A task is all that one task does in its own way, for every kind. Undo and Provision are
// the kind's.
type task struct {
	steps  []StepName
	does   string // as a title; %s is the name of the app
	button string // that asks for it, where that says enough
	finish func(r *Request, now time.Time)
}

// tasks is the table. It is filled by init, because finishing reads it.
var tasks map[Task]task

func init() {
	tasks = map[Task]task{
		TaskProvision: {},
		TaskUndo:      {button: "Undo", finish: finishUndo},
		TaskVerify: {button: "verify", does: "check the app %s", finish: finishVerify,
			steps: []StepName{StepFind, StepOwned, StepCheck}},
		TaskRemoveOld: {button: "Remove the old one", does: "remove the old credential of %s", finish: finishRemoveOld,
			steps: []StepName{StepRemoveOld}},
	}
}

// Button is what was pressed for this task, or empty where that can be several.
func (t Task) Button() string { return tasks[t].button }

func finishUndo(r *Request, now time.Time) {
	r.Handover = Handover{}
	r.move(StateUndone, now, Event{Kind: EventUndone, Text: r.kind().undone(r)})
}
