package alerts

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// opened is what counts as having opened a case: whatever a person does with
// one, but for logging it. It is the rule of the cap on records too.
const opened = `e.case_id is not null and not e.refused and e.action <> 'case.logged'`

// closedHours is whether an event fell into hours in which the person's
// organisation is closed.
const closedHours = `not (extract(hour from e.at at time zone 'Europe/London') >= o.hours_from and extract(hour from e.at at time zone 'Europe/London') < o.hours_to
	and (o.weekends = 1 or extract(isodow from e.at at time zone 'Europe/London') < 6))`

// peopleSQL looks at those who did something lately: what they did in the last
// hour, 12 hours and day.
const peopleSQL = `with set as (
	select org.id, org.kind, s.values from organisations org left join lateral (
		select jsonb_object_agg(key, value) as values from alert_settings where org_id = org.id) s on true
), active as (
	select distinct e.actor_user_id as id, e.actor_org_id as org_id from audit_events e where e.at > $1 and e.at <= $2::timestamptz and e.actor_user_id is not null
)
select a.id, a.org_id, w.hour, w.day, w.night, w.capped, w.refused, w.searched
from active a join set on set.id = a.org_id
cross join lateral (select coalesce((set.values->>'hours_from')::int, case when set.kind = any($3) then 0 else $4::int end) as hours_from,
	coalesce((set.values->>'hours_to')::int, case when set.kind = any($3) then 24 else $5::int end) as hours_to,
	coalesce((set.values->>'weekends')::int, case when set.kind = any($3) then 1 else $6::int end) as weekends) o
cross join lateral (
	select count(distinct e.case_id) filter (where ` + opened + ` and e.at > $2::timestamptz - interval '1 hour') as hour,
		count(distinct e.case_id) filter (where ` + opened + `) as day,
		count(distinct e.case_id) filter (where ` + opened + ` and e.at > $2::timestamptz - interval '12 hours' and ` + closedHours + `) as night,
		count(*) filter (where e.refused and e.detail->>'code' = 'too_many' and e.at > $2::timestamptz - interval '1 hour') as capped,
		count(*) filter (where e.refused and e.detail->>'code' = 'not_found' and e.at > $2::timestamptz - interval '1 hour') as refused,
		count(*) filter (where e.action = 'case.searched' and e.at > $2::timestamptz - interval '1 hour') as searched
	from audit_events e where e.actor_user_id = a.id and e.at > $2::timestamptz - interval '1 day' and e.at <= $2::timestamptz
) w`

// usualSQL is what somebody's busy hours and days of the last four weeks look
// like, the last day left out, and how much of it is out of hours (per cent).
const usualSQL = `select coalesce((select percentile_disc(0.95) within group (order by n) from (select count(distinct e.case_id) as n from audit_events e
		where e.actor_user_id = $1 and e.at > $2::timestamptz - interval '28 days' and e.at <= $2::timestamptz::timestamptz - interval '1 day' and ` + opened + ` group by date_trunc('hour', e.at)) h), 0),
	coalesce((select percentile_disc(0.95) within group (order by n) from (select count(distinct e.case_id) as n from audit_events e
		where e.actor_user_id = $1 and e.at > $2::timestamptz - interval '28 days' and e.at <= $2::timestamptz::timestamptz - interval '1 day' and ` + opened + ` group by date_trunc('day', e.at)) d), 0),
	coalesce((select 100 * count(*) filter (where ` + closedHours + `) / nullif(count(*), 0) from audit_events e,
		(select $3::int as hours_from, $4::int as hours_to, $5::int as weekends) o
		where e.actor_user_id = $1 and e.at > $2::timestamptz - interval '28 days' and e.at <= $2::timestamptz::timestamptz - interval '1 day' and ` + opened + `), 0)`

// readersSQL looks at the cases that somebody opened lately.
const readersSQL = `with active as (
	select distinct e.case_id from audit_events e where e.at > $1 and e.at <= $2::timestamptz and e.actor_user_id is not null and ` + opened + `
)
select a.case_id, app_alarm_holder(a.case_id), w.people, w.orgs from active a cross join lateral (
	select count(distinct e.actor_user_id) as people, count(distinct e.actor_org_id) as orgs from audit_events e
	where e.case_id = a.case_id and e.at > $2::timestamptz - interval '1 hour' and e.at <= $2::timestamptz and e.actor_user_id is not null and ` + opened + `
) w where w.people > 1`

// quietSQL finds referrals at high risk whose first contact is late, and that
// have no alert yet.
const quietSQL = `select r.id, r.case_id, r.from_org_id from clocks k join referrals r on r.id = k.referral_id
where k.rule = 'K25' and k.state = 'breached' and k.stopped_at is null and r.priority = 'high' and r.live and k.due_at > $1::timestamptz - interval '28 days' and k.due_at <= $1::timestamptz
	and not exists (select from alerts a where a.dedupe = 'no_contact|' || r.id) order by k.due_at limit 50`

// endingSQL finds agreements that end within so many days, that none follows,
// and that have no alert yet.
const endingSQL = `select a.id, a.org_id, a.expires_on - $1::date from app_agreements() a
where a.expires_on between $1::date and $1::date + $2::int and not exists (select from alerts x where x.dedupe = 'agreement_ends|' || a.id)
	and not exists (select from app_agreements() n where n.org_id = a.org_id and (n.with_org_id is null or n.with_org_id = a.with_org_id) and n.expires_on > a.expires_on
		and (n.pathways = '{}' or a.pathways <> '{}' and n.pathways @> a.pathways)) limit 50`

// person is what somebody did lately.
type person struct {
	ID, OrgID                                   uuid.UUID
	hour, day, night, capped, refused, searched int
}

// finding is something to raise an alert about.
type finding struct {
	kind          models.AlertKind
	org           uuid.UUID // uuid.Nil: whoever holds the case
	about, caseID uuid.UUID
	figures       map[string]int
	dedupe        string
}

// Watch looks at what was done in the last stretch of time, raises an alert for
// whatever stands out and escalates what is late. It runs every few seconds,
// and reaches back further than that: an alert that is raised twice is one. It
// says how many are new.
func (s *Service) Watch(ctx context.Context, since time.Duration) (raised int, err error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return 0, err
	}
	if b.Actor.Role != models.RoleSystem {
		return 0, models.RoleForbidden()
	}
	w := &watch{now: b.Now, settings: map[uuid.UUID]map[string]int{}, kinds: map[uuid.UUID]models.OrganisationKind{}}
	w.queue(b, b.Now.Add(-since))
	if err := b.Send(pg.BatchRead); err != nil {
		return 0, err
	}
	if err := w.usualOf(ctx, s.db); err != nil {
		return 0, err
	}
	return s.raise(ctx, w)
}

// raise writes down what was found, in one transaction, and escalates.
func (s *Service) raise(ctx context.Context, w *watch) (raised int, err error) {
	due, err := s.calendar.Due(w.now, WorkingDays)
	if err != nil {
		return 0, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return 0, err
	}
	for _, f := range w.findings() {
		figures, err := json.Marshal(f.figures)
		if err != nil {
			return 0, models.Internal("writing the figures of an alert", err)
		}
		b.Query(pg.Each(func(row pg.Row) error {
			var id *uuid.UUID
			err := row.Scan(&id)
			if id != nil {
				raised++
			}
			return err
		}), "select app_raise_alert($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)", string(f.kind), string(f.kind.Desk()), pg.OrNull(f.org), pg.OrNull(f.about),
			pg.OrNull(f.caseID), string(figures), f.dedupe, w.now, due)
	}
	b.Exec(`with late as (update alerts set escalated_at = $1, version = version + 1 where outcome is null and escalated_at is null and due_at < $1 returning id, kind)
		insert into audit_events (id, at, action, subject_type, subject_id, detail)
		select gen_random_uuid(), $1, 'alert.escalated', 'alert', id, jsonb_build_object('kind', kind) from late`, w.now)
	b.Recorded()
	return raised, b.Send(pg.BatchWrite)
}
