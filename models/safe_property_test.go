package models_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
	"throughline/models"
)

// drawChannel is any channel a case could hold, sound or not.
func drawChannel(t *rapid.T, near time.Time) models.ContactChannel {
	c := models.ContactChannel{
		Kind:   rapid.SampledFrom(models.Channels()).Draw(t, "kind"),
		Person: rapid.SampledFrom([]string{"victim", "parent", ""}).Draw(t, "person"),
		Safe:   rapid.SampledFrom([]models.Safety{models.SafeYes, models.SafeYes, models.SafeYes, models.SafeNo, models.SafeUnknown, ""}).Draw(t, "safe"),
	}
	day := func(label string) *time.Time {
		d := near.AddDate(0, 0, rapid.IntRange(-40, 3).Draw(t, label))
		return &d
	}
	if rapid.IntRange(0, 9).Draw(t, "confirmed") > 0 {
		c.ConfirmedOn = day("confirmed on")
	}
	if rapid.IntRange(0, 9).Draw(t, "ended") == 0 {
		c.StaleAt = day("ended at")
	}
	if rapid.IntRange(0, 9).Draw(t, "stopped") == 0 {
		c.StoppedAt = day("stopped at")
	}
	for range rapid.IntRange(0, 4).Draw(t, "windows") {
		from, to := rapid.IntRange(0, 1440).Draw(t, "from"), rapid.IntRange(0, 1440).Draw(t, "to")
		c.Windows = append(c.Windows, models.Window{
			Day:  rapid.SampledFrom(models.Weekdays()).Draw(t, "day").Key,
			From: fmt.Sprintf("%02d:%02d", from/60, from%60), To: fmt.Sprintf("%02d:%02d", to/60, to%60),
		})
	}
	return c
}

// drawMoment is a moment of 2024 to 2028, one in three near a change of the clocks.
func drawMoment(t *rapid.T) time.Time {
	if rapid.IntRange(0, 2).Draw(t, "near a change") == 0 {
		changes := clockChanges(rapid.IntRange(firstYear, lastYear).Draw(t, "year"))
		return rapid.SampledFrom(changes).Draw(t, "change").Add(time.Duration(rapid.IntRange(-120, 360).Draw(t, "minutes")) * time.Minute)
	}
	return drawTime(t, "moment")
}

// naive says whether contact is safe by the wall clock alone, written apart from
// the product's own way.
func naive(c models.ContactChannel, at time.Time, stale int) bool {
	wall := at.In(models.London())
	if c.Safe != "yes" || c.ConfirmedOn == nil || (c.StoppedAt != nil && !c.StoppedAt.After(at)) || (c.StaleAt != nil && !c.StaleAt.After(at)) {
		return false
	}
	confirmed, today := c.ConfirmedOn.In(models.London()).Format(time.DateOnly), wall.Format(time.DateOnly)
	if last := wall.AddDate(0, 0, -stale).Format(time.DateOnly); confirmed > today || confirmed < last {
		return false
	}
	for _, w := range c.Windows {
		now := wall.Format("15:04")
		if wall.Format("Mon")[0:1] == string(w.Day[0]-32) && wall.Format("Mon")[1:] == w.Day[1:] && w.From < w.To && w.From <= now && now < w.To {
			return true
		}
	}
	return len(c.Windows) == 0
}

func TestTheGateAgreesWithTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := drawMoment(t)
		c := drawChannel(t, at)
		stale := rapid.IntRange(1, 35).Draw(t, "stale after")
		allowed, why := c.AllowedAt(at, stale)
		if want := naive(c, at, stale); allowed != want || (why == "") != allowed {
			t.Errorf("%v at %v: got %v, %q, want %v", c, at.In(models.London()), allowed, why, want)
		}
		if allowed && (c.Safe != models.SafeYes || c.ConfirmedOn == nil) {
			t.Errorf("the gate opened for %v", c)
		}
	})
}

func TestTheNextSafeTimeIsSafeFromItsFirstMomentToItsLast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := drawMoment(t)
		c := drawChannel(t, at)
		from, until, ok := c.Next(at, 30)
		if open, _ := c.AllowedAt(at, 30); open && (!ok || !from.Equal(at)) {
			t.Errorf("%v is safe at %v, and next at %v, %v", c, at, from, ok)
		}
		if !ok {
			return
		}
		if from.Before(at) || !until.After(from) {
			t.Errorf("got %v to %v from %v", from, until, at)
		}
		for _, m := range []time.Time{from, until.Add(-time.Second)} {
			if open, why := c.AllowedAt(m, 30); !open && c.StoppedAt == nil && c.StaleAt == nil {
				t.Errorf("%v: %v of %v to %v is shut: %s", c, m.In(models.London()), from, until, why)
			}
		}
		step := rapid.IntRange(1, 240).Draw(t, "step")
		for m := at; m.Before(from); m = m.Add(time.Duration(step) * time.Minute) {
			if open, _ := c.AllowedAt(m, 30); open {
				t.Errorf("%v is safe at %v, before the next time %v", c, m.In(models.London()), from)
			}
		}
	})
}

func TestTheScreenOffersNothingTheGateShuts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := drawMoment(t)
		var channels []models.ContactChannel
		for range rapid.IntRange(0, 5).Draw(t, "channels") {
			channels = append(channels, drawChannel(t, at))
		}
		open := false
		for _, c := range channels {
			allowed, _ := c.AllowedAt(at, 30)
			open = open || allowed
		}
		got := models.SafeNow(channels, at, 30)
		if (got.State == models.SafeNowOpen) != open || got.Headline == "" || len(got.Lines) != len(channels) {
			t.Errorf("got %+v with a channel open: %v", got, open)
		}
		if got.State == models.SafeNone != (got.From == nil) {
			t.Errorf("got %s with a next time %v", got.State, got.From)
		}
		for _, kind := range models.Channels() {
			g := models.GateFor(channels, kind, at, 30)
			if g.Open() && (g.Channel.Kind != kind || !naive(g.Channel, at, 30)) {
				t.Errorf("%s is open by %v", kind, g.Channel)
			}
		}
	})
}
