package cases

import (
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// A stop names its case too, so that no other case's is asked about.
const selectChannels = `select ch.id, ch.channel, ch.person, ch.safe, ch.leave_message, ch.windows, ch.confirmed_on, coalesce(ch.confirmed_source, ''),
	ch.confirmed_by_org_id, ch.version, d.value, d.note, st.id, st.at, st.why, st.by_org_id
	from contact_channels ch left join contact_details d on d.channel_id = ch.id
	left join contact_stops st on st.case_id = $1 and st.channel_id = ch.id and st.cleared_at is null
	where ch.case_id = $1 order by ch.position, ch.id`

// queueContact reads how somebody is reached. What the actor may not see of it,
// row security leaves out.
func (r *reading) queueContact(b *pg.Batch, id uuid.UUID) {
	c := &r.view.Contact
	c.CaseID, c.Values = id, true
	b.Query(pg.Each(func(row pg.Row) error {
		p := Point{ContactPoint: models.ContactPoint{ContactChannel: models.ContactChannel{CaseID: id}}}
		var stop, by, stopBy *uuid.UUID
		var why *string
		err := row.Scan(&p.ID, &p.Kind, &p.Person, &p.Safe, &p.LeaveMessage, &p.Windows, &p.ConfirmedOn, &p.Source, &by, &p.Version,
			b.Vault.Text(vault.ContactValue, &p.ID, &p.Value), b.Vault.Text(vault.ContactNote, &p.ID, &p.Note), &stop, &p.StoppedAt, &why, &stopBy)
		if by != nil {
			p.ConfirmedByOrg = r.dir.Name(*by)
		}
		if stop != nil && p.StoppedAt != nil {
			p.Stop = &Stop{ID: *stop, At: *p.StoppedAt, Why: deref(why), Org: r.dir.Name(deref(stopBy))}
		}
		c.Points = append(c.Points, p)
		return err
	}), selectChannels, id)
	b.Query(pg.One(&c.HasCodeWord, b.Vault.Text(vault.CodeWord, &id, &c.CodeWord)), "select word from code_words where case_id = $1", id)
}

const selectReferrals = `select id, reference, service_id, from_org_id, to_org_id, pathway, status, priority, coalesce(relation, ''), parent_id,
	submitted_at, accepted_at, ended_at, due_at, coalesce(reason, ''), coalesce(decided_by, ''), version
	from referrals where ` + ofOpenedCase + ` order by coalesce(submitted_at, created_at), id`

func (r *reading) queueReferrals(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Fill(&r.view.Referrals, 4, func(row pg.Row, l *ReferralLine) error {
		w := pg.WireOf(row)
		l.ID, l.Reference = w.UUID(), w.Text()
		service, from, to := w.UUID(), w.UUID(), w.UUID()
		l.Pathway, l.Status, l.Priority, l.Relation = w.Text(), models.ReferralStatus(w.Text()), models.Priority(w.Text()), w.Text()
		l.ParentID, l.SubmittedAt, l.AcceptedAt, l.EndedAt, l.DueAt = w.MaybeUUID(), w.MaybeTime(), w.MaybeTime(), w.MaybeTime(), w.MaybeTime()
		l.Reason, l.DecidedBy, l.Version = w.Text(), w.Text(), w.Int()
		l.From, l.To = r.org(from), r.org(to)
		l.Service = r.service(service)
		return w.Err()
	}), selectReferrals, id)
}

func (r *reading) service(id uuid.UUID) string {
	if s, ok := r.dir.Service(id); ok {
		return s.Name
	}
	return "A service"
}

const selectClocks = `select id, case_id, referral_id, rule, rule_version, holder_org_id, state, limit_days, started_at, due_at, first_due_at,
	due_soon_at, stopped_at, paused_since, pause_reason, paused_seconds, why, pauses
	from clocks where ` + ofOpenedCase + ` order by started_at, due_at, id`

func (r *reading) queueClocks(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Fill(&r.view.Clocks, 16, func(row pg.Row, l *ClockLine) error {
		k := &l.Clock
		w := pg.WireOf(row)
		k.ID, k.CaseID, k.ReferralID, k.Rule, k.RuleVersion, k.HolderOrgID = w.UUID(), w.UUID(), w.MaybeUUID(), models.Rule(w.Text()), w.Int(), w.UUID()
		k.State, k.LimitDays, k.StartedAt, k.DueAt, k.FirstDueAt, k.DueSoonAt = models.ClockState(w.Text()), w.Int(), w.Time(), w.Time(), w.Time(), w.Time()
		k.StoppedAt, k.PausedSince, k.PauseReason, k.PausedSeconds, k.Why = w.MaybeTime(), w.MaybeTime(), w.MaybeText(), int64(w.Int()), w.MaybeText()
		w.JSON(&k.Pauses)
		l.Holder, l.Text = r.org(k.HolderOrgID), r.calendar.ClockText(k, r.view.At, models.ClockReason(k))
		return w.Err()
	}), selectClocks, id)
}

// The lines are chosen before anything is joined to them: a case may have
// hundreds.
const selectEvents = `select h.at, 'referral.' || h.action, r.reference, r.service_id, coalesce(h.from_status, ''), h.to_status, h.by_org_id,
	coalesce((select u.name from users u where u.id = h.by_user_id and u.org_id = $3), ''), coalesce(h.reason, '')
	from (select * from referral_history where ` + ofOpenedCase + ` order by at desc, id desc limit $2) h join referrals r on r.id = h.referral_id
	order by h.at desc, h.id desc`

// queueEvents reads what happened to the referrals of the case, newest first.
func (r *reading) queueEvents(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Fill(&r.view.Events, latest+8, func(row pg.Row, e *Event) error {
		w := pg.WireOf(row)
		e.At, e.Kind, e.Reference, e.Service, e.From, e.To = w.Time(), w.Text(), w.Text(), r.service(w.UUID()), w.Text(), w.Text()
		if org := w.MaybeUUID(); org != nil {
			e.Org = r.dir.Name(*org)
		}
		e.Person, e.Reason = w.Text(), w.Text()
		return w.Err()
	}), selectEvents, id, r.most, b.Actor.OrgID)
}

// queueHappened reads what police, courts and others recorded of the case: what
// it was, and nothing of what was said.
func (r *reading) queueHappened(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(row pg.Row) error {
		w := pg.WireOf(row)
		h := models.CaseEvent{Details: map[string]any{}, OccurredAt: w.Time(), Type: models.EventType(w.Text())}
		if what := w.Text(); what != "" {
			h.Details["what"] = what
		}
		e := Event{At: h.OccurredAt, Kind: "event." + string(h.Type), Org: r.dir.Name(w.UUID()), ID: w.UUID(), Happened: h.Title(), Reason: h.What()}
		r.view.Events = append(r.view.Events, e)
		return w.Err()
	}), `select occurred_at, type, coalesce(details->>'what', ''), source_org_id, id from case_events where `+ofOpenedCase+` order by occurred_at desc, id desc limit $2`, id, r.most)
}
