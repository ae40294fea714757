package handlers

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"throughline/handlers/route"
	"throughline/models"
)

// aboutNobody are the addresses that name something that is no record of a
// person's: whoever adds a route with a parameter puts it here with the reason,
// or gives every relation a record of its kind.
func aboutNobody() map[string]string {
	return map[string]string{
		"/account/": "one's own", "/api/v1/conflicts/": "one's own declaration", "/api/v1/me/": "one's own", "/cases/new/": "one's own unfinished form",
		"/admin/": "staff", "/api/v1/people/": "staff", "/api/v1/invitations/": "staff", "/invitation/": "staff", "/team/": "staff",
		"/api/v1/imports/": "a file: numbers and codes of rows, and cases where the reader sees them", "/imports/": "a file, the same",
		"/bulk-handoffs/": "many hand-offs: numbers and states, and cases where the reader sees them", "/api/v1/bulk-handoffs/": "the same",
		"/matters/": "the organisation's own: its cases where the reader sees them", "/api/v1/matters/": "the same",
		"/api/v1/clients/": "a system's credentials", "/api/v1/webhooks/": "an address of a system, and ids", "/agreements/": "an organisation's", "/api/v1/agreements/": "an organisation's",
		"/quality/samples/": "the office's own: copies without a name, a word or a date", "/api/v1/quality/samples/": "the same",
		"/feedback/": "an answer of nobody by name, to the office alone", "/api/v1/feedback/": "the same",
		"/complaints/": "what was said of an organisation: to whoever recorded it and whoever answers it", "/api/v1/complaints/": "the same",
		"/quality/actions/": "what an organisation is asked to do", "/api/v1/quality/actions/": "the same",
		"/api/v1/organisations/": "an organisation", "/operator/": "organisations and services", "/api/v1/services/": "a service", "/places/": "a service", "/api/v1/pathways/": "public", "/api/docs/": "public", "/static/": "public", "/directory/": "public", "/api/v1/directory-feeds/": "services as they are published",
		"/api/v1/clock-rules/":  "a rule of the law",
		"/retention/schedules/": "a rule", "/api/v1/retention/schedules/": "a rule",
	}
}

// kindOf is the longest start of a route that is known, and whether what it
// names is a record; "" for a start that nobody has said anything of.
func kindOf(path string, of map[string]string) (start string, record bool) {
	for s := range of {
		if strings.HasPrefix(path, s+":") && len(s) > len(start) {
			start, record = s, true
		}
	}
	for s := range aboutNobody() {
		if strings.HasPrefix(path, s) && len(s) > len(start) {
			start, record = s, false
		}
	}
	return start, record
}

// addressed puts a record into a route of its kind.
func addressed(path, start string, of map[string]string) string {
	_, rest, more := strings.Cut(strings.TrimPrefix(path, start), "/")
	out := start + of[start]
	if more {
		out += "/" + rest
	}
	return filled(out, "01a1fd93-0000-7000-8000-000000000000")
}

// asker is one person of the matrix over HTTP, with a token and a cookie.
type asker struct {
	s      *site
	who    string
	base   string
	client *http.Client
	bearer string
	cookie *http.Cookie
}

func (s *site) asker(t *testing.T, srv *httptest.Server, who string) *asker {
	t.Helper()
	a := &asker{s: s, who: who, base: srv.URL, client: srv.Client()}
	a.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	s.signIn(t, r, who, true)
	a.bearer = r.Header.Get("Authorization")
	s.signIn(t, r, who, false)
	a.cookie = s.cookies[who]
	return a
}

// ask sends one request and returns its status, and the whole of the answer
// but for what differs between two answers to the same question: the request's
// id and the time.
func (a *asker) ask(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, a.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = a.s.deps.Edge.Base.Host
	kind := "application/x-www-form-urlencoded"
	if strings.HasPrefix(path, "/api/") {
		kind = "application/json"
		r.Header.Set("Authorization", a.bearer)
	} else {
		r.AddCookie(a.cookie)
	}
	if body != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Idempotency-Key", "key-"+uuid.NewString())
	}
	res, err := a.client.Do(r)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	var out strings.Builder
	_, _ = fmt.Fprintln(&out, res.StatusCode)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		if name != "Date" {
			_, _ = fmt.Fprintln(&out, name, res.Header[name])
		}
	}
	out.Write(got)
	return res.StatusCode, strings.ReplaceAll(out.String(), res.Header.Get("X-Request-Id"), "(id)")
}

// cell is one question of the matrix.
type cell struct {
	route    route.Route
	start    string
	relation *relation
}

// TestTheMatrixOfRoutesRolesAndRelations asks every route about a record, as
// one of each role, in every relation to it, over HTTP. Where the rules say
// hidden, the answer is that to a record that is not there, byte for byte but
// for the request's id; where they say served, it is another. The routes are
// those that are mounted: a new one that names a kind of record nobody knows
// fails here.
func TestTheMatrixOfRoutesRolesAndRelations(t *testing.T) {
	t.Parallel()
	s := open(t)
	relations := s.relations(t)
	missing := nothing()
	cells := s.cells(t, relations)
	srv := httptest.NewServer(s.handler)
	t.Cleanup(srv.Close)
	srv.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 64

	var wg sync.WaitGroup
	var mu sync.Mutex
	asked, served := 0, map[string]int{}
	for role, who := range s.cast() {
		a := s.asker(t, srv, who)
		wg.Go(func() {
			want := map[string]string{}
			for _, c := range cells {
				key := c.route.Name()
				if want[key] == "" {
					_, want[key] = a.ask(t, c.route.Method, addressed(c.route.Path, c.start, missing.names), "")
				}
				code, got := a.ask(t, c.route.Method, addressed(c.route.Path, c.start, c.relation.names), "")
				expect := c.relation.expect(role, c.route)
				mu.Lock()
				asked++
				if got != want[key] {
					served[c.relation.name]++
				}
				mu.Unlock()
				switch {
				case code >= 500:
					t.Errorf("%s, %s as %s: got %d", c.relation.name, key, role, code)
				case expect == hidden && got != want[key]:
					t.Errorf("%s, %s as %s: got\n%.300s\nwant, as of a record that is not there,\n%.300s", c.relation.name, key, role, got, want[key])
				case expect == shown && got == want[key]:
					t.Errorf("%s, %s as %s: got %d as if it were not there, want it served", c.relation.name, key, role, code)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d cells: %d routes about a record, %d roles, %d relations; served: %v", asked, len(cells)/len(relations), len(s.cast()), len(relations), served)
	if asked < 10_000 {
		t.Errorf("got %d cells, want 10,000", asked)
	}
	s.crawl(t, srv, relations)
	s.timed(t, srv, relations)
}

// cells are every route about a record with every relation, own records last:
// those may change while they are asked about.
func (s *site) cells(t *testing.T, relations []*relation) []cell {
	t.Helper()
	var out []cell
	for _, r := range relations {
		for _, rt := range s.routes {
			if !strings.ContainsAny(rt.Path, ":*") {
				continue
			}
			start, record := kindOf(rt.Path, nothing().names)
			switch {
			case start == "" && r != relations[0]: // said once
			case start == "":
				t.Errorf("%s names a kind of record that has no row in the matrix: plant one in every relation, or say in aboutNobody whose it is", rt.Name())
			case !record:
			case r.names[start] == "":
				t.Errorf("%s: no record for %s", r.name, rt.Name())
			default:
				out = append(out, cell{rt, start, r})
			}
		}
	}
	return out
}

// cast is one of each role: caseworker, manager and privacy officer of the
// London Victim Service, worker and manager of Ashdown.
func (s *site) cast() map[models.Role]string {
	return map[models.Role]string{
		models.RoleCaseworker: "caseworker", models.RoleManager: "caseworker.manager", models.RoleProviderWorker: "vawg", models.RoleProviderManager: "vawg.manager",
		models.RoleCourtOfficer: "witnesscare", models.RoleCoordinator: "coordinator", models.RoleCommissionerAuditor: "commissioner", models.RoleCommissionerAnalyst: "analyst",
		models.RolePrivacyOfficer: "privacy", models.RoleSafeguardingLead: "safeguarding", models.RoleOrganisationAdmin: "orgadmin", models.RoleSystemAdmin: "admin",
	}
}
