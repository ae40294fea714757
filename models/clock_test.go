package models_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

func november(day, hour int) time.Time {
	return time.Date(2026, 11, day, hour, 0, 0, 0, models.London())
}

// running is a clock of two working days from Monday 16 November, 9am.
func running(t *testing.T) models.Clock {
	t.Helper()
	k, err := models.MustCalendar().StartClock(models.RuleDecide, uuid.New(), november(16, 9), 2)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAClockRunsIsDueSoonAndIsLate(t *testing.T) {
	t.Parallel()
	k := running(t)
	for at, want := range map[time.Time]models.ClockState{
		november(16, 9): models.ClockRunning, november(17, 23): models.ClockRunning, november(18, 0): models.ClockDueSoon,
		time.Date(2026, 11, 18, 23, 59, 59, 0, models.London()): models.ClockDueSoon, november(19, 0): models.ClockBreached,
	} {
		if got := k.StateAt(at); got != want {
			t.Errorf("at %s: got %s, want %s", models.DateTime(at), got, want)
		}
	}
}

func TestAStopIsMetInTimeAndLateAtOnce(t *testing.T) {
	t.Parallel()
	cal := models.MustCalendar()
	for at, want := range map[time.Time]models.ClockState{november(18, 23): models.ClockMet, november(19, 1): models.ClockBreached} {
		k := running(t)
		if err := cal.StopClock(&k, at); err != nil || k.State != want || !k.StoppedAt.Equal(at) || k.Open() {
			t.Errorf("stopped at %s: got %s %v, want %s", models.DateTime(at), k.State, err, want)
		}
	}
}

func TestAPauseIsKeptAndItsTimeAdded(t *testing.T) {
	t.Parallel()
	cal := models.MustCalendar()
	k := running(t)
	k.Pause(november(17, 9), "waiting_for_answer")
	k.Pause(november(18, 9), "again") // stands still already
	if got := k.StateAt(november(25, 9)); got != models.ClockRunning {
		t.Errorf("got %s while it stands still, want running", got)
	}
	if err := cal.ResumeClock(&k, november(20, 9)); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 23, 23, 59, 59, 0, models.London()); !k.DueAt.Equal(want) || k.PausedSeconds != 3*24*3600 || k.PausedSince != nil {
		t.Errorf("got due %s after %d seconds, want %s", models.DateTime(k.DueAt), k.PausedSeconds, models.DateTime(want))
	}
	if len(k.Pauses) != 1 || k.Pauses[0].Reason != "waiting_for_answer" || !k.Pauses[0].Until.Equal(november(20, 9)) {
		t.Errorf("got pauses %+v", k.Pauses)
	}
	if !k.FirstDueAt.Before(k.DueAt) {
		t.Error("the first due time moved")
	}
}

func TestStoppingAClockThatStandsStillEndsItsPause(t *testing.T) {
	t.Parallel()
	k := running(t)
	k.Pause(november(17, 9), "waiting_for_answer")
	if err := models.MustCalendar().StopClock(&k, november(27, 9)); err != nil || k.State != models.ClockMet || k.PausedSince != nil {
		t.Errorf("got %s paused since %v %v, want it met", k.State, k.PausedSince, err)
	}
}

func TestADutyThatFellAwayIsExcusedUnlessItWasLate(t *testing.T) {
	t.Parallel()
	cal := models.MustCalendar()
	early, late := running(t), running(t)
	if err := cal.ExcuseClock(&early, november(17, 9), "Withdrawn"); err != nil || early.State != models.ClockNotApplicable || *early.Why != "Withdrawn" {
		t.Errorf("got %s %v, want it excused", early.State, err)
	}
	if err := cal.ExcuseClock(&late, november(20, 9), "Withdrawn"); err != nil || late.State != models.ClockBreached || late.Why != nil {
		t.Errorf("got %s %v, want it late all the same", late.State, err)
	}
}

func TestAStoppedClockRunsOnAsIfItNeverStopped(t *testing.T) {
	t.Parallel()
	k := running(t)
	due := k.DueAt
	if err := models.MustCalendar().StopClock(&k, november(16, 12)); err != nil {
		t.Fatal(err)
	}
	k.RunOn(november(18, 9))
	if !k.Open() || k.State != models.ClockDueSoon || !k.DueAt.Equal(due) {
		t.Errorf("got %s due %v, want it due soon at its old time", k.State, k.DueAt)
	}
}

func TestAReviewClockEndsOnTheDayThatWasChosen(t *testing.T) {
	t.Parallel()
	k, err := models.MustCalendar().StartClockUntil(models.RuleWaitingReview, uuid.New(), november(16, 9), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	if err != nil || !k.DueAt.Equal(time.Date(2026, 11, 21, 23, 59, 59, 0, models.London())) || k.LimitDays != 4 {
		t.Errorf("got due %v of %d days %v, want the end of that Saturday", k.DueAt, k.LimitDays, err)
	}
	if want := november(20, 0); !k.DueSoonAt.Equal(want) {
		t.Errorf("got due soon at %v, want the last working day", k.DueSoonAt)
	}
}

func TestPausesAreKeptAsJSON(t *testing.T) {
	t.Parallel()
	list := models.PauseList{{From: november(16, 9).UTC(), Until: november(17, 9).UTC(), Reason: "health"}}
	v, err := list.Value()
	if err != nil {
		t.Fatal(err)
	}
	var back models.PauseList
	if err := back.Scan([]byte(v.(string))); err != nil || len(back) != 1 || back[0] != list[0] {
		t.Errorf("got %+v %v, want %+v", back, err, list)
	}
	if v, err := models.PauseList(nil).Value(); err != nil || v != "[]" {
		t.Errorf("got %v %v for none, want an empty list", v, err)
	}
	if err := back.Scan(7); err == nil {
		t.Error("a number was read as pauses")
	}
}
