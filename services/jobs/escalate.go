package jobs

import (
	"context"

	"throughline/internal/pg"
)

// escalateSQL tells the organisation once that nobody has looked at an
// emergency access within its two working days (security.md T43).
const escalateSQL = `
with late as (
  update emergency_accesses set escalated_at = $1 where reviewed_at is null and escalated_at is null and review_due_at < $1 returning id, case_id, org_id, user_id
), put as (
  insert into outbox (topic, case_id, payload, by_org_id, at) select 'alert.break_glass_late', case_id, jsonb_build_object('access', id, 'org', org_id, 'user', user_id), null, $1 from late returning id, payload
)
insert into notices (id, outbox_id, org_id, topic, case_id, at)
select gen_random_uuid(), p.id, l.org_id, 'alert.break_glass_late', l.case_id, $1 from put p join late l on l.id = (p.payload ->> 'access')::uuid`

// Escalate tells of emergency accesses that nobody looked at in time.
func Escalate(ctx context.Context, db *pg.DB) error {
	b, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	b.Exec(escalateSQL, b.Now)
	return b.Send(pg.BatchHousekeeping)
}
