package page

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/entra-app/entra-app/bot/slacktest/chromium"
)

//go:embed page.go
var source embed.FS

// browser opens the page's modules in Chromium. Without one it skips, and
// fails where CI=true says that there has to be one.
func browser(t *testing.T) context.Context {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /page/", http.StripPrefix("/page/", http.FileServerFS(FS)))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<!doctype html><title>test</title>") })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)

	ctx := chromium.Open(t, time.Minute)
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// run calls f, an async arrow function of the page's modules, with arg.
func run[T any](t *testing.T, ctx context.Context, f string, arg any) T {
	t.Helper()
	b, err := json.Marshal(arg)
	if err != nil {
		t.Fatal(err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T]("("+f+")("+string(b)+")", chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// show is how a page would show a text, as HTML.
const show = `async (text) => {
	const { mrkdwn } = await import('/page/mrkdwn.js');
	const { state } = await import('/page/state.js');
	state.me = 'U1';
	state.people = [{ id: 'U1', name: 'Bea' }, { id: 'U2', name: 'Ada' }];
	state.channels = [{ id: 'C1', name: 'general' }];
	const el = document.createElement('div');
	el.append(mrkdwn(text));
	return new XMLSerializer().serializeToString(el).replace(/^<div[^>]*?>|<\/div>$/g, '');
}`

func TestMrkdwn(t *testing.T) {
	ctx := browser(t)
	for _, c := range []struct{ text, html string }{
		{"plain", "plain"},
		{"*bold* _it_ ~gone~", "<strong>bold</strong> <em>it</em> <s>gone</s>"},
		{"*bold _both_*", "<strong>bold <em>both</em></strong>"},
		{"a*b*c 2 * 3 * 4 snake_case_name", "a*b*c 2 * 3 * 4 snake_case_name"},
		{"`a *b*` x", "<code>a *b*</code> x"},
		{"```\nx &lt; y\n```", "<pre>x &lt; y</pre>"},
		{"&gt; said\nand", "<blockquote>said</blockquote>and"},
		{"a\nb", "a<br />b"},
		{"&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"},
		{"<https://x.example/a?b=1&amp;c=2|here>",
			`<a href="https://x.example/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">here</a>`},
		{"see https://x.example/a.",
			`see <a href="https://x.example/a" target="_blank" rel="noopener noreferrer">https://x.example/a</a>.`},
		{"<javascript:alert(1)|x>", "<span>x</span>"},
		{"<@U1> <@U2>", `<span class="mention me">@Bea</span> <span class="mention">@Ada</span>`},
		{"<#C1>", `<a class="mention" href="#U1/C1">#general</a>`},
		{"<!channel>", `<span class="mention broadcast">@channel</span>`},
		{"&lt;!channel&gt;", "&lt;!channel&gt;"},
		{"<!date^notanumber^{date}|then>", "then"},
		{"unclosed *bold and `code and <link", "unclosed *bold and `code and &lt;link"},
	} {
		if got := run[string](t, ctx, show, c.text); got != c.html {
			t.Errorf("%q is shown as\n%s\nwant\n%s", c.text, got, c.html)
		}
	}
}

// What a person has typed into a view survives the app's changes of it.
func TestTypedTextSurvivesAnUpdate(t *testing.T) {
	ctx := browser(t)
	const f = `async () => {
		const { state } = await import('/page/state.js');
		const modal = await import('/page/modal.js');
		modal.mount(document.body);
		const input = (block, id) => ({ type: 'input', block_id: block, label: { type: 'plain_text', text: id }, element: { type: 'plain_text_input', action_id: id } });
		const view = (blocks) => ({ id: 'V1', type: 'modal', title: { text: 'T' }, submit: { text: 'S' }, blocks });
		const field = (id) => document.querySelector('[data-action=' + id + ']');
		const type = (id, text) => { field(id).value = text; field(id).dispatchEvent(new Event('input')); };
		state.views = [view([input('b1', 'one'), input('b2', 'two')])];
		modal.render();
		type('one', 'first');
		type('two', 'second');
		field('two').focus();
		const kept = field('two');
		const changed = input('b1', 'one');
		changed.hint = { type: 'plain_text', text: 'new' };
		state.views = [view([changed, { type: 'divider', block_id: 'd' }, input('b2', 'two')])];
		modal.render();
		const after = [field('one').value, field('two').value, String(kept === field('two')), String(document.activeElement === kept)];
		state.views = [view([input('b9', 'one')])];
		modal.render();
		return [...after, field('one').value];
	}`
	got := run[[]string](t, ctx, f, nil)
	want := []string{"first", "second", "true", "true", ""}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("one, two, two is the same field, it has the focus, and one with another block_id:\n%q, want\n%q", got, want)
		}
	}
}
