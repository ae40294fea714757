package jobs

import (
	"context"
	"sync"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/alerts"
)

// drainSQL turns waiting outbox rows into notices for the other party of the
// referral or hand-off: nobody is told of their own act, and a receiver is not told of
// what it can no longer open. A late duty is told to whoever owes it, and at
// the last step of the ladder to the referrer; what is a coordinator's to see,
// to those of the pathway (referrals.md section 5). Delivered twice, it tells
// once.
//
// An offer of a duty that nobody answered is told to both sides, and at the end
// of its ladder to the coordinators.
//
// What police or a court did that bears on somebody's safety is told to both
// sides of every live referral of the case: that they look again today, and not
// what it was, which is not the receiver's to read (decisions.md 1).
//
// Who is told gets a message to each address of their own systems that is to be
// told of it (services/webhooks).
//
// A case that was logged, or of which more is known, is to be compared with those there are (services/linkage).
//
// What a privacy officer or a safeguarding lead has to look at becomes an alert,
// at the organisation that did it and at the one that holds the case; where one
// desk serves both, it is one alert.
const drainSQL = `
with waiting as (
  select id, topic, referral_id, case_id, by_org_id, at, (payload->>'clock')::uuid as clock_id, (payload->>'user')::uuid as about_id,
    (payload->>'org')::uuid as at_org_id, (payload->>'document')::uuid as document_id, (payload->>'handoff')::uuid as handoff_id from outbox
  where drained_at is null order by id limit 500 for update skip locked
), told as (
  insert into notices (id, outbox_id, org_id, topic, referral_id, case_id, at)
  select gen_random_uuid(), w.id, party, w.topic, w.referral_id, w.case_id, w.at
  from waiting w
  join referrals r on r.id = w.referral_id
  cross join lateral (
    select p from unnest(array[r.from_org_id, case when r.receiver_sees then r.to_org_id end]) p where w.clock_id is null
    union select k.holder_org_id from clocks k where k.id = w.clock_id and (k.holder_org_id <> r.to_org_id or r.receiver_sees)
    union select r.from_org_id where w.topic = 'clock.late_coordinator'
    union select c.org_id from pathway_coordinators c where c.pathway = r.pathway and w.topic in ('referral.decline_proposed', 'referral.lapsed',
      'referral.high_risk_waiting', 'contact.safety_incident', 'clock.late_coordinator')
  ) as parties (party)
  where party is not null and party is distinct from w.by_org_id
  on conflict on constraint notices_once do nothing returning outbox_id, org_id, topic, referral_id, null::uuid as handoff_id, at
), handed as (
  insert into notices (id, outbox_id, org_id, topic, handoff_id, case_id, at)
  select gen_random_uuid(), w.id, party, w.topic, h.id, w.case_id, w.at
  from waiting w join handoffs h on h.id = w.handoff_id cross join lateral (
    select p from unnest(array[h.from_org_id, h.to_org_id]) p
    union select c.org_id from pathway_coordinators c where w.topic = 'handoff.late_coordinator') as parties (party)
  where party is distinct from w.by_org_id
  on conflict on constraint notices_once do nothing returning outbox_id, org_id, topic, null::uuid as referral_id, handoff_id, at
), safety as (
  insert into notices (id, outbox_id, org_id, topic, referral_id, case_id, at)
  select gen_random_uuid(), w.id, party, w.topic, r.id, w.case_id, w.at
  from waiting w join referrals r on r.case_id = w.case_id and r.live
  cross join lateral (select r.from_org_id as party union select r.to_org_id where r.receiver_sees) as parties
  where w.topic = 'case.safety' and w.referral_id is null and party is distinct from w.by_org_id
  order by r.accepted_at is null, r.submitted_at, r.id
  on conflict on constraint notices_once do nothing returning outbox_id, org_id, topic, referral_id, null::uuid as handoff_id, at
), sent as (
  insert into webhook_deliveries (id, endpoint_id, org_id, outbox_id, topic, referral_id, handoff_id, at)
  select gen_random_uuid(), e.id, n.org_id, n.outbox_id, n.topic, n.referral_id, n.handoff_id, n.at
  from (table told union all table handed union all table safety) n
  join webhook_endpoints e on e.org_id = n.org_id and e.off_at is null and n.topic = any (e.topics)
  on conflict on constraint webhook_deliveries_once do nothing
), compare as (
  insert into linkage_waiting (case_id) select distinct w.case_id from waiting w where w.topic in ('case.logged', 'case.more_known') on conflict do nothing
), raised as (
  select app_raise_alert(k.kind, k.desk, org, w.about_id, coalesce(w.case_id, d.case_id), '{}', 'outbox|' || w.id, w.at, ?::timestamptz) as id
  from waiting w
  join (values ('alert.break_glass', 'break_glass', 'data'), ('alert.break_glass_late', 'break_glass_late', 'data'),
    ('alert.conflict', 'conflict', 'data'), ('alert.malware', 'malware', 'data'),
    ('contact.safety_incident', 'safety', 'safety'), ('contact.stopped', 'stopped', 'safety')) as k (topic, kind, desk) on k.topic = w.topic
  left join lateral app_document_place(w.document_id) d on w.document_id is not null
  cross join lateral unnest(array[app_alarm_holder(coalesce(w.case_id, d.case_id)), w.by_org_id, w.at_org_id, d.org_id]) as orgs (org)
  where org is not null
)
update outbox o set drained_at = clock_timestamp() from waiting w where o.id = w.id and (select count(*) from raised) >= 0`

// calendar counts the working days an alert may wait.
var calendar = sync.OnceValue(models.MustCalendar)

// Drain empties the outbox, five hundred rows at a time, and says how many.
func Drain(ctx context.Context, db *pg.DB) (int64, error) {
	var total int64
	for {
		var n int64
		err := db.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			due, err := calendar().Due(tx.Now, alerts.WorkingDays)
			if err != nil {
				return err
			}
			n, err = tx.Exec(ctx, drainSQL, due)
			return err
		})
		total += n
		if err != nil || n < 500 {
			return total, err
		}
	}
}
