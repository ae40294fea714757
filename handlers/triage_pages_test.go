package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"throughline/internal/testkit"
)

var triaged = regexp.MustCompile(`/cases/(C-[0-9A-Z-]+)/triage`)

// TestAFeedIsTriagedWithOnePressARow works through what a feed left: one press
// for each row, which brings the next; two people who work side by side are never
// shown the same; and nothing of it names anybody.
func TestAFeedIsTriagedWithOnePressARow(t *testing.T) {
	t.Parallel()
	s := open(t)
	const rows = 6
	for range rows {
		c := s.Case(t, s.As("police"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName = "Zzname", "Zzname" })
		plantRow(t, s.Stage, c.ID)
	}
	page := s.visit(t, "police", http.MethodGet, "/triage", nil, http.StatusOK, "6 cases to look at.", "A way to reach them is not safe", "Needs not checked", "Open the case")
	mine := triaged.FindStringSubmatch(page)[1]
	if other := s.visit(t, "police.second", http.MethodGet, "/triage", nil, http.StatusOK); triaged.FindStringSubmatch(other)[1] == mine {
		t.Error("two who triage side by side are shown the same case")
	}
	if again := s.visit(t, "police", http.MethodGet, "/triage", nil, http.StatusOK); triaged.FindStringSubmatch(again)[1] != mine {
		t.Error("looked at again it is another case")
	}
	presses, seen := 0, map[string]bool{}
	for triaged.MatchString(page) {
		if strings.Contains(page, "Zzname") || strings.Contains(page, "07700") {
			t.Fatal("the page names somebody, or how to reach them")
		}
		ref := triaged.FindStringSubmatch(page)[1]
		if seen[ref] {
			t.Fatalf("%s comes again after it was answered", ref)
		}
		seen[ref] = true
		s.visit(t, "police", http.MethodPost, "/cases/"+ref+"/triage", url.Values{"answer": {"fine"}}, http.StatusSeeOther)
		presses++
		s.Clock.Advance(time.Minute)
		page = s.visit(t, "police", http.MethodGet, "/triage", nil, http.StatusOK)
	}
	if presses != rows || !strings.Contains(page, "Nothing is left to look at.") {
		t.Errorf("%d rows took %d presses", rows, presses)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'case.triaged' and case_id is not null"); n != rows {
		t.Errorf("%d answers are in the trail, want %d", n, rows)
	}
	if n := s.Count(t, "select count(*) from record_openings where kind = 'opened' and record_id in (select case_id from import_rows)"); n != 0 {
		t.Errorf("triage counts %d records as opened, which would end it after fifty", n)
	}
}

// TestACaseIsSeenToByOneAndPutOffByAnother says every answer there is.
func TestACaseIsSeenToByOneAndPutOffByAnother(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("police"))
	plantRow(t, s.Stage, c.ID)
	say := func(who, answer string, want int) {
		t.Helper()
		w := s.do(t, call{who: who, method: http.MethodPost, path: "/api/v1/cases/" + c.ID.String() + "/triage", body: `{"answer":"` + answer + `"}`, headers: header{"Idempotency-Key": answer + who}})
		if w.Code != want {
			t.Errorf("%s says %s: got %d, want %d: %s", who, answer, w.Code, want, w.Body)
		}
	}
	say("police", "later", http.StatusOK)
	if w := s.do(t, call{who: "police", method: http.MethodGet, path: "/api/v1/triage"}); !strings.Contains(w.Body.String(), `"flags":["unsafe","no_needs_check"]`) || !strings.Contains(w.Body.String(), c.Reference) {
		t.Errorf("what was put off is no longer there: %s", w.Body)
	}
	say("police", "follow_up", http.StatusOK)
	say("police.second", "fine", http.StatusConflict)
	say("caseworker", "fine", http.StatusNotFound)
	s.visit(t, "police", http.MethodGet, "/triage", nil, http.StatusOK, "What you said you will see to", c.Reference)
	if page := s.visit(t, "police.second", http.MethodGet, "/triage", nil, http.StatusOK); strings.Contains(page, c.Reference) {
		t.Error("somebody is shown what another sees to")
	}
	say("police", "fine", http.StatusOK)
	say("police", "later", http.StatusOK) // as it was answered before, under its key
	say("police.manager", "fine", http.StatusConflict)
	s.visit(t, "witnesscare", http.MethodGet, "/triage", nil, http.StatusOK, "Nothing is left to look at.")
}

// TestWhatFeedsLeaveOutIsCountedAndHidesFew counts rows of a feed, and reads them
// as the Commissioner's office, as the force, and as nobody who may.
func TestWhatFeedsLeaveOutIsCountedAndHidesFew(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 3 {
		plantRow(t, s.Stage, s.Case(t, s.As("police")).ID)
	}
	file, police := plantImport(t, s.Stage, "done"), s.Actor("police")
	for n := range 27 {
		flags := "{no_ethnicity}"
		if n >= 22 {
			flags = "{}"
		}
		s.Do(t, `insert into import_rows (id, import_id, n, org_id, kind, applied, outcome, case_id, flags, force, at)
			values (gen_random_uuid(), $1, $2, $3, 'police_feed', true, 'accepted', $4, $5, 'metropolitan', $6)`, file, n+10, police.OrgID, s.Case(t, s.As("police")).ID, flags, s.Clock.Now())
	}
	if err := s.deps.Imports.Count(s.System()); err != nil {
		t.Fatal(err)
	}
	for who, path := range map[string]string{"commissioner": "/api/v1/quality/feeds", "police": "/api/v1/imports/quality"} {
		w := s.do(t, call{who: who, method: http.MethodGet, path: path})
		for _, want := range []string{`"force":"metropolitan","rows":{"n":30,"suppressed":false}`, `"no_ethnicity":{"n":22,"share":0.7333333333333333,"suppressed":false}`, `"no_needs_check":{"suppressed":true}`, `"no_safe_way":{"n":0`} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %s lacks %s", who, w.Body, want)
			}
		}
	}
	if w := s.do(t, call{who: "refuge", method: http.MethodGet, path: "/api/v1/imports/quality"}); strings.Contains(w.Body.String(), "metropolitan") {
		t.Errorf("another organisation is shown it: %s", w.Body)
	}
	if w := s.do(t, call{who: "police", method: http.MethodGet, path: "/api/v1/quality/feeds"}); w.Code != http.StatusForbidden {
		t.Errorf("the police read what is the Commissioner's: %d", w.Code)
	}
	s.visit(t, "commissioner", http.MethodGet, "/overview/feeds", nil, http.StatusOK, "Metropolitan", "73%", "Fewer than 5")
	// What came back as not safe is counted, and by then more than a few.
	s.Do(t, `insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id)
		select gen_random_uuid(), (array_agg(ch.id))[1], r.case_id, 'unsafe_contact', now(), $1, $2 from import_rows r join contact_channels ch on ch.case_id = r.case_id where r.n < 20 group by r.case_id`, police.OrgID, police.UserID)
	if err := s.deps.Imports.Count(s.System()); err != nil {
		t.Fatal(err)
	}
	if n := s.Count(t, "select sum(returned_unsafe) from feed_quality"); n != 13 {
		t.Errorf("%d rows came back as not safe, want 13", n)
	}
}
