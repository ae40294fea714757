package e2e

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"throughline/e2e/browser"
)

// The two widths every page is looked at, in CSS pixels: a desk and a phone.
const (
	desk  = 1280
	phone = 390
)

// patience is how long a page may take to load.
const patience = 20 * time.Second

// openBrowser starts the one browser of all tests. Each person has a profile of
// their own in it, so nobody shares a cookie.
var openBrowser = sync.OnceValues(func() (context.Context, error) {
	opts := browser.Options(filepath.Join(folder, "browser"), chromedp.WindowSize(desk, 900))
	ctx, cancelAllocator := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancelBrowser := chromedp.NewContext(ctx)
	atEnd = append(atEnd, func() error {
		cancelBrowser()
		cancelAllocator()
		return nil
	})
	return ctx, chromedp.Do(ctx)
})

// person is somebody at a browser of their own.
type person struct {
	t    testing.TB
	who  string
	base string
	ctx  context.Context
	seen watch

	status int // of the page that is shown
	effort
}

// open gives somebody a browser at the site of base. Its window is as wide as a desk.
func open(t testing.TB, base, who string) *person {
	t.Helper()
	shared, err := openBrowser()
	if err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	ctx, cancel := chromedp.NewContext(shared, chromedp.WithNewBrowserContext())
	p := &person{t: t, who: who, base: base, ctx: ctx, effort: effort{began: time.Now()}}
	t.Cleanup(func() {
		p.lookAround()
		if t.Failed() {
			p.keepPicture()
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // opens the tab, for as long as ctx lives
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(desk, 900))
	if err := p.seen.begin(ctx, base); err != nil {
		t.Fatal(err)
	}
	return p
}

// withoutScript switches JavaScript off for the rest of a person's visit.
func (p *person) withoutScript() *person {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// do runs steps in the person's browser within the patience for one page.
func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", p.who, err)
	}
}

// watch keeps what no page of ours may do: an error in the console, something
// the content policy had to stop, a dialog, a request to another host, a file
// that is missing, a fault of the server.
type watch struct {
	mu     sync.Mutex
	host   string
	led    string // another host that somebody is led to by a link: an organisation's sign-in
	faults []string
}

func (w *watch) begin(ctx context.Context, base string) error {
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	w.host = u.Host
	return chromedp.Listen(ctx, func(ev any) {
		if fault := w.judge(ev); fault != "" {
			w.mu.Lock()
			w.faults = append(w.faults, fault)
			w.mu.Unlock()
		}
		if _, dialog := ev.(*page.EventJavascriptDialogOpening); dialog {
			go func() {
				_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
			}()
		}
	})
}

// judge says what is wrong with one event; empty: nothing.
func (w *watch) judge(ev any) string {
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		return "a script failed: " + ev.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			return fmt.Sprintf("the console says %s: %s", ev.Type, said(ev.Args))
		}
	case *log.EventEntryAdded:
		// A page that answers 404 or 422 is logged as a network error: its
		// status is looked at where the response is.
		if e := ev.Entry; e.Source != log.EntrySourceNetwork && (e.Level == log.EntryLevelError || e.Source == log.EntrySourceSecurity) {
			return fmt.Sprintf("the browser says %s: %s", e.Source, e.Text)
		}
	case *page.EventJavascriptDialogOpening:
		return "a dialog opened: " + ev.Message
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(ev.Request.URL); err != nil || u.Host != "" && u.Host != w.host && (u.Host != w.led || ev.Type != network.ResourceTypeDocument) {
			return "another host was asked: " + ev.Request.URL
		}
	case *network.EventResponseReceived:
		r := ev.Response
		if r.Status >= 500 || r.Status >= 400 && ev.Type != network.ResourceTypeDocument {
			return fmt.Sprintf("%s answered %d", r.URL, r.Status)
		}
	}
	return ""
}

// take returns what was seen since it was last asked.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	faults := w.faults
	w.faults = nil
	return faults
}

func said(args []*runtime.RemoteObject) (text string) {
	for _, a := range args {
		text += string(a.Value) + a.Description + " "
	}
	return text
}

// ask runs an expression in the page.
func ask[T any](p *person, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", p.who, err)
	}
	return v
}

// call sends one command of the protocol to the person's tab.
func call[P, R any](p *person, cmd cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, cmd, params)
	if err != nil {
		p.t.Fatalf("%s: %v", p.who, err)
	}
	return r
}
