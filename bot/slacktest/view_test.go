package slacktest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func words(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", s, false, false)
}

func field(block, label string) slack.Block {
	return slack.NewInputBlock(block, words(label), nil, slack.NewPlainTextInputBlockElement(nil, "in_"+block))
}

func form(blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, Title: words("Form"), Submit: words("Send"), Blocks: slack.Blocks{BlockSet: blocks}}
}

func TestATriggerWorksOnceAndForThreeSeconds(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	open := func(trigger string) error {
		_, err := w.api.OpenViewContext(t.Context(), trigger, form(field("b", "Name")))
		return err
	}
	trigger, _ := w.trigger()
	_, err := w.api.OpenViewContext(t.Context(), trigger, slack.ModalViewRequest{Type: slack.VTModal,
		Blocks: slack.Blocks{BlockSet: []slack.Block{}}})
	refused(t, "a view without a title", err, "invalid_arguments")
	w.clock.pass(3 * time.Second)
	worked(t, "at the last moment", open(trigger))
	refused(t, "again", open(trigger), "exchanged_trigger_id")
	trigger, _ = w.trigger()
	w.clock.pass(3*time.Second + time.Millisecond)
	refused(t, "too late", open(trigger), "expired_trigger_id")
	refused(t, "a trigger that never was", open("1.2.3"), "invalid_trigger_id")
}

func TestAStackHasThreeViews(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	push := func() error {
		trigger, _ := w.trigger()
		_, err := w.api.PushViewContext(t.Context(), trigger, form(field("b", "Name")))
		return err
	}
	refused(t, "onto nothing", push(), "not_found")
	trigger, _ := w.trigger()
	root, err := w.api.OpenViewContext(t.Context(), trigger, form(field("b", "Name")))
	worked(t, "open", err)
	worked(t, "second", push())
	worked(t, "third", push())
	refused(t, "fourth", push(), "push_limit_reached")
	if got := w.bea.Views(); len(got) != 3 || got[0].ID != root.ID {
		t.Errorf("the stack is %v", got)
	}
	worked(t, "close", w.bea.CloseView(t.Context(), w.bea.Views()[2].ID, false))
	if got := len(w.bea.Views()); got != 2 {
		t.Errorf("after closing the top there are %d", got)
	}
	worked(t, "close all", w.bea.CloseView(t.Context(), w.bea.Views()[1].ID, true))
	_, err = w.api.UpdateViewContext(t.Context(), form(field("b", "Name")), "", "", root.ID)
	refused(t, "an update of what is closed", err, "not_found")
}

func TestUpdatesMindTheHashAndKeepWhatWasTyped(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	trigger, _ := w.trigger()
	v, err := w.api.OpenViewContext(t.Context(), trigger, form(field("name", "Name"), field("why", "Reason")))
	worked(t, "open", err)
	worked(t, "type", w.bea.Choose(t.Context(), v.ID, "Name", "payroll"))
	worked(t, "type", w.bea.Choose(t.Context(), v.ID, "Reason", "backup"))
	changed, err := w.api.UpdateViewContext(t.Context(), form(field("name", "Name of the app"), field("why-2", "Reason")), "", v.Hash, v.ID)
	worked(t, "update", err)
	_, err = w.api.UpdateViewContext(t.Context(), form(field("name", "Name")), "", v.Hash, v.ID)
	refused(t, "an old hash", err, "hash_conflict")
	if got := changed.State.Values["name"]["in_name"].Value; got != "payroll" {
		t.Errorf("with the same IDs %q is left of what was typed", got)
	}
	if got := changed.State.Values["why-2"]["in_why-2"].Value; got != "" {
		t.Errorf("with a new block ID %q is left of what was typed", got)
	}
	_, err = w.api.UpdateViewContext(t.Context(), form(field("name", "Name")), "x", "", v.ID)
	refused(t, "both IDs", err, "invalid_arguments")
}

func TestSubmittingAForm(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	var got slack.InteractionCallback
	says := map[string]any{}
	w.app(func(e socketmode.Event) (any, bool) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok {
			got = cb
			return says, false
		}
		return nil, false
	})
	opt := func(s string) *slack.OptionBlockObject { return slack.NewOptionBlockObject(s, words(s+"!"), nil) }
	choose := slack.NewOptionsSelectBlockElement("static_select", nil, "in", opt("red"), opt("blue"))
	choose.InitialOption = opt("red")
	trigger, _ := w.trigger()
	v, err := w.api.OpenViewContext(t.Context(), trigger, form(field("name", "Name"),
		slack.NewInputBlock("colour", words("Colour"), nil, choose)))
	worked(t, "open", err)

	errs, err := w.bea.Submit(t.Context(), v.ID, nil)
	worked(t, "submit", err)
	if errs["name"] == "" || got.Type != "" {
		t.Errorf("an empty field went to the app: %v", errs)
	}
	if _, err := w.bea.Submit(t.Context(), v.ID, map[string]any{"Colour": "green"}); err == nil {
		t.Error("an option was chosen that there is not")
	}
	if _, err := w.bea.Submit(t.Context(), v.ID, map[string]any{"Taste": "sweet"}); err == nil {
		t.Error("a field was filled in that there is not")
	}
	says["response_action"], says["errors"] = "errors", map[string]string{"name": "It is taken."}
	errs, err = w.bea.Submit(t.Context(), v.ID, map[string]any{"Name": "payroll"})
	worked(t, "submit", err)
	if errs["name"] != "It is taken." || len(w.bea.Views()) != 1 {
		t.Errorf("the app's complaint is %v", errs)
	}
	if values := got.View.State.Values; values["name"]["in_name"].Value != "payroll" ||
		values["colour"]["in"].SelectedOption.Value != "red" {
		t.Errorf("the app was given %+v", values)
	}
	says["errors"] = map[string]string{"nowhere": "?"}
	if _, err = w.bea.Submit(t.Context(), v.ID, nil); err == nil || !strings.Contains(err.Error(), "trouble connecting") {
		t.Errorf("a complaint about no block: %v", err)
	}
	clear(says)
	says["response_action"], says["view"] = "push", form(field("name", "Name"))
	_, err = w.bea.Submit(t.Context(), v.ID, nil)
	worked(t, "push", err)
	clear(says)
	top := w.bea.Views()
	if len(top) != 2 {
		t.Fatalf("after a push there are %d views", len(top))
	}
	_, err = w.bea.Submit(t.Context(), top[1].ID, map[string]any{"Name": "x"})
	worked(t, "submit", err)
	if left := w.bea.Views(); len(left) != 1 || left[0].ID != v.ID {
		t.Errorf("an empty answer leaves %v", left)
	}
}

func TestOnlyAViewThatAsksIsToldOfItsEnd(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	closed := make(chan slack.InteractionCallback, 1)
	w.app(func(e socketmode.Event) (any, bool) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok {
			closed <- cb
		}
		return nil, false
	})
	for _, asks := range []bool{false, true} {
		view := form(field("b", "Name"))
		view.NotifyOnClose = asks
		trigger, _ := w.trigger()
		v, err := w.api.OpenViewContext(t.Context(), trigger, view)
		worked(t, "open", err)
		worked(t, "type", w.bea.Choose(t.Context(), v.ID, "Name", "typed"))
		worked(t, "close", w.bea.CloseView(t.Context(), v.ID, true))
		if !asks {
			if len(closed) > 0 {
				t.Error("an app was told that did not ask")
			}
			continue
		}
		if cb := <-closed; cb.Type != slack.InteractionTypeViewClosed || !cb.IsCleared || cb.View.ID != v.ID ||
			len(cb.View.State.Values) != 0 {
			t.Errorf("it was told %+v", cb)
		}
	}
}

func TestOptionsComeFromTheApp(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(func(e socketmode.Event) (any, bool) {
		cb, ok := e.Data.(slack.InteractionCallback)
		if !ok || cb.Type != slack.InteractionTypeBlockSuggestion {
			return nil, false
		}
		n := 1
		if cb.Value == "all" {
			n = 101
		}
		var out slack.OptionsResponse
		for range n {
			out.Options = append(out.Options, slack.NewOptionBlockObject(cb.Value, words(cb.Value), nil))
		}
		return out, false
	})
	trigger, _ := w.trigger()
	v, err := w.api.OpenViewContext(t.Context(), trigger,
		form(slack.NewInputBlock("b", words("App"), nil, slack.NewOptionsSelectBlockElement("external_select", nil, "in"))))
	worked(t, "open", err)
	found, err := w.bea.Suggest(t.Context(), v.ID, "App", "pay")
	worked(t, "suggest", err)
	if len(found) != 1 || found[0].Value != "pay" {
		t.Errorf("found %v", found)
	}
	if _, err := w.bea.Suggest(t.Context(), v.ID, "App", "all"); err == nil ||
		!strings.Contains(err.Error(), "no more than 100 items allowed") {
		t.Errorf("101 options: %v", err)
	}
}

func TestHomeTabsArePublished(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	opened := make(chan struct{}, 1)
	w.app(func(e socketmode.Event) (any, bool) {
		if e.Type == socketmode.EventTypeEventsAPI {
			opened <- struct{}{}
		}
		return nil, false
	})
	worked(t, "open", w.bea.OpenHome(t.Context()))
	<-opened
	req := slack.PublishViewContextRequest{UserID: bea,
		View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{section("welcome")}}}}
	v, err := w.api.PublishViewContext(t.Context(), req)
	worked(t, "publish", err)
	old := "1.00000000"
	req.Hash = &old
	_, err = w.api.PublishViewContext(t.Context(), req)
	refused(t, "an old hash", err, "hash_conflict")
	req.Hash = &v.Hash
	_, err = w.api.PublishViewContext(t.Context(), req)
	worked(t, "the newest hash", err)
	req.UserID = "U0NOBODY"
	_, err = w.api.PublishViewContext(t.Context(), req)
	refused(t, "nobody's", err, "invalid_arguments")
}

// Whatever somebody types is what the app is given, or the field is marked.
func FuzzStateValues(f *testing.F) {
	for _, s := range []string{"payroll", "", "<!channel>", "é\u0000\u2028", `{"type":"x"}`, strings.Repeat("x", 3001)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		typed = strings.ToValidUTF8(typed, "?")
		w := newWorld(t, slacktest.Config{})
		var got slack.InteractionCallback
		w.app(func(e socketmode.Event) (any, bool) {
			if cb, ok := e.Data.(slack.InteractionCallback); ok {
				got = cb
			}
			return nil, false
		})
		trigger, _ := w.trigger()
		v, err := w.api.OpenViewContext(t.Context(), trigger, form(field("name", "Name")))
		worked(t, "open", err)
		errs, err := w.bea.Submit(t.Context(), v.ID, map[string]any{"Name": typed})
		worked(t, "submit", err)
		if len(errs) > 0 {
			if n := len([]rune(typed)); n > 0 && n <= 3000 {
				t.Errorf("%q is refused: %v", typed, errs)
			}
			return
		}
		if value := got.View.State.Values["name"]["in_name"].Value; value != typed {
			t.Errorf("typed %q, delivered %q", typed, value)
		}
	})
}

// The page and Go play people by the same code.
func TestThePageDrivesAPersonOverHTTP(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	var got slack.InteractionCallback
	w.app(func(e socketmode.Event) (any, bool) {
		switch data := e.Data.(type) {
		case slack.SlashCommand:
			w.api.OpenViewContext(t.Context(), data.TriggerID, form(field("name", "Name")))
		case slack.InteractionCallback:
			got = data
		}
		return nil, false
	})
	client := func(path string, body any) map[string]any {
		b, _ := json.Marshal(body)
		resp, err := w.http.Post(w.url+"/client/"+path, "application/json", strings.NewReader(string(b)))
		worked(t, path, err)
		defer resp.Body.Close()
		var out map[string]any
		worked(t, path, json.NewDecoder(resp.Body).Decode(&out))
		return out
	}
	if out := client("command", map[string]string{"user": "U0NOBODY", "channel": general, "text": "/entra-app"}); out["ok"] != false {
		t.Errorf("nobody typed a command: %v", out)
	}
	if out := client("command", map[string]string{"user": bea, "channel": general, "text": "/entra-app request"}); out["ok"] != true {
		t.Fatalf("command: %v", out)
	}
	id := w.bea.Views()[0].ID
	values := func(s any) map[string]any {
		return map[string]any{"name": map[string]any{"in_name": map[string]any{"type": "plain_text_input", "value": s}}}
	}
	if out := client("submit", map[string]any{"user": ada, "view_id": id, "values": values("x")}); out["ok"] != false {
		t.Errorf("Ada sent Bea's form: %v", out)
	}
	out := client("submit", map[string]any{"user": bea, "view_id": id, "values": values("")})
	if errs, _ := out["errors"].(map[string]any); out["ok"] != false || errs["name"] == nil {
		t.Errorf("an empty form: %v", out)
	}
	if out := client("submit", map[string]any{"user": bea, "view_id": id, "values": values("payroll")}); out["ok"] != true ||
		got.View.State.Values["name"]["in_name"].Value != "payroll" {
		t.Errorf("a form: %v, %+v", out, got.View.State)
	}
	_, ts, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionBlocks(press("Go", "go", "1")))
	worked(t, "post", err)
	if out := client("action", map[string]any{"user": bea, "channel": general, "ts": ts, "action_id": "go"}); out["ok"] != true ||
		got.ActionCallback.BlockActions[0].Value != "1" {
		t.Errorf("a button: %v, %+v", out, got.ActionCallback)
	}
	resp, err := w.http.Get(w.url + "/client/state?user=" + bea)
	worked(t, "state", err)
	defer resp.Body.Close()
	var state struct {
		Channels []struct {
			ID       string
			Messages []struct{ TS string }
		}
	}
	worked(t, "state", json.NewDecoder(resp.Body).Decode(&state))
	if len(state.Channels) != 3 || state.Channels[0].ID != general || state.Channels[0].Messages[0].TS != ts {
		t.Errorf("Bea's state is %+v", state)
	}
}
