package protection_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/cases"
	"throughline/services/jobs"
	"throughline/services/protection"
)

// shut restricts the case to its caseworker.
func (s *stage) shut(t *testing.T) {
	t.Helper()
	s.decide(t, "caseworker.manager", protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("caseworker").ID}, Reason: "works_here"})
}

func (s *stage) breaks(who string) (protection.Emergency, error) {
	return s.svc.OpenInEmergency(s.As(who), protection.EmergencyInput{Reference: s.Reference, Reason: "danger_to_life", Note: "Somebody rang."})
}

func TestEmergencyAccessReadsOneCaseForFifteenMinutesAndNothingElse(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.shut(t)
	e, err := s.breaks("support")
	if err != nil || e.CaseID != s.ID {
		t.Fatalf("got %+v, %v", e, err)
	}
	v, err := s.cases.Read(s.As("support"), s.ID)
	if err != nil || v.EmergencyLeft <= 14*time.Minute || v.EmergencyLeft > 15*time.Minute || v.Victim.FamilyName != "Quillfeather" || len(v.Contact.Points) == 0 || !v.Contact.Values {
		t.Fatalf("got %+v, %v, want the whole case and the time left", v, err)
	}
	if found, err := s.cases.ReadByReference(s.As("support"), s.Reference); err != nil || found.EmergencyLeft == 0 {
		t.Errorf("by reference: got %v, %v", found.EmergencyLeft, err)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'case.opened_in_emergency' and actor_user_id = $1 and case_id = $2", s.Person("support").ID, s.ID); n != 2 {
		t.Errorf("got %d readings on record, want 2", n)
	}
	// It is in no list and no search, and nothing of it can be changed.
	if f, err := s.cases.Search(s.As("support"), cases.Query{Reference: s.Reference}); err != nil || len(f.Items) != 0 {
		t.Errorf("search: got %v, %v, want nothing", f.Items, err)
	}
	if p, err := s.cases.List(s.As("support"), cases.Filter{}); err != nil || len(p.Items) != 0 || p.Total != 0 {
		t.Errorf("list: got %v, %v, want nothing", p.Items, err)
	}
	for what, got := range map[string]models.Code{
		"its journey": code(s.cases.Journey(s.As("support"), s.ID)), "its safe contact": code(s.cases.SafeContact(s.As("support"), s.ID)), "its id": code(s.cases.ID(s.As("support"), s.Reference)),
		"its protection": code(s.svc.Get(s.As("support"), s.ID)), "a bar": code(s.svc.Bar(s.As("support"), s.ID, protection.BarInput{Email: "a@b.test", Reason: "family"})),
		"a colleague": code(s.cases.Read(s.As("caseworker.manager"), s.ID)), "the case behind other pages": code(s.cases.Get(s.As("support"), s.ID)),
	} {
		if got != models.CodeNotFound {
			t.Errorf("%s: got %q, want not found", what, got)
		}
	}
	s.Do(t, "update emergency_accesses set granted_at = granted_at - interval '15 minutes', expires_at = expires_at - interval '15 minutes'")
	if s.opens(t, "support") {
		t.Error("after fifteen minutes it is open still")
	}
}

func TestEmergencyAccessGoesThroughNoBarNoSealAndToNoOtherOrganisation(t *testing.T) {
	t.Parallel()
	s := setup(t)
	if _, err := s.breaks("support"); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a case that is open: got %v, want a conflict", err)
	}
	s.shut(t)
	missing := code(s.svc.OpenInEmergency(s.As("support"), protection.EmergencyInput{Reference: models.NewCaseReference(), Reason: "danger_to_life", Note: "x"}))
	for _, who := range []string{"refuge", "vawg", "refuge.manager"} {
		if got := code(s.breaks(who)); got != missing || got != models.CodeNotFound {
			t.Errorf("%s: got %q, want not found", who, got)
		}
	}
	if got := code(s.breaks("privacy")); got != models.CodeForbidden {
		t.Errorf("a privacy officer: got %q, want forbidden", got)
	}
	if _, err := s.breaks("support"); err != nil {
		t.Fatal(err)
	}
	// A bar ends what was granted before.
	if _, err := s.svc.Bar(s.As("caseworker"), s.ID, protection.BarInput{Email: "support@demo.test", Reason: "family"}); err != nil {
		t.Fatal(err)
	}
	if got := code(s.breaks("support")); got != models.CodeNotFound || s.opens(t, "support") {
		t.Errorf("barred: got %q, want not found, and the case shut", got)
	}
	if _, err := s.breaks("caseworker.manager"); err != nil {
		t.Fatal(err)
	}
	s.Do(t, "update cases set sealed = true, restricted_to = $2 where id = $1", s.ID, []uuid.UUID{s.Person("caseworker").ID, s.Person("privacy").ID})
	if got := code(s.breaks("caseworker.manager")); got != models.CodeNotFound || s.opens(t, "caseworker.manager") {
		t.Errorf("sealed: got %q, want not found, and the case shut", got)
	}
}

func TestSomebodyElseLooksAtAnEmergencyAccessInTwoWorkingDaysOrItIsTold(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.shut(t)
	e, err := s.breaks("support")
	if err != nil {
		t.Fatal(err)
	}
	told := func(topic string) int {
		return s.Count(t, "select count(*) from notices n join outbox o on o.id = n.outbox_id where o.topic = $1 and n.case_id = $2 and n.org_id = $3", topic, s.ID, s.Person("privacy").Org.ID)
	}
	if told("alert.break_glass") != 1 || s.seen(t, "privacy", "select count(*) from notices where topic = 'alert.break_glass'") != 1 {
		t.Error("the privacy officer was not told at once")
	}
	yes := true
	if got := code(s.svc.Review(s.As("caseworker.manager"), e.ID, &yes, "x")); got != models.CodeForbidden {
		t.Errorf("a manager reviews: got %q, want forbidden", got)
	}
	system := models.WithActor(t.Context(), models.System())
	for range 2 {
		s.Clock.Advance(3 * 24 * time.Hour)
		if err := jobs.Escalate(system, s.DB); err != nil {
			t.Fatal(err)
		}
	}
	if told("alert.break_glass_late") != 1 {
		t.Errorf("got %d told that it is late, want once", told("alert.break_glass_late"))
	}
	if list, err := s.svc.Emergencies(s.As("privacy")); err != nil || len(list) != 1 || !list[0].Late || list[0].Reference != s.Reference {
		t.Fatalf("got %+v, %v, want it late", list, err)
	}
	s.Do(t, "update emergency_accesses set user_id = $1", s.Person("privacy").ID)
	if got := code(s.svc.Review(s.As("privacy"), e.ID, &yes, "I asked myself.")); got != models.CodeForbidden {
		t.Errorf("their own: got %q, want forbidden", got)
	}
	s.Do(t, "update emergency_accesses set user_id = $1", s.Person("support").ID)
	if got := code(s.svc.Review(s.As("privacy"), e.ID, nil, "")); got != models.CodeInvalid {
		t.Errorf("no answer: got %q, want invalid", got)
	}
	if _, err := s.svc.Review(s.As("privacy"), e.ID, &yes, "I asked them."); err != nil {
		t.Fatal(err)
	}
	if got := code(s.svc.Review(s.As("privacy"), e.ID, &yes, "Again.")); got != models.CodeConflict {
		t.Errorf("again: got %q, want a conflict", got)
	}
	f, err := s.svc.Figures(s.As("privacy"))
	if err != nil || f.Count != 1 || f.Reviewed != 1 || f.InTime != 0 || f.Late != 0 {
		t.Errorf("got %+v, %v, want one, looked at late", f, err)
	}
	if _, err := s.Owner.Exec(t.Context(), "update emergency_accesses set reviewed_by = user_id"); err == nil {
		t.Error("the database took a review by who had the access")
	}
}
