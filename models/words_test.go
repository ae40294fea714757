package models_test

import (
	"testing"
	"time"

	"throughline/models"
)

func TestDatesAndTimesReadAsTheStyleSays(t *testing.T) {
	t.Parallel()
	now := london(t, "2026-04-16 09:40")
	for got, want := range map[string]string{
		models.Day(london(t, "2026-04-02")):                                        "Thursday 2 April 2026",
		models.DayIn(london(t, "2026-04-02"), now):                                 "Thursday 2 April",
		models.DayIn(london(t, "2025-12-31"), now):                                 "Wednesday 31 December 2025",
		models.Date(london(t, "1990-01-09")):                                       "9 January 1990",
		models.Time(now):                                                           "9.40am",
		models.Time(london(t, "2026-04-16 12:00")):                                 "12pm",
		models.Time(london(t, "2026-04-16 00:00")):                                 "midnight",
		models.Time(london(t, "2026-04-16 10:00")):                                 "10am",
		models.Time(london(t, "2026-04-16 23:59")):                                 "11.59pm",
		models.Time(london(t, "2026-04-16 13:05")):                                 "1.05pm",
		models.DateTime(london(t, "2026-04-14 10:40")):                             "Tuesday 14 April 2026 at 10.40am",
		models.DateTimeIn(london(t, "2026-04-14 10:40"), now):                      "Tuesday 14 April at 10.40am",
		models.Range(london(t, "2026-04-14 10:00"), london(t, "2026-04-14 12:00")): "Tuesday 14 April 2026, 10am to 12pm",
		models.Range(london(t, "2026-04-14"), london(t, "2026-04-16")):             "Tuesday 14 April 2026 to Thursday 16 April 2026",
		models.Day(time.Date(2026, 6, 11, 23, 30, 0, 0, time.UTC)):                 "Friday 12 June 2026",
		models.Time(time.Date(2026, 6, 11, 23, 30, 0, 0, time.UTC)):                "12.30am",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLengthsAndNumbersReadAsTheStyleSays(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tc := range []struct{ got, want string }{
		{models.Length(day + 11*time.Hour + 59*time.Minute), "1 day 11 hours"},
		{models.Length(3 * day), "3 days"},
		{models.Length(2*day + time.Hour), "2 days 1 hour"},
		{models.Length(45*day + 11*time.Hour), "45 days"},
		{models.Length(3 * time.Hour), "3 hours"},
		{models.Length(3*time.Hour + 20*time.Minute), "3 hours 20 minutes"},
		{models.Length(time.Minute), "1 minute"},
		{models.Length(time.Second), "less than a minute"},
		{models.Length(-time.Hour), "less than a minute"},
		{models.Count(0), "0"},
		{models.Count(999), "999"},
		{models.Count(1208), "1,208"},
		{models.Count(1234567), "1,234,567"},
		{models.Count(-999), "-999"},
		{models.Count(-1208), "-1,208"},
		{models.Count(-123456), "-123,456"},
		{models.Plural(1, "case", "cases"), "1 case"},
		{models.Plural(0, "case", "cases"), "0 cases"},
		{models.Plural(1208, "case", "cases"), "1,208 cases"},
		{models.WorkingDays(1), "1 working day"},
		{models.WorkingDays(2), "2 working days"},
		{models.Percent(1, 3), "33%"},
		{models.Percent(2, 3), "67%"},
		{models.Percent(1, 8), "13%"},
		{models.Percent(0, 5), "0%"},
		{models.Percent(5, 5), "100%"},
		{models.Percent(0, 0), "No data"},
		{models.List(nil), ""},
		{models.List([]string{"phone"}), "phone"},
		{models.List([]string{"phone", "text"}), "phone and text"},
		{models.List([]string{"phone", "text", "post"}), "phone, text and post"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

// Today is Thursday 16 April 2026, 9.40am, as in the drawings.
func TestClocksReadAsTheStyleSays(t *testing.T) {
	t.Parallel()
	now := london(t, "2026-04-16 09:40")
	at := func(s string) *time.Time { d := london(t, s); return &d }
	due := func(state models.ClockState, day string) models.Clock {
		return models.Clock{State: state, DueAt: endOf(t, day)}
	}
	with := func(k models.Clock, stopped, paused *time.Time) models.Clock {
		k.StoppedAt, k.PausedSince = stopped, paused
		return k
	}
	for _, tc := range []struct {
		clock  models.Clock
		reason string
		want   models.ClockText
	}{
		{due(models.ClockDueSoon, "2026-04-16"), "", models.ClockText{Shape: models.ShapeSoon, Words: "Due today"}},
		{due(models.ClockDueSoon, "2026-04-17"), "", models.ClockText{Shape: models.ShapeSoon, Words: "Due in 1 working day"}},
		{models.Clock{State: models.ClockDueSoon, DueAt: london(t, "2026-04-16 12:00")}, "", models.ClockText{Shape: models.ShapeSoon, Words: "Due today, 12pm"}},
		{due(models.ClockRunning, "2026-04-20"), "", models.ClockText{Shape: models.ShapeRunning, Words: "Due in 2 working days"}},
		{due(models.ClockRunning, "2026-04-23"), "", models.ClockText{Shape: models.ShapeRunning, Words: "Due in 5 working days"}},
		{due(models.ClockRunning, "2026-04-24"), "", models.ClockText{Shape: models.ShapeRunning, Words: "Due Friday 24 April"}},
		{due(models.ClockRunning, "2027-01-12"), "", models.ClockText{Shape: models.ShapeRunning, Words: "Due Tuesday 12 January 2027"}},
		{due(models.ClockRunning, "2029-01-12"), "", models.ClockText{Shape: models.ShapeRunning, Words: "Due Friday 12 January 2029"}},
		{with(due(models.ClockMet, "2026-04-08"), at("2026-04-07 15:00"), nil), "", models.ClockText{Shape: models.ShapeMet, Words: "Met Tuesday 7 April"}},
		{due(models.ClockBreached, "2026-04-14"), "", models.ClockText{Shape: models.ShapeLate, Words: "Late by 2 working days"}},
		{models.Clock{State: models.ClockBreached, DueAt: london(t, "2026-04-16 07:40")}, "", models.ClockText{Shape: models.ShapeLate, Words: "Late by 2 hours"}},
		{with(due(models.ClockBreached, "2026-04-07"), at("2026-04-08 10:00"), nil), "", models.ClockText{Shape: models.ShapeLate, Words: "Late by 1 working day, done Wednesday 8 April"}},
		{with(due(models.ClockBreached, "2026-04-02"), at("2026-04-05 10:00"), nil), "", models.ClockText{Shape: models.ShapeLate, Words: "Late by 2 days 10 hours, done Sunday 5 April"}},
		{due(models.ClockBreached, "2029-01-05"), "", models.ClockText{Shape: models.ShapeLate, Words: "Late since Friday 5 January 2029"}},
		{due(models.ClockNotEvidenced, "2026-04-14"), "", models.ClockText{Shape: models.ShapeNoRecord, Words: "No record"}},
		{with(due(models.ClockWaived, "2026-04-14"), at("2026-04-13 09:00"), nil), "", models.ClockText{Shape: models.ShapeWaived, Words: "They chose not to have this, Monday 13 April"}},
		{due(models.ClockNotApplicable, "2026-04-14"), "not reported to police", models.ClockText{Shape: models.ShapeNone, Words: "Does not apply: not reported to police"}},
		{due(models.ClockNotApplicable, "2026-04-14"), "", models.ClockText{Shape: models.ShapeNone, Words: "Does not apply"}},
		{
			with(due(models.ClockRunning, "2026-04-17"), nil, at("2026-04-15 09:00")), "waiting for Met Police, North",
			models.ClockText{Shape: models.ShapeRunning, Words: "Due in 2 working days", Paused: "Paused since Wednesday 15 April: waiting for Met Police, North"},
		},
		{
			with(due(models.ClockDueSoon, "2026-04-15"), nil, at("2026-04-15 09:00")), "",
			models.ClockText{Shape: models.ShapeSoon, Words: "Due today", Paused: "Paused since Wednesday 15 April"},
		},
	} {
		if got := models.MustCalendar().ClockText(&tc.clock, now, tc.reason); got != tc.want {
			t.Errorf("got %+v, want %+v", got, tc.want)
		}
	}
}
