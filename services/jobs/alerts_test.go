package jobs_test

import (
	"testing"

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
