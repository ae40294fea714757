package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// record is one case and its referral, with everything of it that must not be
// shown when the showing cannot be written down.
type record struct {
	caseID, caseRef, referralID, referralRef string
	words                                    []string
}

func aRecord(t testing.TB, s *server) record {
	t.Helper()
	police, vawg := signIn(t, s.url, "police"), signIn(t, s.url, "vawg")
	r := record{words: []string{"Zzaudit", "Testwell", "07700900123", "07700 900123", "bluebell", "E8 1AA", "forced his way in"}}
	r.caseID, r.referralID = sent(t, police, vawg, "Zzaudit")
	r.caseRef = police.get("/api/v1/cases/"+r.caseID).text(t, "reference")
	r.referralRef = police.get("/api/v1/referrals/"+r.referralID).text(t, "reference")
	return r
}

// addresses are the GET routes that name a record, with this record's names in
// them.
func (r record) addresses(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, route := range routes(t) {
		if !strings.Contains(route, "{id}") && !strings.Contains(route, "{ref}") {
			continue
		}
		id, ref := r.caseID, r.caseRef
		if strings.Contains(route, "/referrals/") {
			id, ref = r.referralID, r.referralRef
		}
		out = append(out, strings.NewReplacer("{id}", id, "{ref}", ref).Replace(route))
	}
	if len(out) < 10 {
		t.Fatalf("only %d addresses name a record: %v", len(out), out)
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
	r := aRecord(t, s)
	addresses := r.addresses(t)
	systems := map[string]*caller{}
	people := map[string]*visitor{}
	manager := s.managerOf(t, "police")
	for _, who := range []string{"police", "vawg", manager} {
		systems[who], people[who] = signIn(t, s.url, who), visit(t, s.url, who)
	}
	ask := func(who, path string) answer {
		if strings.HasPrefix(path, "/api/") {
			return systems[who].send("GET", path, nil, nil)
		}
		return people[who].get(path)
	}
	// Who is shown what while the trail can be written: what the test is about.
	shown := map[string]map[string]answer{}
	for who := range people {
		shown[who] = map[string]answer{}
		for _, path := range addresses {
			if a := ask(who, path); a.Status == http.StatusOK {
				shown[who][path] = a
			}
		}
	}
	for _, path := range addresses {
		if _, police := shown["police"][path]; !police {
			if _, vawg := shown["vawg"][path]; !vawg {
				t.Logf("nobody is shown %s", path)
			}
		}
	}

	change(t, db, "revoke insert on audit_events from throughline_app")
	for who, pages := range shown {
		for path := range pages {
			a := ask(who, path)
			if a.Status != http.StatusServiceUnavailable {
				t.Errorf("%s asking for %s while nothing can be written down: got %d, want 503", who, path, a.Status)
			}
			for _, word := range append(r.words, r.caseRef, r.referralRef) {
				if strings.Contains(a.Raw, word) {
					t.Errorf("%s asking for %s is refused with %q in the answer", who, path, word)
				}
			}
		}
		for _, path := range []string{"/api/v1/cases?limit=100", "/cases", "/today", "/inbox", "/referrals", "/api/v1/referrals?box=inbox", "/api/v1/referrals?box=sent"} {
			a := ask(who, path)
			for _, word := range r.words {
				if a.Status >= 500 && a.Status != http.StatusServiceUnavailable || strings.Contains(a.Raw, word) {
					t.Errorf("%s asking for the list %s: got %d with %q", who, path, a.Status, word)
				}
			}
		}
	}
	before := number(t, db, "select count(*) from cases")
	if a := systems["police"].send("POST", "/api/v1/cases", aCase("Zzaudit"), map[string]string{"Idempotency-Key": newKey()}); a.Status != http.StatusServiceUnavailable {
		t.Errorf("logging a case while nothing can be written down: got %d, want 503", a.Status)
	}
	if a := systems["police"].send("POST", "/api/v1/cases/search", map[string]any{"name": "Zzaudit Testwell"}, nil); a.Status != http.StatusServiceUnavailable || strings.Contains(a.Raw, r.caseRef) {
		t.Errorf("searching while nothing can be written down: got %d %s, want 503", a.Status, a.Raw)
	}
	if n := number(t, db, "select count(*) from cases"); n != before {
		t.Errorf("got %d cases, want %d: one was logged without a trail", n, before)
	}

	change(t, db, "grant insert on audit_events to throughline_app")
	for who, pages := range shown {
		for path := range pages {
			if a := ask(who, path); a.Status != http.StatusOK {
				t.Errorf("%s asking for %s afterwards: got %d, want 200", who, path, a.Status)
			}
		}
	}
}
