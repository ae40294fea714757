package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// records are a case and its referrals in every state in which a page of theirs
// can be opened, with everything of them that must not be shown when the
// showing cannot be written down.
type records struct {
	site      *server
	systems   map[string]*caller
	people    map[string]*visitor
	caseID    string
	caseRef   string
	closedID  string
	closedRef string            // of a case that is closed
	referrals map[string]string // id by reference
	queries   map[string]string // what a route needs after its question mark
	request   string            // made on the page of the victim of caseID
}

// secretsOf are words of the victim of aCase, as they were typed and as they
// are shown.
func (r *records) secrets() []string {
	words := []string{"Zzaudit", "Testwell", "07700900123", "07700 900123", "bluebell", "E8 1AA", "forced his way in", "Test Street", r.caseRef}
	for ref := range r.referrals {
		words = append(words, ref)
	}
	return words
}

func someRecords(t *testing.T, s *server) *records {
	t.Helper()
	r := &records{site: s, systems: map[string]*caller{}, people: map[string]*visitor{}, referrals: map[string]string{}}
	for _, who := range []string{"police", "vawg", "vawg.manager", "coordinator", s.managerOf(t, "police")} {
		r.systems[who], r.people[who] = signIn(t, s.url, who), visit(t, s.url, who)
	}
	police, vawg := r.systems["police"], r.systems["vawg"]
	worker := vawg.get("/api/v1/people?assignable=true").items(t)[0]["id"]
	accept := func(id string) { vawg.do(id, "accept", map[string]any{"worker_id": worker}) }
	for _, goes := range []func(id string){
		func(string) {},
		func(id string) {
			vawg.do(id, "request-info", map[string]any{"questions": []any{"Is an interpreter needed?"}})
		},
		func(id string) {
			vawg.do(id, "propose-decline", map[string]any{"reason": "no_capacity", "decided_by": "provider", "note": "Full."})
		},
		func(id string) {
			accept(id)
			vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "other_adult"})
		},
		func(id string) {
			accept(id)
			vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
		},
		func(id string) {
			accept(id)
			vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
			vawg.do(id, "complete", map[string]any{"outcomes": []any{map[string]any{"need": "health", "start": 2, "end": 4}}, "report": "A safety plan was made."})
		},
		func(id string) { // its report is owed
			accept(id)
			vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
			vawg.do(id, "end-early", map[string]any{"reason": "victim_ended", "decided_by": "victim"})
		},
	} {
		caseID, id := sent(t, police, vawg, "Zzaudit")
		if len(r.referrals) == 3 { // the one with a stopped channel; a code is given before
			r.caseID, r.request = caseID, asked(t, s.url, caseID)
		}
		goes(id)
		r.referrals[police.get("/api/v1/referrals/"+id).text(t, "reference")] = id
	}
	r.caseRef = police.get("/api/v1/cases/"+r.caseID).text(t, "reference")
	closed := police.create("/api/v1/cases", aCase("Zzaudit")).text(t, "id")
	a := police.get("/api/v1/cases/" + closed)
	r.closedID, r.closedRef = closed, a.text(t, "reference")
	police.expect(200, "POST", "/api/v1/cases/"+closed+"/close", map[string]any{"reason": "needs_met"}, map[string]string{"Idempotency-Key": newKey(), "If-Match": a.Header.Get("ETag")})
	r.prepare(t)
	return r
}

// prepare brings the case's journeys to where each of their pages can be opened.
func (r *records) prepare(t *testing.T) {
	t.Helper()
	db := r.site.superuser(t)
	var stop, decision string
	if err := db.QueryRow(t.Context(), `select s.id::text, d.id::text from contact_stops s join sharing_decisions d using (case_id) where s.case_id = $1`, r.caseID).Scan(&stop, &decision); err != nil {
		t.Fatal(err)
	}
	r.queries = map[string]string{
		"/safe-contact/clear": "?stop=" + stop, "/safe-contact/way": "?channel=phone", "/sharing/withdraw": "?decision=" + decision,
	}
	happened := r.systems["police"].create("/api/v1/cases/"+r.caseID+"/events", map[string]any{
		"type": "E7", "occurred_at": r.systems["police"].get("/api/v1/cases/"+r.caseID).text(t, "logged_at"), "source_reference": "Zzaudit/1", "details": map[string]any{"what": "arrested", "reason": "Zzaudit named him."},
	})
	started, _ := happened.Body["clocks"].([]any)[0].(map[string]any)
	r.queries["/their-page/change"], r.queries["/their-page/request"] = "?act=freeze", "?request="+r.request
	r.queries["/events/told"], r.queries["/clocks/change"] = "?event="+happened.text(t, "id"), "?clock="+started["id"].(string)
	p := r.people["police"]
	service := ""
	for _, s := range r.systems["police"].get("/api/v1/services?pathway=vawg&case_id=" + r.caseID).items(t) {
		if s["eligible"] == true {
			service = s["id"].(string)
		}
	}
	refer := "/cases/" + r.caseRef + "/refer/"
	for _, step := range []struct {
		path string
		form []string
	}{
		{"need", []string{"pathway", "vawg", "priority", "standard"}},
		{"questions", []string{"asked_for", "idva", "risk_tool", "none", "suspect_access", "neither"}},
		{"service", []string{"service", service}},
		{"agreement", []string{"basis", "agreement", "method", "spoken"}},
		{"share", []string{"first", "borough", "first", "incident_summary", "after", "given_name"}},
	} {
		if a := p.post(refer+step.path, step.form...); a.Status != http.StatusSeeOther {
			t.Fatalf("answering %s: got %d, want 303\n%s", step.path, a.Status, a.Raw)
		}
	}
}

// otherKinds name records that are neither a case nor a referral; what they show
// of a case is ids, but for documents and requests, whose services hold in tests
// of their own that a reading is recorded in its transaction.
var otherKinds = []string{
	"/complaints/", "/feedback/", "/directory/", "/directory-feeds/", "/files/", "/handoffs/", "/imports/", "/marac/", "/matters/",
	"/account/", "/admin/", "/agreements/", "/alerts/", "/approvals/", "/audit/proofs/", "/breaches/", "/break-glass/", "/bulk-handoffs/", "/certificates/", "/clients/", "/conflicts/", "/data-requests/", "/duplicates/", "/evidence/",
	"/invitations/", "/operator/", "/organisations/", "/people/", "/places/", "/quality/", "/requests/", "/retention/", "/team/", "/webhooks/",
}

func ofAnotherKind(route string) bool {
	return slices.ContainsFunc(otherKinds, func(kind string) bool {
		return strings.HasPrefix(strings.TrimPrefix(route, "/api/v1"), kind)
	})
}

// addresses are the GET routes that name a record, with these records' names in
// them, by route.
func (r *records) addresses(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, route := range routes(t) {
		if !strings.Contains(route, "{id}") && !strings.Contains(route, "{ref}") || ofAnotherKind(route) {
			continue
		}
		if !strings.Contains(route, "/referrals/") {
			path := strings.NewReplacer("{id}", r.caseID, "{ref}", r.caseRef).Replace(route)
			if strings.HasSuffix(route, "/reopen") {
				path = strings.NewReplacer("{id}", r.closedID, "{ref}", r.closedRef).Replace(route)
			}
			for end, query := range r.queries {
				if strings.HasSuffix(path, end) {
					path += query
				}
			}
			out[route] = append(out[route], path)
			continue
		}
		for ref, id := range r.referrals {
			out[route] = append(out[route], strings.NewReplacer("{id}", id, "{ref}", ref).Replace(route))
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d routes name a record: %v", len(out), out)
	}
	return out
}

func (r *records) ask(who, path string) answer {
	if strings.HasPrefix(path, "/api/") {
		return r.systems[who].send("GET", path, nil, nil)
	}
	return r.people[who].get(path)
}

// reading is one person asking for one address, and what they got.
type reading struct{ who, path string }

// readings are everybody's of everything that they are shown, or led on from.
// Every route must be shown to somebody, or the test would prove nothing of it.
func (r *records) readings(t *testing.T) []reading {
	t.Helper()
	var out []reading
	for route, paths := range r.addresses(t) {
		before := len(out)
		for who := range r.people {
			for _, path := range paths {
				if a := r.ask(who, path); a.Status < 400 && !strings.HasPrefix(a.Header.Get("Location"), "/sign-in") {
					out = append(out, reading{who, path})
				}
			}
		}
		if len(out) == before {
			t.Errorf("nobody is shown %s, in any state", route)
		}
	}
	return out
}

// TestNothingIsShownThatCannotBeWrittenDown takes the right to write the audit
// trail away from the running product (security.md T31), asks for every record
// by every address, and gives it back.
func TestNothingIsShownThatCannotBeWrittenDown(t *testing.T) {
	t.Parallel()
	s := ownSite(t, "audit", "40")
	db := s.superuser(t)
	r := someRecords(t, s)
	readings := r.readings(t)
	secrets := r.secrets()
	leaks := func(a answer) string {
		i := slices.IndexFunc(secrets, func(w string) bool { return strings.Contains(a.Raw, w) })
		if i < 0 {
			return ""
		}
		return secrets[i]
	}

	change(t, db, "revoke insert on audit_events from throughline_app")
	for _, g := range readings {
		a := r.ask(g.who, g.path)
		// The notes and files of what has ended are behind a question, which shows
		// nothing of them.
		asksWhy := strings.Contains(a.Raw, "Opening it is recorded with your reason") && !strings.HasSuffix(g.path, "/open")
		if a.Status != http.StatusServiceUnavailable && !asksWhy {
			t.Errorf("%s asking for %s while nothing can be written down: got %d, want 503", g.who, g.path, a.Status)
		}
		if word := leaks(a); word != "" && !strings.Contains(g.path, word) {
			t.Errorf("%s asking for %s is refused with %q in the answer", g.who, g.path, word)
		}
	}
	for who := range r.people {
		for _, path := range []string{
			"/api/v1/cases?limit=100", "/api/v1/referrals?box=inbox", "/api/v1/referrals?box=sent", "/cases", "/today", "/inbox", "/referrals", "/audit",
		} {
			a := r.ask(who, path)
			if word := leaks(a); word != "" || a.Status >= 500 && a.Status != http.StatusServiceUnavailable {
				t.Errorf("%s asking for the list %s: got %d with %q in it", who, path, a.Status, word)
			}
		}
	}
	r.writesNothing(t)
	change(t, db, "grant insert on audit_events to throughline_app")

	for _, g := range readings {
		if a := r.ask(g.who, g.path); a.Status >= 400 {
			t.Errorf("%s asking for %s afterwards: got %d, want to be shown it again", g.who, g.path, a.Status)
		}
	}
}

// writesNothing tries to change things while nothing can be written down.
func (r *records) writesNothing(t *testing.T) {
	t.Helper()
	db := r.site.superuser(t)
	count := func() [3]int {
		return [3]int{
			number(t, db, "select count(*) from cases"), number(t, db, "select count(*) from referral_history"), number(t, db, "select count(*) from sharing_decisions"),
		}
	}
	before := count()
	police := r.systems["police"]
	key := func() map[string]string { return map[string]string{"Idempotency-Key": newKey(), "If-Match": `"2"`} }
	writes := map[string]map[string]any{
		"/api/v1/cases":        aCase("Zzaudit"),
		"/api/v1/cases/search": {"name": "Zzaudit Testwell"},
	}
	for _, id := range r.referrals {
		writes["/api/v1/referrals/"+id+"/withdraw"] = map[string]any{"reason": "needs_met_elsewhere"}
	}
	for path, body := range writes {
		a := police.send("POST", path, body, key())
		if a.Status != http.StatusServiceUnavailable || strings.Contains(a.Raw, r.caseRef) {
			t.Errorf("POST %s while nothing can be written down: got %d %s, want 503", path, a.Status, a.Raw)
		}
	}
	if after := count(); after != before {
		t.Errorf("got %v cases, steps and decisions, want %v: something was done without a trail", after, before)
	}
}
