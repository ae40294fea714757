package handlers

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/uuid"

	"throughline/handlers/auth"
	"throughline/handlers/middleware"
	"throughline/handlers/route"
	"throughline/internal/blob"
	"throughline/internal/logging"
	"throughline/internal/outward"
	"throughline/internal/pg"
	"throughline/internal/seal"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/alerts"
	"throughline/services/approvals"
	"throughline/services/audit"
	"throughline/services/cases"
	"throughline/services/complaints"
	"throughline/services/directory"
	"throughline/services/documents"
	"throughline/services/drafts"
	"throughline/services/events"
	"throughline/services/feedback"
	"throughline/services/forms"
	"throughline/services/handoffs"
	"throughline/services/imports"
	"throughline/services/linkage"
	"throughline/services/listings"
	"throughline/services/marac"
	"throughline/services/matters"
	"throughline/services/messages"
	"throughline/services/notes"
	"throughline/services/notices"
	"throughline/services/owed"
	"throughline/services/people"
	"throughline/services/protection"
	"throughline/services/quality"
	"throughline/services/referrals"
	"throughline/services/rights"
	"throughline/services/rules"
	"throughline/services/samples"
	"throughline/services/sharing"
	statuspage "throughline/services/status"
	"throughline/services/support"
	"throughline/services/webhooks"
)

// site is the whole product behind its edge, on a database of its own, with
// everything it logs kept for a look.
type site struct {
	*testkit.Stage
	deps    Deps
	routes  []route.Route
	handler http.Handler
	doc     *openapi3.T
	find    routers.Router
	log     *logbook

	mu      sync.Mutex
	cookies map[string]*http.Cookie
}

// logbook is a log that can be read while it is written.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// depsOf joins the services as the program does.
func depsOf(t testing.TB, w *testkit.Stage, log io.Writer) Deps {
	t.Helper()
	keys, err := auth.NewKeys(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	base := &url.URL{Scheme: "http", Host: "throughline.test"}
	signIns := accounts.New(w.DB)
	second := approvals.New(w.DB)
	dir := directory.New(w.DB)
	store, err := blob.Dir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	settings := documents.DefaultOptions()
	settings.Unscanned = true
	refs := referrals.New(w.DB, models.MustCalendar(), dir)
	happened, logged := events.New(w.DB, models.MustCalendar(), dir, refs), cases.New(w.DB, models.MustCalendar(), dir)
	return Deps{
		Version: "1", Training: true, Sealer: seal.New(), Now: w.Clock.Now,
		Edge: middleware.Options{
			Base: base, Log: logging.New(log, slog.LevelInfo, true), Cookies: auth.NewCookies(false),
			Tokens: auth.NewTokens(keys, base.String(), time.Now), Cache: auth.NewCache(), Accounts: signIns,
		},
		Alerts: alerts.New(w.DB, models.MustCalendar()), Approvals: second, People: people.New(w.DB, second, base.String()), Audit: audit.New(w.DB), Quality: quality.New(w.DB),
		Cases: logged, Sharing: sharing.New(w.DB, models.MustCalendar(), dir),
		Calendar: models.MustCalendar(), Directory: dir, Drafts: drafts.New(w.DB), Documents: documents.New(w.DB, dir, store, settings),
		Notes: notes.New(w.DB, dir), Notices: notices.New(w.DB), Referrals: refs, Support: support.New(w.DB, refs), Events: happened, Handoffs: handoffs.New(w.DB, models.MustCalendar(), dir, refs), Owed: owed.New(w.DB, models.MustCalendar(), dir),
		Status:     statuspage.New(w.DB, models.MustCalendar(), signIns, statuspage.Options{Unreviewed: []string{"all"}}),
		Rights:     rights.New(w.DB, models.MustCalendar(), second),
		Rules:      rules.New(w.DB, models.MustCalendar(), second),
		Protection: protection.New(w.DB, models.MustCalendar()),
		Linkage:    linkage.New(w.DB),
		Listings:   listings.New(w.DB),
		MARAC:      marac.New(w.DB, models.MustCalendar(), dir),
		Forms:      forms.New(w.DB, dir, models.FormVersions()),
		Matters:    matters.New(w.DB, models.MustCalendar(), dir, happened),
		Samples:    samples.New(w.DB, dir),
		Complaints: complaints.New(w.DB, models.MustCalendar(), dir),
		Feedback:   feedback.New(w.DB, dir),
		Webhooks:   webhooks.New(w.DB, seal.New(), outward.New(outward.Options{Loopback: true})),
		Imports:    imports.New(w.DB, dir, store, logged, happened),

		Messages:     messages.New(w.DB, messages.Carriers{Email: nowhere{}, Text: nowhere{}}, slog.New(slog.DiscardHandler)),
		ReceiptToken: receiptToken,
	}
}

func open(t testing.TB) *site {
	t.Helper()
	// One person here does the work of many.
	return openCapped(t, pg.Caps{Opened: pg.Cap{"": 1000}, Listed: pg.Cap{"": 10_000}})
}

// openCapped is open with caps on the records that one person may see.
func openCapped(t testing.TB, caps pg.Caps) *site {
	t.Helper()
	s := &site{Stage: testkit.World(t), log: &logbook{}, cookies: map[string]*http.Cookie{}}
	s.DB = s.Another(t, caps)
	s.deps = depsOf(t, s.Stage, s.log)
	var err error
	if s.handler, err = New(s.deps); err != nil {
		t.Fatal(err)
	}
	s.routes = Routes(s.deps)
	d := description(t)
	s.doc, s.find = d.doc, d.find
	return s
}

// call is one request and whatever has to be told about it.
type call struct {
	who          string // "" is nobody
	method, path string
	body         string
	headers      header
	bare         bool // its answer is not held against the description: there are too many
}

// do sends a request as somebody would: to the API with an access token, to a
// page with a cookie. Every answer of the API is held against its description.
func (s *site) do(t testing.TB, c call) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
	r.Host = s.deps.Edge.Base.Host
	isAPI := strings.HasPrefix(c.path, "/api/v1/")
	switch {
	case c.body != "" && isAPI:
		r.Header.Set("Content-Type", "application/json")
	case c.body != "":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.who != "" {
		s.signIn(t, r, c.who, isAPI)
	}
	for name, value := range c.headers {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if !c.bare {
		s.hold(t, r, w)
	}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
		holdTable(t, r, w)
	}
	return w
}

// holdTable fails the test where a cell of a table that leaves is a formula.
func holdTable(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(w.Body.Bytes())).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Errorf("%s %s: got %d rows and %v, want a table", r.Method, r.URL.Path, len(rows), err)
	}
	for _, cell := range slices.Concat(rows...) {
		if models.SheetText(cell) != cell {
			t.Errorf("%s %s: a spreadsheet takes %q for a formula", r.Method, r.URL.Path, cell)
		}
	}
}

func (s *site) signIn(t testing.TB, r *http.Request, who string, isAPI bool) {
	t.Helper()
	if isAPI {
		token, err := s.deps.Edge.Tokens.Issue(s.Actor(who))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cookies[who] == nil {
		w := httptest.NewRecorder()
		s.deps.Edge.Cookies.SetSession(w, s.proven(t, who), time.Now().Add(12*time.Hour))
		s.cookies[who] = w.Result().Cookies()[0]
	}
	r.AddCookie(s.cookies[who])
}

// proven opens a page's session of somebody who has just proved who they are,
// and returns its secret. Signing in itself is accounts' to test.
func (s *site) proven(t testing.TB, who string) string {
	t.Helper()
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	token := "tls_" + base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(token))
	p := s.Person(who)
	s.Do(t, `insert into sessions (id, user_id, org_id, role, kind, token_hash, created_at, idle_expires_at, expires_at, stepped_up_at)
		values ($1, $2, $3, $4, 'page', $5, now(), now() + interval '30 minutes', now() + interval '12 hours', now())`,
		uuid.New(), p.ID, p.Org.ID, p.Role, hash[:])
	return token
}

// hold fails the test where an answer is not one the description knows.
func (s *site) hold(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	found, params, err := s.find.FindRoute(r)
	if err != nil {
		return // a page, or an address that is none
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: r, PathParams: params, Route: found,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
		},
		Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		t.Errorf("%s %s: %d %.400s\nis not an answer of the description: %.800v", r.Method, found.Path, w.Code, w.Body, err)
	}
}

// oneOfEach is somebody of each role, in the order of models.Roles.
func (s *site) oneOfEach(t testing.TB) map[models.Role]string {
	t.Helper()
	out := map[models.Role]string{}
	names := make([]string, 0, len(s.People()))
	for name := range s.People() {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if r := s.Person(name).Role; out[r] == "" {
			out[r] = name
		}
	}
	for _, r := range models.Roles() {
		if out[r] == "" {
			t.Fatalf("nobody on the stage is a %s", r)
		}
	}
	return out
}

// filled puts values into the parameters of a path.
func filled(path, value string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") || strings.HasPrefix(p, "*") {
			parts[i] = value
		}
	}
	return strings.Join(parts, "/")
}

// anID is the id of nothing.
func anID() string { return uuid.NewString() }
