// Package clocks moves every timed duty that has passed its moment, and climbs
// the ladder of reminders on those that are late. It acts as the system and
// looks at nothing of a case but its clocks.
package clocks

import (
	"context"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// Service moves clocks by the time of the program's one clock.
type Service struct {
	db       *pg.DB
	calendar *models.Calendar
	after    []func(context.Context) error
}

// New returns the service. What is given as after runs at the end of every
// tick, as the system: what follows from the ladder's end.
func New(db *pg.DB, calendar *models.Calendar, after ...func(context.Context) error) *Service {
	return &Service{db: db, calendar: calendar, after: after}
}

// atOnce is how many clocks one statement moves: a morning after a week's
// stillness is many statements, not one long one.
const atOnce = 2000

// dueSQL finds the clocks that have passed a moment and takes their referrals
// first, in the order every other change takes its locks; what somebody is
// working on at this moment is left for the next minute.
const dueSQL = `with due as (
	select c.id, c.referral_id from clocks c where c.state in ('running', 'due_soon') and c.paused_since is null and c.due_soon_at <= $1
		and (c.state = 'running' or c.due_at < $1)
	order by c.due_soon_at, c.due_at limit $2
), free as (
	select r.id from referrals r where r.id in (select referral_id from due) order by r.id for update skip locked
), moved as (
	update clocks c set state = case when c.due_at >= $1 then 'due_soon' when c.rule in ('K9', 'K15') then 'not_applicable'
			when coalesce(x.off_record, false) then 'not_evidenced' else 'breached' end,
		stopped_at = case when c.due_at < $1 and c.rule in ('K9', 'K15') then c.due_at end,
		why = case when c.due_at < $1 and c.rule in ('K9', 'K15') then $3 end,
		rung = case when c.due_at < $1 and c.rule not in ('K9', 'K15') and not coalesce(x.off_record, false) then 1 else 0 end
	from due d left join case_clocks x on x.clock_id = d.id and d.referral_id is null where c.id = d.id and (d.referral_id is null or d.referral_id in (select id from free))
		and c.state in ('running', 'due_soon') and c.paused_since is null and c.stopped_at is null and c.due_soon_at <= $1
	returning c.id, c.case_id, c.referral_id, c.request_id, c.rule, c.state
), late as (
	update referrals r set over_limit = true from moved m where r.id = m.referral_id and m.state = 'breached' and not r.over_limit returning r.id
), told as (
	insert into outbox (topic, referral_id, case_id, payload, at)
	select case state when 'breached' then 'clock.late' else 'clock.due_soon' end, referral_id, case_id, jsonb_build_object('clock', id, 'rule', rule), $1
	from moved where state in ('breached', 'due_soon') and request_id is null
)
select count(*) from moved`

// silentSQL says of clocks of cases that were late for long that there is no
// record: a gap in the data, and nobody's breach (models.EvidenceDays).
const silentSQL = `with silent as (
	select c.id from clocks c where c.referral_id is null and c.complaint_id is null and c.request_id is null and c.state = 'breached' and c.stopped_at is null and c.paused_since is null and c.due_at < $1
	order by c.due_at limit $2 for update skip locked
), moved as (
	update clocks c set state = 'not_evidenced' from silent s where c.id = s.id returning c.id
)
select count(*) from moved`

// sentSQL stops the clocks that wait for support to be asked (K1) where a
// referral was sent since: it is received when it is sent.
const sentSQL = `with sent as (
	select c.id, r.at from clocks c cross join lateral (select min(r.submitted_at) as at from referrals r where r.case_id = c.case_id and r.submitted_at >= c.started_at) r
	where c.rule = 'K1' and c.referral_id is null and c.stopped_at is null and c.paused_since is null and c.state in ('running', 'due_soon', 'breached', 'not_evidenced')
		and r.at is not null limit $1
), moved as (
	update clocks c set state = case when s.at > c.due_at then 'breached' else 'met' end, stopped_at = s.at from sent s where c.id = s.id and c.stopped_at is null returning c.id
)
select count(*) from moved`

// The clocks of requests about one's own data are theirs who answer for data:
// they are late on the list of what is owed until they are answered, and are
// told of to nobody who works on cases.

// climbSQL takes late duties one or two steps further up the ladder: to the
// manager a working day after the team, to the coordinator and the referrer
// another later.
const climbSQL = `with due as (
	select c.id, c.referral_id from clocks c where c.state = 'breached' and c.stopped_at is null and c.paused_since is null and c.request_id is null
		and (c.rung < 2 and c.due_at < $2 or c.rung < 3 and c.due_at < $3)
	order by c.due_at limit $4
), free as (
	select r.id from referrals r where r.id in (select referral_id from due) order by r.id for update skip locked
), moved as (
	update clocks c set rung = case when c.due_at < $3 then 3 else 2 end
	from due d where c.id = d.id and (d.referral_id is null or d.referral_id in (select id from free))
		and c.state = 'breached' and c.stopped_at is null and c.paused_since is null
	returning c.id, c.case_id, c.referral_id, c.rule, c.rung
), told as (
	insert into outbox (topic, referral_id, case_id, payload, at)
	select case rung when 2 then 'clock.late_manager' else 'clock.late_coordinator' end, referral_id, case_id,
		jsonb_build_object('clock', id, 'rule', rule), $1
	from moved
)
select count(*) from moved`

// handedSQL climbs the same ladder for offers of a duty that nobody answers:
// both sides at once, their managers a working day later, a coordinator another
// later. The duty stays where it is: the sender is responsible all the while.
const handedSQL = `with due as (
	select h.id from handoffs h where h.status = 'offered' and h.rung < 3
		and (h.rung < 1 and h.due_at < $1 or h.rung < 2 and h.due_at < $2 or h.due_at < $3)
	order by h.due_at limit $4 for update skip locked
), moved as (
	update handoffs h set rung = case when h.due_at < $3 then 3 when h.due_at < $2 then 2 else 1 end from due d
	where h.id = d.id and h.status = 'offered' returning h.id, h.case_id, h.rung
), told as (
	insert into outbox (topic, case_id, payload, at)
	select case rung when 1 then 'handoff.late' when 2 then 'handoff.late_manager' else 'handoff.late_coordinator' end, case_id, jsonb_build_object('handoff', id), $1
	from moved
)
select count(*) from moved`

// Tick moves running clocks to due soon and late, marks their referrals, and
// climbs the ladder, as often as it is called: done twice it changes nothing.
// It returns how many clocks moved. A late one is late because of the time, not
// because of the tick: every stop works that out for itself (decisions.md 23).
func (s *Service) Tick(ctx context.Context) (int64, error) {
	ctx = models.WithActor(ctx, models.System())
	var total int64
	for {
		moved, err := s.tick(ctx)
		total += moved
		if err != nil {
			return total, err
		}
		if moved < atOnce {
			break
		}
	}
	for _, f := range s.after {
		if err := f(ctx); err != nil {
			return total, err
		}
	}
	return total, nil
}

func (s *Service) tick(ctx context.Context) (int64, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return 0, err
	}
	var due, climbed, silent, sent, handed int64
	var found bool
	b.Query(pg.One(&found, &due), dueSQL, b.Now, atOnce, models.WindowOver)
	b.Query(pg.One(&found, &sent), sentSQL, atOnce)
	b.Query(pg.One(&found, &silent), silentSQL, s.lateBy(b.Now, models.EvidenceDays), atOnce)
	b.Query(pg.One(&found, &climbed), climbSQL, b.Now, s.lateBy(b.Now, 2), s.lateBy(b.Now, 3), atOnce)
	b.Query(pg.One(&found, &handed), handedSQL, b.Now, s.lateBy(b.Now, 2), s.lateBy(b.Now, 3), atOnce)
	return due + climbed + silent + sent + handed, b.Send(pg.BatchHousekeeping)
}

// longAgo is before any clock: where the calendar does not reach, no step of
// the ladder is taken.
func longAgo() time.Time { return time.Unix(0, 0).UTC() }

// lateBy returns the moment such that what was due before it is late by some
// working days.
func (s *Service) lateBy(now time.Time, days int) time.Time {
	y, m, d := now.In(models.London()).Date()
	for back := 1; back < 60; back++ {
		day := time.Date(y, m, d-back+1, 0, 0, 0, 0, models.London())
		n, err := s.calendar.WorkingDaysBetween(day.Add(-time.Second), now)
		if err != nil {
			return longAgo()
		}
		if n >= days {
			return day.UTC()
		}
	}
	return longAgo()
}
