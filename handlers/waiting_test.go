package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"throughline/handlers/route"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

// strictly is a site that lets nobody in with a password alone.
func strictly(t testing.TB) *site {
	t.Helper()
	s := open(t)
	s.deps.Edge.Accounts = accounts.New(s.DB, accounts.Settings{RequireSecondFactor: true})
	var err error
	if s.handler, err = New(s.deps); err != nil {
		t.Fatal(err)
	}
	return s
}

// half is the cookie of somebody who has given their password and no more.
func (s *site) half(t testing.TB, who string) *http.Cookie {
	t.Helper()
	w := s.form(t, nil, "/sign-in", url.Values{"email": {who + "@demo.test"}, "password": {testkit.Password}, "next": {"/cases"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in/code?next=%2Fcases" {
		t.Fatalf("got %d to %q, want to be asked for the second factor", w.Code, w.Header().Get("Location"))
	}
	return w.Result().Cookies()[0]
}

// form posts a form with a cookie.
func (s *site) form(t testing.TB, cookie *http.Cookie, path string, values url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return s.with(t, cookie, http.MethodPost, path, values.Encode())
}

func (s *site) with(t testing.TB, cookie *http.Cookie, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = s.deps.Edge.Base.Host
	switch {
	case strings.HasPrefix(path, "/api/"):
		r.Header.Set("Content-Type", "application/json")
	case method == http.MethodPost:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != nil {
		r.AddCookie(cookie)
		if strings.HasPrefix(path, "/api/") {
			r.Header.Set("Authorization", "Bearer "+cookie.Value)
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// TestASessionThatWaitsReachesNothing asks every route of the table with a
// session whose holder has given a password and no second factor: each that is
// not open to anybody answers as to nobody.
func TestASessionThatWaitsReachesNothing(t *testing.T) {
	t.Parallel()
	s := strictly(t)
	asked := 0
	for _, who := range []string{"police", "privacy", "admin"} {
		cookie := s.half(t, who)
		for _, r := range s.routes {
			if r.Need == models.Public || strings.HasSuffix(r.Path, "/sign-out") {
				continue
			}
			asked++
			w := s.with(t, cookie, r.Method, filled(r.Path, anID()), "")
			if r.JSON && w.Code != http.StatusUnauthorized || !r.JSON && (w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in/code")) {
				t.Errorf("%s as a %s who waits: got %d to %q, want to be asked for the second factor", r.Name(), who, w.Code, w.Header().Get("Location"))
			}
		}
		s.onlySetsUp(t, cookie, who)
	}
	if asked < 300 {
		t.Errorf("asked %d times, want the whole table", asked)
	}
}

// onlySetsUp holds what is open to anybody to showing a session that waits
// nothing of its person's work.
func (s *site) onlySetsUp(t *testing.T, cookie *http.Cookie, who string) {
	t.Helper()
	for _, r := range s.routes {
		if r.Need != models.Public || r.Method != http.MethodGet || r.JSON || strings.HasPrefix(r.Path, "/static") {
			continue
		}
		w := s.with(t, cookie, r.Method, filled(r.Path, "x"), "")
		for _, word := range []string{s.Person(who).Name, "tl-header__out", "govuk-service-navigation"} {
			if strings.Contains(w.Body.String(), word) && r.Path != "/sign-in/set-up/app" {
				t.Errorf("%s shows %q to a session that waits", r.Name(), word)
			}
		}
	}
	if w := s.with(t, cookie, http.MethodGet, "/sign-in/code", ""); w.Header().Get("Location") != "/sign-in/set-up" {
		t.Errorf("got %d to %q, want to be led to setting up", w.Code, w.Header().Get("Location"))
	}
}

// Nobody can say which routes ask for a fresh proof but the table, so the table
// is asked: each is refused without one and not with one.
func TestEveryRouteThatAsksForAProofRefusesWithoutOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	people := s.oneOfEach(t)
	for _, r := range s.routes {
		if !r.StepUp {
			continue
		}
		who := may(r, people)
		before := s.fresh(t, who, r, false)
		if r.JSON {
			if before.Code != http.StatusForbidden || !strings.Contains(before.Body.String(), models.FieldStepUp) {
				t.Errorf("%s as %s without a proof: got %d %s, want 403 %s", r.Name(), who, before.Code, before.Body, models.FieldStepUp)
			}
		} else if before.Code != http.StatusSeeOther || !strings.HasPrefix(before.Header().Get("Location"), "/account/confirm") {
			t.Errorf("%s as %s without a proof: got %d to %q, want to be asked for one", r.Name(), who, before.Code, before.Header().Get("Location"))
		}
		after := s.fresh(t, who, r, true)
		if strings.HasPrefix(after.Header().Get("Location"), "/account/confirm") || strings.Contains(after.Body.String(), models.FieldStepUp) {
			t.Errorf("%s as %s with a proof: got %d to %q", r.Name(), who, after.Code, after.Header().Get("Location"))
		}
	}
}

func may(r route.Route, people map[models.Role]string) string {
	for _, role := range models.Roles() {
		if (models.Actor{Role: role}).Can(r.Need) {
			return people[role]
		}
	}
	return ""
}

// fresh asks a route as somebody whose proof is fresh, or was never given.
func (s *site) fresh(t *testing.T, who string, r route.Route, proven bool) *httptest.ResponseRecorder {
	t.Helper()
	kind := accounts.Page
	if r.JSON {
		kind = accounts.API
	}
	started, err := s.deps.Edge.Accounts.SignIn(t.Context(), accounts.Credentials{Email: who + "@demo.test", Password: testkit.Password, Kind: kind})
	if err == nil && proven {
		started, err = s.deps.Edge.Accounts.Prove(models.WithActor(t.Context(), started.Actor), accounts.Proof{Password: testkit.Password})
	}
	if err != nil {
		t.Fatal(err)
	}
	value := started.Token
	if r.JSON {
		if value, err = s.deps.Edge.Tokens.Issue(started.Actor); err != nil {
			t.Fatal(err)
		}
	}
	return s.with(t, &http.Cookie{Name: "throughline-session", Value: value}, r.Method, filled(r.Path, anID()), "")
}
