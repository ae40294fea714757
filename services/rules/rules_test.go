package rules_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/services/directory"
	"throughline/services/events"
	"throughline/services/referrals"
	"throughline/services/rules"
)

type bench struct {
	*testkit.Stage
	t   *testing.T
	svc *rules.Service
	two *approvals.Service
}

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	two := approvals.New(w.DB)
	return &bench{Stage: w, t: t, svc: rules.New(w.DB, models.MustCalendar(), two), two: two}
}

// ahead is a day after the stage's, as it is written.
func (b *bench) ahead(days int) string {
	return models.Today(b.Clock.Now()).AddDate(0, 0, days).Format(time.DateOnly)
}

func (b *bench) change(days int) models.ClockRuleChange {
	return models.ClockRuleChange{Standard: 3, Enhanced: 1, Unit: models.UnitWorkingDays, Source: "Victims' Code 2027, right 6", EffectiveFrom: b.ahead(days)}
}

func (b *bench) propose(who string, rule models.Rule, days int) uuid.UUID {
	b.t.Helper()
	v, err := b.svc.Propose(b.As(who), rule, b.change(days))
	if err != nil {
		b.t.Fatal(err, models.FieldsOf(err))
	}
	return v.ID
}

func (b *bench) rules() []models.ClockRule {
	b.t.Helper()
	var out []models.ClockRule
	if err := b.DB.Read(b.As("police"), func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = events.Rules(ctx, tx)
		return err
	}); err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *bench) arrest(reference string, ago time.Duration) events.Recorded {
	b.t.Helper()
	dir := directory.New(b.DB)
	svc := events.New(b.DB, models.MustCalendar(), dir, referrals.New(b.DB, models.MustCalendar(), dir))
	c := b.Case(b.t, b.As("police"))
	b.Do(b.t, "update cases set enhanced = false where id = $1", c.ID)
	r, err := svc.Record(b.As("police"), c.ID, events.Input{NewCaseEvent: models.NewCaseEvent{
		Type: "E7", OccurredAt: b.Clock.Now().Add(-ago), Reference: reference, Details: map[string]any{"what": "arrested", "reason": "Burglary"},
	}})
	if err != nil {
		b.t.Fatal(err, models.FieldsOf(err))
	}
	return r
}

func TestARuleTwoAgreedToHoldsFromItsDayAndNothingThatRanIsWrittenAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before := b.arrest("CAD 1", time.Hour)
	p, err := b.svc.Preview(b.As("admin"), "K3", b.change(7))
	if err != nil || p.Running != 1 || p.Before.Standard != 5 || p.After.Standard != 3 || p.After.Version != 2 || len(p.DatesBefore) < 2 || len(p.DatesAfter) != len(p.DatesBefore) {
		t.Fatalf("got %+v, %v, want a preview of one running clock", p, err)
	}
	for i := range p.DatesBefore {
		if !p.DatesAfter[i].Standard.Before(p.DatesBefore[i].Standard) || !p.DatesAfter[i].Began.Equal(p.DatesBefore[i].Began) {
			t.Errorf("got %+v after %+v, want the same day and an earlier date", p.DatesAfter[i], p.DatesBefore[i])
		}
	}
	id := b.propose("admin", "K3", 7)
	v, err := b.two.Get(b.As("admin.second"), id)
	if err != nil || !v.MayDecide || len(v.Facts) < 8 || v.Facts[2].Value != "3 working days, 1 working day with Enhanced Rights" {
		t.Fatalf("got %+v, %v, want what is asked for", v, err)
	}
	if _, err := b.two.Approve(b.As("admin"), id, ""); models.CodeOf(err) != models.CodeForbidden || len(b.rules()) != len(models.ClockRules()) {
		t.Fatalf("the same person: %v, want it forbidden and no version", err)
	}
	if _, err := b.two.Approve(b.As("admin.second"), id, ""); err != nil {
		t.Fatal(err)
	}
	if k := b.arrest("CAD 2", time.Hour).Clocks[0]; k.RuleVersion != 1 || k.LimitDays != 5 {
		t.Errorf("before its day: got version %d with %d days, want the first", k.RuleVersion, k.LimitDays)
	}
	b.Clock.Advance(7 * 24 * time.Hour)
	if k := b.arrest("CAD 3", time.Hour).Clocks[0]; k.RuleVersion != 2 || k.LimitDays != 3 {
		t.Errorf("from its day on: got version %d with %d days, want the second", k.RuleVersion, k.LimitDays)
	}
	if k := b.arrest("CAD 4", 4*24*time.Hour).Clocks[0]; k.RuleVersion != 1 || k.LimitDays != 5 {
		t.Errorf("what began before, recorded after: got version %d with %d days, want the first", k.RuleVersion, k.LimitDays)
	}
	if n := b.Count(t, "select count(*) from clocks where id = $1 and rule_version = 1 and limit_days = 5 and due_at = first_due_at", before.Clocks[0].ID); n != 1 {
		t.Error("a clock that ran was written anew")
	}
	for _, action := range []string{"clock_rule.previewed", "clock_rule.proposed", "clock_rule.set"} {
		if n := b.Count(t, "select count(*) from audit_events where action = $1", action); n != 1 {
			t.Errorf("got %d events %s, want 1", n, action)
		}
	}
	// What was shipped stands beside it, as the product has it.
	var shipped []models.ClockRule
	for _, r := range b.rules() {
		if r.Rule == "K3" && r.Version == 2 {
			continue
		}
		r.EffectiveTo = nil
		shipped = append(shipped, r)
	}
	if diff := cmp.Diff(models.ClockRules(), shipped); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestAPreviewCountsWhatEndedByBothLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.arrest("CAD 1", 10*24*time.Hour)
	s := r.Clocks[0]
	// Told on the fourth working day: in time by five, late by three.
	cal := models.MustCalendar()
	fourth, err := cal.Due(s.StartedAt, 4)
	if err != nil {
		t.Fatal(err)
	}
	b.Do(t, "update clocks set state = 'met', stopped_at = $2 where id = $1", s.ID, fourth.Add(-6*time.Hour))
	p, err := b.svc.Preview(b.As("admin"), "K3", b.change(7))
	want := rules.Counts{Running: 0, Ended: 1, InTimeBefore: 1, InTimeAfter: 0}
	if err != nil || p.Counts != want {
		t.Errorf("got %+v, %v, want %+v", p.Counts, err, want)
	}
	b.Do(t, "update clocks set paused_seconds = 60 where id = $1", s.ID)
	if p, _ := b.svc.Preview(b.As("admin"), "K3", b.change(7)); p.Ended != 0 {
		t.Error("a clock that was paused is counted as if it had run")
	}
	var n int
	if err := b.DB.Read(b.As("police.manager"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &n, "select count(*) from app_clock_rule_lengths('K3', now() - interval '10 years')")
	}); err != nil || n != 0 {
		t.Errorf("got %d lengths, %v: they are told to somebody who does not run the installation", n, err)
	}
}

func TestNoRuleBeginsOnADayThatHasComeAndOneWaitsAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		change func(*models.ClockRuleChange)
		want   string
	}{
		"today":              {func(in *models.ClockRuleChange) { in.EffectiveFrom = b.ahead(0) }, "effective_from"},
		"a past day":         {func(in *models.ClockRuleChange) { in.EffectiveFrom = b.ahead(-400) }, "effective_from"},
		"no day":             {func(in *models.ClockRuleChange) { in.EffectiveFrom = "" }, "effective_from"},
		"past the calendar":  {func(in *models.ClockRuleChange) { in.EffectiveFrom = "2090-01-01" }, "effective_from"},
		"no limit":           {func(in *models.ClockRuleChange) { in.Standard = 0 }, "standard"},
		"far too long":       {func(in *models.ClockRuleChange) { in.Standard = 61 }, "standard"},
		"enhanced is longer": {func(in *models.ClockRuleChange) { in.Enhanced = 4 }, "enhanced"},
		"no unit":            {func(in *models.ClockRuleChange) { in.Unit = "weeks" }, "unit"},
		"no source":          {func(in *models.ClockRuleChange) { in.Source = " " }, "source"},
		"a long source":      {func(in *models.ClockRuleChange) { in.Source = strings.Repeat("x", 201) }, "source"},
		"nothing changes": {func(in *models.ClockRuleChange) {
			*in = models.ClockRuleChange{Standard: 5, Enhanced: 1, Unit: models.UnitWorkingDays, Source: "Victims' Code 2021", EffectiveFrom: in.EffectiveFrom}
		}, "standard"},
	} {
		in := b.change(7)
		c.change(&in)
		_, err := b.svc.Propose(b.As("admin"), "K3", in)
		if list := models.FieldsOf(err); models.CodeOf(err) != models.CodeInvalid || len(list) != 1 || list[0].Field != c.want {
			t.Errorf("%s: got %v %+v, want a fault of %s", name, err, list, c.want)
		}
	}
	for rule, want := range map[models.Rule]models.Code{"K99": models.CodeNotFound, "": models.CodeNotFound, "K22": models.CodeConflict, "K18": models.CodeConflict} {
		if _, err := b.svc.Propose(b.As("admin"), rule, b.change(7)); models.CodeOf(err) != want {
			t.Errorf("%q: got %v, want %s", rule, err, want)
		}
	}
	for _, who := range []string{"orgadmin", "police.manager", "privacy", "commissioner"} {
		if _, err := b.svc.Propose(b.As(who), "K3", b.change(7)); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: got %v, want it forbidden", who, err)
		}
		if _, err := b.svc.Preview(b.As(who), "K3", b.change(7)); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: got %v, want it forbidden", who, err)
		}
	}
	id := b.propose("admin", "K3", 7)
	if _, err := b.svc.Propose(b.As("admin.second"), "K3", b.change(9)); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("while one waits: got %v, want a conflict", err)
	}
	// Its day comes while nobody decides.
	b.Clock.Advance(7 * 24 * time.Hour)
	if _, err := b.two.Approve(b.As("admin.second"), id, ""); models.CodeOf(err) != models.CodeConflict || len(b.rules()) != len(models.ClockRules()) {
		t.Errorf("on its day: got %v, want a conflict and no version", err)
	}
	if _, err := b.two.Refuse(b.As("admin.second"), id, "Too late."); err != nil {
		t.Fatal(err)
	}
	if _, err := b.two.Approve(b.As("admin.second"), b.propose("admin", "K3", 7), ""); err != nil {
		t.Fatal(err)
	}
	// The next begins after the one that was agreed to.
	if _, err := b.svc.Propose(b.As("admin"), "K3", models.ClockRuleChange{Standard: 2, Enhanced: 1, Unit: models.UnitWorkingDays, Source: "x", EffectiveFrom: b.ahead(5)}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("before the version that is to come: got %v, want it refused", err)
	}
}

// TestOfTwoWhoAgreeAtOnceOneMakesTheVersion has two changes of one rule that
// were asked for before either was known, and two people who approve them at once.
func TestOfTwoWhoAgreeAtOnceOneMakesTheVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := b.propose("admin", "K3", 7)
	// The second was asked for at the same moment, so nobody saw the first.
	other := models.NewID()
	b.Do(t, `insert into approvals (id, org_id, kind, subject_type, subject_id, payload, reason, decide_roles, requested_by, requested_by_role, requested_at, expires_at)
		select $1, org_id, kind, subject_type, subject_id, payload || '{"standard": 2}', reason, decide_roles, $2, requested_by_role, requested_at, expires_at from approvals where id = $3`,
		other, b.Person("admin.second").ID, one)
	var wait sync.WaitGroup
	var mu sync.Mutex
	got := map[models.Code]int{}
	for who, id := range map[string]uuid.UUID{"admin.second": one, "admin": other} {
		wait.Go(func() {
			_, err := b.two.Approve(b.As(who), id, "")
			mu.Lock()
			defer mu.Unlock()
			got[models.CodeOf(err)]++
		})
	}
	wait.Wait()
	if got[models.CodeConflict] != 1 || b.Count(t, "select count(*) from clock_rules where rule = 'K3' and version > 1") != 1 {
		t.Errorf("got %v, want one conflict and one version", got)
	}
}

// TestTheDatabaseTakesNoVersionNobodyApproved goes round the service.
func TestTheDatabaseTakesNoVersionNobodyApproved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.propose("admin", "K3", 7)
	for name, c := range map[string]struct{ who, statement string }{
		"nobody decided":     {"admin.second", "select app_clock_rule_set(?, now())"},
		"by who asked":       {"admin", "select app_clock_rule_set(?, now())"},
		"written directly":   {"admin", "update clock_rules set standard = 1 where rule = 'K3' and ?::uuid is not null"},
		"by somebody else's": {"police.manager", "select app_clock_rule_set(?, now())"},
	} {
		err := b.DB.Write(b.As(c.who), func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, c.statement, id); err != nil {
				return err
			}
			return tx.Record(ctx, models.Event{Action: "clock_rule.set", SubjectType: "clock_rule", SubjectID: models.Rule("K3").ID()})
		})
		if err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	if _, err := b.two.Approve(b.As("admin.second"), id, ""); err != nil {
		t.Fatal(err)
	}
	if err := b.DB.Write(b.As("admin.second"), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "select app_clock_rule_set(?, ?)", id, b.Clock.Now()); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "clock_rule.set", SubjectType: "clock_rule", SubjectID: models.Rule("K3").ID()})
	}); err == nil {
		t.Error("one approval made two versions")
	}
}
