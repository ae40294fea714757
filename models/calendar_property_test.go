package models_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
	"throughline/models"
)

// clockChanges finds every change of the clocks of a year by the time zone.
func clockChanges(year int) []time.Time {
	var out []time.Time
	for d := time.Date(year, 1, 1, 0, 0, 0, 0, models.London()); d.Year() == year; d = d.AddDate(0, 0, 1) {
		_, a := d.Zone()
		_, b := d.AddDate(0, 0, 1).Zone()
		if a != b {
			out = append(out, d)
		}
	}
	return out
}

// GOV.UK's file starts in 2025; 2024 comes from the time zone alone.
func TestClockChangesAgreeWithThePublishedDates(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/when-do-the-clocks-change.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Divisions map[string]map[string]json.RawMessage `json:"divisions"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for year := 2025; year <= lastYear; year++ {
		var list []struct{ Date string }
		key := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")
		if err := json.Unmarshal(file.Divisions["common.united-kingdom_slug"][key], &list); err != nil {
			t.Fatalf("%d: %v", year, err)
		}
		var got, want []string
		for _, e := range list {
			want = append(want, e.Date)
		}
		for _, d := range clockChanges(year) {
			got = append(got, d.Format("02/01/2006"))
		}
		if !slices.Equal(got, want) || len(got) != 2 {
			t.Errorf("%d: got %v, want %v", year, got, want)
		}
	}
}

func TestALimitAcrossEveryClockChangeEndsAtOneSecondToMidnight(t *testing.T) {
	t.Parallel()
	c := models.MustCalendar()
	n := 0
	for year := firstYear; year <= lastYear; year++ {
		for _, sunday := range clockChanges(year) {
			n++
			if h := sunday.AddDate(0, 0, 1).Sub(sunday); h != 23*time.Hour && h != 25*time.Hour {
				t.Errorf("%s lasts %v", sunday.Format(time.DateOnly), h)
			}
			for _, start := range []time.Time{
				sunday.Add(-time.Second), sunday, sunday.Add(59 * time.Minute), sunday.Add(time.Hour),
				sunday.Add(90 * time.Minute), sunday.Add(2 * time.Hour), sunday.AddDate(0, 0, 1).Add(-time.Second),
			} {
				due, err := c.Due(start, 1)
				if err != nil {
					t.Fatal(err)
				}
				if c.WorkingDay(start) || !c.WorkingDay(due) || due.Before(sunday.AddDate(0, 0, 1)) {
					t.Errorf("from %v: got due %v", start, due)
				}
				checkEndOfDay(t, due)
			}
			friday := sunday.AddDate(0, 0, -2)
			due, err := c.Due(friday, 5)
			between, _ := c.WorkingDaysBetween(friday, due)
			if err != nil || between != 5 || !due.After(sunday) {
				t.Errorf("5 days from %v: got %v, %v, %d between", friday, due, err, between)
			}
			if soon := c.DueSoon(due); soon.Hour() != 0 || soon.Minute() != 0 || soon.Day() != due.Day() {
				t.Errorf("due soon: got %v, want midnight of %v", soon, due)
			}
		}
	}
	if n != 10 {
		t.Errorf("got %d clock changes, want 10", n)
	}
}

// tester is what *testing.T and *rapid.T share.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
}

func checkEndOfDay(t tester, due time.Time) {
	t.Helper()
	if got := due.In(models.London()).Format("15:04:05"); got != "23:59:59" {
		t.Errorf("got due at %s, want 23:59:59", got)
	}
}

// drawTime is any moment for which a limit of 60 working days stays inside the calendar.
func drawTime(t *rapid.T, label string) time.Time {
	return time.Unix(rapid.Int64Range(
		time.Date(2019, 1, 2, 0, 0, 0, 0, time.UTC).Unix(),
		time.Date(2028, 6, 1, 0, 0, 0, 0, time.UTC).Unix()).Draw(t, label), 0)
}

func TestDueDatesHoldTheRulesForAnyStartAndLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := models.MustCalendar()
		start, n := drawTime(t, "start"), rapid.IntRange(1, 60).Draw(t, "days")
		due, err := c.Due(start, n)
		if err != nil {
			t.Fatal(err)
		}
		checkEndOfDay(t, due)
		if !c.WorkingDay(due) || !due.After(start) {
			t.Errorf("got due %v from %v", due, start)
		}
		if got := slowCount(c, start, due); got != n {
			t.Errorf("got %d working days counted one by one, want %d", got, n)
		}
		if got, err := c.WorkingDaysBetween(start, due); err != nil || got != n {
			t.Errorf("got %d, %v, want %d", got, err, n)
		}
		if got, err := c.WorkingDaysBetween(due, start); err != nil || got != -n {
			t.Errorf("backwards: got %d, %v, want %d", got, err, -n)
		}
		next, err := c.Due(start, n+1)
		if err != nil || !next.After(due) {
			t.Errorf("a longer limit: got %v, %v, want after %v", next, err, due)
		}
	})
}

// slowCount counts working days after one date up to another, day by day.
func slowCount(c *models.Calendar, from, to time.Time) int {
	n := 0
	y, m, d := from.In(models.London()).Date()
	for day := time.Date(y, m, d+1, 12, 0, 0, 0, models.London()); ; day = day.AddDate(0, 0, 1) {
		if day.Format(time.DateOnly) > to.In(models.London()).Format(time.DateOnly) {
			return n
		}
		if c.WorkingDay(day) {
			n++
		}
	}
}

func TestAPauseLeavesAsManyWorkingDaysAsItFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := models.MustCalendar()
		start := drawTime(t, "start")
		due, err := c.Due(start, rapid.IntRange(1, 10).Draw(t, "limit"))
		if err != nil {
			t.Fatal(err)
		}
		from := start.Add(time.Duration(rapid.Int64Range(0, int64(due.Sub(start))).Draw(t, "from")))
		mid := from.Add(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, "first part")))
		until := mid.Add(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, "second part")))

		moved, err := c.AddPause(due, from, until)
		if err != nil {
			t.Fatal(err)
		}
		if before, after := left(c, from, due), left(c, until, moved); before != after || moved.Before(due) || before == 0 {
			t.Errorf("got %d days left after the pause, want %d; due moved from %v to %v", after, before, due, moved)
		}
		half, err := c.AddPause(due, from, mid)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := c.AddPause(half, mid, until)
		if err != nil || !whole.Equal(moved) {
			t.Errorf("in two parts: got %v, %v, want %v", whole, err, moved)
		}
	})
}

// left counts the working days on which work can still be done, today included.
func left(c *models.Calendar, now, due time.Time) int {
	n := slowCount(c, now, due)
	if c.WorkingDay(now) {
		n++
	}
	return n
}
