package alerts_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/alerts"
)

func TestATrawlIsAnAlertAgainstTheirOwnUsualAndOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{Opened: pg.Cap{"": 200}})
	s.open(t, "caseworker", 24)
	if n := s.watch(t); n != 0 {
		t.Fatalf("%d alerts for 24 records, want none", n)
	}
	s.open(t, "caseworker", 2)
	if n := s.watch(t); n != 1 || s.raised(t, models.AlertTrawl, testkit.OrgVictims) != 1 {
		t.Fatalf("%d alerts for 26 records by somebody new, want one about a trawl", n)
	}
	s.Clock.Advance(10 * time.Second)
	s.open(t, "caseworker", 1)
	if n := s.watch(t); n != 0 || s.Count(t, "select (figures->>'in_hour')::int from alerts") != 27 {
		t.Errorf("%d new, want the same alert with newer figures", n)
	}
	// Somebody who opens as many every day does not stand out.
	busy := s.Case(t, s.As("support"))
	for day := 2; day < 12; day++ {
		for i := range 30 {
			s.viewed(t, "support", models.NewID(), s.Clock.Now().AddDate(0, 0, -day).Add(time.Duration(i)*time.Minute))
		}
	}
	s.viewed(t, "support", busy.ID, s.Clock.Now())
	s.open(t, "support", 40)
	if n := s.watch(t); n != 0 {
		t.Errorf("%d alerts about somebody whose usual hour holds 30, want none at 41", n)
	}
}

func TestTheCapIsToldWithinAMinute(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{Opened: pg.Cap{"": 3}})
	s.open(t, "caseworker", 3)
	c := s.Case(t, s.As("caseworker"))
	if _, err := s.cases.Get(s.As("caseworker"), c.ID); !models.IsRecordCap(err) {
		t.Fatalf("got %v, want too many", err)
	}
	refused(t, s, "caseworker", c.ID, models.CodeTooMany)
	s.Clock.Advance(time.Minute)
	if s.watch(t); s.raised(t, models.AlertRecordCap, testkit.OrgVictims) != 1 {
		t.Error("the cap was met and nobody was told")
	}
}

// refused writes a refusal down as the handlers do.
func refused(t *testing.T, s *stage, who string, id uuid.UUID, code models.Code) {
	t.Helper()
	err := s.DB.RecordAlone(s.As(who), models.Event{
		Action: "case.refused", SubjectType: "case", SubjectID: id, CaseID: id, Refused: true, Detail: map[string]any{"code": string(code)},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestManyReadersOfOneRecordAreAnAlertAtItsHolder(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	c := s.Case(t, s.As("caseworker"))
	for i, who := range []string{"caseworker", "support", "vawg", "vawg.second"} {
		s.viewed(t, who, c.ID, s.Clock.Now().Add(-time.Duration(i)*time.Minute))
	}
	if n := s.watch(t); n != 0 {
		t.Fatalf("%d alerts for four people of two organisations, want none", n)
	}
	s.viewed(t, "police", c.ID, s.Clock.Now().Add(-time.Second))
	if n := s.watch(t); n != 1 || s.raised(t, models.AlertManyReaders, testkit.OrgVictims) != 1 {
		t.Fatalf("%d alerts for five people of three organisations, want one at the holder", n)
	}
	row := s.Count(t, "select count(*) from alerts where reference = $1 and about_user_id is null and to_jsonb(alerts)::text !~* 'quillfeather|zephyrine'", c.Reference)
	if row != 1 {
		t.Error("the alert names somebody, or not the record")
	}
}

func TestARecordCloseToHomeIsAnAlert(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	if err := s.alerts.SayHousehold(s.As("caseworker"), []string{"Okafor", "O’Brien"}, "E09000028"); err != nil {
		t.Fatal(err)
	}
	called := func(family, borough string) testkit.CaseFacts {
		return s.Case(t, s.As("caseworker"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName, f.Borough = "Ada", family, borough })
	}
	for _, c := range []testkit.CaseFacts{called("Okafor", "E09000012"), called("Adeyemi", "E09000028")} {
		if _, err := s.cases.Get(s.As("caseworker"), c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.watch(t); n != 0 {
		t.Fatalf("%d alerts for a surname elsewhere and another surname here, want none", n)
	}
	home := called("Okafor", "E09000028")
	own := s.Case(t, s.As("caseworker"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName, f.Borough = "Dominik", "Wrona", "E09000001" })
	// Whoever may know the person is asked first; an answer is no excuse.
	s.Do(t, "update conflict_questions set answered_at = now(), knows = false where case_id = any ($1)", []uuid.UUID{home.ID, own.ID})
	for _, c := range []testkit.CaseFacts{home, own} {
		if _, err := s.cases.Get(s.As("caseworker"), c.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.cases.Get(s.As("support"), c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.watch(t); n != 2 || s.raised(t, models.AlertHousehold, testkit.OrgVictims) != 2 {
		t.Errorf("%d alerts, want one for the household and one for the own name", n)
	}
}

func TestGuessingSearchingAndOddHoursAreAlerts(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	for range 9 {
		refused(t, s, "vawg", models.NewID(), models.CodeNotFound)
	}
	if n := s.watch(t); n != 0 {
		t.Fatalf("%d alerts for nine refusals, want none", n)
	}
	refused(t, s, "vawg", models.NewID(), models.CodeNotFound)
	search := func(who string) {
		err := s.DB.Write(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
			return tx.Record(ctx, models.Event{Action: "case.searched", SubjectType: "case", Detail: map[string]any{"cases": []string{}}})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 30 {
		search("caseworker")
	}
	s.watch(t)
	// Ashdown has no privacy officer: the operator's looks at it.
	if s.raised(t, models.AlertGuessing, testkit.OrgOperator) != 1 || s.raised(t, models.AlertSearching, testkit.OrgVictims) != 1 {
		t.Error("guessing or searching was not told")
	}
	s.Clock.Set(time.Date(2026, 11, 17, 23, 30, 0, 0, time.UTC))
	s.open(t, "support", 8)
	s.open(t, "police", 8)
	s.watch(t)
	if s.raised(t, models.AlertOutOfHours, testkit.OrgVictims) != 1 || s.raised(t, models.AlertOutOfHours, testkit.OrgPolice) != 0 {
		t.Error("want eight records at half past eleven told of a charity, and not of the police, who never close")
	}
}

func TestThresholdsAreAnOrganisationsToSet(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{Opened: pg.Cap{"": 200}})
	fifty := 50
	if _, err := s.alerts.Set(s.As("privacy"), alerts.Change{Key: models.SettingTrawlHour, Value: &fifty, Reason: "We log for others."}); err != nil {
		t.Fatal(err)
	}
	s.open(t, "caseworker", 40)
	if n := s.watch(t); n != 0 {
		t.Errorf("%d alerts below the organisation's own threshold, want none", n)
	}
	thirty := 30
	if _, err := s.alerts.Set(s.As("privacy"), alerts.Change{Key: models.SettingTrawlHour, Value: &thirty, Reason: "They have left."}); err != nil {
		t.Fatal(err)
	}
	if n := s.watch(t); n != 1 {
		t.Errorf("%d alerts at the next look after the threshold was lowered again, want 1", n)
	}
	for _, who := range []string{"safeguarding", "caseworker.manager", "orgadmin"} {
		if _, err := s.alerts.Set(s.As(who), alerts.Change{Key: models.SettingTrawlHour, Value: &fifty, Reason: "x"}); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: got %v, want forbidden", who, err)
		}
	}
	million := 1_000_000
	for name, in := range map[string]alerts.Change{
		"no such key": {Key: "x", Value: &fifty, Reason: "x"}, "no number": {Key: models.SettingReaders, Reason: "x"},
		"too high": {Key: models.SettingReaders, Value: &million, Reason: "x"}, "no reason": {Key: models.SettingReaders, Value: &fifty},
	} {
		if _, err := s.alerts.Set(s.As("privacy"), in); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'alert.threshold_changed'"); n != 2 {
		t.Errorf("the trail holds %d changes, want 2", n)
	}
}
