package referrals

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// Meeting is a time to meet that the safe-contact gate is asked about.
type Meeting struct {
	Told models.Channel // how the person is told of it
	Way  models.Channel // what the meeting itself goes over; empty: a place of the service's own or another's
	At   time.Time
}

// agedDays stands for an answer that does not go stale: whether the times of a
// day far ahead are safe is asked apart from whether the answer holds today.
const agedDays = 100 * 366

// MayMeet returns nil where somebody may be told of a meeting and met as it
// says. Otherwise an invalid error in words, on the field told or starts_at,
// once it is on record that it was refused. How they are told must be safe,
// now or at other times, since the worker picks when; the way must be safe now
// and at that time of day (referrals.md section 7).
func (s *Service) MayMeet(ctx context.Context, caseID uuid.UUID, m Meeting) error {
	channels, now, err := s.loadGate(ctx, caseID)
	if err != nil {
		return err
	}
	for _, kind := range []models.Channel{m.Told, m.Way} {
		if kind == "" {
			continue
		}
		if g := models.GateFor(channels, kind, now, models.StaleAfterDays); !g.Open() && g.Code != models.GateOutside {
			return s.refusePlan(ctx, caseID, kind, g, channels, m.At)
		}
	}
	if m.Way != "" {
		if g := models.GateFor(channels, m.Way, m.At, agedDays); !g.Open() {
			return asStart(s.refusePlan(ctx, caseID, m.Way, g, channels, m.At))
		}
	}
	return nil
}

// asStart moves a fault of the time to the field a meeting has for it.
func asStart(err error) error {
	found := models.FieldsOf(err)
	if models.CodeOf(err) != models.CodeInvalid || len(found) == 0 {
		return err
	}
	for i := range found {
		if found[i].Field == "at" {
			found[i].Field = "starts_at"
		}
	}
	return models.Invalid(found...)
}

// MayTell asks the gate about something that somebody was told: nil where the
// channel was safe at that time. Errors as PlanContact, on the fields channel
// and at; what is refused is on record.
func (s *Service) MayTell(ctx context.Context, caseID uuid.UUID, channel models.Channel, at time.Time) error {
	channels, _, err := s.loadGate(ctx, caseID)
	if err != nil {
		return err
	}
	if g := models.GateFor(channels, channel, at, models.StaleAfterDays); !g.Open() {
		return s.refusePlan(ctx, caseID, channel, g, channels, at)
	}
	return nil
}
