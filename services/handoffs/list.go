package handoffs

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/subject"
)

// Filter says which hand-offs are listed.
type Filter struct {
	Box    string // "inbox": offered to us; "sent": by us
	Status models.HandoffStatus
	Cursor string
	Limit  int
}

// Item is a hand-off in a list. It holds nothing of the person.
type Item struct {
	models.Handoff
	From, To models.Organisation
}

// Page is one page of a list.
type Page struct {
	Items []Item
	Next  string
	At    time.Time
}

// most is how many a page holds where nobody says.
const most = 50

// List shows the hand-offs offered to the actor's organisation, or sent by it,
// the latest sent first. No word of a person is among them.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	if _, err := models.May(ctx, models.HandoffAnswer); err != nil {
		return Page{}, err
	}
	if err := models.Refusal(ctx); err != nil {
		return Page{}, err
	}
	at, err := subject.ReadCursor(f.Cursor)
	if err != nil {
		return Page{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Page{}, err
	}
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = most
	}
	side := "to_org_id"
	if f.Box == "sent" {
		side = "from_org_id"
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Page{}, err
	}
	out := Page{At: b.Now}
	b.Query(pg.Each(func(r pg.Row) error {
		var it Item
		h := &it.Handoff
		err := r.Scan(&h.ID, &h.Reference, &h.CaseID, &h.Duty, &h.FromOrgID, &h.ToOrgID, &h.SharingDecisionID, &h.Status, &h.OffSystem, &h.SentAt, &h.SentBy,
			&h.DueAt, &h.ReceivedAt, &h.AcceptedAt, &h.DecidedAt, &h.DecidedByOrgID, &h.RefusalReason, &h.ToldAt, &h.ToldByOrgID, &h.ToldChannel,
			&h.ToldUnderstood, &h.ToldHelp, &h.Version)
		it.From, it.To = organisation(dir, h.FromOrgID), organisation(dir, h.ToOrgID)
		out.Items = append(out.Items, it)
		return err
	}), "select "+columns+" from handoffs h where h."+side+` = $1 and ($2 = '' or h.status = $2) and (h.sent_at, h.id) < ($3, $4)
		order by h.sent_at desc, h.id desc limit $5`, b.Actor.OrgID, f.Status, at.At, at.ID, f.Limit+1)
	if err := b.Send(pg.BatchRead); err != nil {
		return Page{}, err
	}
	if len(out.Items) > f.Limit {
		last := out.Items[f.Limit-1]
		out.Items, out.Next = out.Items[:f.Limit], subject.Position{At: last.SentAt, ID: last.ID}.String()
	}
	return out, nil
}

// OfCase returns the references of what is in the air of a case, by duty: none to whoever
// does not see the case.
func (s *Service) OfCase(ctx context.Context, caseID uuid.UUID) (map[models.Duty]string, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	out := map[models.Duty]string{}
	b.Query(pg.Each(func(r pg.Row) error {
		var d models.Duty
		var reference string
		err := r.Scan(&d, &reference)
		out[d] = reference
		return err
	}), "select duty, reference from handoffs where case_id = $1 and status = 'offered'", caseID)
	return out, b.Send(pg.BatchRead)
}
