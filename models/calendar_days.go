package models

import (
	"errors"
	"fmt"
	"time"
)

// Years returns the first and last year whose bank holidays are known.
func (c *Calendar) Years() (first, last int) { return c.first, c.last }

// Covers reports whether the London date of t lies in a year whose bank
// holidays are known.
func (c *Calendar) Covers(t time.Time) bool {
	_, err := c.day(t)
	return err == nil
}

// WorkingDay reports whether the London date of t is a working day. Outside the
// calendar it is false: nothing may be counted there.
func (c *Calendar) WorkingDay(t time.Time) bool {
	n, err := c.day(t)
	return err == nil && c.before[n+1] > c.before[n]
}

// Holiday returns the name of the bank holiday on the London date of t, and
// false where there is none.
func (c *Calendar) Holiday(t time.Time) (string, bool) {
	n, err := c.day(t)
	if err != nil {
		return "", false
	}
	name, ok := c.names[n]
	return name, ok
}

// Due returns the last moment of a limit of working days that began at start:
// counting starts the next working day and the limit ends at 23:59:59 London
// time on the last one. A start on a day off counts from the next working day
// too. It returns an error matching ErrOutsideCalendar if the start or the end
// falls outside the calendar, and another for a limit under one day, which no
// rule has.
func (c *Calendar) Due(start time.Time, workingDays int) (time.Time, error) {
	if workingDays < 1 {
		return time.Time{}, fmt.Errorf("models: a limit of %d working days", workingDays)
	}
	return c.forward(start, workingDays)
}

// forward returns the end of the n-th working day after the London date of t.
func (c *Calendar) forward(t time.Time, n int) (time.Time, error) {
	from, err := c.day(t)
	if err != nil {
		return time.Time{}, err
	}
	i := c.before[from+1] + n - 1
	if i >= len(c.working) {
		return time.Time{}, outsideCalendar{year: c.last}
	}
	y, m, d := c.date(c.working[i]).Date()
	return time.Date(y, m, d, 23, 59, 59, 0, London()), nil
}

// DueSoon returns the moment from which a clock with this due time is shown as
// due soon: 00:00 London time of the last working day of the limit. For a due
// date that is not a working day, as limits in calendar days can have, it is
// the last working day before; outside the calendar it is the due date itself.
func (c *Calendar) DueSoon(due time.Time) time.Time {
	local := due.In(London())
	y, m, d := local.Date()
	if n, err := c.day(due); err == nil {
		if i := c.before[n+1]; i > 0 {
			y, m, d = c.date(c.working[i-1]).Date()
		}
	}
	return time.Date(y, m, d, 0, 0, 0, 0, London())
}

// WorkingDaysBetween counts the working days after the London date of from, up
// to and including the London date of to: what is left of a limit, or how late
// something is. It agrees with Due, so that between a start and its due time
// lie exactly the days of the limit. With to before from the count is negative.
// It returns an error matching ErrOutsideCalendar.
func (c *Calendar) WorkingDaysBetween(from, to time.Time) (int, error) {
	a, err := c.day(from)
	if err != nil {
		return 0, err
	}
	b, err := c.day(to)
	if err != nil {
		return 0, err
	}
	return c.before[b+1] - c.before[a+1], nil
}

// AddPause returns the due time, one that Due gave, after a pause. The rule: as
// many working days are left when the clock resumes as were left when it was
// paused. So the due date moves by the working days from the date the pause
// began, that date included, to the date it ended, that date not included. A
// pause inside one day, or over days off alone, moves nothing; a pause cut in
// two moves the same as the whole; the new due date is never before the day the
// clock resumes; and a pause that began on a date after the due date moves
// nothing, because late is late. The first due time is for the caller to keep.
// It returns an error matching ErrOutsideCalendar, and another if the pause
// ends before it began.
func (c *Calendar) AddPause(due, pausedFrom, pausedUntil time.Time) (time.Time, error) {
	if pausedUntil.Before(pausedFrom) {
		return time.Time{}, errors.New("models: a pause that ends before it began")
	}
	from, err := c.day(pausedFrom)
	if err != nil {
		return time.Time{}, err
	}
	until, err := c.day(pausedUntil)
	if err != nil {
		return time.Time{}, err
	}
	last, err := c.day(due)
	if err != nil {
		return time.Time{}, err
	}
	n := c.before[until] - c.before[from]
	if n == 0 || from > last {
		return due, nil
	}
	return c.forward(due, n)
}

// holidayName turns a key of GOV.UK's list into its name. A key it does not
// know, as a new proclamation brings, is still a bank holiday.
func holidayName(key string) string {
	names := map[string]string{
		"bank_holidays.new_year":            "New Year's Day",
		"bank_holidays.good_friday":         "Good Friday",
		"bank_holidays.easter_monday":       "Easter Monday",
		"bank_holidays.early_may":           "Early May bank holiday",
		"bank_holidays.early_may_ve":        "Early May bank holiday",
		"bank_holidays.spring":              "Spring bank holiday",
		"bank_holidays.late_august":         "Summer bank holiday",
		"bank_holidays.christmas":           "Christmas Day",
		"bank_holidays.boxing_day":          "Boxing Day",
		"bank_holidays.queen_platinum":      "Platinum Jubilee bank holiday",
		"bank_holidays.queens_bank_holiday": "Bank Holiday for the State Funeral of Queen Elizabeth II",
		"bank_holidays.kings_coronation":    "Bank holiday for the coronation of King Charles III",
	}
	if name, ok := names[key]; ok {
		return name
	}
	return "Bank holiday"
}
