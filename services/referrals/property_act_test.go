package referrals_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
)

// row is a referral as it stands in the table, read past every policy.
type row struct {
	ID, Case, Service, From, To, CreatedBy uuid.UUID
	Status                                 models.ReferralStatus
	HeldFrom                               *models.ReferralStatus
	Priority                               models.Priority
	Version                                int
	Submitted, Accepted, Ended, Due        *time.Time
	WithdrawalAcknowledged                 *time.Time
	Worker                                 *uuid.UUID
	Team, Reason, DecidedBy                *string
	Decision                               uuid.UUID
	OverLimit, Sees                        bool
	Fields                                 []string
	History, Acts, Told, Assigned          int
	Sum                                    string // of all its rows
	Shares                                 string
}

const rowSQL = `select r.id, r.case_id, r.service_id, r.from_org_id, r.to_org_id, r.created_by, r.status, r.held_from, r.priority, r.version,
	r.submitted_at, r.accepted_at, r.ended_at, r.due_at, r.withdrawal_acknowledged_at, r.worker_id, r.team, r.reason, r.decided_by,
	r.sharing_decision_id, r.over_limit, r.receiver_sees, r.shared_fields || r.shared_after_acceptance,
	(select count(*) from referral_history h where h.referral_id = r.id),
	(select count(*) from audit_events e where e.subject_id = r.id and not e.refused and e.action <> all ('{referral.read,referral.created}')),
	(select count(*) from outbox o where o.referral_id = r.id and o.topic like 'referral.%' and o.topic <> 'referral.high_risk_waiting'),
	(select count(*) from referral_assignments a where a.referral_id = r.id and a.until_at is null),
	md5(concat(r::text, (select string_agg(h::text, '|' order by h.version) from referral_history h where h.referral_id = r.id),
		(select string_agg(k::text, '|' order by k.id) from clocks k where k.referral_id = r.id),
		(select string_agg(q::text, '|' order by q.id) from referral_questions q where q.referral_id = r.id),
		(select string_agg(t::text, '|' order by t.id) from contact_attempts t where t.referral_id = r.id))),
	coalesce((select md5(string_agg(s.stage || s.content::text, '|' order by s.stage)) from referral_shares s where s.referral_id = r.id), '')
	from referrals r where r.id = $1`

// row reads a referral; nil for one that is gone.
func (p *play) row(id uuid.UUID) *row {
	r := &row{}
	err := p.Owner.QueryRow(context.Background(), rowSQL, id).Scan(&r.ID, &r.Case, &r.Service, &r.From, &r.To, &r.CreatedBy, &r.Status, &r.HeldFrom,
		&r.Priority, &r.Version, &r.Submitted, &r.Accepted, &r.Ended, &r.Due, &r.WithdrawalAcknowledged, &r.Worker, &r.Team, &r.Reason, &r.DecidedBy,
		&r.Decision, &r.OverLimit, &r.Sees, &r.Fields, &r.History, &r.Acts, &r.Told, &r.Assigned, &r.Sum, &r.Shares)
	if err != nil {
		return nil
	}
	return r
}

// sides is how somebody stands to a referral, worked out from the story alone.
func (p *play) sides(who string, r *row) []models.Side {
	if who == "" {
		return []models.Side{models.SideSystem}
	}
	person := p.Person(who)
	manages := person.Role == models.RoleManager || person.Role == models.RoleProviderManager
	works := manages || person.Role == models.RoleCaseworker || person.Role == models.RoleProviderWorker
	var out []models.Side
	if works && person.Org.ID == r.From {
		out = append(out, models.SideReferrer)
		if manages {
			out = append(out, models.SideReferrerManager)
		}
	}
	endedUnseen := r.Ended != nil && r.Accepted == nil && (r.Status != models.StatusWithdrawn || r.WithdrawalAcknowledged != nil)
	if works && person.Org.ID == r.To && r.Submitted != nil && !endedUnseen {
		out = append(out, models.SideProvider)
		if manages {
			out = append(out, models.SideProviderManager)
		}
	}
	if person.Role == models.RoleCoordinator && r.Submitted != nil && (r.OverLimit || r.Status == models.StatusDeclineProposed || r.Status == models.StatusLapsed) {
		out = append(out, models.SideCoordinator)
	}
	return out
}

// act tries something on a referral: mostly what its state allows, by somebody
// who may, with what it asks for.
func (p *play) act() {
	ref := p.referrals[p.rnd.IntN(len(p.referrals))]
	before := p.row(ref.id)
	for range 3 { // most of what happens, happens to what is open
		if before != nil && (before.Ended == nil || p.chance(15)) {
			break
		}
		ref = p.referrals[p.rnd.IntN(len(p.referrals))]
		before = p.row(ref.id)
	}
	if before == nil {
		return
	}
	action, who := p.choose(before)
	if p.chance(60) {
		p.leadUp(action, before)
		before = p.row(ref.id)
	}
	in := p.input(action, before, ref)
	ctx := p.System()
	if who != "" {
		ctx = p.As(who)
	}
	if p.chance(25) {
		version := before.Version
		if p.chance(30) {
			version += 1 - 2*p.rnd.IntN(2)
		}
		ctx = models.WithRequest(ctx, &models.Request{IfMatch: &version})
	}
	_, err := p.s.Do(ctx, ref.id, action, in)
	p.note("%q does %s on %s (%s): %v %v", who, action, ref.id.String()[24:], before.Status, err, models.FieldsOf(err))
	after := p.row(ref.id)
	if err != nil {
		p.checkRefused(before, after, action, err)
		return
	}
	p.checkActed(ref, before, after, action, who, &in, models.RequestFrom(ctx))
}

func (p *play) choose(r *row) (models.Action, string) {
	all := actions()
	action := all[p.rnd.IntN(len(all))]
	if p.chance(85) {
		var fits []models.Action
		for _, a := range all {
			if len(models.FindTransitions(a, r.Status)) > 0 && p.chance(weight(a)) {
				fits = append(fits, a)
			}
		}
		if len(fits) > 0 {
			action = fits[p.rnd.IntN(len(fits))]
		}
	}
	if p.chance(15) {
		return action, p.pick(append(seats(), ""))
	}
	var able []string
	for _, who := range append(seats(), "") {
		for _, t := range models.FindTransitions(action, r.Status) {
			if slices.ContainsFunc(t.By, func(s models.Side) bool { return slices.Contains(p.sides(who, r), s) }) && !slices.Contains(able, who) {
				able = append(able, who)
			}
		}
	}
	if len(able) == 0 {
		return action, p.pick(seats())
	}
	return action, p.pick(able)
}

// leadUp brings about what some actions need more of than chance gives: days of
// trying to reach somebody, weeks after an end, and a silence that outlasts
// every reminder.
func (p *play) leadUp(a models.Action, r *row) {
	switch a {
	case models.ActNotEngaged:
		in := referrals.ActionInput{Contact: referrals.ContactInput{Channel: models.ChannelPhone, Outcome: models.OutcomeNoAnswer}}
		for range p.rnd.IntN(5) {
			p.Clock.Advance(22 * time.Hour)
			for _, who := range seats() {
				if slices.Contains(p.sides(who, r), models.SideProvider) {
					_, err := p.s.Do(p.As(who), r.ID, models.ActRecordContact, in)
					p.note("%s tries to call: %v", who, err)
					break
				}
			}
		}
	case models.ActSubmit:
		if p.chance(8) {
			p.capacity(p.Stage.Service(p.serviceKey(r.Service)), models.CapacityPaused)
		}
	case models.ActReopen:
		p.Clock.Advance(time.Duration(p.rnd.IntN(40)) * 24 * time.Hour)
	case models.ActLapse:
		p.Clock.Advance(time.Duration(p.rnd.IntN(18)) * 24 * time.Hour)
		if _, err := p.clock.Tick(context.Background()); err != nil {
			p.fail("tick: %v", err)
		}
	}
}

// weight is how often, in a hundred, somebody thinks of an action that fits:
// endings less than what leads on, or no life would be long.
func weight(a models.Action) int {
	switch a {
	case models.ActVoid, models.ActDiscard:
		return 4
	case models.ActWithdraw, models.ActReroute, models.ActDecline:
		return 10
	case models.ActEndEarly, models.ActUndoAccept, models.ActLapse, models.ActAssign, models.ActProposeDecline, models.ActHold:
		return 25
	case models.ActRequestInfo, models.ActWaitlist:
		return 50
	}
	return 100
}

// input is what the action asks for, and at times not.
func (p *play) input(a models.Action, r *row, ref *playReferral) referrals.ActionInput {
	in := referrals.ActionInput{}
	if p.chance(8) {
		return in
	}
	if p.chance(60) {
		in.Note = "A note."
	}
	switch a {
	case models.ActRequestInfo:
		in.Questions = []string{"One?", "Two?"}[:1+p.rnd.IntN(2)]
	case models.ActAnswerInfo:
		in.Answers = make([]string, p.Count(p.t, `select count(*) from referral_questions where referral_id = $1 and answered_at is null
			and asked_at = (select max(asked_at) from referral_questions where referral_id = $1)`, r.ID))
		for i := range in.Answers {
			in.Answers[i] = "So."
		}
		if p.chance(10) {
			in.Answers = append(in.Answers, "Too many")
		}
	case models.ActAccept, models.ActAssign:
		in.WorkerID = p.Person(p.pick([]string{"vawg", "vawg", "vawg.manager", "lantern", "refuge", "caseworker", "police"})).ID
		if p.chance(20) {
			in.WorkerID, in.Team = uuid.Nil, "Duty team"
		}
	case models.ActWaitlist, models.ActHold:
		in.Reason = p.reason(a)
		in.ReviewOn, in.InterimAdvice = p.in(p.rnd.IntN(25)-1), ptr(true)
	case models.ActDecline, models.ActProposeDecline, models.ActEndEarly, models.ActWithdraw, models.ActNotEngaged, models.ActVoid, models.ActReopen:
		in.Reason = p.reason(a)
		if a == models.ActDecline || a == models.ActProposeDecline || a == models.ActEndEarly {
			in.DecidedBy = models.DecidedBy(p.pick([]string{"", "", "provider", "victim", "referrer"}))
		}
		if p.chance(50) {
			in.Report = "What was done."
		}
	case models.ActReport:
		in.Report = p.pick([]string{"Done.", "Done.", ""})
	case models.ActUpholdDecline:
		in.NextStep = "Another service"
	case models.ActReturnDecline:
		in.Reason = "Look again"
	case models.ActRecordContact:
		in.Contact = p.contact(r)
	case models.ActComplete:
		in.Outcomes, in.Report = []referrals.Outcome{{Need: "health", Start: 1 + p.rnd.IntN(5), End: p.rnd.IntN(6)}}, p.pick([]string{"Done.", "Done.", ""})
	case models.ActReroute:
		s := p.Service(p.pick(stalls()))
		in.Reason, in.ServiceID = p.reason(a), s.ID
		if receiver := s.OrgID; p.chance(90) {
			in.SharingDecisionID = p.decide(ref.of, receiver).id
		} else if d := ref.of.decisions; len(d) > 0 {
			in.SharingDecisionID = d[p.rnd.IntN(len(d))].id
		}
	}
	return in
}

func (p *play) contact(r *row) referrals.ContactInput {
	c := referrals.ContactInput{
		Channel: models.Channel(p.pick([]string{"phone", "phone", "phone", "text", "email"})),
		Outcome: models.ContactOutcome(p.pick([]string{"reached", "no_answer", "no_answer", "voicemail", "other_adult", "child", "wrong_number"})),
	}
	if p.chance(15) {
		c.Direction = models.ContactIn
	}
	if r.Accepted != nil && p.chance(40) {
		at := p.Clock.Now().Add(-time.Duration(p.rnd.IntN(40)) * time.Hour)
		c.At = &at
	}
	return c
}

// reason is one of the action's own, and at times one it does not know.
func (p *play) reason(a models.Action) string {
	if p.chance(7) {
		return "no_such_reason"
	}
	var codes []string
	for _, g := range models.ReasonGroupsOf(a) {
		for _, r := range models.Reasons(g) {
			codes = append(codes, r.Code)
		}
	}
	return p.pick(codes)
}

// checkRefused: a refusal is one of the kinds there are, and changes nothing.
func (p *play) checkRefused(before, after *row, a models.Action, err error) {
	p.t.Helper()
	var refusal *models.Error
	if !errors.As(err, &refusal) || slices.Contains([]models.Code{models.CodeInternal, models.CodeUnavailable, models.CodeUnauthenticated}, refusal.Code) {
		p.fail("%s: got %v, want a refusal in words", a, err)
	}
	if after == nil || after.Sum != before.Sum || after.Told != before.Told || after.Acts != before.Acts || after.Shares != before.Shares {
		p.fail("%s was refused (%v) and changed something: version %d, was %d", a, err, after.Version, before.Version)
	}
}

// look reads a referral as somebody and holds what they see against the matrix.
func (p *play) look() {
	ref := p.referrals[p.rnd.IntN(len(p.referrals))]
	r := p.row(ref.id)
	if r == nil {
		return
	}
	who := p.pick(seats())
	v, err := p.s.Get(p.As(who), ref.id)
	p.note("%s looks at %s (%s): %v", who, ref.id.String()[24:], r.Status, err)
	p.checkSeen(who, r, v, err)
}
