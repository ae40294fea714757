package middleware_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"throughline/handlers/middleware"
	"throughline/internal/logging"
	"throughline/models"
)

// TestMain sets Gin's one package variable before any test reads it.
func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

// fail answers as the handlers do, in short.
func fail(c *gin.Context, err error) {
	status := map[models.Code]int{
		models.CodeUnauthenticated: 401, models.CodeForbidden: 403, models.CodeTooLarge: 413, models.CodeTooMany: 429,
		models.CodeMalformed: 400, models.CodeUnavailable: 503,
	}[models.CodeOf(err)]
	if status == 0 {
		status = 500
	}
	if e, ok := errors.AsType[*models.Error](err); ok && e.RetryAfter > 0 {
		c.Header("Retry-After", e.RetryAfter.String())
	}
	c.AbortWithStatus(status)
}

// site is an engine with some middleware and a route that answers who asked.
func site(use ...gin.HandlerFunc) *gin.Engine {
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.Use(use...)
	answer := func(c *gin.Context) {
		body, err := io.ReadAll(c.Request.Body)
		if err != nil {
			fail(c, err)
			return
		}
		who := "nobody"
		if a, err := models.ActorFrom(c.Request.Context()); err == nil {
			who = a.Name
		}
		c.String(http.StatusOK, "%s %d", who, len(body))
	}
	for _, path := range []string{"/page/:ref", "/sign-in", "/healthz", "/static/*file", "/api/v1/things/:id"} {
		e.GET(path, answer)
		e.POST(path, answer)
	}
	e.GET("/panics", func(*gin.Context) { panic("Amaranta Quetzal") })
	e.GET("/panics-late", func(c *gin.Context) {
		c.String(http.StatusOK, "half a page")
		c.Writer.Flush()
		panic("late")
	})
	return e
}

type change func(*http.Request)

func header(name, value string) change { return func(r *http.Request) { r.Header.Set(name, value) } }

func ask(e http.Handler, method, path string, body io.Reader, changes ...change) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	for _, c := range changes {
		c(r)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func TestEveryRequestHasAnIDOfOurs(t *testing.T) {
	t.Parallel()
	var inside string
	e := gin.New()
	e.Use(middleware.RequestID())
	e.GET("/", func(c *gin.Context) { inside = models.RequestFrom(c.Request.Context()).ID })
	w := ask(e, http.MethodGet, "/", nil, header("X-Request-Id", "theirs"), header("Traceparent", "00-theirs"))
	got := w.Header().Get("X-Request-Id")
	if got == "" || got != inside || strings.Contains(got, "theirs") || len(got) != 36 {
		t.Errorf("got %q outside and %q inside, want one id of ours", got, inside)
	}
}

func TestAPanicIsAFaultOfOneRequest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := site(middleware.Recover(logging.New(&out, slog.LevelInfo, true), fail))
	if got := ask(e, http.MethodGet, "/panics", nil).Code; got != 500 {
		t.Errorf("got %d, want 500", got)
	}
	if got := out.String(); strings.Contains(got, "Amaranta") || !strings.Contains(got, "panic") || !strings.Contains(got, "/panics") {
		t.Errorf("got log %s, want the route and not what was thrown", got)
	}
	if got := ask(e, http.MethodGet, "/page/1", nil).Code; got != 200 {
		t.Errorf("got %d from the next request, want 200", got)
	}
}

func TestHalfAPageIsCutOffAndNotTakenForAWhole(t *testing.T) {
	t.Parallel()
	e := site(middleware.Recover(slog.New(slog.DiscardHandler), fail))
	s := httptest.NewUnstartedServer(e)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Start()
	t.Cleanup(s.Close)
	res, err := s.Client().Get(s.URL + "/panics-late")
	if err != nil {
		return // cut before the header came
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.ReadAll(res.Body); err == nil {
		t.Error("got a whole answer, want a connection that was cut")
	}
}

func TestTheLogHoldsTheRouteAndNothingThatWasSent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := site(middleware.RequestID(), middleware.AccessLog(logging.New(&out, slog.LevelInfo, true)))
	ask(e, "POST", "/page/ZZCANARY?name=ZZCANARY", strings.NewReader("ZZCANARY"), header("User-Agent", "ZZCANARY\x1b[31m"),
		header("Cookie", "x=ZZCANARY"), header("Referer", "https://x.test/ZZCANARY"), header("X-Forwarded-For", "ZZCANARY"))
	ask(e, "ZZCANARY", "/ZZCANARY", nil)
	got := out.String()
	if strings.Contains(got, "ZZCANARY") {
		t.Errorf("got %s, want nothing that was sent", got)
	}
	for _, want := range []string{`"route":"/page/:ref"`, `"method":"POST"`, `"status":200`, `"request_id"`, `"route":"none"`, `"method":"other"`, `"from":"192.0.2.1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
	if lines := strings.Count(got, "\n"); lines != 2 {
		t.Errorf("got %d lines for two requests", lines)
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	t.Parallel()
	e := site(middleware.Headers(true), middleware.Recover(slog.New(slog.DiscardHandler), fail))
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY",
		"Strict-Transport-Security": "max-age=63072000; includeSubDomains",
	}
	for _, path := range []string{"/page/1", "/api/v1/things/1", "/nowhere", "/panics"} {
		h := ask(e, http.MethodGet, path, nil).Header()
		for name, value := range want {
			if got := h.Get(name); got != value {
				t.Errorf("%s: got %s %q, want %q", path, name, got, value)
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: got %q, want %q in it", path, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: got %q", path, csp)
		}
		if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: got %q", path, h.Get("Permissions-Policy"))
		}
	}
	plain := ask(site(middleware.Headers(false)), http.MethodGet, "/page/1", nil).Header()
	if got := plain.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("got %q without TLS, want none", got)
	}
}

func TestAnotherHostIsNotServed(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("https://throughline.test")
	if err != nil {
		t.Fatal(err)
	}
	e := site(middleware.Host(base))
	host := func(h string) change { return func(r *http.Request) { r.Host = h } }
	for h, want := range map[string]int{
		"throughline.test": 200, "THROUGHLINE.test": 200, "throughline.test:443": 200,
		"evil.test": 421, "throughline.test:8080": 421, "throughline.test.evil.test": 421, "": 421,
	} {
		if got := ask(e, http.MethodGet, "/page/1", nil, host(h), header("X-Forwarded-Host", "throughline.test")).Code; got != want {
			t.Errorf("%q: got %d, want %d", h, got, want)
		}
	}
	if got := ask(e, http.MethodGet, "/healthz", nil, host("10.0.0.7:8080")).Code; got != 200 {
		t.Errorf("got %d for health by address, want 200", got)
	}
}

func TestAnotherSiteCannotMakeABrowserActHere(t *testing.T) {
	t.Parallel()
	guard, err := middleware.CrossOrigin("https://throughline.test", fail)
	if err != nil {
		t.Fatal(err)
	}
	e := site(guard)
	cases := []struct {
		name, method string
		headers      []change
		want         int
	}{
		{"a form of ours", "POST", []change{header("Sec-Fetch-Site", "same-origin")}, 200},
		{"our origin behind a proxy", "POST", []change{header("Origin", "https://throughline.test"), func(r *http.Request) { r.Host = "inner:8080" }}, 200},
		{"a program", "POST", nil, 200},
		{"a form of theirs", "POST", []change{header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.test")}, 403},
		{"of an old browser", "POST", []change{header("Origin", "https://evil.test")}, 403},
		{"of a neighbour", "POST", []change{header("Sec-Fetch-Site", "same-site")}, 403},
		{"from nowhere", "POST", []change{header("Origin", "null")}, 403},
		{"JSON as text", "POST", []change{header("Sec-Fetch-Site", "cross-site"), header("Content-Type", "text/plain")}, 403},
		{"a link that was followed", "GET", []change{header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "navigate"), header("Sec-Fetch-Dest", "document")}, 200},
		{"a frame of theirs", "GET", []change{header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "navigate"), header("Sec-Fetch-Dest", "iframe")}, 403},
		{"a picture of theirs", "GET", []change{header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "no-cors"), header("Sec-Fetch-Dest", "image")}, 403},
		{"a script of theirs", "GET", []change{header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "no-cors"), header("Sec-Fetch-Dest", "script")}, 403},
		{"a fetch of theirs", "GET", []change{header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "cors"), header("Sec-Fetch-Dest", "empty")}, 403},
		{"typed in", "GET", []change{header("Sec-Fetch-Site", "none")}, 200},
	}
	for _, c := range cases {
		for _, path := range []string{"/page/1", "/api/v1/things/1"} {
			w := ask(e, c.method, path, nil, c.headers...)
			if w.Code != c.want {
				t.Errorf("%s, %s: got %d, want %d", c.name, path, w.Code, c.want)
			}
			if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("%s: got %q, want no word to other sites", c.name, got)
			}
		}
	}
}

func TestABodyOverTheLimitIsRefusedHoweverItComes(t *testing.T) {
	t.Parallel()
	e := site(middleware.Body(fail))
	chunked := func(r *http.Request) { r.ContentLength = -1 }
	for _, c := range []struct {
		size    int
		changes []change
		want    int
		body    string
	}{
		{middleware.BodyLimit, nil, 200, "nobody 1048576"},
		{middleware.BodyLimit + 1, nil, 413, ""},
		{middleware.BodyLimit, []change{chunked}, 200, "nobody 1048576"},
		{middleware.BodyLimit + 1, []change{chunked}, 413, ""},
		{30 << 20, []change{chunked}, 413, ""},
		{0, nil, 200, "nobody 0"},
	} {
		w := ask(e, "POST", "/page/1", io.LimitReader(endless{}, int64(c.size)), append([]change{func(r *http.Request) { r.ContentLength = int64(c.size) }}, c.changes...)...)
		if w.Code != c.want || (c.body != "" && w.Body.String() != c.body) {
			t.Errorf("%d bytes: got %d %q, want %d %q", c.size, w.Code, w.Body.String(), c.want, c.body)
		}
	}
	if got := ask(e, "POST", "/page/1", io.MultiReader(strings.NewReader("x"), broken{}), chunked).Code; got != 400 {
		t.Errorf("got %d for a body that breaks off, want 400", got)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken off") }

func TestWhatAClientSaysOfItsAddressIsIgnoredUnlessAProxyVouches(t *testing.T) {
	t.Parallel()
	from := func(networks string, changes ...change) string {
		e := gin.New()
		var trusted []netip.Prefix
		if networks != "" {
			trusted = append(trusted, netip.MustParsePrefix(networks))
		}
		if err := middleware.TrustProxies(e, trusted); err != nil {
			t.Fatal(err)
		}
		e.GET("/", func(c *gin.Context) { c.String(200, middleware.ClientIP(c).String()) })
		return ask(e, http.MethodGet, "/", nil, changes...).Body.String()
	}
	spoof := []change{header("X-Forwarded-For", "6.6.6.6"), header("X-Real-IP", "6.6.6.6"), header("CF-Connecting-IP", "6.6.6.6"), header("Forwarded", "for=6.6.6.6")}
	if got, want := from("", spoof...), "192.0.2.1"; got != want {
		t.Errorf("got %s without proxies, want %s", got, want)
	}
	if got, want := from("192.0.2.0/24", header("X-Forwarded-For", "6.6.6.6, 203.0.113.5"), header("X-Real-IP", "6.6.6.6")), "203.0.113.5"; got != want {
		t.Errorf("got %s behind one proxy, want %s: what the proxy saw", got, want)
	}
	if got, want := from("10.0.0.0/8", spoof...), "192.0.2.1"; got != want {
		t.Errorf("got %s past the proxy, want %s", got, want)
	}
	if err := middleware.TrustProxies(gin.New(), []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}); err == nil {
		t.Error("got no error for trusting everybody")
	}
}

func TestTooMuchAtOnceIsSlowedByNetworkAndBySession(t *testing.T) {
	t.Parallel()
	t.Run("by network", func(t *testing.T) {
		t.Parallel()
		e := site(middleware.RateLimitByNetwork(middleware.Rate{PerSecond: 0.01, Burst: 3}, fail))
		remote := func(a string) change { return func(r *http.Request) { r.RemoteAddr = a } }
		var last *httptest.ResponseRecorder
		for range 4 {
			last = ask(e, http.MethodGet, "/page/1", nil, remote("[2001:db8::1]:1"))
		}
		if last.Code != 429 || last.Header().Get("Retry-After") == "" {
			t.Errorf("got %d, wait %q, want 429 and a time to wait", last.Code, last.Header().Get("Retry-After"))
		}
		if got := ask(e, http.MethodGet, "/page/1", nil, remote("[2001:db8::ffff]:1")).Code; got != 429 {
			t.Errorf("got %d for the same subscriber's other address, want 429", got)
		}
		if got := ask(e, http.MethodGet, "/page/1", nil, remote("[2001:db8:1::1]:1")).Code; got != 200 {
			t.Errorf("got %d for another network, want 200", got)
		}
	})
	t.Run("by session, and forms apart", func(t *testing.T) {
		t.Parallel()
		actor := models.Actor{SessionID: models.NewID()}
		known := func(c *gin.Context) { c.Request = c.Request.WithContext(models.WithActor(c.Request.Context(), actor)) }
		e := site(known, middleware.RateLimitBySession(middleware.Rate{PerSecond: 0.01, Burst: 8}, middleware.Rate{PerSecond: 0.01, Burst: 2}, middleware.Rate{}, fail))
		for i, want := range []int{200, 200, 429} {
			if got := ask(e, "POST", "/page/1", nil).Code; got != want {
				t.Errorf("form %d: got %d, want %d", i+1, got, want)
			}
		}
		for i, want := range []int{200, 200, 200, 200, 200, 429} { // three of eight are used
			if got := ask(e, "POST", "/api/v1/things/1", nil).Code; got != want {
				t.Errorf("call %d: got %d, want %d", i+1, got, want)
			}
		}
	})
	t.Run("a zero rate is no limit", func(t *testing.T) {
		t.Parallel()
		e := site(middleware.RateLimitByNetwork(middleware.Rate{}, fail))
		for range 100 {
			if got := ask(e, http.MethodGet, "/page/1", nil).Code; got != 200 {
				t.Fatalf("got %d, want 200", got)
			}
		}
	})
}

func TestAFloodOfNetworksIsRememberedWithinABound(t *testing.T) {
	t.Parallel()
	e := site(middleware.RateLimitByNetwork(middleware.Rate{PerSecond: 0.01, Burst: 1}, fail))
	for i := range 45_000 {
		a := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		if got := ask(e, http.MethodGet, "/healthz", nil, func(r *http.Request) { r.RemoteAddr = netip.AddrPortFrom(a, 1).String() }).Code; got != 200 {
			t.Fatalf("network %d: got %d, want 200", i, got)
		}
	}
}
