package handlers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	tab "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	chromium "throughline/e2e/browser"
)

// browser is a real one, at the pages of a site.
type browser struct {
	site   *site
	ctx    context.Context
	read   map[string]bool // marks that stood on a page to be read
	shown  map[string]bool // route and mark
	opened int

	mu  sync.Mutex
	ran []string // what no page of ours does
}

// browse starts a browser to which the site is what its address says.
func browse(t *testing.T, s *site) *browser {
	t.Helper()
	srv := httptest.NewServer(s.handler)
	t.Cleanup(srv.Close)
	opts := chromium.Options(t.TempDir(), chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP "+s.deps.Edge.Base.Host+" "+srv.Listener.Addr().String()),
		// The policies of a page that came over TLS hold for ours too.
		chromedp.Flag("unsafely-treat-insecure-origin-as-secure", s.deps.Edge.Base.String()))
	ctx, end := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	b := &browser{site: s, ctx: ctx, read: map[string]bool{}, shown: map[string]bool{}}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	if err := chromedp.Listen(ctx, b.judge); err != nil {
		t.Fatal(err)
	}
	return b
}

// judge keeps what shows that something was taken for markup: a dialog, an
// error, a line of the content policy, a request to where no page of ours asks.
func (b *browser) judge(ev any) {
	what := ""
	switch ev := ev.(type) {
	case *tab.EventJavascriptDialogOpening:
		what = "a dialog opened"
		go func() {
			_, _ = chromedp.Call(b.ctx, tab.HandleJavaScriptDialog, tab.HandleJavaScriptDialogParams{})
		}()
	case *runtime.EventExceptionThrown:
		what = "a script failed: " + ev.ExceptionDetails.Text
	case *log.EventEntryAdded:
		if e := ev.Entry; e.Source != log.EntrySourceNetwork && (e.Level == log.EntryLevelError || e.Source == log.EntrySourceSecurity) {
			what = "the browser says: " + e.Text
		}
	case *network.EventRequestWillBeSent:
		if ev.Type != network.ResourceTypeDocument && !strings.HasPrefix(ev.Request.URL, b.site.deps.Edge.Base.String()+"/static/") {
			what = "asked for " + ev.Request.URL
		}
	}
	if what != "" {
		b.mu.Lock()
		b.ran = append(b.ran, what)
		b.mu.Unlock()
	}
}

// opens shows a page to somebody in the browser: nothing runs, and what was
// written is there to be read.
func (b *browser) opens(t *testing.T, who, path, kind string) {
	t.Helper()
	b.opened++
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	base := b.site.deps.Edge.Base.String()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	b.site.signIn(t, r, who, false)
	cookie := r.Cookies()[0]
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: base}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.RunResponse(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Navigate(base+path)(ctx, target)
		return err
	})); err != nil {
		t.Fatalf("%s as %s: %v", path, who, err)
	}
	const words = `[document.body.textContent, ...[...document.querySelectorAll('input, textarea')].map(c => c.value), ...[...document.querySelectorAll('[aria-label]')].map(c => c.getAttribute('aria-label'))].join('\n')`
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](words, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s as %s: %v", path, who, err)
	}
	stolen, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`'stolen' in window`, chromedp.EvalAwaitPromise))
	if err != nil || stolen {
		t.Errorf("%s as %s: what was stored ran (%v)", path, who, err)
	}
	b.mu.Lock()
	for _, what := range b.ran {
		t.Errorf("%s as %s: %s", path, who, what)
	}
	b.ran = nil
	b.mu.Unlock()
	for _, mark := range marked.FindAllString(text, -1) {
		b.shown[kind+mark] = true
		b.read[mark] = true
	}
}
