package v1_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/handlers"
	"throughline/handlers/auth"
	"throughline/handlers/middleware"
	"throughline/internal/seal"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/audit"
)

// office is a stage with the whole server in front of it.
type office struct {
	*testkit.Stage
	server http.Handler
	op     *accounts.Operator
}

func open(t *testing.T) office {
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
			Base: base, Log: slog.New(slog.DiscardHandler), Limits: middleware.DefaultLimits(), Cookies: auth.NewCookies(true),
			Tokens: auth.NewTokens(keys, base.String(), time.Now), Cache: auth.NewCache(), Accounts: accounts.New(w.DB),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return office{Stage: w, server: server, op: accounts.NewOperator(w.Owner)}
}

// call sends JSON and returns the answer; body "" sends none.
func (o office) call(method, path, body, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://throughline.test"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	o.server.ServeHTTP(w, r)
	return w
}

func credentials(who, password string) string {
	b, _ := json.Marshal(map[string]string{"email": who + "@demo.test", "password": password})
	return string(b)
}

type tokens struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
	Refresh string `json:"refresh_token"`
}

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("status %d: %v", w.Code, err)
	}
	return out
}

func (o office) signIn(t *testing.T, who string) tokens {
	t.Helper()
	w := o.call("POST", "/api/v1/auth/tokens", credentials(who, testkit.Password), "")
	if w.Code != http.StatusOK {
		t.Fatalf("signing in as %s: got %d, want 200", who, w.Code)
	}
	return decode[tokens](t, w)
}

func (o office) refresh(token string) *httptest.ResponseRecorder {
	return o.call("POST", "/api/v1/auth/tokens/refresh", `{"refresh_token":"`+token+`"}`, "")
}

func (o office) wantStatus(t *testing.T, what string, w *httptest.ResponseRecorder, want int) {
	t.Helper()
	if w.Code != want {
		t.Errorf("%s: got %d, want %d", what, w.Code, want)
	}
}

func TestSigningInByAPI(t *testing.T) {
	t.Parallel()
	o := open(t)
	got := o.signIn(t, "vawg")
	if got.Type != "Bearer" || got.Expires != 600 || got.Access == "" || got.Refresh == "" {
		t.Errorf("got type %q, %d seconds", got.Type, got.Expires)
	}
	w := o.call("GET", "/api/v1/me", "", got.Access)
	o.wantStatus(t, "me", w, 200)
	me := decode[struct {
		ID, Name, Role string
		Organisation   struct{ ID, Name, Kind string }
		Permissions    []string
	}](t, w)
	p := o.Person("vawg")
	if me.ID != p.ID.String() || me.Name != p.Name || me.Role != string(p.Role) || me.Organisation.ID != p.Org.ID.String() ||
		me.Organisation.Kind != string(p.Org.Kind) || !slices.Contains(me.Permissions, string(models.ReferralAnswer)) {
		t.Errorf("got %+v", me)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("got Cache-Control %q, want no-store", got)
	}
}

func TestColleaguesByAPI(t *testing.T) {
	t.Parallel()
	o := open(t)
	token := o.signIn(t, "caseworker").Access
	var seen []string
	path := "/api/v1/people?assignable=true&limit=1"
	for i := range 20 {
		page := decode[struct {
			Items []struct {
				ID     string
				Active bool
			}
			Next *string
		}](t, o.call("GET", path, "", token))
		for _, p := range page.Items {
			seen = append(seen, p.ID)
			if !p.Active {
				t.Error("got somebody who cannot sign in among those who can be given work")
			}
		}
		if page.Next == nil {
			break
		}
		path = "/api/v1/people?assignable=true&limit=1&" + []string{"cursor", "next"}[i%2] + "=" + *page.Next
	}
	want := o.Count(t, "select count(*) from users where org_id = $1 and role in ('caseworker', 'manager', 'provider_worker', 'provider_manager')", o.Person("caseworker").Org.ID)
	if len(seen) != want || !slices.Contains(seen, o.Person("caseworker").ID.String()) {
		t.Errorf("got %d colleagues, want %d and oneself among them", len(seen), want)
	}
	first := decode[struct{ Next *string }](t, o.call("GET", "/api/v1/people?limit=1", "", token))
	if first.Next == nil {
		t.Fatal("got one page of colleagues, want more")
	}
	for path, want := range map[string]int{
		"/api/v1/people?limit=1&cursor=" + *first.Next + "&next=" + *first.Next: 400, "/api/v1/people?limit=1&next=" + *first.Next: 200,
		"/api/v1/people?limit=0": 400, "/api/v1/people?limit=101": 400, "/api/v1/people?cursor=x": 400, "/api/v1/people?next=x": 400, "/api/v1/people?cursor=x&next=x": 400, "/api/v1/people?org=1": 400, "/api/v1/people?assignable=maybe": 422,
	} {
		o.wantStatus(t, path, o.call("GET", path, "", token), want)
	}
}

func TestSigningOutByAPIReachesEveryTokenOfTheSession(t *testing.T) {
	t.Parallel()
	o := open(t)
	first, other := o.signIn(t, "vawg"), o.signIn(t, "vawg")
	second := decode[tokens](t, o.refresh(first.Refresh))
	o.wantStatus(t, "before", o.call("GET", "/api/v1/me", "", first.Access), 200)
	o.wantStatus(t, "sign out", o.call("DELETE", "/api/v1/auth/session", "", second.Access), 204)
	for name, token := range map[string]string{"first": first.Access, "second": second.Access} {
		for _, path := range []string{"/api/v1/me", "/api/v1/reasons"} {
			o.wantStatus(t, name+" access token on "+path, o.call("GET", path, "", token), 401)
		}
	}
	o.wantStatus(t, "refresh token", o.refresh(second.Refresh), 401)
	o.wantStatus(t, "signing out twice", o.call("DELETE", "/api/v1/auth/session", "", second.Access), 401)
	o.wantStatus(t, "another session", o.call("GET", "/api/v1/me", "", other.Access), 200)
}

func TestADisabledPersonsNextRequestIsRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	got := o.signIn(t, "vawg")
	o.wantStatus(t, "before", o.call("GET", "/api/v1/me", "", got.Access), 200)
	if err := o.op.DisableUser(t.Context(), "vawg@demo.test"); err != nil {
		t.Fatal(err)
	}
	o.wantStatus(t, "the next request", o.call("GET", "/api/v1/me", "", got.Access), 401)
	o.wantStatus(t, "a refresh", o.refresh(got.Refresh), 401)
	o.wantStatus(t, "signing in", o.call("POST", "/api/v1/auth/tokens", credentials("vawg", testkit.Password), ""), 401)
}

func TestAReplayedRefreshTokenIsRefusedAndEndsTheFamily(t *testing.T) {
	t.Parallel()
	o := open(t)
	first := o.signIn(t, "vawg")
	second := decode[tokens](t, o.refresh(first.Refresh))
	third := decode[tokens](t, o.refresh(second.Refresh))
	o.wantStatus(t, "the replay", o.refresh(first.Refresh), 401)
	o.wantStatus(t, "the newest refresh token", o.refresh(third.Refresh), 401)
	o.wantStatus(t, "the newest access token", o.call("GET", "/api/v1/me", "", third.Access), 401)
}

var seconds = regexp.MustCompile(`[0-9]+ seconds?`)

// Nothing but the request's id may tell a known address from an unknown one.
func TestKnownAndUnknownAddressesGetTheSameBytes(t *testing.T) {
	t.Parallel()
	o := open(t)
	ask := func(who string) (int, http.Header, string) {
		w := o.call("POST", "/api/v1/auth/tokens", credentials(who, "not the password at all"), "")
		id := w.Header().Get("X-Request-Id")
		h := w.Header().Clone()
		h.Del("X-Request-Id")
		wait := h.Get("Retry-After") // a second may pass between the two
		h.Del("Retry-After")
		h.Del("Content-Length")
		if n, err := strconv.Atoi(wait); w.Code == 429 && (err != nil || n < 1 || n > 5) {
			t.Errorf("got Retry-After %q, want seconds", wait)
		}
		return w.Code, h, seconds.ReplaceAllString(strings.ReplaceAll(w.Body.String(), id, ""), "")
	}
	for try := range 5 { // the fifth is slowed
		code1, h1, body1 := ask("vawg")
		code2, h2, body2 := ask("nobody-of-that-name")
		if code1 != code2 || body1 != body2 || !maps.EqualFunc(h1, h2, slices.Equal) {
			t.Errorf("try %d: got %d %s and %d %s, want the same", try+1, code1, body1, code2, body2)
		}
		want := 401
		if try == 4 {
			want = 429
		}
		if code1 != want {
			t.Errorf("try %d: got %d, want %d", try+1, code1, want)
		}
	}
}

func TestWhatIsNoSignInIsRefusedBeforeAnythingIsCounted(t *testing.T) {
	t.Parallel()
	o := open(t)
	for body, want := range map[string]int{
		`{}`:                           422,
		`{"email":"a@demo.test"}`:      422,
		`{"email":"","password":"x"}`:  422,
		`{"email":1,"password":["x"]}`: 422,
		`{"email":"a","password":"zzcanary","role":"system_admin"}`: 422,
		`{"email":"a","email":"b","password":"x"}`:                  400,
		`{"EMAIL":"a@demo.test","password":"zzcanary"}`:             400,
		`{"email":"a@demo.test","password":"zzcanary"}{}`:           400,
		`null`: 400,
		`[]`:   400,
		`{"email":"zz\u0000@demo.test","password":"x"}`:                                400,
		`{"email":"` + strings.Repeat("a", 300) + `","password":"x"}`:                  422,
		`{"email":"a@demo.test","password":"` + strings.Repeat("zzcanary", 100) + `"}`: 422,
		`{"email":"a@demo.test","password":"` + strings.Repeat("x", 2<<20) + `"}`:      413,
	} {
		w := o.call("POST", "/api/v1/auth/tokens", body, "")
		o.wantStatus(t, body[:min(len(body), 60)], w, want)
		if bytes.Contains(w.Body.Bytes(), []byte("zzcanary")) {
			t.Errorf("%.60s: the answer repeats what was sent", body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "https://throughline.test/api/v1/auth/tokens", strings.NewReader(credentials("vawg", testkit.Password)))
	r.Header.Set("Content-Type", "text/plain")
	w := httptest.NewRecorder()
	o.server.ServeHTTP(w, r)
	o.wantStatus(t, "as text", w, 415)
	if n := o.Count(t, "select count(*) from sign_in_attempts"); n != 0 {
		t.Errorf("got %d guesses counted, want none", n)
	}
	for body, want := range map[string]int{`{}`: 422, `{"refresh_token":""}`: 422, `{"refresh_token":"x"}`: 401, `{"refresh_token":1}`: 422} {
		o.wantStatus(t, body, o.call("POST", "/api/v1/auth/tokens/refresh", body, ""), want)
	}
}

func TestATokenOfAnotherInstallationIsNobodys(t *testing.T) {
	t.Parallel()
	o := open(t)
	keys, err := auth.NewKeys(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := auth.NewTokens(keys, "https://throughline.test", time.Now).Issue(o.Actor("vawg"))
	if err != nil {
		t.Fatal(err)
	}
	o.wantStatus(t, "another key", o.call("GET", "/api/v1/me", "", foreign), 401)
	o.wantStatus(t, "no token", o.call("GET", "/api/v1/me", "", ""), 401)
	o.wantStatus(t, "no token, to sign out", o.call("DELETE", "/api/v1/auth/session", "", ""), 401)
	if got := o.call("GET", "/api/v1/me", "", "").Header().Get("Www-Authenticate"); got != "Bearer" {
		t.Errorf("got WWW-Authenticate %q, want Bearer", got)
	}
}
