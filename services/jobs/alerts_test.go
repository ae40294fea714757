package jobs_test

import (
	"testing"
	"time"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/jobs"
)

func TestWhatSomebodyHasToLookAtBecomesOneAlertADesk(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := w.Case(t, w.As("caseworker"))
	user, vawg := w.Actor("vawg").UserID, w.Org(testkit.OrgVAWG).ID
	put := func(topic, payload string) {
		w.Do(t, "insert into outbox (topic, case_id, payload, by_org_id, at) values ($1, $2, $3::jsonb, $4, $5)", topic, c.ID, payload, vawg, w.Clock.Now())
	}
	put("contact.safety_incident", "{}")
	put("alert.break_glass", `{"user": "`+user.String()+`"}`)
	put("alert.conflict", `{"user": "`+user.String()+`"}`)
	for range 2 { // delivered twice, it tells once
		if _, err := jobs.Drain(w.System(), w.DB); err != nil {
			t.Fatal(err)
		}
		w.Do(t, "update outbox set drained_at = null")
	}
	for _, want := range []struct {
		kind models.AlertKind
		org  string
		n    int
	}{
		// Ashdown has no safeguarding lead: the holder's looks at it, once.
		{models.AlertSafety, testkit.OrgVictims, 1},
		{models.AlertSafety, testkit.OrgVAWG, 0},
		// Ashdown has no privacy officer: the operator's stands in beside the holder's.
		{models.AlertBreakGlass, testkit.OrgVictims, 1},
		{models.AlertBreakGlass, testkit.OrgOperator, 1},
		{models.AlertConflict, testkit.OrgVictims, 1},
		{models.AlertConflict, testkit.OrgOperator, 1},
	} {
		got := w.Count(t, "select count(*) from alerts where kind = $1 and org_id = $2 and reference = $3", string(want.kind), w.Org(want.org).ID, c.Reference)
		if got != want.n {
			t.Errorf("%s at %s: got %d alerts, want %d", want.kind, want.org, got, want.n)
		}
	}
	if n := w.Count(t, "select count(*) from alerts where about_user_id is distinct from $1 and kind <> 'safety'", user); n != 0 {
		t.Errorf("%d alerts do not say whom they concern", n)
	}
}

// TestAnEmergencyNobodyReviewedAndAHarmfulFileComeToTheOfficersDesk is the whole
// way: the deadline passes or the scanner finds something, and the officer of the
// organisation has it in the queue.
func TestAnEmergencyNobodyReviewedAndAHarmfulFileComeToTheOfficersDesk(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := w.Case(t, w.As("caseworker"))
	lvs, who := w.Org(testkit.OrgVictims).ID, w.Actor("support").UserID
	w.Do(t, `insert into emergency_accesses (id, case_id, user_id, org_id, reason, note, at, review_due_at) values (gen_random_uuid(), $1, $2, $3, 'danger_to_life', 'x', $4::timestamptz, $4::timestamptz + interval '1 hour')`,
		c.ID, who, lvs, w.Clock.Now())
	document := models.NewID()
	w.Do(t, `insert into documents (id, case_id, kind, name, type, size, at, by_user_id, by_org_id) values ($1, $2, 'internal', '\x01'::bytea || sha256('x'), 'text/plain', 1, $3, $4, $5)`, document, c.ID, w.Clock.Now(), who, lvs)
	w.Do(t, "insert into outbox (topic, payload, at) values ('alert.malware', jsonb_build_object('document', $1::text), $2)", document.String(), w.Clock.Now())
	work := func() {
		t.Helper()
		if err := jobs.Escalate(w.System(), w.DB); err != nil {
			t.Fatal(err)
		}
		if _, err := jobs.Drain(w.System(), w.DB); err != nil {
			t.Fatal(err)
		}
	}
	work()
	if n := w.Count(t, "select count(*) from alerts where kind = 'break_glass_late'"); n != 0 {
		t.Errorf("%d alerts before it was late", n)
	}
	w.Clock.Advance(2 * time.Hour)
	work()
	work()
	for kind, about := range map[models.AlertKind]any{models.AlertUnreviewed: who, models.AlertMalware: nil} {
		if n := w.Count(t, `select count(*) from alerts where kind = $1 and org_id = $2 and reference = $3 and desk = 'data' and about_user_id is not distinct from $4`,
			string(kind), lvs, c.Reference, about); n != 1 {
			t.Errorf("%s: got %d alerts on the desk of the organisation, want 1", kind, n)
		}
	}
	if n := w.Count(t, "select count(*) from alerts"); n != 2 {
		t.Errorf("got %d alerts, want 2", n)
	}
}
