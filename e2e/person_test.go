package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/person.js
var personJS string

// found is what person.js answers.
type found struct {
	X, Y    float64
	Fault   string
	Done    bool
	Value   string
	Options [][2]string
	Facts   [][2]string
}

func (p *person) find(words ...string) found {
	p.t.Helper()
	args, err := json.Marshal(words)
	if err != nil {
		p.t.Fatal(err)
	}
	f := ask[found](p, "("+personJS+")(..."+string(args)+")")
	if f.Fault != "" {
		p.t.Fatalf("%s at %s: %s\n%s", p.who, p.address(), f.Fault, p.text())
	}
	return f
}

// visit goes to an address of the site, as by a bookmark.
func (p *person) visit(path string) *person {
	p.t.Helper()
	p.load("going to "+path, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Navigate(p.base+path)(ctx, t)
		return err
	}))
	return p
}

// press presses the button or link with these words and waits for the page it
// leads to. group, where given, is the heading or legend it stands under.
func (p *person) press(words string, group ...string) *person {
	p.t.Helper()
	f := p.find(append([]string{"press", words}, group...)...)
	p.presses++
	p.load("pressing "+words, chromedp.MouseClickXY(f.X, f.Y))
	return p
}

// unfold opens what a summary folds away; no page is loaded.
func (p *person) unfold(words string) *person {
	p.t.Helper()
	f := p.find("press", words)
	p.do(chromedp.MouseClickXY(f.X, f.Y))
	return p
}

// clicks presses what was found where no page may follow.
func (p *person) clicks(f found) {
	p.t.Helper()
	p.presses++
	p.do(chromedp.MouseClickXY(f.X, f.Y))
}

// back goes to the page before, as the browser's own button does. The browser
// may show the page it kept or ask for it again.
func (p *person) back() *person {
	p.t.Helper()
	h := call(p, page.GetNavigationHistory, struct{}{})
	if h.CurrentIndex == 0 {
		p.t.Fatalf("%s: there is no page to go back to", p.who)
	}
	want := h.CurrentIndex - 1
	call(p, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: h.Entries[want].ID})
	until(p.t, patience, "going back", func() bool {
		// While one page takes the other's place there is none to ask.
		now, err := chromedp.Call(p.ctx, page.GetNavigationHistory, struct{}{})
		if err != nil || now.CurrentIndex != want {
			return false
		}
		state, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.readyState`))
		return err == nil && state == "complete"
	})
	if text := p.text(); strings.Contains(text, "ERR_CACHE_MISS") {
		p.t.Errorf("%s: going back to %s asks to send a form again", p.who, h.Entries[want].URL)
	}
	p.pages++
	p.lookAround()
	return p
}

// load runs what leads to a page, waits for it and looks around.
func (p *person) load(doing string, step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	res, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		p.t.Fatalf("%s: %s: %v\n%s", p.who, doing, err, p.text())
	}
	if res != nil {
		p.status = int(res.Status)
	}
	p.pages++
	p.lookAround()
}

// lookAround fails the test for whatever went wrong behind the page.
func (p *person) lookAround() {
	p.t.Helper()
	for _, fault := range p.seen.take() {
		p.t.Errorf("%s: %s", p.who, fault)
	}
}

// fill types into the control with this label, in place of what was there, and
// counts the characters. write does the same for names and free text, which
// the budget of typing leaves out.
func (p *person) fill(label, value string, group ...string) *person {
	p.t.Helper()
	p.keys += utf8.RuneCountInString(value)
	return p.write(label, value, group...)
}

func (p *person) write(label, value string, group ...string) *person {
	p.t.Helper()
	f := p.find(append([]string{"fill", label}, group...)...)
	if f.Value == value {
		return p
	}
	p.presses++
	p.letters += utf8.RuneCountInString(value)
	if value == "" {
		p.do(chromedp.KeyEvent(kb.Delete))
	} else {
		call(p, input.InsertText, input.InsertTextParams{Text: value})
	}
	if got := p.find("focused").Value; strings.ReplaceAll(got, "\r\n", "\n") != value {
		p.t.Fatalf("%s: %q holds %q after typing %q", p.who, label, got, value)
	}
	return p
}

// choose presses the label of a radio button or a checkbox, unless it is chosen.
func (p *person) choose(label string, group ...string) *person {
	p.t.Helper()
	if f := p.find(append([]string{"choose", label}, group...)...); !f.Done {
		p.presses++
		p.do(chromedp.MouseClickXY(f.X, f.Y))
	}
	if p.read(label, group...) != "true" {
		p.t.Fatalf("%s: pressing %q did not choose it", p.who, label)
	}
	return p
}

// untick presses the label of a checkbox that is ticked.
func (p *person) untick(label string, group ...string) *person {
	p.t.Helper()
	if f := p.find(append([]string{"untick", label}, group...)...); !f.Done {
		p.presses++
		p.do(chromedp.MouseClickXY(f.X, f.Y))
	}
	return p
}

// pick takes one option of a list.
func (p *person) pick(label, option string, group ...string) *person {
	p.t.Helper()
	f := p.find(append([]string{"pick", label}, group...)...)
	p.presses += 2 // the list, and the line in it
	i := slices.IndexFunc(f.Options, func(o [2]string) bool { return o[0] == option })
	if i < 0 {
		p.t.Fatalf("%s: %q has no option %q: %v", p.who, label, option, f.Options)
	}
	value, _ := json.Marshal(f.Options[i][1])
	ask[bool](p, `(() => { const s = document.activeElement; s.value = `+string(value)+`; return s.dispatchEvent(new Event('change', {bubbles: true})) })()`)
	return p
}

// read is what the control with this label holds; "true" where it is chosen.
func (p *person) read(label string, group ...string) string {
	p.t.Helper()
	return p.find(append([]string{"read", label}, group...)...).Value
}

// facts are the keys and values listed under a heading.
func (p *person) facts(heading string) [][2]string {
	p.t.Helper()
	return p.find("facts", heading).Facts
}

// text is what the page says to whoever looks at it, without what is folded away.
func (p *person) text() string {
	p.t.Helper()
	return ask[string](p, `document.body ? document.body.innerText : ''`)
}

// html is the page as it stands.
func (p *person) html() string {
	p.t.Helper()
	return ask[string](p, `document.documentElement.outerHTML`)
}

func (p *person) title() string {
	p.t.Helper()
	return ask[string](p, `document.title`)
}

// address is the path and query of the page.
func (p *person) address() string {
	p.t.Helper()
	return ask[string](p, `location.pathname + location.search`)
}

// sees fails unless the page says each of these words.
func (p *person) sees(words ...string) *person {
	p.t.Helper()
	text := p.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.t.Errorf("%s at %s: %q is not on the page:\n%s", p.who, p.address(), w, text)
		}
	}
	return p
}

// lacks fails when the page, its folded and hidden parts included, holds any of
// these words.
func (p *person) lacks(words ...string) *person {
	p.t.Helper()
	html := p.html()
	for _, w := range words {
		if strings.Contains(html, w) {
			p.t.Errorf("%s at %s: %q is in the page", p.who, p.address(), w)
		}
	}
	return p
}

// is fails unless the page answered with this status.
func (p *person) is(status int) *person {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s at %s: got %d, want %d\n%s", p.who, p.address(), p.status, status, p.text())
	}
	return p
}

// signsIn takes a demo person through the sign-in page.
func (p *person) signsIn() *person {
	p.t.Helper()
	p.visit("/sign-in").write("Email address", email(p.who)).write("Password", password).press("Sign in")
	if strings.HasPrefix(p.address(), "/sign-in") {
		p.t.Fatalf("%s cannot sign in: %s", p.who, p.text())
	}
	return p
}

// signedIn opens a browser for a demo person and signs in.
func signedIn(t testing.TB, base, who string) *person {
	t.Helper()
	return open(t, base, who).signsIn()
}

// wide sets the width of the window.
func (p *person) wide(width int64) *person {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, 900))
	return p
}

// cookies forgets who is signed in, as a browser that was closed.
func (p *person) forget() {
	p.t.Helper()
	call(p, network.ClearBrowserCookies, struct{}{})
}

// keepPicture saves what the person saw last, for whoever reads the failure.
func (p *person) keepPicture() {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, _ = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Logf("%s: no picture: %v", p.who, err)
		return
	}
	dir := filepath.Join(os.TempDir(), "throughline-failures", strings.ReplaceAll(p.t.Name(), "/", "-"))
	name := filepath.Join(dir, p.who+".png")
	if err := os.MkdirAll(dir, 0o755); err != nil || os.WriteFile(name, png, 0o644) != nil {
		p.t.Logf("%s: the picture cannot be kept in %s", p.who, dir)
		return
	}
	p.t.Logf("%s last saw %s", p.who, name)
}
