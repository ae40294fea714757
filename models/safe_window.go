package models

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Window is a stretch of a weekday in which contact is safe. Day is mon to sun;
// From and To are HH:MM in London, To being 24:00 for the end of the day.
type Window struct {
	Day  string `json:"day"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Weekdays are the days of a window, Monday first.
func Weekdays() []Choice {
	return []Choice{
		{"mon", "Monday"},
		{"tue", "Tuesday"},
		{"wed", "Wednesday"},
		{"thu", "Thursday"},
		{"fri", "Friday"},
		{"sat", "Saturday"},
		{"sun", "Sunday"},
	}
}

const (
	dayMinutes = 24 * 60
	maxWindows = 50 // seven days of several stretches each; more is no answer a person gave
)

// CheckWindows names what is wrong with safe times under the field path given:
// an unknown day, a time that is not HH:MM, an end that is not after its start.
// A stretch over midnight is refused, because it belongs to two days and the
// second is easily forgotten.
func CheckWindows(field string, windows []Window) []FieldError {
	if len(windows) > maxWindows {
		return []FieldError{Field(field, FieldTooLong, "Enter 50 safe times or fewer")}
	}
	var faults []FieldError
	for i, w := range windows {
		at := fmt.Sprintf("%s[%d]", field, i)
		if !HasChoice(Weekdays(), w.Day) {
			faults = append(faults, Field(at+".day", FieldInvalid, "Select a day of the week"))
		}
		from, okFrom := minutes(w.From)
		to, okTo := minutes(w.To)
		if !okFrom || from == dayMinutes {
			faults = append(faults, Field(at+".from", FieldInvalid, "Enter the start as a time, like 10:00"))
		}
		if !okTo {
			faults = append(faults, Field(at+".to", FieldInvalid, "Enter the end as a time, like 12:00"))
		}
		switch {
		case okFrom && okTo && from > to:
			faults = append(faults, Field(at+".to", FieldInvalid, "The end has to be after the start. For a safe time over midnight, enter one until 24:00 and one from 00:00 on the next day"))
		case okFrom && okTo && from == to:
			faults = append(faults, Field(at+".to", FieldInvalid, "The end has to be after the start"))
		}
	}
	return faults
}

// minutes reads HH:MM as minutes after midnight.
func minutes(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	h, _ := strconv.Atoi(s[:2])
	m, _ := strconv.Atoi(s[3:])
	n := h*60 + m
	return n, m < 60 && n <= dayMinutes
}

// span is a stretch of one day in minutes after midnight, its end not in it.
type span struct{ from, to int }

// stretch is a safe stretch as moments, its end not in it.
type stretch struct{ from, until time.Time }

// stretches returns when contact is safe on the day that begins at midnight. On
// the two days a year the clocks change it goes by what the clock on the wall
// shows minute by minute: an hour that does not happen is in no stretch, and an
// hour that happens twice is in two.
func stretches(windows []Window, midnight time.Time) []stretch {
	y, m, d := midnight.Date()
	next := time.Date(y, m, d+1, 0, 0, 0, 0, London())
	var out []stretch
	if next.Sub(midnight) == dayMinutes*time.Minute {
		for _, s := range spansOf(windows, midnight.Weekday()) {
			out = append(out, stretch{midnight.Add(time.Duration(s.from) * time.Minute), midnight.Add(time.Duration(s.to) * time.Minute)})
		}
		return out
	}
	for t := midnight; t.Before(next); t = t.Add(time.Minute) {
		if !inWindows(windows, t) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].until.Equal(t) {
			out[n-1].until = t.Add(time.Minute)
			continue
		}
		out = append(out, stretch{t, t.Add(time.Minute)})
	}
	return out
}

// spansOf returns the safe stretches of a weekday, in order and joined where
// they touch. No windows at all mean the whole day; a window that
// CheckWindows would refuse opens nothing.
func spansOf(windows []Window, day time.Weekday) []span {
	if len(windows) == 0 {
		return []span{{0, dayMinutes}}
	}
	key := Weekdays()[(int(day)+6)%7].Key
	var all []span
	for _, w := range windows {
		from, okFrom := minutes(w.From)
		to, okTo := minutes(w.To)
		if w.Day == key && okFrom && okTo && from < to {
			all = append(all, span{from, to})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].from < all[j].from })
	var out []span
	for _, s := range all {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

func inWindows(windows []Window, t time.Time) bool {
	local := t.In(London())
	now := local.Hour()*60 + local.Minute()
	return slices.ContainsFunc(spansOf(windows, local.Weekday()), func(s span) bool { return s.from <= now && now < s.to })
}

// WindowWords says when contact is safe: "Tuesday and Thursday, 10am to 12pm",
// "Weekdays, 9am to 3pm", "At any time". Days with the same times stand
// together.
func WindowWords(windows []Window) string {
	var order []string
	days := map[string][]int{}
	for i := range 7 {
		if times := timesOf(spansOf(windows, time.Weekday((i+1)%7))); times != "" {
			if days[times] == nil {
				order = append(order, times)
			}
			days[times] = append(days[times], i)
		}
	}
	if len(order) == 0 {
		return "At no time"
	}
	parts := make([]string, len(order))
	for i, times := range order {
		who := dayWords(days[times])
		switch {
		case times != anyTime:
			parts[i] = who + ", " + times
		case len(days[times]) == 7:
			parts[i] = "At any time"
		default:
			parts[i] = who + ", at any time"
		}
	}
	return strings.Join(parts, "; ")
}

const anyTime = "at any time"

func timesOf(spans []span) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		if s.from == 0 && s.to >= dayMinutes-1 {
			return anyTime
		}
		parts[i] = clockWords(s.from) + " to " + clockWords(s.to)
	}
	return List(parts)
}

// clockWords writes minutes after midnight: "9.40am", "12pm", "midnight".
func clockWords(n int) string {
	if n >= dayMinutes-1 { // 23:59 is how many people write the end of a day
		return "midnight"
	}
	return Time(time.Date(2026, time.January, 5, 0, n, 0, 0, London()))
}

func dayWords(days []int) string {
	switch {
	case len(days) == 7:
		return "Every day"
	case slices.Equal(days, []int{0, 1, 2, 3, 4}):
		return "Weekdays"
	case slices.Equal(days, []int{5, 6}):
		return "Weekends"
	}
	words := make([]string, len(days))
	for i, d := range days {
		words[i] = Weekdays()[d].Words
	}
	return List(words)
}

// LowerFirst is words as they stand within a sentence. What is written in
// capitals, such as NHS, stays.
func LowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' || len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
