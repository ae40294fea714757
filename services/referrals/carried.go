package referrals

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Load is what one colleague, or the queue of one team, has in hand. It holds no
// person's data.
type Load struct {
	WorkerID     *uuid.UUID // nil: a team's queue
	Name         string     // of the colleague, or of the team; empty: nobody's
	Gone         bool       // the colleague has left: their work is stranded
	ToDecide     int        // picked up or waiting, and not accepted
	FirstContact int        // accepted, not reached
	Working      int
	OnHold       int
	Late         int // with a duty that is past its time
}

const carriedSQL = `select r.worker_id, case when r.worker_id is null then coalesce(r.team, '') else coalesce(u.name, '') end, coalesce(u.disabled_at is not null, false),
	count(*) filter (where r.status in ('acknowledged', 'waitlisted')), count(*) filter (where r.status = 'accepted'),
	count(*) filter (where r.status = 'in_progress'), count(*) filter (where r.status = 'on_hold'),
	count(*) filter (where r.due_at < $2)
	from referrals r left join users u on u.id = r.worker_id
	where r.to_org_id = $1 and r.receiver_sees and r.status in ('acknowledged', 'waitlisted', 'accepted', 'in_progress', 'on_hold')
	group by 1, 2, 3 order by 3 desc, 1 is not null, 2, 1`

// Carried says who of the actor's organisation has what in hand: first whoever
// has left, then the queues, then colleagues by name. Whoever has nothing is not
// in it. For those who manage a team; it counts what they may see.
func (s *Service) Carried(ctx context.Context) ([]Load, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if !b.Actor.Can(models.TeamManage) {
		return nil, models.RoleForbidden()
	}
	var out []Load
	b.Query(pg.Fill(&out, 16, func(row pg.Row, l *Load) error {
		return row.Scan(&l.WorkerID, &l.Name, &l.Gone, &l.ToDecide, &l.FirstContact, &l.Working, &l.OnHold, &l.Late)
	}), carriedSQL, b.Actor.OrgID, b.Now)
	return out, b.Send(pg.BatchRead)
}
