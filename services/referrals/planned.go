package referrals

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Planned is a contact that somebody means to make.
type Planned struct {
	ID      uuid.UUID
	Channel models.Channel
	Person  string // whose channel it is
	At      time.Time
	MadeAt  time.Time // when it was planned
	By      string    // a colleague's name; "" for somebody of another organisation
	ByOrg   string
	Unsafe  string // why it is not safe any more, in words; "" where it still is
}

// mostPlanned is how many are shown: more than one case can sensibly have.
const mostPlanned = 100

const recordPlansRead = `insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, detail)
	select $1::uuid, $2::timestamptz, $3::uuid, $4::text, 'contact.plans_read', 'case', $5::uuid, $5::uuid, '{}'
	where exists (select from cases where id = $5) or app_receives($5, true)`

// PlannedContacts lists the contacts of a case that are planned from today on,
// the next first, each held against what is safe now: what was allowed when it was
// planned may have been stopped since. Whoever holds the case sees everybody's; a
// service that has accepted a referral of it sees its own. To others the case is
// not found. That they were read is on record.
func (s *Service) PlannedContacts(ctx context.Context, caseID uuid.UUID) ([]Planned, error) {
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return nil, err
	}
	if !actor.Can(models.ContactRecord) {
		return nil, models.RoleForbidden()
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var channels []models.ContactChannel
	var seen, found bool
	out, of := []Planned{}, []uuid.UUID{}
	b.Query(pg.One(&found, &seen), "select exists (select from cases where id = $1) or app_receives($1, true)", caseID)
	b.Query(scanChannels(&channels), "select "+channelColumns+" from contact_channels ch where ch.case_id = $1", caseID)
	b.Query(pg.Each(func(rows pg.Row) error {
		var p Planned
		var channel, org uuid.UUID
		err := rows.Scan(&p.ID, &channel, &p.At, &p.MadeAt, &org, &p.By)
		p.ByOrg = dir.Name(org)
		out, of = append(out, p), append(of, channel)
		return err
	}), `select p.id, p.channel_id, p.at, p.planned_at, p.by_org_id, coalesce((select u.name from users u where u.id = p.by_user_id and u.org_id = $2), '')
		from contact_plans p where p.case_id = $1 and p.at >= $3 order by p.at, p.id limit $4`, caseID, b.Actor.OrgID, dayBegan(b.Now), mostPlanned)
	b.Recorded()
	b.Exec(recordPlansRead, models.NewID(), b.Now, b.Actor.SessionID, models.RequestFrom(ctx).ID, caseID)
	if err := b.Send(pg.BatchWrite); err != nil {
		return nil, err
	}
	if !seen {
		return nil, models.NotFound("case")
	}
	for i := range out {
		out[i].meet(channels, of[i])
	}
	return out, nil
}

// meet holds a plan against its channel as it stands now.
func (p *Planned) meet(channels []models.ContactChannel, id uuid.UUID) {
	for i := range channels {
		if channels[i].ID != id {
			continue
		}
		p.Channel, p.Person = channels[i].Kind, channels[i].Person
		if g := channels[i].GateAt(p.At, models.StaleAfterDays); !g.Open() {
			p.Unsafe = g.Why
		}
	}
}

// dayBegan is when the day of a moment began in London.
func dayBegan(at time.Time) time.Time {
	y, m, d := at.In(models.London()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, models.London())
}
