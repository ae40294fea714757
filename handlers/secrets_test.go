package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"throughline/handlers/auth"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

// TestNoSecretButItsOwnOpensAFace tries every other secret of the product, and
// tokens that are nearly one, where an access token or a cookie belongs: each
// is nobody's, and is told no more than none at all.
func TestNoSecretButItsOwnOpensAFace(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	started, err := s.deps.Edge.Accounts.SignIn(ctx, accounts.Credentials{Email: "support@demo.test", Password: testkit.Password, Kind: accounts.API})
	if err != nil {
		t.Fatal(err)
	}
	browser, err := s.deps.Edge.Accounts.SignIn(ctx, accounts.Credentials{Email: "police@demo.test", Password: testkit.Password, Kind: accounts.Page})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := auth.NewKeys(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	issued := func(tokens *auth.Tokens, a models.Actor) string {
		out, err := tokens.Issue(a)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	me := s.Actor("police")
	ours := issued(s.deps.Edge.Tokens, me)
	gone := me
	gone.SessionID = models.NewID()
	other := me
	other.UserID = s.Person("police.manager").ID
	parts := strings.Split(ours, ".")
	base := s.deps.Edge.Base.String()
	bad := map[string]string{
		"a refresh token":                         started.Token,
		"a cookie's":                              browser.Token,
		"of another server's key":                 issued(auth.NewTokens(keys, base, time.Now), me),
		"of a session that is not there":          issued(s.deps.Edge.Tokens, gone),
		"of somebody else on this session":        issued(s.deps.Edge.Tokens, other),
		"without a signature":                     parts[0] + "." + parts[1] + ".",
		"with half a signature":                   ours[:len(ours)-20],
		"that says it needs none":                 "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"with the key of the signature as a text": "eyJhbGciOiJIUzI1NiJ9." + parts[1] + "." + parts[2],
		"twice":                                 ours + "." + parts[2],
		"a password":                            testkit.Password,
		"nothing":                               "",
		"an identity, as the database knows it": me.SessionID.String(),
		"with a line after it":                  ours + "%0d%0aX-Evil:1",
		"a person's address":                    "police@demo.test",
	}
	ask := func(path string, set func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = s.deps.Edge.Base.Host
		set(r)
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		return w
	}
	if w := ask("/api/v1/me", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+ours) }); w.Code != http.StatusOK {
		t.Fatalf("our own: got %d %s", w.Code, w.Body)
	}
	none := problemOf(t, ask("/api/v1/me", func(*http.Request) {}))
	name := s.cookieName(t)
	for what, secret := range bad {
		w := ask("/api/v1/me", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) })
		if p := problemOf(t, w); w.Code != http.StatusUnauthorized || p.Code != none.Code || secret != "" && strings.Contains(w.Body.String(), secret) {
			t.Errorf("a token %s: got %d %s, want 401", what, w.Code, w.Body)
		}
		if secret == browser.Token {
			continue // it is a cookie's
		}
		w = ask("/cases", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: name, Value: secret}) })
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("a cookie %s: got %d %v, want to be led to sign in", what, w.Code, w.Header())
		}
	}
	for what, set := range map[string]func(*http.Request){
		"a cookie alone":         func(r *http.Request) { r.AddCookie(&http.Cookie{Name: name, Value: browser.Token}) },
		"a token in the address": func(r *http.Request) { r.URL.RawQuery = "access_token=" + ours },
		"another scheme":         func(r *http.Request) { r.Header.Set("Authorization", "Basic "+ours) },
		"two of them":            func(r *http.Request) { r.Header["Authorization"] = []string{"Bearer " + ours, "Bearer " + ours} },
	} {
		if w := ask("/api/v1/me", set); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %d %s, want 401", what, w.Code, w.Body)
		}
	}
	// What was refused does not end what it was made of.
	if w := ask("/api/v1/me", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+ours) }); w.Code != http.StatusOK {
		t.Errorf("our own, afterwards: got %d", w.Code)
	}
}

func (s *site) cookieName(t *testing.T) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	s.signIn(t, r, "vawg", false)
	return r.Cookies()[0].Name
}
