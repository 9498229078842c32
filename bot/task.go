package bot

import "github.com/entra-app/entra-app/workflow"

// A task is what Slack says of one task in its own way.
type task struct {
	begun func(*workflow.Request) string // what the bot is at; nil or "" is said with what it does
	done  func(*workflow.Request) string // what came of it; nil is as the kind has it
}

// tasks has a row for each task that has words of its own.
var tasks = map[workflow.Task]task{
	workflow.TaskProvision: {begun: func(r *workflow.Request) string { return kindOf(r).begun }},
	workflow.TaskVerify: {done: func(r *workflow.Request) string {
		return "The app was made by hand, and has what the plan says. What was not read of it, and who else owns it, is beside " +
			"the check." + notConnected(r)
	}},
}
