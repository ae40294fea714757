package handlers

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/auth"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/people"
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
	for what, secret := range s.otherSecrets(t, me) {
		bad[what] = secret
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
		if !strings.Contains(what, "refresh") && !strings.Contains(what, "line after") {
			w = s.do(t, call{method: http.MethodPost, path: "/api/v1/auth/tokens/refresh", body: doc("refresh_token", secret), bare: true})
			if w.Code != http.StatusUnauthorized && w.Code != http.StatusUnprocessableEntity {
				t.Errorf("to refresh with, %s: got %d %s, want 401 or 422", what, w.Code, w.Body)
			}
		}
		if !strings.Contains(what, "invitation") && secret != "" && !strings.ContainsAny(secret, " %") {
			w = s.do(t, call{method: http.MethodGet, path: "/invitation/" + secret})
			if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), `type="password"`) {
				t.Errorf("as an invitation, %s: got %d, want 404", what, w.Code)
			}
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

// otherSecrets are what the product gives out for one step alone: each opens
// that step and nothing else.
func (s *site) otherSecrets(t *testing.T, me models.Actor) map[string]string {
	t.Helper()
	ctx := t.Context()
	strict := accounts.New(s.DB, accounts.Settings{RequireSecondFactor: true})
	half, err := strict.SignIn(ctx, accounts.Credentials{Email: "vawg@demo.test", Password: testkit.Password, Kind: accounts.Page})
	if err != nil || !half.Pending {
		t.Fatalf("got %+v and %v, want a session that waits for its second factor", half, err)
	}
	waits := s.Actor("vawg")
	waits.SessionID = half.Actor.SessionID
	if waits.SessionID == uuid.Nil {
		found, err := strict.ByCookie(ctx, half.Token)
		if err != nil || !found.Pending {
			t.Fatalf("got %+v and %v, want the session that waits", found, err)
		}
		waits.SessionID = found.Actor.SessionID
	}
	ofHalf, err := s.deps.Edge.Tokens.Issue(waits)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := s.deps.Edge.Accounts.AskPasskey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var options struct {
		Challenge string `json:"challenge"`
	}
	if err := json.Unmarshal(asked.Options, &options); err != nil || options.Challenge == "" {
		t.Fatalf("%s: %v", asked.Options, err)
	}
	invited, err := s.deps.People.Invite(s.As("orgadmin"), people.NewInvitation{Email: "somebody.new@demo.test", Role: models.RoleCaseworker})
	if err != nil {
		t.Fatal(err)
	}
	invitation := invited.Link[strings.LastIndex(invited.Link, "/")+1:]
	out := map[string]string{
		"of a session that waits for its second factor":  half.Token,
		"made for a session that waits for its factor":   ofHalf,
		"of a passkey's ceremony":                        asked.Token,
		"that is a passkey's challenge":                  options.Challenge,
		"of an invitation":                               invitation,
		"of an invitation, under a session's prefix":     "tls_" + strings.TrimPrefix(invitation, "tli_"),
		"of a ceremony, under a session's prefix":        "tls_" + strings.TrimPrefix(asked.Token, "tlc_"),
		"of the factor that waits, under another prefix": "tlr_" + strings.TrimPrefix(half.Token, "tls_"),
		"of a recovery code":                             "ABCD-EFGH-JKLM",
		"of a recovery code, as its hash is made":        "tlx_ABCDEFGHJKLM",
		"of this browser":                                half.Device,
		"of a session, as somebody who reads the table":  me.SessionID.String(),
	}
	for what, secret := range out {
		if secret == "" {
			t.Errorf("there is no secret %s", what)
		}
	}
	return out
}
