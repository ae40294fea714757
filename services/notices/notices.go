// Package notices tells an organisation what others did to its referrals and hand-offs since
// somebody last looked. A notice is addressed to the organisation, never to a
// person, and holds ids only.
package notices

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Most is how many notices are shown at once.
const Most = 20

// Notice says that something happened to a referral or a hand-off.
type Notice struct {
	ID         uuid.UUID
	Topic      string // "referral.accepted"
	At         time.Time
	ReferralID uuid.UUID
	Reference  string
	Status     models.ReferralStatus
	ServiceID  uuid.UUID
	FromOrgID  uuid.UUID
	ToOrgID    uuid.UUID
	HandoffID  uuid.UUID // where it is about a hand-off, whose reference and sides these are
}

// Service reads notices and puts them away.
type Service struct {
	db      *pg.DB
	counted counted
}

// New returns the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Unread returns the organisation's latest notices about referrals and
// hand-offs it can still see, the newest first. No person's data is in them.
func (s *Service) Unread(ctx context.Context) ([]Notice, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var out []Notice
	b.Query(pg.Each(func(rows pg.Row) error {
		var n Notice
		var referral, service, handoff *uuid.UUID
		err := rows.Scan(&n.ID, &n.Topic, &n.At, &referral, &n.Reference, &n.Status, &service, &n.FromOrgID, &n.ToOrgID, &handoff)
		n.ReferralID, n.ServiceID, n.HandoffID = orNone(referral), orNone(service), orNone(handoff)
		out = append(out, n)
		return err
	}), `select n.id, n.topic, n.at, r.id, coalesce(r.reference, h.reference), coalesce(r.status, ''), r.service_id,
		coalesce(r.from_org_id, h.from_org_id), coalesce(r.to_org_id, h.to_org_id), h.id
		from notices n left join referrals r on r.id = n.referral_id left join handoffs h on h.id = n.handoff_id
		where n.org_id = $1 and n.read_at is null and (r.id is not null or h.id is not null) order by n.at desc, n.id limit $2`, b.Actor.OrgID, Most)
	return out, b.Send(pg.BatchRead)
}

// orNone is an identifier that may be missing; none is uuid.Nil.
func orNone(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// PutAway marks the organisation's notices up to a moment as read.
func (s *Service) PutAway(ctx context.Context, until time.Time) error {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	b.Exec("update notices set read_at = $1, read_by = $2 where org_id = $3 and read_at is null and at <= $4",
		b.Now, b.Actor.UserID, b.Actor.OrgID, until)
	defer s.forget(b.Actor)
	return b.Send(pg.BatchHousekeeping)
}
