package referrals_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/models"
	"throughline/services/referrals"
	"throughline/services/support"
)

// session plants an appointment of a referral, and what came of it as the words
// say: nothing where they say nothing.
func (b *bench) session(v subject, said string) {
	b.t.Helper()
	id, vawg := models.NewID(), b.Actor("vawg")
	b.Do(b.t, `insert into appointments (id, case_id, referral_id, starts_at, place, channel, at, by_user_id, by_org_id)
		values ($1, $2, $3, $4, 'office', 'phone', $4, $5, $6)`, id, v.CaseID, v.ID, b.Clock.Now(), vawg.UserID, vawg.OrgID)
	if said == "" {
		return
	}
	happened, attendance, why := true, &said, (*string)(nil)
	if models.HasChoice(models.NotHeld(), said) {
		happened, attendance, why = false, nil, &said
	}
	b.Do(b.t, `insert into appointment_outcomes (id, case_id, referral_id, appointment_id, happened, attendance, why, at, by_user_id, by_org_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, models.NewID(), v.CaseID, v.ID, id, happened, attendance, why, b.Clock.Now(), vawg.UserID, vawg.OrgID)
}

// TestAnEndingFitsTheSessionsThatWereHeld is the closing rule of referrals.md
// section 3, cell by cell: what was planned, and which endings that lets in.
func TestAnEndingFitsTheSessionsThatWereHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const held, missed, open = "attended", "absent", ""
	for _, row := range []struct {
		said                                        []string
		complete, endEarly, notEngaged, byTheirWord bool
	}{
		{nil, true, true, true, true}, // no appointments were kept: the contacts are what was held
		{[]string{held}, true, true, false, false},
		{[]string{held, "part"}, true, true, false, false},
		{[]string{held, missed}, false, true, false, false},
		{[]string{held, open}, false, true, false, false},
		{[]string{held, "service_cancelled"}, false, true, false, false},
		{[]string{held, "not_needed", "moved"}, true, true, false, false},
		{[]string{missed}, false, true, true, true},
		{[]string{open}, false, true, true, true},
		{[]string{"person_cancelled", "unsafe"}, false, true, true, true},
	} {
		for action, want := range map[models.Action]bool{
			models.ActComplete: row.complete, models.ActEndEarly: row.endEarly, models.ActNotEngaged: row.notEngaged, models.ActWithdraw: row.byTheirWord,
		} {
			status := models.StatusInProgress
			if action == models.ActNotEngaged {
				status = models.StatusAccepted
			}
			v := b.at(status)
			for _, said := range row.said {
				b.session(v, said)
			}
			b.prepare(v, action)
			_, err := b.do("vawg", v.ID, action, b.valid(action, models.SideProvider, v))
			if (err == nil) != want {
				t.Errorf("sessions %q, %s: got %v %v, want allowed: %v", row.said, action, err, models.FieldsOf(err), want)
			}
		}
	}
}

func TestTheReferrerTakesAReferralBackWhateverWasHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusInProgress)
	b.session(v, "attended")
	if w := b.must("police", v.ID, models.ActWithdraw, b.valid(models.ActWithdraw, models.SideReferrer, v)); w.Status != models.StatusWithdrawn {
		t.Errorf("got %s", w.Status)
	}
}

func TestEachNeedAskedAboutAtTheStartHasAnEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusInProgress)
	sup := support.New(b.DB, b.s)
	rate := func(point models.NeedPoint, list ...support.Rating) {
		t.Helper()
		b.Clock.Advance(time.Hour)
		if _, err := sup.Rate(b.As("vawg"), v.ID, support.Rated{Point: point, Ratings: list}); err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
	}
	rate(models.NeedAtStart, support.Rating{Need: "health", Score: ptr(2)}, support.Rating{Need: "finance", Score: ptr(3)},
		support.Rating{Need: "social", Score: ptr(4)}, support.Rating{Need: "family", Unrated: "declined"})
	_, err := b.do("vawg", v.ID, models.ActComplete, referrals.ActionInput{Report: "Done.", Outcomes: []referrals.Outcome{{Need: "social", Start: 4, End: 4}}})
	if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "outcomes" || !strings.Contains(f[0].Message, "Finance and benefits") || strings.Contains(f[0].Message, "Social") {
		t.Errorf("needs without an end: got %v", f)
	}
	rate(models.NeedAtEnd, support.Rating{Need: "health", Score: ptr(4)}, support.Rating{Need: "finance", Unrated: "unsafe_to_ask"}, support.Rating{Need: "family", Score: ptr(5)})
	done := b.must("vawg", v.ID, models.ActComplete, referrals.ActionInput{Report: "Done.", Outcomes: []referrals.Outcome{{Need: "social", Start: 4, End: 3}}})
	if done.Status != models.StatusCompleted {
		t.Fatalf("got %s", done.Status)
	}
	kept, err := b.s.Open(b.As("vawg.manager"), v.ID, "A complaint")
	if err != nil {
		t.Fatal(err)
	}
	last := func(v referrals.View) map[string]any { return v.History[len(v.History)-1].Detail }
	want := map[string]any{
		"outcomes": []any{map[string]any{"need": "social", "start": 4.0, "end": 3.0}, map[string]any{"need": "health", "start": 2.0, "end": 4.0}},
		"unrated":  map[string]any{"finance": "unsafe_to_ask", "family": "declined"}, "report": "Done.",
	}
	if diff := cmp.Diff(want, last(kept)); diff != "" {
		t.Errorf("what the service keeps: want -, got +\n%s", diff)
	}
	told, err := b.s.Get(b.As("police"), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	want = map[string]any{"changed": map[string]any{"better": 1, "same": 0, "worse": 1}, "report": "Done."}
	if diff := cmp.Diff(want, last(told)); diff != "" {
		t.Errorf("what the referrer is told: want -, got +\n%s", diff)
	}
	if n := b.Count(t, "select count(*) from need_ratings where referral_id = $1 and need = 'social' and point = 'end' and score = 3", v.ID); n != 1 {
		t.Errorf("the number that came with the ending was kept %d times, want once", n)
	}
	if n := b.Count(t, "select count(*) from need_ratings where referral_id = $1 and need = 'social' and point = 'start'", v.ID); n != 1 {
		t.Errorf("the start, which was known, was kept %d times, want once", n)
	}
}

func TestTheReportThatIsOwedCanBeHandedInAfterTheEnding(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusEndedEarly)
	owed := func() int {
		return b.Count(t, "select count(*) from clocks where referral_id = $1 and rule = 'K35' and stopped_at is null", v.ID)
	}
	if owed() != 1 {
		t.Fatal("no report is owed")
	}
	for who, want := range map[string]bool{"vawg": true, "vawg.manager": true, "police": false} {
		if got, err := b.s.Get(b.As(who), v.ID); err != nil || slices.Contains(got.AllowedActions, models.ActReport) != want {
			t.Errorf("%s may hand in a report: %v %v, want %v", who, got.AllowedActions, err, want)
		}
	}
	b.refused("police", v.ID, models.ActReport, referrals.ActionInput{Report: "Done."}, models.CodeForbidden)
	b.refused("refuge", v.ID, models.ActReport, referrals.ActionInput{Report: "Done."}, models.CodeNotFound)
	b.refused("vawg", v.ID, models.ActReport, referrals.ActionInput{Report: " "}, models.CodeInvalid)
	after := b.must("vawg", v.ID, models.ActReport, referrals.ActionInput{Report: "She moved to her sister."})
	if after.Status != models.StatusEndedEarly || owed() != 0 || slices.Contains(after.AllowedActions, models.ActReport) {
		t.Errorf("got %s with %d owed and %v", after.Status, owed(), after.AllowedActions)
	}
	b.refused("vawg", v.ID, models.ActReport, referrals.ActionInput{Report: "Again."}, models.CodeConflict)
	told, err := b.s.Get(b.As("police"), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := told.History[len(told.History)-1].Detail; d["report"] != "She moved to her sister." {
		t.Errorf("the referrer is told %v, want the report", slices.Collect(maps.Keys(d)))
	}
	early := b.at(models.StatusAccepted)
	b.must("vawg.manager", early.ID, models.ActEndEarly, referrals.ActionInput{Reason: "moved", Note: "She was told of other help."})
	b.refused("vawg.manager", early.ID, models.ActReport, referrals.ActionInput{Report: "Done."}, models.CodeConflict)
	if c := b.at(models.StatusCompleted); b.Count(t, "select count(*) from clocks where referral_id = $1 and rule = 'K35' and stopped_at is null", c.ID) != 0 {
		t.Error("a report is owed after one was handed in")
	}
}
