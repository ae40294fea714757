package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/services/jobs"
)

// TestAnAdvocatesDayNeedsNoWayRound is one day of an advocate of Ashdown, over
// the API, with what interrupts a day: a colleague who is ill, somebody who
// rings after their referral has ended, something new that happened to somebody,
// and the police who ask for a record. Whatever she rightly tries is done, or
// she is told in words whose it is. Not there is what she is never told.
func TestAnAdvocatesDayNeedsNoWayRound(t *testing.T) {
	t.Parallel()
	s := open(t)
	me, ill := s.Person("vawg").ID, s.Person("vawg.second").ID
	ask := func(who, method, path, body string, want int) string {
		t.Helper()
		w := s.do(t, call{who: who, method: method, path: path, body: body, headers: header{"Idempotency-Key": uuid.NewString()}})
		if w.Code != want {
			t.Fatalf("%s %s %s: got %d %s, want %d", who, method, path, w.Code, w.Body, want)
		}
		return w.Body.String()
	}
	on := func(id, suffix string) string { return "/api/v1/referrals/" + id + suffix }
	given := func(worker uuid.UUID) string { return fmt.Sprintf(`{"worker_id":%q}`, worker) }
	began := func(worker uuid.UUID) string {
		_, r := s.drafted(t, testkit.ServiceIDVA)
		s.acted(t, "police", r.ID, "submit", "", "submitted")
		s.acted(t, "vawg", r.ID, "accept", given(worker), "accepted")
		s.acted(t, "vawg", r.ID, "record-contact", `{"channel":"phone","outcome":"reached"}`, "in_progress")
		return r.ID
	}
	mine, theirs, over := began(me), began(ill), began(me)
	s.acted(t, "vawg", over, "end-early", `{"reason":"victim_ended","decided_by":"victim"}`, "ended_early")
	s.Clock.Advance(24 * time.Hour)

	// Nine o'clock: her own work, and the plan of somebody she sees today.
	ask("vawg", "GET", "/api/v1/referrals?box=inbox&status=in_progress", "", http.StatusOK)
	ask("vawg", "POST", on(mine, "/needs"), `{"point":"start","ratings":[{"need":"accommodation","score":1},{"need":"finance","unrated":"not_asked"}]}`, http.StatusCreated)
	ask("vawg", "POST", on(mine, "/goals"), `{"need":"accommodation","goal":"The locks are changed.","review_on":"2026-12-01"}`, http.StatusCreated)
	plan := ask("vawg", "POST", on(mine, "/appointments"), fmt.Sprintf(`{"starts_at":%q,"place":"office","channel":"phone"}`, s.Clock.Now().Add(time.Hour).Format(time.RFC3339)), http.StatusCreated)

	// Ten: a colleague is ill. She reads what that colleague kept, makes the call
	// that was due, and takes the referral over; who had it stays on record.
	ask("vawg.second", "POST", on(theirs, "/goals"), `{"need":"health","goal":"Sees her doctor.","review_on":"2026-11-20"}`, http.StatusCreated)
	ask("vawg.second", "POST", on(theirs, "/notes"), `{"text":"Rings on Tuesdays."}`, http.StatusCreated)
	if got := ask("vawg", "GET", on(theirs, "/support"), "", http.StatusOK); !strings.Contains(got, "Sees her doctor.") {
		t.Errorf("covering for a colleague, she reads %s", got)
	}
	ask("vawg", "GET", on(theirs, "/notes"), "", http.StatusOK)
	ask("vawg", "GET", on(theirs, ""), "", http.StatusOK)
	s.acted(t, "vawg", theirs, "record-contact", `{"channel":"phone","outcome":"reached","said":"She is well."}`, "in_progress")
	s.acted(t, "vawg", theirs, "assign", given(me), "in_progress")
	if n := s.Count(t, "select count(*) from referral_assignments where referral_id = $1 and ((worker_id = $2 and until_at is not null) or (worker_id = $3 and until_at is null))", theirs, ill, me); n != 2 {
		t.Errorf("got %d assignments that say who had it and who has it, want 2", n)
	}

	// Eleven: somebody rings whose referral has ended. She opens what she kept,
	// writes down the call, hands in the report she owes, and her manager opens
	// it again; then the call is a contact like any other.
	ask("vawg", "GET", on(over, ""), "", http.StatusOK)
	refused := s.act(t, "vawg", over, "record-contact", `{"channel":"phone","direction":"in","outcome":"reached"}`)
	if refused.Code != http.StatusConflict || !strings.Contains(refused.Body.String(), "ended this referral early") {
		t.Errorf("a contact after the ending: got %d %s, want a conflict that says what happened", refused.Code, refused.Body)
	}
	ask("vawg", "POST", on(over, "/open"), `{"reason":"She rang us back."}`, http.StatusOK)
	ask("vawg", "POST", on(over, "/support/open"), `{"reason":"She rang us back."}`, http.StatusOK)
	ask("vawg", "POST", on(over, "/notes"), `{"text":"She rang: he has found out where she lives."}`, http.StatusCreated)
	s.acted(t, "vawg", over, "report", `{"report":"She ended it. She has rung since."}`, "ended_early")
	s.acted(t, "vawg.manager", over, "reopen", `{"reason":"victim_came_back"}`, "in_progress")
	s.acted(t, "vawg", over, "record-contact", `{"channel":"phone","direction":"in","outcome":"reached"}`, "in_progress")

	// Two: the appointment happened. Something new has happened too: the case is
	// not hers to change, and whoever holds it is told.
	s.Clock.Advance(5 * time.Hour)
	appointment := plan[strings.Index(plan, `"appointments":[{"id":"`)+len(`"appointments":[{"id":"`):][:36]
	ask("vawg", "POST", on(mine, "/appointments/outcome"), fmt.Sprintf(`{"appointment_id":%q,"happened":true,"attendance":"attended"}`, appointment), http.StatusCreated)
	ask("vawg", "POST", on(mine, "/notes"), `{"kind":"shared","text":"He waited outside her work this morning. She wants to report it."}`, http.StatusCreated)
	if _, err := jobs.Drain(s.System(), s.DB); err != nil {
		t.Fatal(err)
	}
	if n := s.Count(t, "select count(*) from notices where topic = 'note.shared' and referral_id = $1 and org_id = $2", mine, s.Actor("police").OrgID); n != 1 {
		t.Errorf("who holds the case was told %d times that something was shared, want once", n)
	}
	if got := ask("police", "GET", on(mine, "/notes"), "", http.StatusOK); !strings.Contains(got, "outside her work") {
		t.Errorf("who holds the case reads %s", got)
	}

	// Four: the police ask for her record. That is her manager's to answer, and
	// she is told so: it is her role, not that nothing is there.
	reference := s.referenceOf(t, mine)
	request := fmt.Sprintf(`{"kind":"information","relation":"police","requester":"An officer","authority":"A notice","asks":"Her notes.","received_on":"2026-11-17","record":%q}`, reference)
	ask("vawg", "POST", "/api/v1/data-requests", request, http.StatusForbidden)

	// Five: what is finished is ended as it was, and what is not is not.
	unfinished := s.act(t, "vawg", mine, "complete", `{"outcomes":[{"need":"accommodation","start":1,"end":4}],"report":"The locks are changed."}`)
	if unfinished.Code != http.StatusUnprocessableEntity || !strings.Contains(unfinished.Body.String(), "Finance and benefits") {
		t.Errorf("a need without an end: got %d %s, want the need named", unfinished.Code, unfinished.Body)
	}
	ask("vawg", "POST", on(mine, "/needs"), `{"point":"end","ratings":[{"need":"finance","unrated":"declined"}]}`, http.StatusCreated)
	s.acted(t, "vawg", mine, "complete", `{"outcomes":[{"need":"accommodation","start":1,"end":4}],"report":"The locks are changed."}`, "completed")
}

// referenceOf is the public reference of a referral.
func (s *site) referenceOf(t *testing.T, id string) string {
	t.Helper()
	var out string
	if err := s.Owner.QueryRow(t.Context(), "select reference from referrals where id = $1", id).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
