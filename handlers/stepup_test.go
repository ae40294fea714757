package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/route"
	"throughline/models"
)

// takeAway are the readings from which the whole of somebody's record can be
// carried off. They take a proof as a change does.
var takeAway = []string{
	"GET /requests/{ref}/review", "GET /requests/{ref}/pack", "GET /api/v1/data-requests/{id}/preparation", "GET /api/v1/data-requests/{id}/pack",
}

// TestWhatTheTableSaysTakesAProofTakesOne reads the access table: each change
// whose row says step-up asks for one, on both faces, and so does the form that
// leads to it.
func TestWhatTheTableSaysTakesAProofTakesOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	permissions := map[models.Permission]bool{}
	for _, r := range s.routes {
		switch {
		case slices.Contains(takeAway, r.Name()), r.Method != http.MethodGet && !r.Reads && models.TakesProof(r.Need):
			permissions[r.Need] = true
			if !r.StepUp {
				t.Errorf("%s needs %s, which the table gives after a proof alone, and asks for none", r.Name(), r.Need)
			}
		}
		if r.Reads && (r.JSON || r.Name() != "POST /admin/people") {
			t.Errorf("%s says that it changes nothing: look at it, and add it here", r.Name())
		}
	}
	for _, p := range []models.Permission{
		models.PeopleManage, models.PeopleInvite, models.ClientManage, models.SystemOperate, models.CaseEmergency, models.CaseUnprotect, models.RightsRelease, models.ApprovalDecide,
	} {
		if !permissions[p] {
			t.Errorf("nothing that %s allows asks for a proof", p)
		}
	}
}

// TestWithoutAFreshProofNothingIsTaken plays every operation that takes a proof
// with one that is five minutes old: it is refused, no row of any table has
// changed, and the same request goes through with a fresh one.
func TestWithoutAFreshProofNothingIsTaken(t *testing.T) {
	t.Parallel()
	s := open(t)
	rows := s.allRows(t)
	played := 0
	for name, play := range scenes() {
		i := slices.IndexFunc(s.routes, func(r route.Route) bool { return r.Name() == name })
		if i < 0 || !s.routes[i].StepUp {
			continue
		}
		played++
		sc := play(setting{s, t})
		stale := sc.request(s.routes[i].Method, "")
		stale.headers["Authorization"] = "Bearer " + s.stale(t, sc.who)
		before := rows()
		if w := s.do(t, stale); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), models.FieldStepUp) {
			t.Errorf("%s as %s, whose proof is five minutes old: got %d %s, want 403 %s", name, sc.who, w.Code, w.Body, models.FieldStepUp)
		}
		if after := rows(); after != before {
			t.Errorf("%s was refused, and rows changed", name)
		}
		if w := s.do(t, sc.request(s.routes[i].Method, sc.who)); w.Code > 299 {
			t.Errorf("%s as %s, with a proof: got %d %s", name, sc.who, w.Code, w.Body)
		}
	}
	if played < 18 {
		t.Errorf("played %d operations, want every one that takes a proof", played)
	}
}

// stale is the token of somebody who proved who they are five minutes ago.
func (s *site) stale(t testing.TB, who string) string {
	t.Helper()
	a := s.Actor(who)
	a.SessionID = uuid.New()
	s.Do(t, `insert into sessions (id, user_id, org_id, role, kind, created_at, idle_expires_at, expires_at, stepped_up_at)
		values ($1, $2, $3, $4, 'api', now(), now() + interval '1 hour', now() + interval '1 hour', now() - interval '5 minutes')`, a.SessionID, a.UserID, a.OrgID, a.Role)
	token, err := s.deps.Edge.Tokens.Issue(a)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// allRows returns what tells whether a row of any table has changed. Sessions
// are left out: who asks moves theirs on.
func (s *site) allRows(t testing.TB) func() string {
	t.Helper()
	var query string
	err := s.Owner.QueryRow(t.Context(), `select string_agg(format('select %L || count(*) || coalesce(sum(hashtext(t::text)), 0) v from %I t', relname, relname), ' union all ')
		from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'sessions'`).Scan(&query)
	if err != nil {
		t.Fatal(err)
	}
	return func() string {
		var out string
		if err := s.Owner.QueryRow(t.Context(), `select md5(string_agg(v, '|' order by v)) from (`+query+`) all_rows`).Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// journey is somebody at their browser, with a proof that is too old.
type journey struct {
	*site
	t      *testing.T
	cookie *http.Cookie
}

func (s *site) travels(t *testing.T, who string) *journey {
	t.Helper()
	j := &journey{site: s, t: t, cookie: &http.Cookie{Name: "throughline-session", Value: s.proven(t, who)}}
	s.aged(t, who)
	return j
}

// aged opens what proven opened anew, with a proof from ten minutes ago: a
// session's own is written once.
func (s *site) aged(t *testing.T, who string) {
	t.Helper()
	s.Do(t, `alter table sessions disable trigger user`)
	s.Do(t, `update sessions set stepped_up_at = stepped_up_at - interval '10 minutes' where user_id = $1 and kind = 'page'`, s.Person(who).ID)
	s.Do(t, `alter table sessions enable trigger user`)
}

func (j *journey) get(path string) *httptest.ResponseRecorder {
	j.t.Helper()
	return j.keep(j.with(j.t, j.cookie, http.MethodGet, path, ""))
}

func (j *journey) post(path string, form url.Values) *httptest.ResponseRecorder {
	j.t.Helper()
	return j.keep(j.with(j.t, j.cookie, http.MethodPost, path, form.Encode()))
}

func (j *journey) keep(w *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	for _, c := range w.Result().Cookies() {
		if c.Name == j.cookie.Name {
			j.cookie = c
		}
	}
	return w
}

var keptID = regexp.MustCompile(`form=([0-9a-f-]{36})`)

// goesOn proves who somebody is and goes on with what they sent before.
func (j *journey) goesOn(asked *httptest.ResponseRecorder, form url.Values, password string) *httptest.ResponseRecorder {
	j.t.Helper()
	to, err := url.Parse(asked.Header().Get("Location"))
	if err != nil || to.Path != "/account/confirm" {
		j.t.Fatalf("got %d to %q, want to be asked for a proof", asked.Code, asked.Header().Get("Location"))
	}
	next := to.Query().Get("next")
	if w := j.post("/account/confirm", url.Values{"next": {next}, "password": {password}}); w.Header().Get("Location") != next {
		j.t.Fatalf("with a proof: got %d to %q, want %q", w.Code, w.Header().Get("Location"), next)
	}
	offered := j.get(next)
	id := keptID.FindStringSubmatch(next)
	if offered.Code != http.StatusOK || id == nil {
		j.t.Fatalf("got %d at %s, want what was sent", offered.Code, next)
	}
	again := url.Values{"kept_form": {id[1]}}
	for name, values := range form {
		if !strings.Contains(offered.Body.String(), `name="`+name+`" value="`+values[0]+`"`) {
			j.t.Errorf("%s is not on the page that offers what was typed", name)
		}
		again[name] = values
	}
	sent := j.post("/account/kept/send", again)
	if sent.Code != http.StatusTemporaryRedirect {
		j.t.Fatalf("got %d, want the form to be sent where it was going", sent.Code)
	}
	return j.post(sent.Header().Get("Location"), again)
}

// TestWhatWasTypedIsKeptAcrossTheProofAndTheActGoesOn changes a role, presses a
// button that has no fields, and opens a case in an emergency, each by page with
// a proof that is too old.
func TestWhatWasTypedIsKeptAcrossTheProofAndTheActGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	on := setting{s, t}
	id := on.colleague(false)
	role := func() (out string) {
		if err := s.Owner.QueryRow(t.Context(), "select role from users where id = $1", id).Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	j := s.travels(t, "orgadmin")
	page := "/admin/people/" + id.String()
	if w := j.get(page + "/role"); !strings.HasPrefix(w.Header().Get("Location"), "/account/confirm?next=") {
		t.Errorf("the form of a change of role: got %d to %q, want to be asked first", w.Code, w.Header().Get("Location"))
	}
	form := url.Values{"role": {"caseworker"}, "version": {"1"}}
	asked := j.post(page+"/role", form)
	if got := role(); got != "provider_worker" {
		t.Fatalf("without a proof the role became %s", got)
	}
	if w := j.goesOn(asked, form, "correct horse battery staple"); w.Header().Get("Location") != page || role() != "caseworker" {
		t.Errorf("after the proof: got %d to %q and the role %s", w.Code, w.Header().Get("Location"), role())
	}
	j = s.travels(t, "orgadmin")
	if w := j.goesOn(j.post(page+"/reset", url.Values{}), nil, "correct horse battery staple"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/invitation/tli_") {
		t.Errorf("a button after the proof: got %d, want the link it makes", w.Code)
	}
}

// TestAProofIsFreshForFiveMinutesAndNoLonger holds the age to its limit.
func TestAProofIsFreshForFiveMinutesAndNoLonger(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for age, fresh := range map[time.Duration]bool{0: true, 299 * time.Second: true, 300 * time.Second: false, time.Hour: false} {
		if got := (models.Actor{Role: models.RoleManager, SteppedUpAt: now.Add(-age)}).SteppedUp(now); got != fresh {
			t.Errorf("a proof %s old: got %v, want %v", age, got, fresh)
		}
	}
}
