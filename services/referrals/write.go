package referrals

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// changeSQL is every transition: one statement chained on the referral's row.
// Whoever comes too late finds no row, and then nothing of it is written:
// neither the history, the clocks, the trail, the outbox, nor what follows in
// the same batch (decisions.md 13). The states it may leave come from the state
// table.
const changeSQL = `with changed as (
	update referrals set status = $4, held_from = $5, version = $6, submitted_by = $7, submitted_at = $8, acknowledged_at = $9,
		acknowledged_by = $10, accepted_at = $11, accepted_by = $12, worker_id = $13, team = $14, ended_at = $15, reason = $16, decided_by = $17,
		review_on = $18, withdrawal_acknowledged_at = $19, status_since = $20, status_by = $21, status_by_org_id = $22, due_at = $23,
		over_limit = $24
	where id = $1 and version = $2 and status = any ($3)
	returning id, case_id, set_config('app.stepped', id::text || case_id::text, true)
), history as (
	insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role,
		seconds_in_previous, reason, decided_by, note, detail, case_id)
	select $25, id, $6, $26, $27, $4, $28, $29, $30, $31, $32, $33, $34, $35, $36, case_id from changed
), moved as (
	update clocks c set state = k.state, due_at = k.due_at, due_soon_at = k.due_soon_at, stopped_at = k.stopped_at,
		paused_since = k.paused_since, pause_reason = k.pause_reason, paused_seconds = k.paused_seconds, why = k.why, pauses = k.pauses::jsonb
	from changed, unnest($37::uuid[], $38::text[], $39::timestamptz[], $40::timestamptz[], $41::timestamptz[], $42::timestamptz[], $43::text[],
		$44::bigint[], $45::text[], $60::text[]) as k (id, state, due_at, due_soon_at, stopped_at, paused_since, pause_reason, paused_seconds,
		why, pauses)
	where c.id = k.id
), started as (
	insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at,
		stopped_at)
	select k.id, changed.case_id, changed.id, k.rule, k.holder, k.state, k.days, $28, k.due_at, k.due_at, k.due_soon_at, k.stopped_at
	from changed, unnest($46::uuid[], $47::text[], $48::uuid[], $49::text[], $50::smallint[], $51::timestamptz[], $52::timestamptz[],
		$53::timestamptz[]) as k (id, rule, holder, state, days, due_at, due_soon_at, stopped_at)
), audited as (
	insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, detail)
	select $54, $28, $55, $56, $57, 'referral', id, case_id, $58::jsonb from changed
), told as (
	insert into outbox (topic, referral_id, case_id, at) select t, id, case_id, $28 from changed, unnest($59::text[]) t
)
select app_lost_race() where not exists (select from changed)`

// queueChange adds to a batch all that follows from a change.
func (s *Service) queueChange(b *pg.Batch, c *change, req *models.Request) error {
	if c.deleted {
		return queueDiscard(b, c)
	}
	n := &c.after
	args := []any{
		n.ID, c.before.Version,
		[]string{string(c.before.Status)},
		n.Status, n.HeldFrom, n.Version, n.SubmittedBy, n.SubmittedAt,
		n.AcknowledgedAt, n.AcknowledgedBy, n.AcceptedAt, n.AcceptedBy, n.WorkerID, n.Team, n.EndedAt, n.Reason, n.DecidedBy, n.ReviewOn,
		n.WithdrawalAcknowledgedAt, n.StatusSince, n.StatusBy, n.StatusByOrg, n.DueAt, c.overdue,
	}
	args = append(args, c.history.args(b)...)
	args = append(append(args, movedArgs(c.moved)...), startedArgs(c.started)...)
	detail, err := json.Marshal(c.transition())
	if err != nil {
		return models.Internal("writing the detail of an audit event", err)
	}
	pauses, err := pausesArg(c.moved)
	if err != nil {
		return err
	}
	args = append(args, models.NewID(), nonZero(b.Actor.SessionID), req.ID, "referral."+past(c.history.action), string(detail), c.topics, pauses)
	b.Exec(changeSQL, args...)
	b.Recorded()
	b.OpenReferral(n.ID)
	s.queueEffects(b, c)
	return nil
}

func (h *step) args(b *pg.Batch) []any {
	return []any{
		h.id, h.action, h.from, h.at, nonZero(b.Actor.UserID), nonZero(b.Actor.OrgID), b.Actor.Role, h.inState, h.reason, h.decidedBy,
		b.Vault.SealAny(vault.StepNote, h.id, h.note), b.Vault.SealJSON(vault.StepDetail, h.id, h.detail),
	}
}

func movedArgs(list []models.Clock) []any {
	n := len(list)
	ids, states, due, soon := make([]uuid.UUID, n), make([]string, n), make([]time.Time, n), make([]time.Time, n)
	stopped, paused, reasons := make([]*time.Time, n), make([]*time.Time, n), make([]*string, n)
	seconds, why := make([]int64, n), make([]*string, n)
	for i, c := range list {
		ids[i], states[i], due[i], soon[i] = c.ID, string(c.State), c.DueAt, c.DueSoonAt
		stopped[i], paused[i], reasons[i], seconds[i], why[i] = c.StoppedAt, c.PausedSince, c.PauseReason, c.PausedSeconds, c.Why
	}
	return []any{ids, states, due, soon, stopped, paused, reasons, seconds, why}
}

func pausesArg(list []models.Clock) ([]string, error) {
	out := make([]string, len(list))
	for i, c := range list {
		v, err := json.Marshal(c.Pauses)
		if err != nil {
			return nil, models.Internal("writing the pauses of a clock", err)
		}
		if out[i] = string(v); c.Pauses == nil {
			out[i] = "[]"
		}
	}
	return out, nil
}

func startedArgs(list []models.Clock) []any {
	n := len(list)
	ids, rules, holders, states := make([]uuid.UUID, n), make([]string, n), make([]uuid.UUID, n), make([]string, n)
	days, due, soon, stopped := make([]int16, n), make([]time.Time, n), make([]time.Time, n), make([]*time.Time, n)
	for i, c := range list {
		ids[i], rules[i], holders[i], states[i] = c.ID, string(c.Rule), c.HolderOrgID, string(c.State)
		days[i], due[i], soon[i], stopped[i] = int16(c.LimitDays), c.DueAt, c.DueSoonAt, c.StoppedAt //nolint:gosec // a limit has at most two digits
	}
	return []any{ids, rules, holders, states, days, due, soon, stopped}
}

// queueDiscard deletes a draft; its trail stays.
func queueDiscard(b *pg.Batch, c *change) error {
	b.Exec(`with gone as (delete from referrals where id = $1 and version = $2 and status = 'draft' returning id)
		select app_lost_race() where not exists (select from gone)`, c.before.ID, c.before.Version)
	b.Record(models.Event{Action: "referral.discarded", SubjectType: "referral", SubjectID: c.before.ID, CaseID: c.before.CaseID})
	return nil
}

// queueEffects adds what only some actions have.
func (s *Service) queueEffects(b *pg.Batch, c *change) {
	id := c.after.ID
	if c.assigned != nil || c.released {
		b.Exec("update referral_assignments set until_at = $2 where referral_id = $1 and until_at is null", id, c.history.at)
	}
	if a := c.assigned; a != nil {
		b.Exec("insert into referral_assignments (id, referral_id, worker_id, team, from_at, by_user_id) values ($1, $2, $3, $4, $5, $6)",
			a.id, id, a.worker, a.team, c.history.at, b.Actor.UserID)
	}
	for _, q := range c.asked {
		b.Exec("insert into referral_questions (id, referral_id, position, asked_at, asked_by, question) values ($1, $2, $3, $4, $5, $6)",
			q.ID, id, q.Position, q.AskedAt, b.Actor.UserID, b.Vault.Seal(vault.QuestionText, q.ID, q.Text))
	}
	for _, a := range c.answered {
		b.Exec("update referral_questions set answer = $2, answered_at = $3, answered_by = $4 where id = $1", a.id,
			b.Vault.Seal(vault.QuestionAnswer, a.id, a.text), c.history.at, b.Actor.UserID)
	}
	queueContact(b, c)
	queueRatings(b, c)
	queueShares(b, "insert into referral_shares (referral_id, stage, content) values ($1, $2, $3)", id, c.shares)
	if c.next != nil {
		queueFollower(b, c)
	}
}

func queueContact(b *pg.Batch, c *change) {
	if a := c.attempt; a != nil {
		permission, _ := json.Marshal(a.Permission) // a struct of strings and times
		b.Exec(`insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, person, outcome, said, counted,
			safety_incident, permission, at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15)`,
			a.ID, a.CaseID, a.ReferralID, a.ChannelID, a.Channel, a.Direction, b.Vault.Seal(vault.AttemptPerson, a.ID, a.Person), a.Outcome,
			b.Vault.Seal(vault.AttemptSaid, a.ID, a.Said), a.Counted,
			a.SafetyIncident, string(permission), a.At, a.ByUserID, a.ByOrgID)
	}
	if s := c.stop; s != nil {
		b.Exec(`insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (channel_id) where cleared_at is null do nothing`,
			s.id, s.channel, c.after.CaseID, s.why, c.history.at, b.Actor.OrgID, b.Actor.UserID)
	}
}

// queueShares seals what is frozen, each stage for itself; insert takes the
// referral, the stage and the content.
func queueShares(b *pg.Batch, insert string, id uuid.UUID, shares map[string]map[string]any, more ...any) {
	for _, stage := range []string{StageSending, StageAcceptance} {
		if content, ok := shares[stage]; ok {
			b.Exec(insert, append([]any{id, stage, b.Vault.SealJSON(shareColumn(stage), id, content)}, more...)...)
		}
	}
}

// queueFollower adds the referral that takes this one's place. It stands in the
// table as sent from its first moment, after the one it replaces has ended.
func queueFollower(b *pg.Batch, c *change) {
	f := c.next
	b.Exec(`insert into referrals (id, reference, case_id, journey_id, parent_id, relation, service_id, pathway, pathway_version, from_org_id,
		to_org_id, sharing_decision_id, status, priority, answers, shared_fields, shared_after_acceptance, version, created_by, created_at,
		submitted_by, submitted_at, status_since, status_by, status_by_org_id, due_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)`,
		f.ID, f.Reference, f.CaseID, f.JourneyID, f.ParentID, f.Relation, f.ServiceID, f.Pathway, f.PathwayVersion, f.FromOrgID, f.ToOrgID,
		f.SharingDecisionID, f.Status, f.Priority, b.Vault.SealJSON(vault.ReferralAnswers, f.ID, f.answers), f.shared, f.after, f.Version, f.CreatedBy, f.CreatedAt, f.SubmittedBy,
		f.SubmittedAt, f.StatusSince, f.StatusBy, f.StatusByOrg, f.DueAt)
	b.Exec(`insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role,
		seconds_in_previous, reason, decided_by, note, detail)
		values ($1, $13, $14, $2, $3, $15, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, append(f.history.args(b), f.ID, f.Version, f.Status)...)
	for _, k := range f.clocks {
		b.Exec(`insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)`,
			k.ID, k.CaseID, k.ReferralID, k.Rule, k.HolderOrgID, k.State, k.LimitDays, k.StartedAt, k.DueAt, k.DueSoonAt)
	}
	b.Enqueue("referral.submitted", f.ID, f.CaseID)
	b.Record(models.Event{
		Action: "referral.submitted", SubjectType: "referral", SubjectID: f.ID, CaseID: f.CaseID,
		Detail: map[string]any{"instead_of": c.after.ID},
	})
	if f.copied { // by a coordinator, whose right to freeze ends there
		queueShares(b, "select app_reroute_freeze($4, $1, $2, $3)", f.ID, f.shares, c.after.ID)
		return
	}
	queueShares(b, "insert into referral_shares (referral_id, stage, content) values ($1, $2, $3)", f.ID, f.shares)
}
