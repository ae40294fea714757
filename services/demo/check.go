package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
)

// Querier is a connection or a pool of the schema's owner, who sees every row.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// mostFaults is how many faults of a kind are told.
const mostFaults = 5

// Check holds what is stored against the rules that made it, computed anew: that
// every referral walked by the state table, that its clocks follow from its
// history, that who may see a case, a victim and a clock follows from live
// relations, that every case has one holder, and that the figures say the same.
// The seed runs it over what it wrote in bulk; property tests run it over what
// the services wrote. asOf is the moment the clocks were last brought up to;
// zero where no tick has run, and the state of open clocks is not checked. The
// vault opens what the steps of a referral say.
func Check(ctx context.Context, db Querier, v *vault.Vault, asOf time.Time) error {
	var faults []error
	for _, c := range rowChecks {
		found, err := texts(ctx, db, c.sql)
		if err != nil {
			return fmt.Errorf("checking that %s: %w", c.rule, err)
		}
		for i, f := range found {
			if i < mostFaults {
				faults = append(faults, fmt.Errorf("not so: %s: %s", c.rule, f))
			}
		}
	}
	walks, err := checkWalks(ctx, db, v, asOf)
	if err != nil {
		return err
	}
	happened, err := checkEvents(ctx, db, asOf)
	if err != nil {
		return err
	}
	return errors.Join(slices.Concat(faults, walks, happened)...)
}

// rowChecks are rules that one query can hold every row against: it returns the
// rows that break them.
var rowChecks = []struct{ rule, sql string }{
	{
		"a case is seen by who holds and who logged it, or by the people it is restricted to",
		`select id::text from cases where access is distinct from coalesce(restricted_to,
			(select array_agg(distinct o order by o) from unnest(array[accountable_org_id, logged_by_org_id]) o))`,
	},
	{
		"a victim is seen by whoever sees one of their cases",
		`select v.id::text from victims v left join (select c.victim_id, array_agg(distinct a order by a) as access from cases c, unnest(c.access) a
			group by c.victim_id) k on k.victim_id = v.id where v.access is distinct from coalesce(k.access, v.access) or v.access = '{}'`,
	},
	{
		"a clock is seen by the referrer, and by the receiver while it can open the referral",
		`select k.id::text from clocks k join referrals r on r.id = k.referral_id where (select array_agg(distinct o order by o) from unnest(k.access) o)
			is distinct from (select array_agg(distinct o order by o) from unnest(case when r.receiver_sees then array[r.from_org_id, r.to_org_id]
			else array[r.from_org_id] end) o)`,
	},
	{
		"every case has exactly one accountable holder, from the moment it was logged",
		`select c.id::text from cases c left join case_holders h on h.case_id = c.id group by c.id
			having count(*) filter (where h.until_at is null) <> 1 or min(h.from_at) <> c.logged_at
			or count(*) filter (where h.until_at is null and h.org_id = c.accountable_org_id) <> 1`,
	},
	{
		"the chain of holders has no gap and no overlap",
		`select case_id::text from (select case_id, until_at, lead(from_at) over (partition by case_id order by from_at, id) as next from case_holders) h
			where next is distinct from until_at`,
	},
	{
		"a sent referral has its two frozen copies and a draft has none",
		`select r.id::text from referrals r left join referral_shares s on s.referral_id = r.id group by r.id
			having count(s.stage) <> case when r.submitted_at is null then 0 else 2 end`,
	},
	{
		"a referral rests on a decision to share of its own case and receiver",
		`select r.id::text from referrals r join sharing_decisions d on d.id = r.sharing_decision_id
			where d.case_id <> r.case_id or d.receiver_org_id <> r.to_org_id or not r.shared_fields <@ d.fields or not r.shared_after_acceptance <@ d.fields`,
	},
	{
		"the inbox is ordered by the receiver's earliest running clock",
		`select r.id::text from referrals r left join lateral (select min(k.due_at) as due from clocks k where k.referral_id = r.id and k.stopped_at is null
			and k.paused_since is null and k.holder_org_id = r.to_org_id and k.state in ('running', 'due_soon', 'breached')) k on true
			where r.due_at is distinct from k.due`,
	},
	{
		"an accepted referral has one current worker or team, the one it names",
		`select r.id::text from referrals r left join referral_assignments a on a.referral_id = r.id and a.until_at is null
			where r.status in ('accepted', 'in_progress', 'on_hold') and (a.id is null or a.worker_id is distinct from r.worker_id
			or a.team is distinct from r.team)`,
	},
	{
		"a contact counts only where its permission allowed it",
		`select id::text from contact_attempts where direction = 'out' and (safety_incident <> ((permission->>'code') not in ('open', 'outside_window'))
			or counted and (permission->>'code' <> 'open' or outcome = 'other_adult'))`,
	},
	{
		"every step is in the trail, at its moment",
		`select h.referral_id || ' ' || h.action from referral_history h where not exists (select from audit_events e
			where e.subject_id = h.referral_id and e.at = h.at)`,
	},
	{
		"the figures hold one row for every sent referral, saying what it says",
		`select r.id::text from referrals r join cases c on c.id = r.case_id join victims v on v.id = c.victim_id
			left join quality_facts f on f.kind = 'referral' and f.id = r.id where r.submitted_at is not null
			and (f.status, f.reason, f.decided_by, f.ended_at, f.accepted_at, f.priority, f.service_id, f.from_org_id, f.to_org_id, f.pathway,
				f.journey_id, f.submitted_at, f.month) is distinct from (r.status, r.reason, r.decided_by, r.ended_at, r.accepted_at, r.priority,
				r.service_id, r.from_org_id, r.to_org_id, r.pathway, r.journey_id, r.submitted_at,
				date_trunc('month', r.submitted_at at time zone 'Europe/London')::date)`,
	},
	{
		"the figures hold one row for every clock, saying what it says",
		`select k.id::text from clocks k left join quality_facts f on f.kind = case when k.complaint_id is not null then 'complaint_clock' when k.referral_id is null then 'case_clock' else 'clock' end and f.id = k.id
			where (f.rule, f.clock_state, f.started_at, f.due_at, f.stopped_at, f.elapsed_seconds, f.referral_id) is distinct from
			(k.rule, k.state, k.started_at, k.due_at, k.stopped_at, extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds, k.referral_id)`,
	},
	{
		"the figures hold nothing else",
		`select f.id::text from quality_facts f where not exists (select from referrals r where f.kind = 'referral' and r.id = f.id and r.submitted_at is not null)
			and not exists (select from clocks k where f.kind in ('clock', 'case_clock', 'complaint_clock') and k.id = f.id) and not exists (select from handoffs h where f.kind = 'handoff' and h.id = f.id)
			and not exists (select from need_ratings n where f.kind = 'need' and n.referral_id = f.referral_id and array[n.need] = f.needs)
			and not exists (select from cases c where f.kind = 'case' and c.id = f.id) and not exists (select from contact_attempts a where f.kind = 'incident' and a.id = f.id)
			and not exists (select from complaints m where f.kind = m.kind and m.id = f.id) and not exists (select from feedback_invitations i where f.kind = 'feedback' and i.id = f.id)`,
	},
}

// texts runs a query of one text column and returns at most a few rows.
func texts(ctx context.Context, db Querier, sql string) ([]string, error) {
	rows, err := db.Query(ctx, sql+fmt.Sprintf(" limit %d", mostFaults))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
