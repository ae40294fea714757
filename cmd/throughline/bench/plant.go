package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"throughline/internal/vault"
	"throughline/models"
)

// pools are the two ways to send the product's statements.
func (r *run) pools() map[string]*pgxpool.Pool {
	return map[string]*pgxpool.Pool{limit: r.bypass, direct: r.app}
}

// planted is a referral that was sent and not answered, with its clocks.
type planted struct {
	id, caseID, acknowledge, decide uuid.UUID
}

// swapFor says how statements about one planted referral become statements
// about another.
func (p planted) swapFor(other planted, since time.Time, key string) *swap {
	return &swap{since: since, strings: map[string]string{key: newKey()}, ids: map[uuid.UUID]uuid.UUID{
		p.id: other.id, p.caseID: other.caseID, p.acknowledge: other.acknowledge, p.decide: other.decide,
	}}
}

// plantSQL sends referrals of the police's cases that are not with the service,
// all in the same moment, as the service would: row, history, shares, clocks.
const plantSQL = `with chosen as (
	select distinct on (c.id) c.id as case_id, d.id as decision_id from cases c join sharing_decisions d on d.case_id = c.id
	where c.accountable_org_id = $1 and not exists (select from referrals x where x.case_id = c.id and x.service_id = $2 and x.live)
	order by c.id limit $7
), ids as (
	select row_number() over () as n, gen_random_uuid() as id, case_id, decision_id from chosen
), sent as (
	insert into referrals (id, reference, case_id, journey_id, service_id, pathway, from_org_id, to_org_id, sharing_decision_id, status, priority, shared_fields,
		shared_after_acceptance, version, created_by, created_at, submitted_by, submitted_at, status_since, status_by, status_by_org_id, due_at)
	select id, ($8::text[])[n], case_id, id, $2, 'vawg', $1, $3, decision_id, 'submitted', 'standard', '{borough,incident_summary}',
		'{given_name,family_name,safe_contact}', 2, $4, $5, $4, $5, $5, $4, $1, $6 from ids returning id, case_id
), history as (
	insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role, seconds_in_previous)
	select gen_random_uuid(), id, 2, 'submit', 'draft', 'submitted', $5, $4, $1, 'caseworker', 0 from sent
), shares as (
	insert into referral_shares (referral_id, stage, content) select id, s, '{}' from sent, unnest(array['sending', 'acceptance']) s
)
select id, case_id from sent order by id`

// shareSQL puts what was frozen in its place: sealed for its own row.
const shareSQL = `update referral_shares set content = case stage when 'sending' then $2::bytea else $3::bytea end where referral_id = $1`

// plant makes so many referrals that wait for an answer, or as many as there
// are cases for.
func (r *run) plant(ctx context.Context, n int) ([]planted, error) {
	police, vawg := r.people["police"], r.people["vawg"]
	cal, now := models.MustCalendar(), r.Now().UTC().Truncate(time.Microsecond)
	ack, err := cal.StartClock(models.RuleAcknowledge, vawg.org, now, 1)
	if err != nil {
		return nil, err
	}
	dec, err := cal.StartClock(models.RuleDecide, vawg.org, now, 2)
	if err != nil {
		return nil, err
	}
	refs := make([]string, n)
	for i := range refs {
		refs[i] = models.NewReferralReference()
	}
	var list []planted
	err = pgx.BeginFunc(ctx, r.owner, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, plantSQL, police.org, r.service(), vawg.org, police.id, now, ack.DueAt, n, refs)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p planted, err error) { return p, row.Scan(&p.id, &p.caseID) })
		if err != nil {
			return err
		}
		if err := r.plantShares(ctx, tx, list); err != nil {
			return err
		}
		return plantClocks(ctx, tx, list, ack, dec)
	})
	if err == nil && len(list) < n {
		err = fmt.Errorf("there are cases for %d referrals, and %d are needed: take more cases", len(list), n)
	}
	return list, err
}

func (r *run) plantShares(ctx context.Context, tx pgx.Tx, list []planted) error {
	b := &pgx.Batch{}
	for _, p := range list {
		b.Queue(shareSQL, p.id, r.Vault.SealJSON(vault.ShareSending, p.id, map[string]any{"borough": "Hackney", "incident_summary": "Threatened at home."}),
			r.Vault.SealJSON(vault.ShareAcceptance, p.id, map[string]any{"given_name": "A", "family_name": "B"}))
	}
	return tx.SendBatch(ctx, b).Close()
}

// plantClocks starts the two clocks of every planted referral.
func plantClocks(ctx context.Context, tx pgx.Tx, list []planted, kinds ...models.Clock) error {
	b := &pgx.Batch{}
	for i := range list {
		list[i].acknowledge, list[i].decide = uuid.New(), uuid.New() // version 4: told apart from what is new
		for j, c := range kinds {
			id := list[i].acknowledge
			if j == 1 {
				id = list[i].decide
			}
			b.Queue(`insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)`, id, list[i].caseID, list[i].id, c.Rule, c.HolderOrgID, c.State, c.LimitDays, c.StartedAt,
				c.DueAt, c.DueSoonAt)
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

// richCases makes cases of the police with so many events each, by giving old
// referrals a longer history.
func (r *run) richCases(ctx context.Context, n, events int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := pgx.BeginFunc(ctx, r.owner, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select c.id from cases c join referrals r on r.case_id = c.id where c.accountable_org_id = $1 and r.status = 'completed'
			group by c.id having count(*) = 2 order by c.id limit $2`, r.people["police"].org, n)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("no case has two completed referrals: take more cases")
		}
		ids = found
		_, err = tx.Exec(ctx, `insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role)
			select gen_random_uuid(), r.id, r.version + n, 'record-contact', 'in_progress', 'in_progress', r.accepted_at + n * interval '1 hour', r.accepted_by,
				r.to_org_id, 'provider_worker'
			from referrals r, generate_series(1, greatest(1, $2 / 2 - (select count(*) from referral_history h where h.referral_id = r.id))::int) n
			where r.case_id = any ($1) and r.status = 'completed'`, ids, events)
		return err
	})
	return ids, err
}
