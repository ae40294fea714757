package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/handlers/middleware"
	"throughline/internal/testkit"
	"throughline/models"
)

func init() { furtherScenes = append(furtherScenes, clientScenes) }

func clientScenes() map[string]func(setting) scene {
	on := func(suffix, body string) func(setting) scene {
		return func(s setting) scene {
			id := s.system(s.t, models.CaseRead).ID.String()
			return scene{who: "orgadmin", id: id, path: "/api/v1/clients/" + id + suffix, body: body}
		}
	}
	return map[string]func(setting) scene{
		"GET /api/v1/clients/{id}":          on("", ""),
		"POST /api/v1/clients/{id}/secrets": on("/secrets", `{"at_once":true}`),
		"POST /api/v1/clients/{id}/revoke":  on("/revoke", ""),
		"POST /api/v1/clients": func(setting) scene {
			return scene{who: "orgadmin", path: "/api/v1/clients", body: doc("name", "System "+anID(), "role", "caseworker", "scopes", []string{"case:read"})}
		},
		"POST /api/v1/oauth/token": func(s setting) scene {
			m := s.system(s.t, models.CaseRead)
			return scene{path: "/api/v1/oauth/token", body: doc("grant_type", "client_credentials", "client_id", m.ID, "client_secret", m.Secret)}
		},
	}
}

// system makes the credentials of a system of the London Victim Service.
func (s *site) system(t testing.TB, scopes ...models.Permission) models.Machine {
	t.Helper()
	m, err := s.deps.Edge.Accounts.MakeMachine(s.As("orgadmin"), models.Machine{Name: "System " + anID(), Role: models.RoleCaseworker, Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// grants asks for a token as OAuth libraries do: a form, and who asks by Basic.
func (s *site) grants(t testing.TB, id, secret string, more ...string) *httptest.ResponseRecorder {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, s.deps.Edge.Base.String()+"/api/v1/oauth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// token is what a system got, and its status.
func (s *site) tokenOf(t testing.TB, m models.Machine, secret string, more ...string) (string, int) {
	t.Helper()
	w := s.grants(t, m.ID.String(), secret, more...)
	var out struct {
		AccessToken string `json:"access_token"`
	}
	_ = json.Unmarshal(w.Body.Bytes(), &out)
	return out.AccessToken, w.Code
}

// by asks as the holder of a token.
func (s *site) by(t testing.TB, token, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, call{method: method, path: path, body: body, headers: header{"Authorization": "Bearer " + token, "Idempotency-Key": anID()}})
}

// TestASystemReadsWhatItsOrganisationReadsAndDoesNoMoreThanItsScopes.
func TestASystemReadsWhatItsOrganisationReadsAndDoesNoMoreThanItsScopes(t *testing.T) {
	t.Parallel()
	s := open(t)
	m := s.system(t, models.CaseRead, models.CaseCreate)
	ours, theirs := s.Case(t, s.As("caseworker")), s.Case(t, s.As("police"))
	token, code := s.tokenOf(t, m, m.Secret)
	if code != http.StatusOK {
		t.Fatalf("a right secret: got %d", code)
	}
	for _, step := range []struct {
		what, method, path, body string
		want                     int
	}{
		{"a case of its organisation", "GET", "/api/v1/cases/" + ours.ID.String(), "", 200},
		{"a case of another", "GET", "/api/v1/cases/" + theirs.ID.String(), "", 404},
		{"what it is", "GET", "/api/v1/me", "", 200},
		{"a scope it was not given", "GET", "/api/v1/referrals?box=sent", "", 403},
		{"a permission that no system gets", "POST", "/api/v1/break-glass", "{}", 403},
		{"people's management", "GET", "/api/v1/invitations", "", 403},
		{"credentials of systems", "GET", "/api/v1/clients", "", 403},
		{"a proof", "POST", "/api/v1/auth/step-up", `{"password":"` + testkit.Password + `"}`, 403},
		{"the code of conduct", "POST", "/api/v1/conduct/acceptances", `{"version":"1"}`, 403},
	} {
		if w := s.by(t, token, step.method, step.path, step.body); w.Code != step.want {
			t.Errorf("%s: got %d %.200s, want %d", step.what, w.Code, w.Body, step.want)
		}
	}
	if w := s.by(t, token, "GET", "/api/v1/me", ""); !strings.Contains(w.Body.String(), `"permissions":["case:create","case:read"]`) {
		t.Errorf("what it is told that it may do: %s", w.Body)
	}
	made := s.by(t, token, "POST", "/api/v1/cases", aCase())
	if made.Code != http.StatusCreated {
		t.Fatalf("logging a case: got %d %s", made.Code, made.Body)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'case.logged' and actor_user_id = $1 and actor_org_id = $2", m.ID, s.Org(testkit.OrgVictims).ID); n != 1 {
		t.Errorf("the trail names the system %d times, want once", n)
	}
	if w := s.do(t, call{who: "caseworker.manager", method: "GET", path: "/api/v1/audit/events?limit=50"}); !strings.Contains(w.Body.String(), m.Name+" (a system)") {
		t.Errorf("the trail does not say that a system did it: %.900s", w.Body)
	}
	// A part of what it may do, and nothing beside it.
	part, code := s.tokenOf(t, m, m.Secret, "scope", "case:read")
	if w := s.by(t, part, "POST", "/api/v1/cases", aCase()); code != 200 || w.Code != http.StatusForbidden {
		t.Errorf("a token for reading logs a case: got %d and %d", code, w.Code)
	}
	if _, code := s.tokenOf(t, m, m.Secret, "scope", "case:read referral:send"); code != http.StatusUnprocessableEntity {
		t.Errorf("a scope it was not given: got %d, want 422", code)
	}
	// It is nobody's colleague.
	for _, path := range []string{"/api/v1/people", "/api/v1/people?assignable=true"} {
		if w := s.do(t, call{who: "caseworker.manager", method: "GET", path: path}); strings.Contains(w.Body.String(), m.ID.String()) {
			t.Errorf("%s lists a system", path)
		}
	}
	if w := s.do(t, call{who: "orgadmin", method: "GET", path: "/api/v1/people/" + m.ID.String()}); w.Code != http.StatusNotFound {
		t.Errorf("a system among the people: got %d", w.Code)
	}
}

// TestASystemsCredentialsRotateWithAnOverlapAndEndAtOnceWhenRevoked.
func TestASystemsCredentialsRotateWithAnOverlapAndEndAtOnceWhenRevoked(t *testing.T) {
	t.Parallel()
	s := open(t)
	svc := s.deps.Edge.Accounts
	m := s.system(t, models.CaseRead)
	opens := func(when string, want ...bool) func(secrets ...string) {
		return func(secrets ...string) {
			t.Helper()
			for i, secret := range secrets {
				if _, code := s.tokenOf(t, m, secret); (code == 200) != want[i] {
					t.Errorf("%s, secret %d: got %d, want it to open: %v", when, i+1, code, want[i])
				}
			}
		}
	}
	rotate := func(atOnce bool) string {
		t.Helper()
		out, err := svc.RotateMachine(s.As("orgadmin"), m.ID, atOnce)
		if err != nil {
			t.Fatal(err)
		}
		return out.Secret
	}
	first := m.Secret
	second := rotate(false)
	opens("rotated", true, true)(first, second)
	third := rotate(false)
	opens("rotated twice", false, true, true)(first, second, third)
	s.Do(t, "update machine_secrets set ends_at = now() - interval '1 second' where client_id = $1 and ends_at > now()", m.ID)
	opens("a day later", false, true)(second, third)
	fourth := rotate(true)
	opens("rotated at once", false, true)(third, fourth)
	if w := s.grants(t, uuid.NewString(), fourth); w.Code != http.StatusUnauthorized {
		t.Errorf("another id: got %d", w.Code)
	}
	if w := s.grants(t, m.ID.String(), fourth, "client_id", m.ID.String()); w.Code != http.StatusBadRequest {
		t.Errorf("said twice: got %d", w.Code)
	}
	if n := s.Count(t, "select count(*) from machine_secrets where last_used_at is not null and client_id = $1", m.ID); n != 4 {
		t.Errorf("%d secrets say when they were last used, want 4", n)
	}

	token, _ := s.tokenOf(t, m, fourth)
	if w := s.by(t, token, "GET", "/api/v1/cases", ""); w.Code != 200 {
		t.Fatalf("before it is revoked: got %d %s", w.Code, w.Body)
	}
	if _, err := svc.RevokeMachine(s.As("orgadmin"), m.ID); err != nil {
		t.Fatal(err)
	}
	if w := s.by(t, token, "GET", "/api/v1/cases", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a token of before, once it is revoked: got %d, want 401", w.Code)
	}
	opens("revoked", false)(fourth)
	if _, err := svc.RotateMachine(s.As("orgadmin"), m.ID, false); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a secret for one that was revoked: got %v, want a conflict", err)
	}
	for what, q := range map[string]string{
		"let back in":         "update users set disabled_at = null where id = $1",
		"made a manager":      "update users set role = 'manager' where id = $1",
		"given a password":    "update users set password_hash = 'x' where id = $1",
		"made a person":       "update users set machine = false where id = $1",
		"given a page":        "insert into sessions (id, user_id, org_id, role, kind, token_hash, idle_expires_at, expires_at) select gen_random_uuid(), id, org_id, role, 'page', sha256('x'), now(), now() from users where id = $1",
		"given a proof":       "update sessions set stepped_up_at = now() where user_id = $1",
		"given another scope": "update sessions set scopes = '{case:read,case:create}' where user_id = $1",
	} {
		if _, err := s.Owner.Exec(t.Context(), q, m.ID); err == nil {
			t.Errorf("a system was %s", what)
		}
	}
	for action, want := range map[string]int{"client.made": 1, "client.rotated": 3, "client.revoked": 1} {
		if n := s.Count(t, "select count(*) from audit_events where action = $1 and subject_id = $2", action, m.ID); n != want {
			t.Errorf("the trail has %d of %s, want %d", n, action, want)
		}
	}
}

// TestASystemThatAsksTooOftenIsToldHowLongToWait: for tokens by the database, for
// the rest by the process, and wrong secrets slow nobody who has a right one.
func TestASystemThatAsksTooOftenIsToldHowLongToWait(t *testing.T) {
	t.Parallel()
	s := open(t)
	m := s.system(t, models.CaseRead)
	for i := range 22 {
		if _, code := s.tokenOf(t, m, fmt.Sprint("tlk_wrong", i)); code != http.StatusUnauthorized && i < 20 {
			t.Fatalf("wrong secret %d: got %d", i, code)
		} else if i >= 20 && code != http.StatusTooManyRequests {
			t.Errorf("wrong secret %d: got %d, want 429", i, code)
		}
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'session.refused' and subject_id = $1 and actor_org_id = $2", m.ID, s.Org(testkit.OrgVictims).ID); n != 20 {
		t.Errorf("the trail has %d refusals, want 20", n)
	}
	var token, other string
	for i := range 30 {
		var code int
		other = token
		if token, code = s.tokenOf(t, m, m.Secret); code != 200 {
			t.Fatalf("token %d: got %d", i, code)
		}
	}
	w := s.grants(t, m.ID.String(), m.Secret)
	if wait, _ := strconv.Atoi(w.Header().Get("Retry-After")); w.Code != http.StatusTooManyRequests || wait < 1 || wait > 60 {
		t.Errorf("a token more than thirty in a minute: got %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	// However many tokens it has, it is one system; a colleague is not slowed by it.
	s.deps.Edge.Limits.Machine = middleware.Rate{PerSecond: 0.01, Burst: 12}
	var err error
	if s.handler, err = New(s.deps); err != nil {
		t.Fatal(err)
	}
	answered := 0
	for i := range 20 {
		w := s.by(t, []string{token, other}[i%2], "GET", "/api/v1/me", "")
		if w.Code == 200 {
			answered++
		} else if wait, _ := strconv.Atoi(w.Header().Get("Retry-After")); w.Code != http.StatusTooManyRequests || wait < 1 {
			t.Errorf("beyond its rate: got %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
	}
	if answered != 12 {
		t.Errorf("%d of 20 were answered, want 12", answered)
	}
	if w := s.do(t, call{who: "caseworker", method: "GET", path: "/api/v1/me"}); w.Code != 200 {
		t.Errorf("a colleague meanwhile: got %d", w.Code)
	}
}

// TestASystemIsConnectedRotatedAndRevokedOnItsPages.
func TestASystemIsConnectedRotatedAndRevokedOnItsPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.visit(t, "orgadmin", "GET", "/admin/clients", nil, 200, "No system of yours is connected")
	s.visit(t, "orgadmin", "POST", "/admin/clients/new", url.Values{}, 422, "Enter what the system is called", "Select whose work it does", "Select what it may do")
	form := url.Values{"name": {"Case system"}, "role": {"court_officer"}, "scopes": {"case:read"}}
	s.visit(t, "orgadmin", "POST", "/admin/clients/new", form, 422, "Select whose work it does", `value="Case system"`)
	form["role"], form["scopes"] = []string{"provider_worker"}, []string{"case:read", "matter:manage"}
	s.visit(t, "orgadmin", "POST", "/admin/clients/new", form, 422, "Select only what a system with this work can do")
	form["scopes"] = []string{"case:read", "case:emergency"}
	s.visit(t, "orgadmin", "POST", "/admin/clients/new", form, 422, "Select only what a system with this work can do")
	form["scopes"] = []string{"case:read"}
	page := s.visit(t, "orgadmin", "POST", "/admin/clients/new", form, 200, "The secret is shown once", "tlk_")
	s.visit(t, "orgadmin", "POST", "/admin/clients/new", form, 422, "Another system of yours has this name")
	_, after, _ := strings.Cut(page, `href="/admin/clients/`)
	at := "/admin/clients/" + after[:36]
	s.visit(t, "orgadmin", "GET", "/admin/clients", nil, 200, "Case system", "Never")
	if page := s.visit(t, "orgadmin", "GET", at, nil, 200, "Case system", "Read a case and its journey", "by Carys Penhale"); strings.Contains(page, "tlk_") {
		t.Error("a secret is shown again")
	}
	s.visit(t, "orgadmin", "POST", at+"/rotate", url.Values{}, 200, "The secret before goes on until", "tlk_")
	s.visit(t, "orgadmin", "POST", at+"/rotate", url.Values{"at_once": {"yes"}}, 200, "tlk_")
	s.visit(t, "orgadmin", "POST", at+"/revoke", url.Values{}, http.StatusSeeOther)
	s.visit(t, "orgadmin", "GET", at, nil, 200, "Revoked", "Ended")
	s.visit(t, "orgadmin", "POST", at+"/revoke", url.Values{}, http.StatusConflict)
	s.visit(t, "caseworker.manager", "GET", "/admin/clients", nil, http.StatusForbidden)
}
