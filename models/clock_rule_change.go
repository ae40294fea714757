package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// ID names a rule where an id is asked for, the same on every copy.
func (r Rule) ID() uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("throughline:clock-rule:"+string(r)))
}

// ClockRuleChange is a version of a rule that somebody asks for. It is kept as
// the payload of an approval, and becomes a version when another person agrees.
type ClockRuleChange struct {
	Rule          Rule      `json:"rule"`
	Version       int       `json:"version"` // the number it will have
	Standard      int       `json:"standard"`
	Enhanced      int       `json:"enhanced"`
	Unit          LimitUnit `json:"unit"`
	Source        string    `json:"source"`
	EffectiveFrom string    `json:"effective_from"` // a date
}

// LimitUnits are what a limit can be counted in.
func LimitUnits() []Choice {
	return []Choice{{string(UnitWorkingDays), "Working days"}, {string(UnitDays), "Days"}, {string(UnitMonths), "Months"}}
}

// longestLimit is the most a limit may be in its unit: beyond it lies a slip of
// the hand, not a law.
func longestLimit(u LimitUnit) int {
	switch u {
	case UnitDays:
		return 366
	case UnitMonths:
		return 24
	case UnitWorkingDays:
	}
	return 60
}

// sourceLongest is the most characters the source of a limit may have.
const sourceLongest = 200

// Settable reports whether whoever runs the installation can set the number of
// a rule. What each service or organisation sets for itself, and what no clock
// is kept for, is not theirs.
func (r *ClockRule) Settable() bool { return r.Standard > 0 && r.Owner != "provider" }

// With is the version that a change makes of a rule.
func (r *ClockRule) With(in *ClockRuleChange) ClockRule {
	out := *r
	out.Version, out.Standard, out.Enhanced, out.Unit, out.Source, out.EffectiveTo = in.Version, in.Standard, in.Enhanced, in.Unit, in.Source, nil
	if day, ok := ParseDay(in.EffectiveFrom); ok {
		out.EffectiveFrom = day
	}
	return out
}

// Check says what is wrong with a change of the latest version of a rule that is
// asked for on a day. Nothing begins on a day that has come: what ran under a
// rule keeps it.
func (in *ClockRuleChange) Check(c *Calendar, last *ClockRule, today time.Time) []FieldError {
	f := &Faults{}
	in.Rule, in.Version, in.Source = last.Rule, last.Version+1, strings.TrimSpace(in.Source)
	f.oneOf("unit", "Select what the limit is counted in", string(in.Unit), LimitUnits())
	most := longestLimit(in.Unit)
	limit := func(name string, n, most int, words string) bool {
		switch {
		case n < 1:
			f.Add(name, FieldRequired, "Enter a number of 1 or more")
		case n > most:
			f.Add(name, FieldInvalid, words)
		}
		return n >= 1 && n <= most
	}
	if limit("standard", in.Standard, most, "The limit must be "+limitWords(most, in.Unit)+" or fewer") {
		limit("enhanced", in.Enhanced, in.Standard, "With Enhanced Rights the limit is never longer than without")
	}
	if in.Source == "" {
		f.Add("source", FieldRequired, "Say where the limit stands: the law, its section and date")
	}
	f.line("source", "The source", in.Source, sourceLongest)
	day, ok := ParseDay(in.EffectiveFrom)
	switch {
	case in.EffectiveFrom == "":
		f.Add("effective_from", FieldRequired, "Enter the first day on which it holds")
	case !ok:
		f.Add("effective_from", FieldInvalid, "Enter a real date, like 27 11 2026")
	case !day.After(today):
		f.Add("effective_from", FieldInvalid, "The first day must be after today: what began before keeps the limit it began with")
	case !day.After(last.EffectiveFrom):
		f.Add("effective_from", FieldInvalid, "The first day must be after "+Day(last.EffectiveFrom)+", when the version before it begins")
	case !c.Covers(day):
		f.Add("effective_from", FieldInvalid, "The first day must be within the calendar of working days")
	}
	if len(f.List()) == 0 && in.Standard == last.Standard && in.Enhanced == last.Enhanced && in.Unit == last.Unit && in.Source == last.Source {
		f.Add("standard", FieldInvalid, "These are the limits that hold already")
	}
	return f.List()
}

// WorkedDate is when something that begins on a day is due, as a rule has it.
type WorkedDate struct {
	Began              time.Time
	Standard, Enhanced time.Time
}

// WorkedDates are days on which the limits of a rule are seen best, from a day
// on: that day, the next Friday, a day before a holiday and the day before
// Christmas. Days whose due date the calendar does not reach are left out.
func (c *Calendar) WorkedDates(r *ClockRule, from time.Time) []WorkedDate {
	noon := func(day time.Time) time.Time {
		y, m, d := day.Date()
		return time.Date(y, m, d, 12, 0, 0, 0, London())
	}
	friday := from
	for friday.Weekday() != time.Friday {
		friday = friday.AddDate(0, 0, 1)
	}
	before := from.AddDate(0, 0, 1)
	for c.Covers(before.AddDate(0, 0, 1)) && (!c.WorkingDay(before) || c.WorkingDay(before.AddDate(0, 0, 1)) || before.Weekday() == time.Friday && c.WorkingDay(before.AddDate(0, 0, 3))) {
		before = before.AddDate(0, 0, 1)
	}
	eve := time.Date(from.Year(), time.December, 24, 0, 0, 0, 0, time.UTC)
	if eve.Before(from) {
		eve = eve.AddDate(1, 0, 0)
	}
	var out []WorkedDate
	for _, day := range []time.Time{from, friday, before, eve} {
		if containsDay(out, day) {
			continue
		}
		w := WorkedDate{Began: day}
		var one, other error
		w.Standard, one = c.DueIn(noon(day), r.Standard, r.Unit)
		w.Enhanced, other = c.DueIn(noon(day), r.Enhanced, r.Unit)
		if one == nil && other == nil {
			out = append(out, w)
		}
	}
	return out
}

func containsDay(list []WorkedDate, day time.Time) bool {
	for i := range list {
		if list[i].Began.Equal(day) {
			return true
		}
	}
	return false
}

// InTime reports whether what began and ended on two days ended within the limit
// of the rule; false, false where the calendar does not reach.
func (c *Calendar) InTime(r *ClockRule, enhanced bool, began, ended time.Time) (in, known bool) {
	y, m, d := began.Date()
	due, err := c.DueIn(time.Date(y, m, d, 12, 0, 0, 0, London()), r.Limit(enhanced), r.Unit)
	if err != nil {
		return false, false
	}
	y, m, d = ended.Date()
	return !time.Date(y, m, d, 12, 0, 0, 0, London()).After(due), true
}
