package workflow_test

import "github.com/entra-app/entra-app/workflow/people"

// goes has people leave, or nobody know who has.
func (w *world) goes(err error, left ...people.Person) {
	w.set(func() { w.left, w.noPeople = left, err })
}
