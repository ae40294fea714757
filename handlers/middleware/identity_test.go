package middleware_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/handlers/auth"
	"throughline/handlers/middleware"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

// door is an engine with both ways in, on a real database.
type door struct {
	*testkit.Stage
	svc     *accounts.Service
	tokens  *auth.Tokens
	cache   *auth.Cache
	cookies auth.Cookies
	engine  http.Handler
	asked   *counting
}

// counting counts how often the database is asked who somebody is.
type counting struct {
	*accounts.Service
	n      atomic.Int32
	change func(*accounts.Session) // what is found is changed by; nil: by nothing
}

func (c *counting) found(s accounts.Session, err error) (accounts.Session, error) {
	c.n.Add(1)
	if c.change != nil {
		c.change(&s)
	}
	return s, err
}

func (c *counting) ByCookie(ctx context.Context, cookie string) (accounts.Session, error) {
	return c.found(c.Service.ByCookie(ctx, cookie))
}

func (c *counting) ByID(ctx context.Context, id uuid.UUID) (accounts.Session, error) {
	return c.found(c.Service.ByID(ctx, id))
}

func openDoor(t *testing.T) door {
	t.Helper()
	w := testkit.World(t)
	keys, err := auth.NewKeys(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	d := door{Stage: w, svc: accounts.New(w.DB), tokens: auth.NewTokens(keys, "https://throughline.test", time.Now), cache: auth.NewCache(), cookies: auth.NewCookies(true)}
	d.asked = &counting{Service: d.svc}
	d.engine = site(middleware.Session(d.cookies, d.asked, fail), middleware.Bearer(d.tokens, d.cache, d.asked, fail))
	return d
}

func (d door) signIn(t *testing.T, kind accounts.Kind) accounts.Started {
	t.Helper()
	s, err := d.svc.SignIn(t.Context(), accounts.Credentials{Email: "vawg@demo.test", Password: testkit.Password, Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d door) cookie(value string) change {
	return func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "__Host-throughline-session", Value: value})
	}
}

func (d door) bearer(t *testing.T, a models.Actor) change {
	t.Helper()
	raw, err := d.tokens.Issue(a)
	if err != nil {
		t.Fatal(err)
	}
	return header("Authorization", "Bearer "+raw)
}

func (d door) who(path string, changes ...change) string {
	w := ask(d.engine, http.MethodGet, path, nil, changes...)
	if w.Code != http.StatusOK {
		return http.StatusText(w.Code)
	}
	return w.Body.String()[:len(w.Body.String())-2] // without the length of the body
}

func TestACookieOpensPagesAndATokenOpensTheAPIAndNeitherTheOther(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	page, api := d.signIn(t, accounts.Page), d.signIn(t, accounts.API)
	name := d.Person("vawg").Name
	token := d.bearer(t, api.Actor)
	for _, c := range []struct {
		what, path string
		with       change
		want       string
	}{
		{"a cookie on a page", "/page/1", d.cookie(page.Token), name},
		{"a token on the API", "/api/v1/things/1", token, name},
		{"a cookie on the API", "/api/v1/things/1", d.cookie(page.Token), "nobody"},
		{"a token on a page", "/page/1", token, "nobody"},
		{"an invented cookie", "/page/1", d.cookie("tls_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "nobody"},
		{"a refresh token as a cookie", "/page/1", d.cookie(api.Token), "nobody"},
		{"a refresh token as a token", "/api/v1/things/1", header("Authorization", "Bearer "+api.Token), "nobody"},
		{"an invented token", "/api/v1/things/1", header("Authorization", "Bearer a.b.c"), "nobody"},
		{"another scheme", "/api/v1/things/1", header("Authorization", "Basic dmF3Zzp4"), "nobody"},
		{"nothing", "/page/1", func(*http.Request) {}, "nobody"},
	} {
		if got := d.who(c.path, c.with); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

func TestATokenThatDisagreesWithItsSessionIsNobodys(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	s := d.signIn(t, accounts.API)
	for name, lie := range map[string]func(*models.Actor){
		"another role":         func(a *models.Actor) { a.Role = models.RoleSystemAdmin },
		"another organisation": func(a *models.Actor) { a.OrgID = d.Person("police").Org.ID },
		"another person":       func(a *models.Actor) { a.UserID = d.Person("police").ID },
		"no such session":      func(a *models.Actor) { a.SessionID = models.NewID() },
	} {
		a := s.Actor
		lie(&a)
		if got := d.who("/api/v1/things/1", d.bearer(t, a)); got != "nobody" {
			t.Errorf("%s: got %q, want nobody", name, got)
		}
	}
}

func TestABusyTokenIsLookedUpOnceASecondAndEndedAtOnce(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	s := d.signIn(t, accounts.API)
	token := d.bearer(t, s.Actor)
	for range 50 {
		if got := d.who("/api/v1/things/1", token); got != s.Actor.Name {
			t.Fatalf("got %q, want %q", got, s.Actor.Name)
		}
	}
	if got := d.asked.n.Load(); got > 10 { // one a second
		t.Errorf("got %d look-ups for 50 requests, want one a second at most", got)
	}
	if err := d.svc.SignOut(models.WithActor(t.Context(), s.Actor)); err != nil {
		t.Fatal(err)
	}
	d.cache.Forget(s.Actor.SessionID)
	if got := d.who("/api/v1/things/1", token); got != "nobody" {
		t.Errorf("got %q after signing out, want nobody", got)
	}
}

func TestABusyCookieIsLookedUpOnceASecondAndAlwaysAtTheDoor(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	s := d.signIn(t, accounts.Page)
	for range 50 {
		if got := d.who("/page/1", d.cookie(s.Token)); got != s.Actor.Name {
			t.Fatalf("got %q, want %q", got, s.Actor.Name)
		}
	}
	if got := d.asked.n.Load(); got > 10 { // one a second
		t.Errorf("got %d look-ups for 50 pages, want one a second at most", got)
	}
	d.Do(t, "update sessions set revoked_at = now(), revoked_why = 'signed_out' where id = $1", s.Actor.SessionID)
	if got := d.who("/sign-in", d.cookie(s.Token)); got != "nobody" {
		t.Errorf("got %q where somebody signs in, want nobody at once", got)
	}
	if got := d.who("/page/1", d.cookie(s.Token)); got != "nobody" {
		t.Errorf("got %q on a page after that, want nobody", got)
	}
}

func TestWhoOwesSomethingIsAskedAboutEachTimeAndWhoWaitsIsNobody(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	page, api := d.signIn(t, accounts.Page), d.signIn(t, accounts.API)
	ways := map[string]change{"/page/1": d.cookie(page.Token), "/api/v1/things/1": d.bearer(t, api.Actor)}
	for path, with := range ways {
		d.asked.n.Store(0)
		d.asked.change = func(s *accounts.Session) { s.Pending = true }
		if got := d.who(path, with); got != "nobody" {
			t.Errorf("%s: got %q before the second factor, want nobody", path, got)
		}
		d.asked.change = func(s *accounts.Session) { s.Actor.OwesConduct = true }
		for range 3 {
			if got := d.who(path, with); got != page.Actor.Name {
				t.Errorf("%s: got %q, want who it is", path, got)
			}
		}
		if got := d.asked.n.Load(); got != 4 {
			t.Errorf("%s: got %d look-ups, want one for each request: accepting counts at once, and nobody who waits is remembered", path, got)
		}
		d.asked.change = nil
	}
}

func TestASessionThatEndedIsToldApartForTheSignInPage(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	s := d.signIn(t, accounts.Page)
	d.Do(t, "update sessions set idle_expires_at = now() where id = $1", s.Actor.SessionID)
	if got := d.who("/page/1", d.cookie(s.Token)); got != "nobody" {
		t.Errorf("got %q, want nobody", got)
	}
}

func TestAssetsAndHealthCostNoLookUp(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	s := d.signIn(t, accounts.Page)
	d.who("/static/app.css", d.cookie(s.Token))
	d.who("/healthz", d.cookie(s.Token))
	d.who("/page/1")
	if got := d.asked.n.Load(); got != 0 {
		t.Errorf("got %d look-ups, want none", got)
	}
}

// lose takes the database away from the application.
func (d door) lose(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.SuperDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, q := range []string{
		`do $$ begin execute format('revoke connect on database %I from throughline_app', current_database()); end $$`,
		`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'throughline_app'`,
	} {
		if _, err := conn.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWithoutADatabaseNobodyIsTakenForSignedOut(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	page, api := d.signIn(t, accounts.Page), d.signIn(t, accounts.API)
	token := d.bearer(t, api.Actor)
	d.lose(t)
	if got, want := d.who("/page/1", d.cookie(page.Token)), http.StatusText(http.StatusServiceUnavailable); got != want {
		t.Errorf("got %q on a page, want %q", got, want)
	}
	if got, want := d.who("/api/v1/things/1", token), http.StatusText(http.StatusServiceUnavailable); got != want {
		t.Errorf("got %q on the API, want %q", got, want)
	}
	if got := d.who("/api/v1/things/1"); got != "nobody" {
		t.Errorf("got %q without a token, want nobody and no look-up", got)
	}
}
