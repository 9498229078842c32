package workflowtest_test

import (
	"testing"

	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestMemoryKeepsALogAsEveryStoreDoes(t *testing.T) {
	storetest.RunLog(t, func(*testing.T) workflow.Store {
		return &workflowtest.Memory{Requests: map[string]*workflow.Request{}}
	})
}
