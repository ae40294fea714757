package cases

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// HandoffLine is a hand-off as the line of a case shows it: nothing of what was
// said in it.
type HandoffLine struct {
	models.Handoff
	From, To models.Organisation
}

// DutyLine is one stretch in which a duty lay apart from the case.
type DutyLine struct {
	Duty         models.Duty
	Organisation models.Organisation
	From         time.Time
	Until        *time.Time // nil: now
}

const selectHandoffs = `select id, reference, duty, from_org_id, to_org_id, status, off_system, sent_at, due_at, received_at, accepted_at, decided_at,
	coalesce(refusal_reason, ''), told_at, coalesce(told_channel, ''), coalesce(told_understood, ''), version from handoffs where ` + ofOpenedCase

// queueHandoffs reads the hand-offs of a case and the duties that lie apart:
// those of now alone, or all there ever were.
func (r *reading) queueHandoffs(b *pg.Batch, id uuid.UUID, all bool) {
	handoffs, duties := selectHandoffs+" and status = 'offered' order by sent_at, id", "and until_at is null"
	if all {
		handoffs, duties = selectHandoffs+" order by sent_at, id", ""
	}
	b.Query(pg.Each(func(row pg.Row) error {
		var h HandoffLine
		err := row.Scan(&h.ID, &h.Reference, &h.Duty, &h.FromOrgID, &h.ToOrgID, &h.Status, &h.OffSystem, &h.SentAt, &h.DueAt, &h.ReceivedAt,
			&h.AcceptedAt, &h.DecidedAt, &h.RefusalReason, &h.ToldAt, &h.ToldChannel, &h.ToldUnderstood, &h.Version)
		h.CaseID, h.From, h.To = id, r.org(h.FromOrgID), r.org(h.ToOrgID)
		r.view.Handoffs = append(r.view.Handoffs, h)
		return err
	}), handoffs, id)
	b.Query(pg.Each(func(row pg.Row) error {
		var d DutyLine
		var org uuid.UUID
		err := row.Scan(&d.Duty, &org, &d.From, &d.Until)
		d.Organisation = r.org(org)
		r.view.Duties = append(r.view.Duties, d)
		return err
	}), "select duty, org_id, from_at, until_at from case_duties where "+ofOpenedCase+" "+duties+" order by from_at, id", id)
}

// handoffGaps are the facts of hand-offs that went wrong: one that was not
// answered in its time, and one after which nobody told the victim.
func handoffGaps(list []HandoffLine, now time.Time) []Gap {
	var out []Gap
	for i := range list {
		h := &list[i]
		if h.Late(now) {
			out = append(out, Gap{From: h.DueAt, Until: h.DecidedAt, Why: "Hand-off " + h.Reference + " was not answered in time by " + h.To.Name, Reference: h.Reference})
		}
		if h.Status == models.HandoffAccepted && h.ToldAt == nil {
			out = append(out, Gap{
				From: *h.DecidedAt, Why: "The victim has not been told that " + h.To.Name + " holds " + strings.ToLower(h.Duty.Words()), Reference: h.Reference,
			})
		}
	}
	return out
}
