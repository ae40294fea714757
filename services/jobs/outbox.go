package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
)

// drainSQL turns waiting outbox rows into notices for the other party of the
// referral: nobody is told of their own act, and a receiver is not told of
// what it can no longer open. Delivered twice, it tells once.
const drainSQL = `
with waiting as (
  select id, topic, referral_id, case_id, by_org_id, at from outbox
  where drained_at is null order by id limit 500 for update skip locked
), told as (
  insert into notices (id, outbox_id, org_id, topic, referral_id, case_id, at)
  select gen_random_uuid(), w.id, party, w.topic, w.referral_id, w.case_id, w.at
  from waiting w
  join referrals r on r.id = w.referral_id
  cross join lateral (select distinct p from unnest(array[r.from_org_id, case when r.receiver_sees then r.to_org_id end]) p) as parties (party)
  where party is not null and party is distinct from w.by_org_id
  on conflict on constraint notices_once do nothing
)
update outbox o set drained_at = clock_timestamp() from waiting w where o.id = w.id`

// Drain empties the outbox, five hundred rows at a time, and says how many.
func Drain(ctx context.Context, db *pg.DB) (int64, error) {
	var total int64
	for {
		var n int64
		err := db.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = tx.Exec(ctx, drainSQL)
			return err
		})
		total += n
		if err != nil || n < 500 {
			return total, err
		}
	}
}

// sweeps lists what is past keeping. Drafts go after 90 days untouched
// (referrals.md 3, row 0), kept answers after 24 hours (decisions.md 17).
func sweeps() []string {
	return []string{
		"delete from idempotency_keys where created_at < clock_timestamp() - interval '24 hours'",
		"delete from outbox where drained_at < clock_timestamp() - interval '7 days'",
		"delete from drafts where updated_at < clock_timestamp() - interval '90 days'",
		"delete from sessions where expires_at < now() - interval '30 days'",
		"delete from sign_in_attempts where at < clock_timestamp() - interval '90 days'",
	}
}

// Sweep deletes what is past keeping, all in one round trip.
func Sweep(ctx context.Context, db *pg.DB) error {
	b, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	for _, q := range sweeps() {
		b.Query(func(pgx.Rows) error { return nil }, q)
	}
	return b.Send(pg.BatchHousekeeping)
}
