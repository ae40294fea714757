package models

import "time"

// ClockShape says which picture stands before a clock's words, so that no state
// is told by colour alone (ux.md section 7).
type ClockShape string

// The shapes of a clock.
const (
	ShapeRunning  ClockShape = "running"
	ShapeSoon     ClockShape = "soon"
	ShapeMet      ClockShape = "met"
	ShapeLate     ClockShape = "late"
	ShapeNoRecord ClockShape = "norecord"
	ShapeWaived   ClockShape = "waived"
	ShapeNone     ClockShape = "none" // words alone
)

// ClockText is a clock in words. Paused is empty unless it stands still, and
// follows the rest.
type ClockText struct {
	Shape  ClockShape
	Words  string
	Paused string
}

// dueInWords is how many working days ahead a due date is counted in days; a
// later one is given as a date.
const dueInWords = 5

// ClockText says where a clock stands, as every page, list and export does. The
// stored state rules; now only counts the days. reason is the words of the
// pause's reason or of why it does not apply, where there is one.
func (c *Calendar) ClockText(k *Clock, now time.Time, reason string) ClockText {
	out := c.clockState(k, now, reason)
	if k.PausedSince != nil {
		out.Paused = "Paused since " + DayIn(*k.PausedSince, now)
		if reason != "" {
			out.Paused += ": " + reason
		}
	}
	return out
}

func (c *Calendar) clockState(k *Clock, now time.Time, reason string) ClockText {
	if k.Rule == RuleReviewWindow || k.Rule == RuleLenientSentence {
		switch {
		case k.StoppedAt == nil:
			return ClockText{Shape: ShapeRunning, Words: "Until " + DayIn(k.DueAt, now)}
		case k.State == ClockNotApplicable && reason == WindowOver:
			return ClockText{Shape: ShapeNone, Words: "Ended " + DayIn(k.DueAt, now)}
		}
	}
	counted := now
	if k.PausedSince != nil {
		counted = *k.PausedSince // a paused clock stands still
	}
	switch k.State {
	case ClockMet:
		return ClockText{Shape: ShapeMet, Words: onDay("Met", k.StoppedAt, now)}
	case ClockBreached:
		if k.StoppedAt == nil {
			return ClockText{Shape: ShapeLate, Words: c.LateWords(k.DueAt, counted)}
		}
		return ClockText{Shape: ShapeLate, Words: c.LateWords(k.DueAt, *k.StoppedAt) + ", done " + DayIn(*k.StoppedAt, now)}
	case ClockNotEvidenced:
		return ClockText{Shape: ShapeNoRecord, Words: "No record"}
	case ClockWaived:
		return ClockText{Shape: ShapeWaived, Words: onDay("They chose not to have this,", k.StoppedAt, now)}
	case ClockNotApplicable:
		if reason == "" {
			return ClockText{Shape: ShapeNone, Words: "Does not apply"}
		}
		return ClockText{Shape: ShapeNone, Words: "Does not apply: " + reason}
	case ClockDueSoon:
		return ClockText{Shape: ShapeSoon, Words: c.DueWords(k.DueAt, counted)}
	}
	return ClockText{Shape: ShapeRunning, Words: c.DueWords(k.DueAt, counted)}
}

func onDay(words string, day *time.Time, now time.Time) string {
	if day == nil {
		return words
	}
	return words + " " + DayIn(*day, now)
}

// DueWords says when something is due: "Due today", "Due today, 12pm" where it
// is not the end of the day, "Due in 2 working days" up to five, and "Due
// Friday 17 April" after that, outside the calendar and where no working day
// lies between.
func (c *Calendar) DueWords(due, now time.Time) string {
	if sameDay(due, now) {
		if due.In(London()).Format("15:04") == "23:59" {
			return "Due today"
		}
		return "Due today, " + Time(due)
	}
	n, err := c.WorkingDaysBetween(now, due)
	if err != nil || n < 1 || n > dueInWords {
		return "Due " + DayIn(due, now)
	}
	return "Due in " + WorkingDays(n)
}

// LateWords says how late something is or was: in working days, in hours before
// the first of them has begun, and since when outside the calendar.
func (c *Calendar) LateWords(due, at time.Time) string {
	n, err := c.WorkingDaysBetween(due, at)
	switch {
	case err != nil:
		return "Late since " + Day(due)
	case n > 0:
		return "Late by " + WorkingDays(n)
	}
	return "Late by " + Length(at.Sub(due))
}

// ClockReason is the words of a clock's pause, or of why it does not apply; empty
// where there is neither.
func ClockReason(k *Clock) string {
	if k.PausedSince == nil || k.PauseReason == nil {
		if k.Why == nil {
			return ""
		}
		return *k.Why
	}
	for _, g := range []ReasonGroup{GroupHold, GroupPause} {
		if r, ok := FindReason(g, *k.PauseReason); ok {
			return r.Words
		}
	}
	switch *k.PauseReason {
	case "waiting_for_answer", "info_requested":
		return "waiting for the referrer to answer"
	case "decline_review":
		return "a coordinator is checking"
	}
	return ""
}
