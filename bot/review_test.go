package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
)

// What is not shown in the review is not promised elsewhere: there is no request yet.
func TestAReviewSaysHowMuchOfTheLossesItDoesNotShow(t *testing.T) {
	w := newWorld(t)
	i := &workflow.Imported{}
	for n := range reviewLines + 7 {
		i.Ignored = append(i.Ignored, fmt.Sprintf("tags[%d]: this bot does not set it", n))
	}
	p := w.bot.desk.Products()[0]
	v, err := json.Marshal(w.bot.review(p, p.Choice(), meta{}, workflow.Draft{Imported: i}))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	if s := string(v); !strings.Contains(s, "and 7 more, for which there is no room here") || strings.Contains(s, "request's Details") {
		t.Errorf("the review is %s", s)
	}
}
