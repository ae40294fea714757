package events

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// The things that can be said of a clock of a case.
const (
	ActWaive    = "waive"    // the victim chose not to have it
	ActNotOwed  = "not_owed" // it does not apply
	ActPause    = "pause"
	ActResume   = "resume"
	ActExtend   = "extend" // once
	mostExtends = 20
)

// Acts lists them with their words.
func Acts() []models.Choice {
	return []models.Choice{
		{Key: ActPause, Words: "Pause it"},
		{Key: ActResume, Words: "Let it run on"},
		{Key: ActExtend, Words: "Give it longer, once"},
		{Key: ActWaive, Words: "The victim chose not to have it"},
		{Key: ActNotOwed, Words: "It does not apply"},
	}
}

// Change is what is said of a clock.
type Change struct {
	Act    string
	Reason string     // of the group pause, extend or not_owed
	Days   int        // working days, of an extension
	On     *time.Time // the date the victim said it, of a waiver; nil: today
}

// ChangeClock pauses, extends, waives or excuses a clock of a case, each with
// its reason; the first deadline stays. A window of the victim's cannot be moved.
// Errors: as Record, and a conflict where the clock has stopped or stands
// otherwise than the change needs.
func (s *Service) ChangeClock(ctx context.Context, caseID, id uuid.UUID, in Change) (Line, error) {
	if err := may(ctx, models.EventRecord); err != nil {
		return Line{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Line{}, err
	}
	var out Line
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			f, err := find(ctx, tx, caseID)
			if err != nil {
				return err
			}
			list, err := s.lines(ctx, tx, dir, &f, "and k.id = ?", id)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return models.NotFound("clock")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := s.change(ctx, tx, &list[0], in); err != nil {
				return err
			}
			if err := tx.Record(ctx, about(&f, "case_clock.changed", map[string]any{"clock": id, "rule": list[0].Rule, "act": in.Act, "reason": in.Reason})); err != nil {
				return err
			}
			if list, err = s.lines(ctx, tx, dir, &f, "and k.id = ?", id); err != nil {
				return err
			}
			out = list[0]
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

func (s *Service) change(ctx context.Context, tx *pg.Tx, l *Line, in Change) error {
	if err := fits(l, in.Act); err != nil {
		return err
	}
	if err := models.Refusal(ctx, in.check(tx.Now)); err != nil {
		return err
	}
	k := &clock{Clock: l.Clock, EventID: l.EventID}
	var err error
	switch in.Act {
	case ActPause:
		k.Pause(tx.Now, in.Reason)
	case ActResume:
		err = s.calendar.ResumeClock(&k.Clock, tx.Now)
	case ActExtend:
		k.extended, k.why = in.Days, in.Reason
		err = s.calendar.ExtendClock(&k.Clock, in.Days, tx.Now)
	case ActWaive:
		k.ended, k.endedOn = true, in.on(tx.Now)
		err = s.calendar.WaiveClock(&k.Clock, tx.Now, "the victim chose it")
	case ActNotOwed:
		k.ended, k.endedOn = true, in.on(tx.Now)
		r, _ := models.FindReason(models.GroupNotOwed, in.Reason)
		k.VoidClock(tx.Now, models.LowerFirst(r.Words))
	}
	if err != nil {
		return outside(err)
	}
	return k.save(ctx, tx)
}

// fits refuses what the clock's state does not allow, in words.
func fits(l *Line, act string) error {
	late := l.State == models.ClockBreached || l.State == models.ClockNotEvidenced
	switch {
	case !l.Owed():
		return models.Conflict("This clock has stopped. Nothing more can be said of it.")
	case l.Owner == models.OwnerVictim && act != ActNotOwed:
		return models.Conflict("This time is the victim's, and the law sets when it ends.")
	case act == ActResume && l.PausedSince == nil:
		return models.Conflict("This clock is not paused.")
	case act == ActPause && l.PausedSince != nil:
		return models.Conflict("This clock is paused already.")
	case act == ActExtend && l.Extended > 0:
		return models.Conflict("This clock was given longer once. It cannot be again.")
	case act == ActExtend && l.PausedSince != nil:
		return models.Conflict("This clock is paused. Let it run on first.")
	case late && (act == ActPause || act == ActExtend || act == ActWaive):
		return models.Conflict("This is late already, and stays so. Record when it was done.")
	}
	return nil
}

func (in *Change) on(now time.Time) *time.Time {
	day := models.Today(now)
	if in.On != nil {
		day = *in.On
	}
	return &day
}

func (in *Change) check(now time.Time) []models.FieldError {
	f := &models.Faults{}
	if !models.HasChoice(Acts(), in.Act) {
		f.Add("action", models.FieldUnknown, "Select what changes")
	}
	group := map[string]models.ReasonGroup{ActPause: models.GroupPause, ActExtend: models.GroupExtend, ActNotOwed: models.GroupNotOwed}[in.Act]
	switch {
	case group == "" && in.Reason != "":
		f.Add("reason", models.FieldNotOpen, "Leave the reason out here")
	case group != "" && !slices.ContainsFunc(models.Reasons(group), func(r models.Reason) bool { return r.Code == in.Reason }):
		f.Add("reason", models.FieldRequired, "Select a reason from the list")
	}
	switch {
	case in.Act == ActExtend && (in.Days < 1 || in.Days > mostExtends):
		f.Add("days", models.FieldInvalid, "Enter how many working days more, from 1 to 20")
	case in.Act != ActExtend && in.Days != 0:
		f.Add("days", models.FieldNotOpen, "Leave the days out here")
	}
	if in.On != nil && (in.On.After(models.Today(now)) || in.On.Before(models.Today(now).AddDate(-2, 0, 0))) {
		f.Add("on", models.FieldInvalid, "The date must be today or in the last two years")
	}
	return f.List()
}
