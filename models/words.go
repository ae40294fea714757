package models

import (
	"strconv"
	"strings"
	"time"
)

// Day writes the London date of t: "Thursday 2 April 2026".
func Day(t time.Time) string { return t.In(London()).Format("Monday 2 January 2006") }

// DayIn writes a date in a list that is read at now: without the year inside
// the current one.
func DayIn(t, now time.Time) string {
	if t.In(London()).Year() == now.In(London()).Year() {
		return t.In(London()).Format("Monday 2 January")
	}
	return Day(t)
}

// Date writes the London date of t without the weekday, as a date of birth is
// read: "2 April 2026".
func Date(t time.Time) string { return t.In(London()).Format("2 January 2006") }

// Time writes the London time of t: "9.40am", "12pm", "midnight".
func Time(t time.Time) string {
	t = t.In(London())
	if t.Minute() == 0 {
		if t.Hour() == 0 {
			return "midnight"
		}
		return t.Format("3pm")
	}
	return t.Format("3.04pm")
}

// DateTime writes both: "Thursday 16 April 2026 at 9.40am".
func DateTime(t time.Time) string { return Day(t) + " at " + Time(t) }

// DateTimeIn is DateTime in a list that is read at now.
func DateTimeIn(t, now time.Time) string { return DayIn(t, now) + " at " + Time(t) }

// Range writes a stretch of time: "Thursday 2 April 2026, 10am to 12pm" inside
// one day, and "Thursday 2 April 2026 to Friday 3 April 2026" over more.
func Range(from, to time.Time) string {
	if sameDay(from, to) {
		return Day(from) + ", " + Time(from) + " to " + Time(to)
	}
	return Day(from) + " to " + Day(to)
}

// Length writes how long something took or lasts, in its two largest units and
// never rounded up: "1 day 11 hours", "3 hours", "35 minutes", "45 days".
func Length(d time.Duration) string {
	const day = 24 * time.Hour
	days, hours, minutes := int(d/day), int(d%day/time.Hour), int(d%time.Hour/time.Minute)
	var parts []string
	switch {
	case d < time.Minute:
		return "less than a minute"
	case days >= 30:
		parts = append(parts, Plural(days, "day", "days"))
	case days > 0:
		parts = append(parts, Plural(days, "day", "days"))
		if hours > 0 {
			parts = append(parts, Plural(hours, "hour", "hours"))
		}
	default:
		if hours > 0 {
			parts = append(parts, Plural(hours, "hour", "hours"))
		}
		if minutes > 0 {
			parts = append(parts, Plural(minutes, "minute", "minutes"))
		}
	}
	return strings.Join(parts, " ")
}

// Count writes a number with commas: "1,208".
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural writes a number with its noun: "1 case", "1,208 cases".
func Plural(n int, one, many string) string {
	if n == 1 || n == -1 {
		return Count(n) + " " + one
	}
	return Count(n) + " " + many
}

// WorkingDays writes a number of working days.
func WorkingDays(n int) string { return Plural(n, "working day", "working days") }

// Percent writes a part of a whole as a whole percentage, halves up. The
// caller shows the base beside it and asks quality whether a rate may be shown.
func Percent(part, whole int) string {
	if whole <= 0 {
		return "No data"
	}
	return Count((200*part+whole)/(2*whole)) + "%"
}

// List joins words as a sentence does: "phone, text and post".
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func sameDay(a, b time.Time) bool {
	return a.In(London()).Format(time.DateOnly) == b.In(London()).Format(time.DateOnly)
}
