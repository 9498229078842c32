package workflow

import "time"

// A task is all that one task does in its own way, for every kind. Undo and Provision are
// the kind's.
type task struct {
	steps  []StepName
	does   string // as a title; %s is the name of the app
	button string // that asks for it, where that says enough
	finish func(r *Request, now time.Time)
	// begin readies the steps once somebody has signed in; nil is as they are.
	begin func(*Request)
	// needs is what a sign-in for it has to be good for; nil is what the kind says.
	needs func(*Request) rights

	// back is where a request waits again once a sign-in for it is given up, and stays what is
	// there then, after "the"; empty: that depends on what was begun.
	back  State
	stays string

	makes  bool // what the plan says
	undoes bool // what was made for the plan goes
	looks  bool // at an app: nothing is changed, and somebody decides then
	byHand bool // somebody has made that by hand: it is read and compared, and nothing is changed
}

// tasks is the table. It is filled by init, because finishing reads it.
var tasks map[Task]task

func init() {
	tasks = map[Task]task{
		TaskProvision: {makes: true, begin: dueAtSignIn},
		TaskUndo:      {button: "Undo", begin: beginUndo, finish: finishUndo, needs: undoRights, undoes: true},
		TaskVerify: {button: "verify", does: "check the app %s", finish: finishVerify, needs: verifyRights, byHand: true,
			steps: []StepName{StepFind, StepOwned, StepCheck}},
		TaskRemoveOld: {button: "Remove the old one", does: "remove the old credential of %s", finish: finishRemoveOld, needs: toCredential,
			back: StateLeftover, stays: "old credential is still there",
			steps: []StepName{StepRemoveOld}},
		TaskLook: {does: "look at the app %s", finish: finishLook, begin: beginLook, needs: lookRights, steps: lookSteps, looks: true},
	}
}

// known reports whether this version has that task.
func (t Task) known() bool { _, ok := tasks[t]; return ok || t == "" }

// Button is what was pressed for this task, or empty where that can be several.
func (t Task) Button() string { return tasks[t].button }

// carriesOut reports whether a task carries out what was approved, and so takes every approval
// of the plan. The others remove something: that takes one.
func (t Task) carriesOut() bool { return tasks[t].makes || tasks[t].byHand }
