package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() { furtherScenes = append(furtherScenes, importScenes) }

const oneCrime = "reference,force,offences,summary\nZ1/26,btp,theft,A bag was taken\n"

// importScenes are those of a file that the police sent.
func importScenes() map[string]func(setting) scene {
	one := func(status models.ImportStatus, suffix, body string) func(setting) scene {
		return func(s setting) scene {
			id := plantImport(s.t, s.Stage, status).String()
			return scene{who: "police", id: id, path: "/api/v1/imports/" + id + suffix, body: body, foreign: "refuge"}
		}
	}
	return map[string]func(setting) scene{
		"POST /api/v1/imports/files": func(s setting) scene {
			body, kind := formOf(s.t, "feed.csv", oneCrime, "kind", "police_feed", "format", "csv")
			return scene{who: "police", path: "/api/v1/imports/files", body: body, kind: kind}
		},
		"GET /api/v1/imports/{id}":          one(models.ImportChecked, "", ""),
		"GET /api/v1/imports/{id}/rows":     one(models.ImportChecked, "/rows", ""),
		"GET /api/v1/imports/{id}/refused":  one(models.ImportChecked, "/refused", ""),
		"POST /api/v1/imports/{id}/mapping": one(models.ImportMapping, "/mapping", `{"mapping":{"reference":"reference","force":"force","offences":"offences","summary":"summary"},"save":true}`),
		"POST /api/v1/imports/{id}/start":   one(models.ImportChecked, "/start", ""),
		"POST /api/v1/cases/{id}/triage": func(s setting) scene {
			id := s.Case(s.t, s.As("police")).ID
			plantRow(s.t, s.Stage, id)
			return scene{who: "police", id: id.String(), path: "/api/v1/cases/" + id.String() + "/triage", body: `{"answer":"fine"}`, foreign: "refuge"}
		},
		"POST /api/v1/imports/{id}/stop":    one(models.ImportRunning, "/stop", ""),
		"POST /api/v1/imports/{id}/discard": one(models.ImportChecked, "/discard", ""),
	}
}

// plantRow is the row of a feed that made a case of the police, with two flags.
func plantRow(t testing.TB, s *testkit.Stage, caseID uuid.UUID) {
	t.Helper()
	file := plantImport(t, s, models.ImportDone)
	s.Do(t, `insert into import_rows (id, import_id, n, org_id, kind, applied, outcome, case_id, flags, force, at)
		values ($1, $2, 3, $3, 'police_feed', true, 'accepted', $4, '{no_needs_check,unsafe}', 'metropolitan', $5)`, models.NewID(), file, s.Actor("police").OrgID, caseID, s.Clock.Now())
}

// plantImport is a file of the police of two rows, one of which was refused.
func plantImport(t testing.TB, s *testkit.Stage, status models.ImportStatus) uuid.UUID {
	t.Helper()
	id, police, now := models.NewID(), s.Actor("police"), s.Clock.Now()
	s.Do(t, `insert into imports (id, org_id, kind, format, status, columns, key, total, done, accepted, refused, by_user_id, at)
		values ($1, $2, 'police_feed', 'csv', $3, '{reference,force,offences,summary}', $4, 2, 2, 1, 1, $5, $6)`,
		id, police.OrgID, string(status), testkit.Seal(vault.ImportKey, id, "key"), police.UserID, now)
	s.Do(t, `insert into import_rows (id, import_id, n, org_id, kind, applied, outcome, field, code, says, at)
		values ($1, $3, 1, $4, 'police_feed', false, 'accepted', null, null, null, $5), ($2, $3, 2, $4, 'police_feed', false, 'refused', 'phone', 'invalid', 'Enter a phone number', $5)`,
		models.NewID(), models.NewID(), id, police.OrgID, now)
	return id
}

// TestASystemSendsAFileAndReadsWhatCameOfItsRows goes the whole way over the API,
// with the job that the queue would run between.
func TestASystemSendsAFileAndReadsWhatCameOfItsRows(t *testing.T) {
	t.Parallel()
	s := open(t)
	body, kind := formOf(t, "feed.csv", oneCrime+"Z2/26,btp,theft,Zzsecret,and more\n", "kind", "police_feed", "format", "csv")
	send := func(body, kind, key string, want int) string {
		t.Helper()
		w := s.do(t, call{who: "police", method: http.MethodPost, path: "/api/v1/imports/files", body: body, headers: header{"Content-Type": kind, "Idempotency-Key": key}})
		if w.Code != want {
			t.Fatalf("got %d, want %d: %s", w.Code, want, w.Body)
		}
		return w.Body.String()
	}
	taken := send(body, kind, "one", http.StatusCreated)
	if again := send(body, kind, "one", http.StatusCreated); again != taken || s.Count(t, "select count(*) from imports") != 1 {
		t.Errorf("sent again with its key it is another file: %s", again)
	}
	for name, wrong := range map[string][]string{
		"the file first": {"feed.csv", oneCrime}, "of another kind": {"feed.csv", oneCrime, "kind", "probation_list", "format", "csv"}, "of no kind": {"feed.csv", oneCrime, "kind", "x", "format", "csv"},
		"nothing in it": {"feed.csv", "", "kind", "police_feed", "format", "csv"},
	} {
		body, kind := formOf(t, wrong[0], wrong[1], wrong[2:]...)
		if answer := send(body, kind, "key-"+strings.ReplaceAll(name, " ", "-"), http.StatusUnprocessableEntity); strings.Contains(answer, "A bag") {
			t.Errorf("%s: the answer repeats the file: %s", name, answer)
		}
	}
	if n := s.Count(t, "select count(*) from imports"); n != 1 {
		t.Errorf("%d files were taken, want one", n)
	}
	var id string
	if err := s.Owner.QueryRow(t.Context(), "select id::text from imports").Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := s.deps.Imports.Work(s.System()); err != nil {
		t.Fatal(err)
	}
	w := s.do(t, call{who: "police", method: http.MethodPost, path: "/api/v1/imports/" + id + "/start", headers: header{"Idempotency-Key": "two"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"status":"running"`) {
		t.Fatalf("got %d: %s", w.Code, w.Body)
	}
	if err := s.deps.Imports.Work(s.System()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"": `"status":"done"`, "/rows?outcome=accepted": `"no_safe_way"`, "/refused": `"2","","The row has more or fewer columns than the first line","columns"`} {
		w := s.do(t, call{who: "police", method: http.MethodGet, path: "/api/v1/imports/" + id + path})
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "Zzsecret") {
			t.Errorf("%s: got %d: %s", path, w.Code, w.Body)
		}
	}
	if w := s.do(t, call{who: "police", method: http.MethodGet, path: "/api/v1/imports/layouts"}); !strings.Contains(w.Body.String(), `"police_feed"`) || strings.Contains(w.Body.String(), `"probation_list"`) {
		t.Errorf("the layouts of the police: %s", w.Body)
	}
}

// TestAProbationListGoesTheWholeWayOverTheAPI sends one as a probation service's
// system would, and finds what its rows have recorded in the case.
func TestAProbationListGoesTheWholeWayOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Do(t, "update organisations set kind = 'probation' where id = $1", s.Actor("lantern").OrgID)
	c := s.Case(t, s.As("lantern"))
	do := func(method, path, key string, want int, words ...string) string {
		t.Helper()
		in := call{who: "lantern", method: method, path: "/api/v1/" + path, headers: header{}}
		if key != "" {
			in.headers["Idempotency-Key"] = key
		}
		w := s.do(t, in)
		for _, word := range words {
			if !strings.Contains(w.Body.String(), word) {
				t.Errorf("%s lacks %q: %s", path, word, w.Body)
			}
		}
		if w.Code != want {
			t.Fatalf("%s: got %d, want %d: %s", path, w.Code, want, w.Body)
		}
		return w.Body.String()
	}
	do(http.MethodGet, "imports/layouts", "", 200, `"probation_list"`, `"E20"`, `"E24"`)
	const first = "case_reference,reference,type,occurred_at,reached,what\n"
	body, kind := formOf(t, "list.csv", first+c.Reference+",P 1,liaison_contact,2026-11-12 10:00,yes,\n"+c.Reference+",P 2,E24,2026-11-13 09:00,,released\n"+
		c.Reference+",P 3,E9,2026-11-13 09:00,,\nC-0000-0000-0,P 4,E20,2026-11-12 10:00,yes,\n", "kind", "probation_list", "format", "csv")
	w := s.do(t, call{who: "lantern", method: http.MethodPost, path: "/api/v1/imports/files", body: body, headers: header{"Content-Type": kind, "Idempotency-Key": "list"}})
	if w.Code != http.StatusCreated {
		t.Fatalf("got %d: %s", w.Code, w.Body)
	}
	var id string
	if err := s.Owner.QueryRow(t.Context(), "select id::text from imports").Scan(&id); err != nil {
		t.Fatal(err)
	}
	work := func() {
		if err := s.deps.Imports.Work(s.System()); err != nil {
			t.Fatal(err)
		}
	}
	work()
	do(http.MethodGet, "imports/"+id, "", 200, `"status":"checked"`, `"accepted":2`, `"refused":2`)
	if n := s.Count(t, "select count(*) from case_events"); n != 0 {
		t.Errorf("the check recorded %d events", n)
	}
	do(http.MethodPost, "imports/"+id+"/start", "go", 200)
	work()
	do(http.MethodGet, "imports/"+id, "", 200, `"status":"done"`, `"accepted":2`)
	do(http.MethodGet, "cases/"+c.ID.String()+"/events", "", 200, `"type":"E20"`, `"type":"E24"`, `"source_reference":"P 2"`)
}
