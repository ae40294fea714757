package referrals

import (
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// state is what is known of a referral when something is asked of it: its row,
// its clocks, and what the guards of the action look at. All of it was read
// under row security, as whoever asks.
type state struct {
	models.Referral
	SharedFields          []string
	SharedAfterAcceptance []string
	Answers               map[string]any
	OverLimit             bool

	Clocks      []models.Clock
	Coordinates bool // the actor's organisation coordinates the pathway
	AskedFrom   *models.ReferralStatus

	Service      models.Service
	Coordinators []uuid.UUID

	Questions   []question              // the open ones, in the order they were asked
	Attempts    []models.ContactAttempt // made for this referral
	Channels    []models.ContactChannel
	StrandsOpen int

	appointments []models.Appointment // the service's own, to an ending
	rated        map[string]rated     // by need, to an ending as completed

	Worker   *worker // whoever was named, of the actor's own organisation
	Decision *models.SharingDecision
	Case     *caseFacts
	Next     *nextService // of a reroute

	dir *directory.Snapshot
}

// question is something the receiver asked of the referrer.
type question struct {
	ID       uuid.UUID
	AskedAt  time.Time
	Position int
	Text     string
}

// worker is somebody a referral can be given to.
type worker struct {
	ID   uuid.UUID
	Name string
	Role models.Role
}

// nextService is where a rerouted referral goes.
type nextService struct {
	Service  models.Service
	Known    bool
	Decision *models.SharingDecision
	Frozen   map[string]map[string]any // what the referral that is left was sent with, to a coordinator who confirms the move
}

// columns are read in this order by scanReferral, everywhere.
const columns = `r.id, r.reference, r.case_id, r.journey_id, r.parent_id, r.relation, r.service_id, r.pathway, r.pathway_version, r.from_org_id,
	r.to_org_id, r.sharing_decision_id, r.status, r.held_from, r.priority, r.answers, r.shared_fields, r.shared_after_acceptance, r.version,
	r.created_by, r.created_at, r.submitted_by, r.submitted_at, r.first_read_at, r.acknowledged_at, r.acknowledged_by, r.accepted_at,
	r.accepted_by, r.worker_id, r.team, r.ended_at, r.reason, r.decided_by, r.review_on, r.withdrawal_acknowledged_at, r.status_since,
	r.status_by, r.status_by_org_id, r.due_at, r.over_limit`

// into lists where columns go.
func (s *state) into(v *vault.Vault) []any {
	s.Answers = map[string]any{}
	return []any{
		&s.ID, &s.Reference, &s.CaseID, &s.JourneyID, &s.ParentID, &s.Relation, &s.ServiceID, &s.Pathway, &s.PathwayVersion, &s.FromOrgID,
		&s.ToOrgID, &s.SharingDecisionID, &s.Status, &s.HeldFrom, &s.Priority, v.JSON(vault.ReferralAnswers, &s.ID, &s.Answers), &s.SharedFields, &s.SharedAfterAcceptance, &s.Version,
		&s.CreatedBy, &s.CreatedAt, &s.SubmittedBy, &s.SubmittedAt, &s.FirstReadAt, &s.AcknowledgedAt, &s.AcknowledgedBy, &s.AcceptedAt,
		&s.AcceptedBy, &s.WorkerID, &s.Team, &s.EndedAt, &s.Reason, &s.DecidedBy, &s.ReviewOn, &s.WithdrawalAcknowledgedAt, &s.StatusSince,
		&s.StatusBy, &s.StatusByOrg, &s.DueAt, &s.OverLimit,
	}
}

// queueReferral adds the reading of the row itself; found tells after Send
// whether the actor can see it.
func (s *state) queueReferral(b *pg.Batch, id uuid.UUID, found *bool) {
	b.Query(pg.One(found, s.into(b.Vault)...), "select "+columns+" from referrals r where r.id = $1", id)
}

const clockColumns = `id, case_id, referral_id, rule, rule_version, holder_org_id, state, limit_days, started_at, due_at, first_due_at,
	due_soon_at, stopped_at, paused_since, pause_reason, paused_seconds, why, rung, pauses`

func scanClock(rows pg.Row) (models.Clock, error) {
	var c models.Clock
	err := rows.Scan(&c.ID, &c.CaseID, &c.ReferralID, &c.Rule, &c.RuleVersion, &c.HolderOrgID, &c.State, &c.LimitDays, &c.StartedAt, &c.DueAt,
		&c.FirstDueAt, &c.DueSoonAt, &c.StoppedAt, &c.PausedSince, &c.PauseReason, &c.PausedSeconds, &c.Why, &c.Rung, &c.Pauses)
	return c, err
}

func queueClocks(b *pg.Batch, id uuid.UUID, into *[]models.Clock) {
	b.Query(pg.Each(func(rows pg.Row) error {
		c, err := scanClock(rows)
		*into = append(*into, c)
		return err
	}), "select "+clockColumns+" from clocks where referral_id = $1 order by started_at, rule", id)
}

// queueGuards adds what the guards of one action look at.
func (s *state) queueGuards(b *pg.Batch, id uuid.UUID, action models.Action, in *ActionInput) {
	switch action {
	case models.ActSubmit:
		s.queueSending(b, id)
	case models.ActAnswerInfo:
		s.queueQuestions(b, id)
	case models.ActReturnDecline:
		s.queueAskedFrom(b, id)
	case models.ActAccept, models.ActAssign:
		s.queueWorker(b, in.WorkerID)
	case models.ActRecordContact:
		queueChannels(b, id, &s.Channels)
	case models.ActNotEngaged:
		queueAttempts(b, id, &s.Attempts)
		s.queueSessions(b, id)
	case models.ActUndoAccept:
		queueAttempts(b, id, &s.Attempts)
	case models.ActWithdraw:
		s.queueSessions(b, id)
	case models.ActComplete:
		s.queueSessions(b, id)
		s.queueRated(b, id)
		b.Query(pg.Each(func(rows pg.Row) error { return rows.Scan(&s.StrandsOpen) }),
			"select count(*) from referrals where parent_id = $1 and relation = 'strand' and live", id)
	case models.ActReroute:
		s.queueReroute(b, id, in)
	}
}

func (s *state) queueQuestions(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var q question
		err := rows.Scan(&q.ID, &q.AskedAt, &q.Position, b.Vault.Text(vault.QuestionText, &q.ID, &q.Text))
		s.Questions = append(s.Questions, q)
		return err
	}), `select id, asked_at, position, question from referral_questions q where referral_id = $1 and answered_at is null
		and asked_at = (select max(asked_at) from referral_questions where referral_id = $1) order by position`, id)
}

// queueAskedFrom reads the state the latest question came from: a proposal to
// decline that is sent back to its question needs it again.
func (s *state) queueAskedFrom(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(rows pg.Row) error { return rows.Scan(&s.AskedFrom) }),
		"select from_status from referral_history where referral_id = $1 and action = 'request-info' order by version desc limit 1", id)
}

func (s *state) queueWorker(b *pg.Batch, id uuid.UUID) {
	if id == uuid.Nil {
		return
	}
	b.Query(pg.Each(func(rows pg.Row) error {
		s.Worker = &worker{}
		return rows.Scan(&s.Worker.ID, &s.Worker.Name, &s.Worker.Role)
	}), "select id, name, role from users where id = $1 and org_id = $2 and disabled_at is null and not machine", id, b.Actor.OrgID)
}

func queueAttempts(b *pg.Batch, id uuid.UUID, into *[]models.ContactAttempt) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var a models.ContactAttempt
		err := rows.Scan(&a.ID, &a.CaseID, &a.ReferralID, &a.ChannelID, &a.Channel, &a.Direction,
			b.Vault.Text(vault.AttemptPerson, &a.ID, &a.Person), &a.Outcome, b.Vault.Text(vault.AttemptSaid, &a.ID, &a.Said), &a.Counted,
			&a.SafetyIncident, &a.At, &a.ByUserID, &a.ByOrgID)
		*into = append(*into, a)
		return err
	}), `select id, case_id, referral_id, channel_id, channel, direction, person, outcome, said, counted,
		safety_incident, at, by_user_id, by_org_id from contact_attempts where referral_id = $1 order by at, id`, id)
}

const channelColumns = `ch.id, ch.case_id, ch.channel, ch.person, ch.safe, ch.leave_message, ch.windows, ch.confirmed_on, ch.version,
	(select min(s.at) from contact_stops s where s.channel_id = ch.id and s.cleared_at is null)`

func scanChannels(into *[]models.ContactChannel) func(pg.Row) error {
	return pg.Each(func(rows pg.Row) error {
		var c models.ContactChannel
		err := rows.Scan(&c.ID, &c.CaseID, &c.Kind, &c.Person, &c.Safe, &c.LeaveMessage, &c.Windows, &c.ConfirmedOn, &c.Version, &c.StoppedAt)
		*into = append(*into, c)
		return err
	})
}

func queueChannels(b *pg.Batch, referral uuid.UUID, into *[]models.ContactChannel) {
	b.Query(scanChannels(into), "select "+channelColumns+` from contact_channels ch
		where ch.case_id = (select case_id from referrals where id = $1) order by ch.position`, referral)
}

const decisionColumns = `d.id, d.case_id, d.receiver_org_id, d.basis, d.fields, d.expires_on, d.withdrawn_at`

func scanDecision(into **models.SharingDecision) func(pg.Row) error {
	return pg.Each(func(rows pg.Row) error {
		d := &models.SharingDecision{}
		*into = d
		return rows.Scan(&d.ID, &d.CaseID, &d.ReceiverOrgID, &d.Basis, &d.Fields, &d.ExpiresOn, &d.WithdrawnAt)
	})
}

// queueReroute reads the new service and the decision to share with it, which a
// coordinator may not read itself but is told the terms of.
func (s *state) queueReroute(b *pg.Batch, id uuid.UUID, in *ActionInput) {
	s.Next = &nextService{}
	directory.QueueService(b, in.ServiceID, &s.Next.Service, &s.Next.Known)
	if b.Actor.Role == models.RoleCoordinator {
		b.Query(func(rows pg.Row) error {
			return pg.Each(func(rows pg.Row) error {
				d := &models.SharingDecision{ID: in.SharingDecisionID}
				s.Next.Decision = d
				return rows.Scan(&d.CaseID, &d.ReceiverOrgID, &d.Fields, &d.ExpiresOn, &d.WithdrawnAt)
			})(rows)
		}, "select r.case_id, t.* from referrals r, app_reroute_terms(r.id, $2) t where r.id = $1", id, in.SharingDecisionID)
		s.Next.Frozen = map[string]map[string]any{}
		b.Query(scanShares(b.Vault, &id, s.Next.Frozen), "select stage, content from app_reroute_read($1)", id)
		return
	}
	b.Query(scanDecision(&s.Next.Decision), "select "+decisionColumns+` from sharing_decisions d
		where d.id = $2 and d.case_id = (select case_id from referrals where id = $1)`, id, in.SharingDecisionID)
	s.queueCase(b, id)
}

// queueSending reads what sending looks at: the service as it is this moment,
// the decision to share, and all of the case that can be frozen.
func (s *state) queueSending(b *pg.Batch, id uuid.UUID) {
	s.Next = &nextService{}
	directory.QueueServiceOf(b, id, &s.Next.Service, &s.Next.Known)
	b.Query(scanDecision(&s.Decision), "select "+decisionColumns+` from sharing_decisions d
		where d.id = (select sharing_decision_id from referrals where id = $1)`, id)
	queueChannels(b, id, &s.Channels)
	s.queueCase(b, id)
}
