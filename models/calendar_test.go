package models_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"
	"throughline/models"
)

// london reads a London date or time, in one of the layouts the tests use.
func london(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, s, models.London()); err == nil {
			return at
		}
	}
	t.Fatalf("got %q, want a date", s)
	return time.Time{}
}

func endOf(t testing.TB, date string) time.Time {
	t.Helper()
	return london(t, date+" 23:59:59")
}

// The years the product must know: the built-in list covers all five.
const firstYear, lastYear = 2024, 2028

func TestTheBuiltInListCoversTheYearsOfThePlan(t *testing.T) {
	t.Parallel()
	first, last := models.MustCalendar().Years()
	if first > firstYear || last != lastYear {
		t.Errorf("got %d to %d, want %d or earlier to %d", first, last, firstYear, lastYear)
	}
}

// The library derives bank holidays from rules; the list holds what was
// announced. In years without a proclamation the two must agree day by day.
func TestEveryBankHolidayAgreesWithAnIndependentLibrary(t *testing.T) {
	t.Parallel()
	c := models.MustCalendar()
	lib := cal.NewBusinessCalendar()
	lib.AddHoliday(gb.Holidays...)
	for year := firstYear; year <= lastYear; year++ {
		var got, want []string
		for d := time.Date(year, 1, 1, 12, 0, 0, 0, models.London()); d.Year() == year; d = d.AddDate(0, 0, 1) {
			if _, ok := c.Holiday(d); ok {
				got = append(got, d.Format(time.DateOnly))
			}
			_, observed, _ := lib.IsHoliday(d)
			if observed && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
				want = append(want, d.Format(time.DateOnly))
			}
			if c.WorkingDay(d) != lib.IsWorkday(d) {
				t.Errorf("%s: got working day %v, want %v", d.Format(time.DateOnly), c.WorkingDay(d), lib.IsWorkday(d))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) != 8 {
			t.Errorf("%d: %d bank holidays (-library +list):\n%s", year, len(got), diff)
		}
	}
}

func TestEveryBankHolidayIsPassedOverWhenCounting(t *testing.T) {
	t.Parallel()
	c := models.MustCalendar()
	n := 0
	for d := london(t, "2024-01-01"); d.Year() <= lastYear; d = d.AddDate(0, 0, 1) {
		name, ok := c.Holiday(d)
		if !ok {
			continue
		}
		n++
		if name == "" || c.WorkingDay(d) {
			t.Errorf("%s: got name %q, working %v", d.Format(time.DateOnly), name, c.WorkingDay(d))
		}
		if d.Year() == lastYear && d.Month() == time.December {
			continue // the day before these is counted in a test of the calendar's end
		}
		due, err := c.Due(d.AddDate(0, 0, -1), 1)
		if err != nil || !due.After(d.AddDate(0, 0, 1)) || !c.WorkingDay(due) {
			t.Errorf("from the day before %s (%s): got %v, %v, want a working day after it", d.Format(time.DateOnly), name, due, err)
		}
	}
	if n != 40 {
		t.Errorf("got %d bank holidays, want 40", n)
	}
}

func TestProclaimedHolidaysAreInTheList(t *testing.T) {
	t.Parallel()
	c := models.MustCalendar()
	for _, day := range []string{"2022-06-03", "2022-09-19", "2023-05-08"} {
		if c.WorkingDay(london(t, day)) {
			t.Errorf("%s: got a working day, want a bank holiday", day)
		}
	}
}

// The worked checks of domain.md 1.5.
func TestTheWorkedChecksOfTheRules(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		start string
		days  int
		want  string
	}{
		{"2026-04-02 16:30", 2, "2026-04-08"},
		{"2026-04-02 16:30", 1, "2026-04-07"},
		{"2026-04-02 16:30", 5, "2026-04-13"},
		{"2026-04-04 11:00", 2, "2026-04-08"},
		{"2026-05-22 23:59", 2, "2026-05-27"},
		{"2026-08-28 00:00", 5, "2026-09-07"},
		{"2026-12-24 09:00", 1, "2026-12-29"},
		{"2026-12-24 09:00", 10, "2027-01-12"},
		{"2026-06-12 12:00", 20, "2026-07-10"},
	} {
		got, err := models.MustCalendar().Due(london(t, tc.start), tc.days)
		if want := endOf(t, tc.want); err != nil || !got.Equal(want) {
			t.Errorf("%d working days from %s: got %v, %v, want %v", tc.days, tc.start, got, err, want)
		}
		back, err := models.MustCalendar().WorkingDaysBetween(london(t, tc.start), got)
		if err != nil || back != tc.days {
			t.Errorf("between %s and %v: got %d, %v, want %d", tc.start, got, back, err, tc.days)
		}
	}
}

func TestADateOutsideTheCalendarIsRefused(t *testing.T) {
	t.Parallel()
	c := models.MustCalendar()
	first, _ := c.Years()
	before := time.Date(first-1, 12, 31, 23, 0, 0, 0, models.London())
	for name, err := range map[string]error{
		"a start after the last year":    second(c.Due(london(t, "2029-01-01"), 1)),
		"an end after the last year":     second(c.Due(london(t, "2028-12-29"), 1)),
		"a long limit":                   second(c.Due(london(t, "2028-01-01"), 300)),
		"a start before the first year":  second(c.Due(before, 1)),
		"a count to after the last year": second(c.WorkingDaysBetween(london(t, "2028-12-01"), london(t, "2029-01-02"))),
		"a pause over the end":           second(c.AddPause(endOf(t, "2028-12-28"), london(t, "2028-12-20"), london(t, "2028-12-27"))),
	} {
		if !errors.Is(err, models.ErrOutsideCalendar) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
	_, err := c.Due(london(t, "2029-03-01"), 1)
	if want := "We cannot work out this date: bank holidays after 2028 are not loaded."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if c.Covers(before) || c.Covers(london(t, "2029-01-01")) || !c.Covers(london(t, "2028-12-31 23:59")) {
		t.Error("the calendar covers a date it does not know, or not its last day")
	}
	if c.WorkingDay(london(t, "2029-01-02")) {
		t.Error("got a working day outside the calendar")
	}
}

func TestTheLastWorkingDayOfTheCalendarCanBeReached(t *testing.T) {
	t.Parallel()
	got, err := models.MustCalendar().Due(london(t, "2028-12-28"), 1)
	if err != nil || !got.Equal(endOf(t, "2028-12-29")) {
		t.Errorf("got %v, %v, want Friday 29 December 2028", got, err)
	}
}

func TestALimitUnderOneDayIsRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, -1} {
		if _, err := models.MustCalendar().Due(london(t, "2026-04-02"), n); err == nil || errors.Is(err, models.ErrOutsideCalendar) {
			t.Errorf("%d days: got %v, want an error of its own", n, err)
		}
	}
}

func TestDueSoonBeginsAtMidnightOfTheLastWorkingDay(t *testing.T) {
	t.Parallel()
	for due, want := range map[string]string{
		"2026-04-08 23:59:59": "2026-04-08",
		"2026-04-06 23:59:59": "2026-04-02", // Easter Monday: the last working day before
		"2030-07-04 23:59:59": "2030-07-04", // outside the calendar
	} {
		if got := models.MustCalendar().DueSoon(london(t, due)); !got.Equal(london(t, want)) {
			t.Errorf("due %s: got %v, want %s", due, got, want)
		}
	}
}

func TestAPauseGivesBackTheWorkingDaysItTook(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ due, from, until, want, why string }{
		{"2026-04-17", "2026-04-14 09:00", "2026-04-16 16:00", "2026-04-21", "two working days"},
		{"2026-04-17", "2026-04-14 09:00", "2026-04-14 16:00", "2026-04-17", "inside one day"},
		{"2026-04-17", "2026-04-16 17:00", "2026-04-20 09:00", "2026-04-21", "over a weekend"},
		{"2026-04-17", "2026-04-16 17:00", "2026-04-18 09:00", "2026-04-21", "resumed on a Saturday"},
		{"2026-04-17", "2026-04-17 10:00", "2026-04-18 09:00", "2026-04-20", "paused on its last day, resumed on a Saturday"},
		{"2026-04-08", "2026-04-02 17:00", "2026-04-07 09:00", "2026-04-09", "over Easter"},
		{"2026-04-08", "2026-04-03 17:00", "2026-04-06 09:00", "2026-04-08", "only days off"},
		{"2026-04-08", "2026-04-09 09:00", "2026-04-15 09:00", "2026-04-08", "after it was late"},
	} {
		got, err := models.MustCalendar().AddPause(endOf(t, tc.due), london(t, tc.from), london(t, tc.until))
		if err != nil || !got.Equal(endOf(t, tc.want)) {
			t.Errorf("%s: got %v, %v, want %s", tc.why, got, err, tc.want)
		}
	}
	if _, err := models.MustCalendar().AddPause(endOf(t, "2026-04-17"), london(t, "2026-04-15"), london(t, "2026-04-14")); err == nil {
		t.Error("a pause that ends before it began: got no error")
	}
}

func TestAStartIsReadInLondonWhereverItWasMeasured(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 6, 11, 23, 30, 0, 0, time.UTC) // half past midnight on Friday in London
	got, err := models.MustCalendar().Due(late, 1)
	if err != nil || !got.Equal(endOf(t, "2026-06-15")) {
		t.Errorf("got %v, %v, want Monday 15 June", got, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestHolidaysHaveNames(t *testing.T) {
	t.Parallel()
	c := models.MustCalendar()
	first, last := c.Years()
	var unnamed []string
	for d := time.Date(first, 1, 1, 12, 0, 0, 0, models.London()); d.Year() <= last; d = d.AddDate(0, 0, 1) {
		if name, ok := c.Holiday(d); ok && name == "Bank holiday" {
			unnamed = append(unnamed, d.Format(time.DateOnly))
		}
	}
	if slices.Sort(unnamed); len(unnamed) > 0 {
		t.Errorf("no name for %v", unnamed)
	}
}
