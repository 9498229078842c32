package workflowtest_test

import (
	"testing"

	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestMemoryKeepsLinksAsEveryStoreDoes(t *testing.T) {
	storetest.RunLinks(t, func(*testing.T) workflow.Store { return &workflowtest.Memory{} })
}
