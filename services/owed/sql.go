package owed

import (
	"time"

	"github.com/google/uuid"
)

// row is one thing owed as the database gives it.
type row struct {
	Kind          string
	ID            uuid.UUID
	DueAt         time.Time
	CaseID        uuid.UUID
	CaseReference string
	Referral      string
	Rule          string
	State         string
	Handoff       string
	Duty          string
	OffSystem     bool
	WithOrgID     *uuid.UUID
	ComplaintID   *uuid.UUID
	Request       string
}

// clocksIn reads the open clocks an organisation holds in one state: the index
// on holder, state and due gives them in order, so that no page costs more than
// itself. What is the victim's to use is owed by nobody.
func clocksIn(state string) string {
	return `(select 'clock' as kind, k.id, k.due_at, k.case_id, k.rule, k.state, k.referral_id, r.reference as referral,
		'' as handoff, '' as duty, false as off_system, case when r.to_org_id = @org then r.from_org_id else r.to_org_id end as with_org_id, k.complaint_id, coalesce(q.reference, '') as request
	from clocks k left join referrals r on r.id = k.referral_id left join data_requests q on q.id = k.request_id
	where k.holder_org_id = @org and k.state = '` + state + `' and k.stopped_at is null and k.paused_since is null and k.rule not in ('K9', 'K15')
		and k.due_at >= @at and k.due_at <= @until and (k.due_at, k.id) > (@at, @id) and (k.referral_id is null or r.id is not null)
		and (cast(@me as uuid) is null or r.worker_id = @me or q.created_by = @me or (k.referral_id is null and (
			exists (select from cases c where c.id = k.case_id and c.logged_by = @me)
			or exists (select from complaints m where m.id = k.complaint_id and m.by_user_id = @me)
			or exists (select from case_clocks x join case_events e on e.id = x.event_id where x.clock_id = k.id and e.by_user_id = @me))))
	order by k.due_at, k.id limit @rows)`
}

// owedBy is whose an answer or a telling is: of a partner that never signs in,
// the sender's.
const owedBy = "(case when h.off_system then h.from_org_id else h.to_org_id end)"

func handed(kind, at, of, mine string) string {
	return `(select '` + kind + `', h.id, ` + at + `, h.case_id, '', '', null::uuid, '', h.reference, h.duty, h.off_system,
		case when h.to_org_id = @org then h.from_org_id else h.to_org_id end, null::uuid, ''
	from handoffs h where ` + owedBy + ` = @org and ` + of + ` and ` + at + ` >= @at and ` + at + ` <= @until and (` + at + `, h.id) > (@at, @id)
		and (cast(@me as uuid) is null or ` + mine + `) order by ` + at + `, h.id limit @rows)`
}

// askedOf is what was asked on the pages of the cases that an organisation holds.
const askedOf = `(select '` + KindRequest + `', q.id, q.due_at, q.case_id, '', '', null::uuid, '', '', '', false, null::uuid, null::uuid, ''
	from status_requests q join cases c on c.id = q.case_id
	where q.done_at is null and c.accountable_org_id = @org and q.due_at >= @at and q.due_at <= @until and (q.due_at, q.id) > (@at, @id)
		and (cast(@me as uuid) is null or c.logged_by = @me) order by q.due_at, q.id limit @rows)`

// owedSQL is all of it: six lists that are each in order, as far as the page
// goes, and the first of those.
var owedSQL = `select o.kind, o.id, o.due_at, o.case_id, o.rule, o.state, coalesce(o.referral, '') as referral, o.handoff, o.duty, o.off_system, o.with_org_id, o.complaint_id, o.request,
		coalesce((select c.reference from cases c where c.id = o.case_id), '') as case_reference
	from (` + clocksIn("breached") + " union all " + clocksIn("due_soon") + " union all " + clocksIn("running") + " union all " +
	handed(KindAnswer, "h.due_at", "h.status = 'offered'", "h.received_by = @me or h.off_system and h.sent_by = @me") + " union all " +
	handed(KindTelling, "h.decided_at", "h.status = 'accepted' and h.told_at is null", "h.decided_by = @me") + " union all " + askedOf + `) o
	order by o.due_at, o.id limit @rows`
