package models

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Faults collects what is wrong with something that was sent, one fault for
// each field: the first found is the one to correct first.
type Faults struct{ list []FieldError }

// Add notes a fault, unless its field has one already.
func (f *Faults) Add(field, code, message string) {
	if !f.At(field) {
		f.list = append(f.list, Field(field, code, message))
	}
}

// Join notes faults found elsewhere, on the same terms.
func (f *Faults) Join(more ...FieldError) {
	for _, e := range more {
		f.Add(e.Field, e.Code, e.Message)
	}
}

// At reports whether a field has a fault.
func (f *Faults) At(field string) bool {
	for _, e := range f.list {
		if e.Field == field {
			return true
		}
	}
	return false
}

// List returns the faults in the order they were found; nil for none.
func (f *Faults) List() []FieldError { return f.list }

// text checks one line or several: length in characters, and nothing that
// cannot be stored or read.
func (f *Faults) text(field, label, value string, longest int, lines bool) {
	switch {
	case value == "":
	case len(value) > longest*utf8.UTFMax || utf8.RuneCountInString(value) > longest:
		f.Add(field, FieldTooLong, label+" must be "+Count(longest)+" characters or fewer")
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unreadable(r, lines) }):
		f.Add(field, FieldInvalid, label+" must only include letters, numbers and punctuation")
	}
}

func (f *Faults) line(field, label, value string, longest int) {
	f.text(field, label, value, longest, false)
}

func unreadable(r rune, lines bool) bool {
	if lines && (r == '\n' || r == '\r' || r == '\t') {
		return false
	}
	return unicode.IsControl(r)
}

// words checks a short list of short answers.
func (f *Faults) words(field, label string, list []string, most, longest int) {
	if len(list) > most {
		f.Add(field, FieldTooLong, "Give "+Count(most)+" or fewer: "+strings.ToLower(label))
		return
	}
	for i, w := range list {
		at := field + "[" + strconv.Itoa(i) + "]"
		if strings.TrimSpace(w) == "" {
			f.Add(at, FieldRequired, "Enter words or leave it out: "+strings.ToLower(label))
		}
		f.line(at, label, w, longest)
	}
}

// oneOf checks that a key is one of a list.
func (f *Faults) oneOf(field, message, key string, list []Choice) {
	if !HasChoice(list, key) {
		code := FieldUnknown
		if key == "" {
			code = FieldRequired
		}
		f.Add(field, code, message)
	}
}

// The dates of a case: no one alive was born before, nothing happened after.
const oldestYear = 1900

// past checks a day that cannot be in the future.
func (f *Faults) past(field, label string, day *time.Time, today time.Time) {
	switch {
	case day == nil:
	case day.After(today):
		f.Add(field, FieldInvalid, label+" must be today or in the past")
	case day.Year() < oldestYear:
		f.Add(field, FieldInvalid, label+" must be after "+strconv.Itoa(oldestYear))
	}
}

// ParseDay reads a date as the API writes it, 2026-04-02, as midnight UTC of
// that day. It refuses dates that are not in the calendar.
func ParseDay(s string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil && t.Year() >= 1
}

// DayOf reads a date from the three boxes of a form, with or without leading
// noughts.
func DayOf(day, month, year string) (time.Time, bool) {
	d, errD := strconv.Atoi(strings.TrimSpace(day))
	m, errM := strconv.Atoi(strings.TrimSpace(month))
	y, errY := strconv.Atoi(strings.TrimSpace(year))
	if errD != nil || errM != nil || errY != nil || y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == d && t.Month() == time.Month(m)
}

// Today is the London date of a moment, as midnight UTC of that day: how dates
// without a time are kept.
func Today(now time.Time) time.Time {
	y, m, d := now.In(London()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// AgeOn returns the age in whole years on a day.
func AgeOn(born, day time.Time) int {
	age := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		age--
	}
	return age
}
