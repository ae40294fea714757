package rights_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/rights"
)

func TestABreachIsReportedWithin72HoursOfBeingKnownAndClosedOnlyWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.As("privacy")
	known := b.Clock.Now().Add(-3 * time.Hour)
	got, err := b.s.LogBreach(ctx, rights.BreachInput{What: "A letter with an address went to another.", Cause: "wrong_recipient", AwareAt: known, DataKinds: []string{"address"}})
	if err != nil || !got.ReportBy.Equal(known.Add(72*time.Hour)) || got.Status != models.BreachOpen || got.Risk != models.RiskNotKnown {
		t.Fatalf("got %+v, %v", got, err)
	}
	update := func(in rights.BreachProgress) error { _, err := b.s.UpdateBreach(ctx, got.ID, in); return err }
	b.wantCode(update(rights.BreachProgress{Close: true}), models.CodeInvalid, "closing with nothing said")
	reported, early := b.Clock.Now(), known.Add(-time.Hour)
	whole := rights.BreachProgress{
		Risk: "high", RiskWhy: "Her address was on it.", Contained: "It was brought back unopened.", ReportedAt: &reported, Told: "told", Close: true,
	}
	for what, change := range map[string]func(*rights.BreachProgress){
		"a high risk and nobody told": func(p *rights.BreachProgress) { p.Told, p.ToldWhy = "not_needed", "They would worry." },
		"likely harm and no report": func(p *rights.BreachProgress) {
			p.Risk, p.ReportedAt, p.NotReportedWhy = "likely", nil, "It was small."
		},
		"reported before it was known":           func(p *rights.BreachProgress) { p.ReportedAt = &early },
		"not told for safety without saying why": func(p *rights.BreachProgress) { p.Told = "not_safe" },
		"nothing said of what was done":          func(p *rights.BreachProgress) { p.Contained = " " },
	} {
		in := whole
		change(&in)
		b.wantCode(update(in), models.CodeInvalid, what)
	}
	if err := update(whole); err != nil {
		t.Fatalf("whole: %v %v", err, models.FieldsOf(err))
	}
	b.wantCode(update(whole), models.CodeConflict, "closing twice")
	closed, err := b.s.Breach(ctx, uuid.Nil, got.Reference)
	if err != nil || closed.Status != models.BreachClosed || closed.ToldAt == nil || closed.ContainedAt == nil {
		t.Errorf("got %+v, %v", closed, err)
	}
	if _, err := b.s.Breach(b.As("police.manager"), got.ID, ""); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("another organisation reads it: %v", err)
	}
	if _, err := b.s.Breaches(b.As("caseworker")); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a caseworker lists breaches: %v", err)
	}
	if n := b.Count(t, "select count(*) from audit_events where subject_type = 'breach' and detail::text ~ 'letter|address'"); n != 0 {
		t.Error("the trail holds the words of a breach")
	}
}

func TestASafetyIncidentIsMadeABreachByOneActAndOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	r := b.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted)
	unsafe, safe := b.attempt(c, r, true), b.attempt(c, r, false)
	for who, want := range map[string]int{"police.manager": 1, "vawg.manager": 1, "refuge.manager": 0, "privacy": 0} {
		if list, err := b.s.Incidents(b.As(who)); err != nil || len(list) != want {
			t.Errorf("%s: got %d incidents, %v, want %d", who, len(list), err, want)
		}
	}
	b.wantCode(func() error { _, err := b.s.Promote(b.As("vawg.manager"), safe); return err }(), models.CodeNotFound, "a contact that was safe")
	b.wantCode(func() error { _, err := b.s.Promote(b.As("refuge.manager"), unsafe); return err }(), models.CodeNotFound, "somebody else's incident")
	got, err := b.s.Promote(b.As("vawg.manager"), unsafe)
	if err != nil || got.Cause != "unsafe_contact" || got.AttemptID == nil || !got.AwareAt.Equal(b.Clock.Now()) {
		t.Fatalf("got %+v, %v", got, err)
	}
	b.wantCode(func() error { _, err := b.s.Promote(b.As("vawg.manager"), unsafe); return err }(), models.CodeConflict, "twice")
	if list, _ := b.s.Incidents(b.As("vawg.manager")); list[0].Breach != got.Reference {
		t.Errorf("the incident does not name its breach: %+v", list)
	}
	// A bar hides the incident too.
	b.Do(t, "insert into bars (id, victim_id, case_id, colleague_id, reason, set_at, set_by_org_id) values ($1, $2, $3, $4, 'conflict', now(), $5)",
		models.NewID(), c.VictimID, c.ID, b.Person("police.manager").ID, b.Org("police").ID)
	if list, _ := b.s.Incidents(b.As("police.manager")); len(list) != 0 {
		t.Error("who is barred from the case reads its incident")
	}
	b.wantCode(func() error {
		_, err := b.s.PlaceHold(b.As("police.manager"), rights.HoldInput{Reference: c.Reference, Reason: "police"})
		return err
	}(), models.CodeInvalid, "a hold by who is barred")
}
