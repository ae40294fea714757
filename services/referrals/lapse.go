package referrals

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Lapse ends every referral nobody answered, whose ladder was climbed to its
// end and waited for (row 21): a job's work, done as the system. Each is an act
// of its own, so that one that moves meanwhile stops none of the others.
func (s *Service) Lapse(ctx context.Context) error {
	ctx = models.WithActor(ctx, models.System())
	ids, err := s.lapsing(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		_, err := s.Do(ctx, id, models.ActLapse, ActionInput{})
		switch models.CodeOf(err) {
		case models.CodeConflict, models.CodeNotFound: // somebody answered after all
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lapsing finds what may have to end; whether it does is decided in the act.
func (s *Service) lapsing(ctx context.Context) ([]uuid.UUID, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	b.Query(pg.Each(func(rows pg.Row) error {
		var id uuid.UUID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}), `select distinct r.id from clocks c join referrals r on r.id = c.referral_id
		where c.state = 'breached' and c.stopped_at is null and c.paused_since is null and c.rung = 3 and c.due_at < $1
		and r.status in ('submitted', 'acknowledged', 'info_requested', 'waitlisted', 'decline_proposed') limit 500`,
		b.Now.Add(-(lastRung-1+lapseDays)*24*time.Hour))
	return ids, b.Send(pg.BatchRead)
}
