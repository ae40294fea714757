package referrals

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
)

// Task is one thing somebody's organisation has to do, or waits for.
type Task struct {
	What          string // "Decide", "Answer the question"
	ReferralID    uuid.UUID
	Reference     string // empty: it is owed on the case itself
	Handoff       string // the reference of an offer of a duty that nobody answers
	CaseID        uuid.UUID
	CaseReference string // to those who can see the case
	Service       Named
	With          Named // the other organisation
	Status        models.ReferralStatus
	Priority      models.Priority
	Worker        *uuid.UUID
	Clock         *models.Clock // nil where nothing runs
	Asked         bool          // it was asked on the victim's own page of the case
	Returned      bool          // a message to the victim did not arrive
}

// Worklist is what needs an organisation, in the order of ux.md section 3:
// safety first, what waits on others last.
type Worklist struct {
	Safety   []Task
	Late     []Task
	DueToday []Task
	Soon     []Task // in the next three working days
	Later    int    // how many are due after that
	Waiting  []Task // on others
}

// soonDays is how many working days ahead a worklist looks.
const soonDays = 3

// mostTasks is how much of one kind is read: past that somebody has to work,
// not to scroll.
const mostTasks = 200

// nextStepDays is how long an ending asks its referrer for the next step.
const nextStepDays = 14

// Today returns what needs the actor's organisation, in one round trip, and
// records which referrals were shown.
func (s *Service) Today(ctx context.Context) (Worklist, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Worklist{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Worklist{}, err
	}
	if !b.Actor.Can(models.ReferralRead) {
		return Worklist{}, models.RoleForbidden()
	}
	d := &day{dir: dir, cal: s.calendar, now: b.Now, org: b.Actor.OrgID, seen: map[string]bool{}}
	d.queueStops(b)
	d.queueSafety(b)
	d.queueAsked(b)
	d.queueReturned(b)
	d.queueOwed(b)
	d.queueOwedOfCases(b)
	d.queueEndings(b)
	if b.Actor.Can(models.ReferralCoordinate) {
		d.queueOverLimit(b)
		d.queueUnanswered(b)
	}
	d.queueWaiting(b)
	b.Exec(`insert into audit_events (id, at, session_id, request_id, action, subject_type, detail)
		select $1, $2, $3, $4, 'referral.listed', 'referral', jsonb_build_object('box', 'today', 'ids', coalesce((select jsonb_agg(id) from (
			select distinct k.referral_id as id from clocks k where k.holder_org_id = $5 and k.stopped_at is null and k.paused_since is null
				and k.state in ('running', 'due_soon', 'breached')
			union select r.id from referrals r where r.from_org_id = $5 and r.live limit 400) shown), '[]'))`,
		models.NewID(), b.Now, nonZero(b.Actor.SessionID), models.RequestFrom(ctx).ID, b.Actor.OrgID)
	b.Recorded()
	if err := b.Send(pg.BatchWrite); err != nil {
		return Worklist{}, err
	}
	return d.list, nil
}

// day collects a worklist while it is read.
type day struct {
	dir  *directory.Snapshot
	cal  *models.Calendar
	now  time.Time
	org  uuid.UUID
	list Worklist
	seen map[string]bool
}

const taskColumns = `r.id, r.reference, r.case_id, (select c.reference from cases c where c.id = r.case_id), r.service_id, r.from_org_id, r.to_org_id,
	r.status, r.priority, r.worker_id`

// read adds a query whose rows are tasks, with or without a clock.
func (d *day) read(b *pg.Batch, put func(Task), what func(Task) string, sql string, args ...any) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var t Task
		var ref *string
		var from, to uuid.UUID
		var k models.Clock
		var kid, holder *uuid.UUID
		var rule, state *string
		var due, soon *time.Time
		err := rows.Scan(&t.ReferralID, &t.Reference, &t.CaseID, &ref, &t.Service.ID, &from, &to, &t.Status, &t.Priority, &t.Worker,
			&kid, &rule, &holder, &state, &due, &soon, &k.PausedSince, &k.PauseReason)
		if err != nil {
			return err
		}
		t.CaseReference, t.Service.Name = value(ref), d.dir.ServiceName(t.Service.ID)
		t.With.ID = to
		if to == d.org {
			t.With.ID = from
		}
		t.With.Name = d.dir.Name(t.With.ID)
		if kid != nil && holder != nil && due != nil && soon != nil {
			k.ID, k.Rule, k.HolderOrgID, k.State, k.DueAt, k.DueSoonAt = *kid, models.Rule(value(rule)), *holder, models.ClockState(value(state)), *due, *soon
			k.ReferralID, k.CaseID = &t.ReferralID, t.CaseID
			t.Clock = &k
		}
		t.What = what(t)
		put(t)
		return nil
	}), sql, args...)
}

const noClock = `, null::uuid, null::text, null::uuid, null::text, null::timestamptz, null::timestamptz, null::timestamptz, null::text`

// queueStops are the numbers nobody may use until a caseworker has cleared them.
func (d *day) queueStops(b *pg.Batch) {
	say := func(Task) string { return "Find another safe way: someone else answered" }
	d.read(b, func(t Task) { d.list.Safety = append(d.list.Safety, t) }, say, "select distinct on (s.case_id) "+taskColumns+noClock+`
		from contact_stops s join cases h on h.id = s.case_id and h.accountable_org_id = $1
		join referrals r on r.case_id = s.case_id and r.from_org_id = $1 and r.submitted_at is not null
		where s.cleared_at is null order by s.case_id, r.submitted_at desc limit $2`, d.org, mostTasks)
}

// queueSafety is what bears on somebody's safety since somebody last looked
// (services/events): both sides of a live referral look again the same day.
func (d *day) queueSafety(b *pg.Batch) {
	say := func(Task) string { return "Something changed that bears on their safety: look again today" }
	d.read(b, func(t Task) { d.list.Safety = append(d.list.Safety, t) }, say, "select "+taskColumns+noClock+`
		from notices n join referrals r on r.id = n.referral_id
		where n.org_id = $1 and n.topic = 'case.safety' and n.read_at is null order by n.at desc limit $2`, d.org, mostTasks)
}

// queueAsked are requests that were made on the pages of the cases the
// organisation holds. Whoever holds the code can have made them: somebody speaks
// to the victim first.
func (d *day) queueAsked(b *pg.Batch) {
	b.Query(pg.Each(func(rows pg.Row) error {
		t := Task{What: "Speak to them: something was asked on their page", Asked: true, With: Named{ID: d.org, Name: d.dir.Name(d.org)}}
		k := models.Clock{State: models.ClockRunning, HolderOrgID: d.org}
		err := rows.Scan(&t.CaseID, &t.CaseReference, &t.Priority, &k.DueAt)
		k.CaseID, k.DueSoonAt, t.Clock = t.CaseID, d.cal.DueSoon(k.DueAt), &k
		k.State = k.StateAt(d.now)
		d.list.Safety = append(d.list.Safety, t)
		return err
	}), `select c.id, c.reference, c.risk_level, q.due_at from status_requests q join cases c on c.id = q.case_id
		where q.done_at is null and c.accountable_org_id = $1 order by q.due_at, q.id limit $2`, d.org, mostTasks)
}

// queueReturned are messages to victims that did not arrive, of the cases the
// organisation holds: most likely a wrong number, and nobody is reached by it.
func (d *day) queueReturned(b *pg.Batch) {
	b.Query(pg.Each(func(rows pg.Row) error {
		t := Task{What: "Find another safe way: a message did not arrive", Returned: true, With: Named{ID: d.org, Name: d.dir.Name(d.org)}}
		err := rows.Scan(&t.CaseID, &t.CaseReference, &t.Priority)
		d.list.Safety = append(d.list.Safety, t)
		return err
	}), `select c.id, c.reference, c.risk_level from cases c where c.accountable_org_id = $1
		and exists (select from messages m where m.case_id = c.id and m.state in ('failed', 'unsure') and m.seen_at is null)
		order by c.id limit $2`, d.org, mostTasks)
}

// queueOwedOfCases are the running clocks of cases that hang on what police and
// courts did, where the organisation owes them; not the times that are the
// victim's to use.
func (d *day) queueOwedOfCases(b *pg.Batch) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var t Task
		var id uuid.UUID
		var k models.Clock
		err := rows.Scan(&id, &t.CaseReference, &t.Priority, &k.ID, &k.Rule, &k.State, &k.DueAt, &k.DueSoonAt)
		t.CaseID, k.CaseID, k.HolderOrgID = id, id, d.org
		t.Clock, t.What = &k, k.Rule.Words()
		t.With = Named{ID: d.org, Name: d.dir.Name(d.org)}
		if err == nil {
			d.byDue(t)
		}
		return err
	}), `select c.id, c.reference, c.risk_level, k.id, k.rule, k.state, k.due_at, k.due_soon_at from clocks k join cases c on c.id = k.case_id
		where k.holder_org_id = $1 and k.referral_id is null and k.rule not in ('K9', 'K15') and k.stopped_at is null
		and k.state in ('running', 'due_soon', 'breached') and k.paused_since is null order by k.due_at, k.id limit $2`, d.org, mostTasks)
}

// queueOwed are the running clocks the organisation holds.
func (d *day) queueOwed(b *pg.Batch) {
	say := func(t Task) string { return t.Clock.Rule.Words() }
	d.read(b, d.byDue, say, "select "+taskColumns+`, k.id, k.rule, k.holder_org_id, k.state, k.due_at, k.due_soon_at, k.paused_since, k.pause_reason
		from clocks k join referrals r on r.id = k.referral_id
		where k.holder_org_id = $1 and k.stopped_at is null and k.state in ('running', 'due_soon', 'breached') and k.paused_since is null
		order by k.due_at, k.id limit $2`, d.org, mostTasks)
}

// queueEndings are endings that ask for something: a withdrawal that the
// receiver has to acknowledge, and a referral whose journey needs its next leg.
func (d *day) queueEndings(b *pg.Batch) {
	today := func(t Task) { d.list.DueToday = append(d.list.DueToday, t) }
	d.read(b, today, func(Task) string { return "Acknowledge the withdrawal" }, "select "+taskColumns+noClock+`
		from referrals r where r.to_org_id = $1 and r.receiver_sees and r.status = 'withdrawn' and r.withdrawal_acknowledged_at is null
		order by r.ended_at limit $2`, d.org, mostTasks)
	d.read(b, today, func(Task) string { return "Look at the hold again" }, "select "+taskColumns+noClock+`
		from referrals r where r.to_org_id = $1 and r.receiver_sees and r.status = 'on_hold' and r.review_on <= $3
		order by r.review_on limit $2`, d.org, mostTasks, models.Today(d.now))
	d.read(b, today, func(Task) string { return "Choose the next service" }, "select "+taskColumns+noClock+`
		from referrals r where r.from_org_id = $1 and r.status in ('declined', 'not_engaged', 'lapsed') and r.ended_at > $3
		and not exists (select from referrals n where n.case_id = r.case_id and n.created_at > r.ended_at)
		order by r.ended_at limit $2`, d.org, mostTasks, d.now.AddDate(0, 0, -nextStepDays))
	d.read(b, today, func(Task) string { return "Nobody answered: find a way on" }, "select "+taskColumns+noClock+`
		from referrals r where $1::uuid is not null and r.pathway = any ((select app_pathways())::text[]) and r.status = 'lapsed' and r.ended_at > $3
		and (select app_role()) = 'coordinator' order by r.ended_at limit $2`, d.org, mostTasks, d.now.AddDate(0, 0, -nextStepDays))
}

// queueOverLimit are the late duties of others that a coordinator is shown.
func (d *day) queueOverLimit(b *pg.Batch) {
	put := func(t Task) { d.list.Late = append(d.list.Late, t) }
	say := func(t Task) string {
		if t.Clock == nil {
			return "Past its limit"
		}
		return waitingFor(t.Clock.Rule)
	}
	d.read(b, put, say, "select "+taskColumns+`, k.id, k.rule, k.holder_org_id, k.state, k.due_at, k.due_soon_at, k.paused_since, k.pause_reason
		from referrals r left join lateral (select c.* from clocks c where c.referral_id = r.id and c.stopped_at is null
			and c.state in ('running', 'due_soon', 'breached') and c.holder_org_id <> $1 order by c.paused_since is not null, c.due_at limit 1) k on true
		where r.over_limit and r.live and r.pathway = any ((select app_pathways())::text[]) and (select app_role()) = 'coordinator'
		order by r.due_key, r.id limit $2`, d.org, mostTasks)
}

// queueUnanswered are the offers of a duty at the end of their ladder: the sender
// holds it still, and a coordinator finds out why nobody answers.
func (d *day) queueUnanswered(b *pg.Batch) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var from, to uuid.UUID
		var duty models.Duty
		t := Task{What: "Find out why nobody answers this hand-off"}
		k := models.Clock{State: models.ClockBreached}
		err := rows.Scan(&t.Handoff, &t.CaseID, &duty, &from, &to, &k.DueAt)
		k.CaseID, k.HolderOrgID, k.DueSoonAt, t.Clock = t.CaseID, to, k.DueAt, &k
		t.Service.Name = duty.Words() + ", from " + d.dir.Name(from)
		t.With = Named{ID: to, Name: "to " + d.dir.Name(to)}
		d.list.Late = append(d.list.Late, t)
		return err
	}), `select h.reference, h.case_id, h.duty, h.from_org_id, h.to_org_id, h.due_at from handoffs h
		where h.status = 'offered' and h.rung = 3 and (select app_role()) = 'coordinator' order by h.due_at, h.id limit $1`, mostTasks)
}

// queueWaiting are the live referrals whose next duty is another's.
func (d *day) queueWaiting(b *pg.Batch) {
	say := func(t Task) string {
		if t.Clock == nil {
			return "With " + t.With.Name
		}
		return waitingFor(t.Clock.Rule)
	}
	put := func(t Task) {
		if !d.seen[t.Reference] {
			d.seen[t.Reference] = true
			d.list.Waiting = append(d.list.Waiting, t)
		}
	}
	for _, side := range []string{"r.from_org_id = $1 and r.live", "r.to_org_id = $1 and r.live and r.status in ('info_requested', 'decline_proposed')"} {
		d.read(b, put, say, "select "+taskColumns+`, k.id, k.rule, k.holder_org_id, k.state, k.due_at, k.due_soon_at, k.paused_since, k.pause_reason
			from referrals r left join lateral (select c.* from clocks c where c.referral_id = r.id and c.stopped_at is null
				and c.state in ('running', 'due_soon', 'breached') and c.holder_org_id <> $1 order by c.paused_since is not null, c.due_at limit 1) k on true
			where `+side+` and not exists (select from clocks m where m.referral_id = r.id and m.holder_org_id = $1 and m.stopped_at is null
				and m.state in ('running', 'due_soon', 'breached') and m.paused_since is null)
			order by r.due_key, r.id limit $2`, d.org, mostTasks)
	}
}

// waitingFor says what somebody else has to do.
func waitingFor(r models.Rule) string {
	switch r {
	case models.RuleAcknowledge:
		return "They pick it up"
	case models.RuleDecide:
		return "They decide"
	case models.RuleFirstAttempt, models.RuleFirstContact:
		return "They make first contact"
	case models.RuleDeclineReview:
		return "A coordinator reviews the decline"
	case models.RuleWaitingReview:
		return "On their waiting list"
	case models.RuleAnswer:
		return "They answer the question"
	}
	return r.Words()
}

// byDue puts a task in the group its clock belongs to.
func (d *day) byDue(t Task) {
	due := t.Clock.DueAt
	left, err := d.cal.WorkingDaysBetween(d.now, due)
	switch {
	case t.Clock.State == models.ClockBreached || d.now.After(due):
		d.list.Late = append(d.list.Late, t)
	case models.Today(due).Equal(models.Today(d.now)) || err == nil && left <= 0:
		d.list.DueToday = slices.Insert(d.list.DueToday, 0, t)
	case err == nil && left <= soonDays:
		d.list.Soon = append(d.list.Soon, t)
	default:
		d.list.Later++
	}
}
