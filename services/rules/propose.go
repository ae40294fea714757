package rules

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

// Preview is what a change would do: counts and dates, and nothing of a case.
type Preview struct {
	Before, After models.ClockRule
	Counts
	DatesBefore, DatesAfter []models.WorkedDate // of the same days
}

// Counts are how the clocks of a rule stand.
type Counts struct {
	Running      int // began before the change, and keep the version they have
	Ended        int // in the twelve months before, without a pause
	InTimeBefore int // of those, by the limit that holds
	InTimeAfter  int // by the limit that is asked for, had it held then
}

// Preview says what a change would do. It changes nothing. Errors: forbidden, not
// found, a conflict where the rule is set elsewhere, and invalid with every field
// to correct.
func (s *Service) Preview(ctx context.Context, rule models.Rule, in models.ClockRuleChange) (Preview, error) {
	if _, err := models.May(ctx, models.SystemOperate); err != nil {
		return Preview{}, err
	}
	var out Preview
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		v, err := s.examine(ctx, tx, rule, &in)
		if err != nil {
			return err
		}
		if out, err = s.preview(ctx, tx, v.Latest(), &in); err != nil {
			return err
		}
		return tx.Record(ctx, event("clock_rule.previewed", &in))
	})
	return out, err
}

// Propose asks a second person for a new version of a rule. Errors: as Preview,
// a replay, and a conflict where another change of it waits.
func (s *Service) Propose(ctx context.Context, rule models.Rule, in models.ClockRuleChange) (approvals.View, error) {
	if _, err := models.May(ctx, models.SystemOperate); err != nil {
		return approvals.View{}, err
	}
	var out approvals.View
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			v, err := find(ctx, tx, rule)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if v.Waiting != uuid.Nil {
				return models.Conflict("A change of this rule waits for a second person already. It has to be decided or taken back first.")
			}
			if _, err := s.examine(ctx, tx, rule, &in); err != nil {
				return err
			}
			asked, err := s.approvals.RequestTx(ctx, tx, approvals.Request{Kind: Kind, SubjectType: "clock_rule", SubjectID: rule.ID(), Payload: in, Reason: in.Source})
			if err != nil {
				return err
			}
			facts, err := s.facts(ctx, tx, asked)
			if err != nil {
				return err
			}
			out = approvals.View{Approval: asked, Words: "Change a clock rule", Own: true, State: asked.Status(tx.Now), Facts: facts}
			if err := tx.Record(ctx, event("clock_rule.proposed", &in)); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// examine finds a rule and holds a change of it to the order of answers.
func (s *Service) examine(ctx context.Context, tx *pg.Tx, rule models.Rule, in *models.ClockRuleChange) (View, error) {
	v, err := find(ctx, tx, rule)
	switch {
	case err != nil:
		return v, err
	case !v.Latest().Settable():
		return v, models.Conflict("This limit is set by each service or organisation, or no clock is kept for it.")
	}
	return v, models.Refusal(ctx, in.Check(s.calendar, v.Latest(), models.Today(tx.Now)))
}

func event(action string, in *models.ClockRuleChange) models.Event {
	return models.Event{Action: action, SubjectType: "clock_rule", SubjectID: in.Rule.ID(), Detail: map[string]any{
		"rule": in.Rule, "version": in.Version, "standard": in.Standard, "enhanced": in.Enhanced, "unit": in.Unit, "effective_from": in.EffectiveFrom,
	}}
}

func (s *Service) preview(ctx context.Context, tx *pg.Tx, before *models.ClockRule, in *models.ClockRuleChange) (Preview, error) {
	out := Preview{Before: *before, After: before.With(in)}
	out.DatesBefore, out.DatesAfter = s.dates(before, &out.After)
	var err error
	out.Counts, err = s.count(ctx, tx, before, &out.After)
	return out, err
}

// dates are the days that both versions have a due date for.
func (s *Service) dates(before, after *models.ClockRule) (was, will []models.WorkedDate) {
	all := map[time.Time]models.WorkedDate{}
	for _, d := range s.calendar.WorkedDates(before, after.EffectiveFrom) {
		all[d.Began] = d
	}
	for _, d := range s.calendar.WorkedDates(after, after.EffectiveFrom) {
		if b, ok := all[d.Began]; ok {
			was, will = append(was, b), append(will, d)
		}
	}
	return was, will
}

func (s *Service) count(ctx context.Context, tx *pg.Tx, before, after *models.ClockRule) (Counts, error) {
	var rows []struct {
		Started  time.Time
		Ended    *time.Time
		Enhanced bool
		N        int
	}
	var out Counts
	if err := tx.Scan(ctx, &rows, "select started, ended, enhanced, n from app_clock_rule_lengths(?, ?)", before.Rule, tx.Now.AddDate(-1, 0, 0)); err != nil {
		return out, err
	}
	for _, r := range rows {
		if r.Ended == nil {
			out.Running += r.N
			continue
		}
		was, known := s.calendar.InTime(before, r.Enhanced, r.Started, *r.Ended)
		would, also := s.calendar.InTime(after, r.Enhanced, r.Started, *r.Ended)
		if !known || !also {
			continue
		}
		out.Ended += r.N
		if was {
			out.InTimeBefore += r.N
		}
		if would {
			out.InTimeAfter += r.N
		}
	}
	return out, nil
}

// apply makes the version, when a second person agrees: the rule and the day are
// looked at again, and once more by the database.
func (s *Service) apply(ctx context.Context, tx *pg.Tx, a models.Approval) error {
	var in models.ClockRuleChange
	if err := a.Into(&in); err != nil {
		return err
	}
	v, err := find(ctx, tx, in.Rule)
	if err != nil {
		return err
	}
	day, _ := models.ParseDay(in.EffectiveFrom)
	switch {
	case v.Latest().Version != in.Version-1:
		return models.Conflict("This rule was changed since this was asked for. Refuse it, and ask again.")
	case !day.After(models.Today(tx.Now)):
		return models.Conflict("The first day has come without a decision, and nothing that ran is written anew. Refuse it, and ask again with a later day.")
	}
	if _, err := tx.Exec(ctx, "select app_clock_rule_set(?, ?)", a.ID, tx.Now); err != nil {
		return err
	}
	return tx.Record(ctx, event("clock_rule.set", &in))
}

// facts say what is asked for and what it would change, for whoever decides.
func (s *Service) facts(ctx context.Context, tx *pg.Tx, a models.Approval) ([]approvals.Fact, error) {
	var in models.ClockRuleChange
	if err := a.Into(&in); err != nil {
		return nil, err
	}
	v, err := find(ctx, tx, in.Rule)
	if err != nil {
		return nil, err
	}
	before := v.Versions[len(v.Versions)-1]
	for _, r := range v.Versions {
		if r.Version == in.Version-1 {
			before = r
		}
	}
	p, err := s.preview(ctx, tx, &before, &in)
	if err != nil {
		return nil, err
	}
	out := []approvals.Fact{
		{Key: "Rule", Value: in.Rule.Words() + " (" + string(in.Rule) + ")"},
		{Key: "Limit now", Value: before.Words()},
		{Key: "Limit asked for", Value: p.After.Words()},
		{Key: "Source", Value: in.Source},
		{Key: "First day", Value: models.Day(p.After.EffectiveFrom)},
	}
	for _, words := range p.Says() {
		out = append(out, approvals.Fact{Key: words[0], Value: words[1]})
	}
	return out, nil
}

// Says are the counts of a preview in words: what they are, and how many.
func (p *Preview) Says() [][2]string {
	return [][2]string{
		{"Clocks that run now", strconv.Itoa(p.Running) + ". They keep the limit they began with."},
		{"Ended in the last 12 months", strconv.Itoa(p.Ended)},
		{"In time, by the limit that holds", strconv.Itoa(p.InTimeBefore)},
		{"In time, had the new limit held", strconv.Itoa(p.InTimeAfter)},
	}
}
