package notices

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Counts are how many things somebody has not read yet, a hundred at most.
type Counts struct {
	News    int // what others did to the organisation's referrals
	Alerts  int // on the desk of the actor's role, and nobody has taken
	Account int // about the actor's own account
	Offered int // hand-offs that wait for the organisation's answer
}

// keepCounts is how long a count is good for: it stands on every page, and is
// asked of the database once in so long.
const keepCounts = 10 * time.Second

// mostCounted bounds the people whose counts are kept; beyond, all are forgotten.
const mostCounted = 5000

type counted struct {
	mu   sync.Mutex
	kept map[uuid.UUID]kept
}

type kept struct {
	at     time.Time
	counts Counts
}

const countSQL = `select
	case when $2 then (select count(*) from (select from notices n left join referrals r on r.id = n.referral_id left join handoffs h on h.id = n.handoff_id
		where n.org_id = $1 and n.read_at is null and (r.id is not null or h.id is not null) limit 100) n) else 0 end,
	case when $3 then (select count(*) from (select from alerts a where a.org_id = $1 and a.outcome is null and a.taken_by is null limit 100) a) else 0 end,
	(select count(*) from (select from account_notices where user_id = $4 and read_at is null limit 100) a),
	case when $5 then (select count(*) from (select from handoffs h where h.to_org_id = $1 and h.status = 'offered' limit 100) h) else 0 end`

// Count returns how many things the actor has not read. It may be ten seconds
// old.
func (s *Service) Count(ctx context.Context) (Counts, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return Counts{}, err
	}
	s.counted.mu.Lock()
	k, known := s.counted.kept[a.SessionID]
	s.counted.mu.Unlock()
	if known && s.db.Now().Sub(k.at) < keepCounts {
		return k.counts, nil
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Counts{}, err
	}
	var c Counts
	b.Query(pg.One(new(bool), &c.News, &c.Alerts, &c.Account, &c.Offered), countSQL, a.OrgID, a.Can(models.ReferralRead), a.Can(models.AlertReview), a.UserID, a.Can(models.HandoffAnswer))
	if err := b.Send(pg.BatchRead); err != nil {
		return Counts{}, err
	}
	s.counted.mu.Lock()
	defer s.counted.mu.Unlock()
	if s.counted.kept == nil || len(s.counted.kept) >= mostCounted {
		s.counted.kept = map[uuid.UUID]kept{}
	}
	s.counted.kept[a.SessionID] = kept{b.Now, c}
	return c, nil
}

// forget has the actor's next count asked anew: they have just read something.
func (s *Service) forget(a models.Actor) {
	s.counted.mu.Lock()
	defer s.counted.mu.Unlock()
	delete(s.counted.kept, a.SessionID)
}
