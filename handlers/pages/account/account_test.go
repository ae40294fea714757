package account_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"throughline/handlers"
	"throughline/handlers/auth"
	"throughline/handlers/middleware"
	"throughline/internal/seal"
	"throughline/internal/testkit"
	"throughline/services/accounts"
	"throughline/services/audit"
)

// browser is a browser on the whole server: it keeps cookies and follows
// nothing by itself.
type browser struct {
	*testkit.Stage
	server  http.Handler
	cookies map[string]*http.Cookie
}

func open(t *testing.T) *browser {
	t.Helper()
	w := testkit.World(t)
	keys, err := auth.NewKeys(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	base := &url.URL{Scheme: "https", Host: "throughline.test"}
	server, err := handlers.New(handlers.Deps{
		Version: "1", Sealer: seal.New(), Now: w.Clock.Now, Audit: audit.New(w.DB),
		Edge: middleware.Options{
			Base: base, OneHost: true, Log: slog.New(slog.DiscardHandler), Limits: middleware.DefaultLimits(), Cookies: auth.NewCookies(true),
			Tokens: auth.NewTokens(keys, base.String(), time.Now), Cache: auth.NewCache(), Accounts: accounts.New(w.DB),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &browser{Stage: w, server: server, cookies: map[string]*http.Cookie{}}
}

// ask sends one request and keeps the cookies of the answer.
func (b *browser) ask(method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://throughline.test"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	return w
}

func (b *browser) signIn(who, password, next string) *httptest.ResponseRecorder {
	return b.ask("POST", "/sign-in", url.Values{"email": {who + "@demo.test"}, "password": {password}, "next": {next}})
}

// session is the value of the session's cookie, "" without.
func (b *browser) session() string {
	if c := b.cookies["__Host-throughline-session"]; c != nil {
		return c.Value
	}
	return ""
}

func page(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestSigningInLeadsToThePageThatWasWanted(t *testing.T) {
	t.Parallel()
	b := open(t)
	doc := page(t, b.ask("GET", "/sign-in?next=%2Fcases%3Fpage%3D2", nil))
	if got, _ := doc.Find(`input[name=next]`).Attr("value"); got != "/cases?page=2" {
		t.Errorf("got next %q in the form", got)
	}
	for name, purpose := range map[string]string{"email": "username", "password": "current-password"} {
		if got, _ := doc.Find("input[name=" + name + "]").Attr("autocomplete"); got != purpose {
			t.Errorf("%s: got autocomplete %q, want %q: password managers must work", name, got, purpose)
		}
	}
	w := b.signIn("vawg", testkit.Password, "/cases?page=2")
	if got := w.Header().Get("Location"); w.Code != 303 || got != "/cases?page=2" {
		t.Errorf("got %d to %q, want 303 to the page that was wanted", w.Code, got)
	}
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "__Host-") {
			t.Errorf("got cookie %+v", c)
		}
		if strings.Contains(w.Body.String(), c.Value) {
			t.Errorf("the body holds the value of %s", c.Name)
		}
	}
	if b.session() == "" {
		t.Error("got no session")
	}
	w = b.ask("GET", "/sign-in", nil)
	if w.Code != 303 || w.Header().Get("Location") == "/sign-in" {
		t.Errorf("got %d to %q for who is signed in, want to be sent on", w.Code, w.Header().Get("Location"))
	}
}

func TestANextPageOfAnotherSiteIsForgotten(t *testing.T) {
	t.Parallel()
	b := open(t)
	body := b.ask("GET", "/sign-in?next="+url.QueryEscape("//evil.test"), nil).Body.String()
	if strings.Contains(body, "evil.test") {
		t.Error("the form holds the other site")
	}
	got := b.signIn("vawg", testkit.Password, `/\evil.test`).Header().Get("Location")
	if !strings.HasPrefix(got, "/") || strings.Contains(got, "evil") {
		t.Errorf("got %q, want a page of ours", got)
	}
}

func TestAWrongSignInKeepsTheAddressAndSaysTheSameToEverybody(t *testing.T) {
	t.Parallel()
	b := open(t)
	shown := func(who, password string, want int) string {
		w := b.signIn(who, password, "/today")
		if w.Code != want {
			t.Errorf("%s: got %d, want %d", who, w.Code, want)
		}
		if b.session() != "" || strings.Contains(w.Body.String(), "not-the-password") {
			t.Errorf("%s: got a session, or the password back", who)
		}
		doc := page(t, w)
		if got, _ := doc.Find("input[name=email]").Attr("value"); got != who+"@demo.test" {
			t.Errorf("got %q in the form, want the address kept", got)
		}
		if !strings.HasPrefix(doc.Find("title").Text(), "Error: ") {
			t.Errorf("got title %q", doc.Find("title").Text())
		}
		return strings.TrimSpace(doc.Find(".govuk-error-summary li").Text())
	}
	for range 4 {
		known, unknown := shown("vawg", "not-the-password", 401), shown("nobody-of-that-name", "not-the-password", 401)
		if known != unknown || known == "" {
			t.Errorf("got %q and %q, want the same words", known, unknown)
		}
	}
	if got := shown("vawg", "not-the-password", 429); !strings.Contains(got, "seconds") {
		t.Errorf("got %q, want how long to wait", got)
	}
	w := b.ask("POST", "/sign-in", url.Values{})
	if got := page(t, w).Find(".govuk-error-summary li").Length(); w.Code != 422 || got != 2 {
		t.Errorf("got %d with %d faults for an empty form, want 422 with 2", w.Code, got)
	}
}

func TestSigningInNeverKeepsASessionThatWasPlanted(t *testing.T) {
	t.Parallel()
	attacker := open(t)
	attacker.signIn("refuge", testkit.Password, "")
	planted := attacker.session()
	victim := &browser{Stage: attacker.Stage, server: attacker.server, cookies: map[string]*http.Cookie{
		"__Host-throughline-session": {Name: "__Host-throughline-session", Value: planted},
	}}
	victim.signIn("vawg", testkit.Password, "")
	if got := victim.session(); got == planted || got == "" {
		t.Error("got the planted session, want a new one")
	}
	if w := attacker.ask("GET", "/sign-in", nil); w.Code != 200 {
		t.Errorf("got %d with the planted session, want it to be over", w.Code)
	}
}

func TestSigningOutLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.signIn("vawg", testkit.Password, "")
	old := b.cookies["__Host-throughline-session"]
	w := b.ask("POST", "/sign-out", url.Values{})
	if w.Code != 303 || w.Header().Get("Location") != "/signed-out" || b.session() != "" {
		t.Errorf("got %d to %q, session %q", w.Code, w.Header().Get("Location"), b.session())
	}
	if got := w.Header().Get("Clear-Site-Data"); !strings.Contains(got, `"cache"`) || !strings.Contains(got, `"storage"`) {
		t.Errorf("got Clear-Site-Data %q", got)
	}
	if b.cookies["__Host-throughline-device"] == nil {
		t.Error("the mark of the device is gone: its owner would be a stranger to the slowing of guesses")
	}
	if got := page(t, b.ask("GET", "/signed-out", nil)).Find("h1").Text(); got != "You have signed out" {
		t.Errorf("got %q", got)
	}
	b.cookies[old.Name] = old // Back, or a copy that somebody kept
	if w := b.ask("GET", "/sign-in", nil); w.Code != 200 {
		t.Errorf("got %d with the old cookie, want to be asked to sign in", w.Code)
	}
	if w := b.ask("POST", "/sign-out", url.Values{}); w.Code != 303 {
		t.Errorf("got %d signing out twice, want it to be fine", w.Code)
	}
	if w := b.ask("GET", "/sign-out", nil); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("got %d for a link to sign out, want 405: a picture could do it", w.Code)
	}
}

func TestAnIdleSessionIsToldWhyOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.signIn("vawg", testkit.Password, "")
	b.Do(t, "update sessions set idle_expires_at = now() where kind = 'page'")
	kept := b.cookies["__Host-throughline-session"]
	const want = "You were signed out after 30 minutes. Your answers are saved."
	w := b.ask("GET", "/sign-in?next=%2Ftoday", nil)
	if got := strings.TrimSpace(page(t, w).Find(".govuk-inset-text").Text()); w.Code != 200 || got != want {
		t.Errorf("got %d %q, want %q", w.Code, got, want)
	}
	if got := page(t, b.ask("GET", "/sign-in", nil)).Find(".govuk-inset-text").Length(); got != 0 {
		t.Error("it was said twice")
	}
	b.cookies[kept.Name] = kept
	if got := page(t, b.ask("GET", "/signed-out", nil)).Find("main").Text(); !strings.Contains(got, want) {
		t.Errorf("got %q on the signed-out page, want %q", got, want)
	}
}

func TestAKnownBrowserGetsInWhileItsAccountIsAttacked(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.signIn("vawg", testkit.Password, "")
	b.ask("POST", "/sign-out", url.Values{})
	attacker := &browser{Stage: b.Stage, server: b.server, cookies: map[string]*http.Cookie{}}
	var codes []int
	for range 30 {
		codes = append(codes, attacker.signIn("vawg", "a guess of somebody", "").Code)
	}
	if !slices.Contains(codes, 429) {
		t.Errorf("got %v, want the attacker slowed", codes)
	}
	if w := b.signIn("vawg", testkit.Password, ""); w.Code != 303 {
		t.Errorf("got %d for the browser that signed in before, want to be let in at once", w.Code)
	}
}

func TestThePagesCarryTheHeadersAndNoInlineScript(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, path := range []string{"/sign-in", "/signed-out"} {
		w := b.ask("GET", path, nil)
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=63072000; includeSubDomains"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: got %s %q, want %q", path, name, got, want)
			}
		}
		page(t, w).Find("script, style, [style], [onclick], [onload]").Each(func(_ int, s *goquery.Selection) {
			if _, ok := s.Attr("src"); !ok || s.Text() != "" {
				t.Errorf("%s: got %q in the page itself", path, s.Text())
			}
		})
	}
}
