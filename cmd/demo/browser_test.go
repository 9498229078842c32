package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/entra-app/entra-app/bot/slacktest/chromium"
	"github.com/entra-app/entra-app/graphops/entratest"
)

// A visitor uses the page as a person does, with mouse and keyboard.
type visitor struct {
	*testing.T
	ctx   context.Context
	shots int
}

// visit opens a page in Chromium. Without Chromium it skips, and fails where
// CI=true says that there has to be one.
func visit(t *testing.T, url string) *visitor {
	t.Helper()
	ctx := chromium.Open(t, 5*time.Minute, chromedp.WindowSize(1440, 900))
	v := &visitor{T: t, ctx: ctx}
	v.window(1440, 900, "light")
	problems := chromedp.Console(ctx)
	go func() {
		for m, err := range problems {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.IsException() {
				t.Errorf("the page's console says: %s", m)
			}
		}
	}()
	v.do("open the page", chromedp.Navigate(url))
	return v
}

// openWorld is all that the demo serves, until the test is over.
func openWorld(t *testing.T) *world {
	t.Helper()
	w, err := newWorld(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// withoutLag has the tenant answer at once what was written to it.
func (w *world) withoutLag() *world {
	w.dir.contoso.Change(func(k *entratest.Knobs) { k.Lag = entratest.Lag{} })
	return w
}

func (v *visitor) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.Fatalf("%s: %v\n%s", what, err, v.text("body"))
	}
}

// text is what an element says, as far as it is there.
func (v *visitor) text(selector string) string {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q)?.innerText || ''", selector)))
	return text
}

// sees waits until an element of that kind is visible and says something.
func (v *visitor) sees(selector, says string) {
	v.Helper()
	v.until(fmt.Sprintf("%s says %q", selector, says),
		fmt.Sprintf("[...document.querySelectorAll(%q)].some((e) => e.checkVisibility() && e.innerText.includes(%q))", selector, says))
}

// until waits until an expression holds on the page.
func (v *visitor) until(what, expression string) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(50*time.Millisecond))); err != nil {
		v.shot("surprise")
		v.Fatalf("it never came that %s: %v\n%s", what, err, v.text("body"))
	}
}

// click clicks an element. One that is redrawn while the button is down gets no
// click, as with a person, who waits a little and clicks again.
func (v *visitor) click(selector string) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, time.Minute)
	defer cancel()
	listen := chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`void (window.hit = false, document.addEventListener('click', (e) => {
		window.hit ||= e.target.closest(%q) !== null }, { capture: true, once: true }))`, selector))
	for {
		err := chromedp.Do(ctx, listen, chromedp.Click(chromedp.CSS(selector)))
		switch {
		case err == nil && v.hit(ctx):
			return
		case ctx.Err() == nil && (err == nil || strings.Contains(err.Error(), "Could not find node")):
		default:
			v.Fatalf("click %s: %v\n%s", selector, err, v.text("body"))
		}
	}
}

// hit reports whether a click has reached its element: the page hears of it a little
// after the mouse. One that leads to another page is not remembered there, and may
// end the waiting on this one.
func (v *visitor) hit(ctx context.Context) bool {
	const there = "window.hit !== false"
	waiting, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := chromedp.Run(waiting, chromedp.Poll[bool](there, chromedp.WithPollingInterval(20*time.Millisecond))); err == nil {
		return true
	}
	hit, err := chromedp.Run(ctx, chromedp.Evaluate[bool](there))
	return err == nil && hit
}

func (v *visitor) types(keys string) {
	v.Helper()
	v.do("type "+keys, chromedp.KeyEvent(keys))
}

// is makes the visitor another person, in a channel.
func (v *visitor) is(p *person, channel string) {
	v.Helper()
	v.click(fmt.Sprintf("[data-person=%q]", p.id))
	v.click(fmt.Sprintf(".place[href='#%s/%s']", p.id, channel))
	v.until(p.name+" is in "+channel,
		fmt.Sprintf("document.querySelector('#composer form').dataset.place === '%s/%s/' && "+
			"document.querySelector('[data-person=%q]').ariaPressed === 'true'", p.id, channel, p.id))
}

// tabTo presses the tabulator key until what has the focus fits.
func (v *visitor) tabTo(selector string) {
	v.Helper()
	for range 25 {
		v.types(kb.Tab)
		on, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](fmt.Sprintf("document.activeElement.matches(%q)", selector)))
		if err != nil {
			v.Fatal(err)
		}
		if on {
			return
		}
	}
	v.Fatalf("%s can't be reached with the keyboard", selector)
}

// window gives the page a size and a colour scheme.
func (v *visitor) window(width, height int64, scheme string) {
	v.Helper()
	v.do("resize", chromedp.EmulateViewport(width, height))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, media); err != nil {
		v.Fatal(err)
	}
}

// shot keeps a picture, where ENTRA_APP_SCREENSHOTS names a directory for it.
func (v *visitor) shot(name string) {
	v.Helper()
	dir := os.Getenv("ENTRA_APP_SCREENSHOTS")
	if dir == "" {
		return
	}
	v.shots++
	png, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d-%s.png", v.shots, name)), png, 0o644)
	}
	if err != nil {
		v.Error(err)
	}
}

// fits checks that nothing sticks out at the side, as far as one can scroll to it.
func (v *visitor) fits() {
	v.Helper()
	wide, err := chromedp.Run(v.ctx,
		chromedp.Evaluate[string](`[document.scrollingElement, ...document.querySelectorAll('.log, .modal-body, .pane')]
		.filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth).map((e) => e.className || e.localName).join()`))
	if err != nil || wide != "" {
		v.Errorf("these are wider than the window: %s (%v)", wide, err)
	}
	v.until("what is typed can be read",
		`[...document.querySelectorAll('.composer-field')].every((e) => !e.checkVisibility() || e.clientHeight >= 30)`)
}

// signIn opens the sign-in page from the message, in a tab of its own.
func (v *visitor) signIn(pages string, p *person) {
	v.Helper()
	code, err := chromedp.Run(v.ctx, chromedp.Evaluate[string]("[...document.querySelectorAll('.message pre')].at(-1).innerText.trim()"))
	if err != nil {
		v.Fatal(err)
	}
	opened := chromedp.WaitNewTarget(v.ctx, func(i *target.Info) bool { return strings.HasPrefix(i.URL, pages+"/devicelogin") })
	v.click(fmt.Sprintf(".message a[href^='%s/devicelogin']", pages))
	var id target.ID
	select {
	case id = <-opened:
	case <-v.ctx.Done():
		v.Fatal("the link opened no tab")
	}
	ctx, cancel := chromedp.NewContext(v.ctx, chromedp.WithTargetID(id))
	defer cancel()
	tab := &visitor{T: v.T, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // as in visit
		v.Fatal(err)
	}
	tab.do("enter the code", chromedp.SendKeys(chromedp.CSS("#otc"), code+kb.Enter))
	tab.click(fmt.Sprintf("input[value=%q]", p.upn))
	tab.click("button[value=continue]")
	tab.do("be signed in", chromedp.WaitVisible(chromedp.CSS("h1[role=status]")))
	tab.sees("h1", "You're signed in")
}

// hasSecret checks whether one of the tenant's client secrets is on the page.
func (v *visitor) hasSecret(w *world, want bool) {
	v.Helper()
	secrets := slices.DeleteFunc(w.dir.entra.Secrets(), func(s string) bool { return len(s) < 30 })
	list, err := json.Marshal(secrets)
	if err != nil {
		v.Fatal(err)
	}
	v.until(fmt.Sprintf("a secret is on the page: %v", want),
		fmt.Sprintf("%s.some((s) => document.documentElement.textContent.includes(s)) === %v", list, want))
}
