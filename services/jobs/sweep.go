package jobs

import (
	"context"
	"time"

	"throughline/internal/pg"
)

// keepDrafts is how long a draft nobody touches is kept (referrals.md 3, row 0).
const keepDrafts = 90 * 24 * time.Hour

// sweeps lists what is past keeping and nobody's record: kept answers after 24
// hours (decisions.md 17), unfinished forms after 90 days untouched, wrong
// guesses after a day (they count for five minutes) and right ones after 90
// days, for which a device is known; forms kept for who was signed out after a
// day, and what people were told of their own accounts after a year. They ask now(), which an index can answer:
// clock_timestamp() would read every row.
func sweeps() []string {
	return []string{
		"delete from idempotency_keys where created_at < now() - interval '24 hours'",
		"delete from outbox where id = any (array(select id from outbox order by id limit 10000)) and drained_at < now() - interval '7 days'",
		"delete from drafts where updated_at < now() - interval '90 days'",
		"delete from sessions where expires_at < now() - interval '30 days'",
		"delete from record_openings where at < now() - interval '1 day'",
		"delete from sign_in_attempts where ok is not true and at < now() - interval '1 day'",
		"delete from sign_in_attempts where at < now() - interval '90 days'",
		"delete from code_attempts where not ok and at < now() - interval '1 day'",
		"delete from code_attempts where at < now() - interval '90 days'",
		"delete from kept_forms where at < now() - interval '1 day'",
		"delete from account_notices where at < now() - interval '1 year'",
		"delete from webhook_deliveries where status = 'delivered' and done_at < now() - interval '30 days'",
		"delete from webhook_deliveries where status = 'dead' and done_at < now() - interval '90 days'",
	}
}

// discardSQL deletes drafts of referrals that nobody changed since a moment; of
// each it writes in the trail that it is gone. A draft another referral follows
// from stays, for that one's sake.
const discardSQL = `
with old as (
  select r.id, r.case_id from referrals r where r.status = 'draft' and r.created_at < $1
    and not exists (select from referral_history h where h.referral_id = r.id and h.at >= $1)
    and not exists (select from referrals k where k.parent_id = r.id)
  order by r.created_at limit 500 for update of r skip locked
), gone as (
  delete from referrals r using old o where r.id = o.id returning r.id, r.case_id
)
insert into audit_events (id, at, action, subject_type, subject_id, case_id, detail)
select gen_random_uuid(), $2, 'referral.discarded', 'referral', id, case_id, '{"why": "untouched"}' from gone`

// Sweep deletes what is past keeping: what is nobody's record in one round
// trip, drafts of referrals in another.
func Sweep(ctx context.Context, db *pg.DB) error {
	b, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	for _, q := range sweeps() {
		b.Exec(q)
	}
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		return err
	}
	if b, err = db.Begin(ctx); err != nil {
		return err
	}
	b.Recorded()
	b.Exec(discardSQL, b.Now.Add(-keepDrafts), b.Now)
	return b.Send(pg.BatchWrite)
}
