package messages

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/subject"
)

// Page is one page of an outbox, the latest first.
type Page struct {
	Items []Message
	Next  string
	At    time.Time
}

const most = 50

// Outbox shows what the actor's organisation had sent, for its managers: by
// which kind of way, when, and what became of it. Whoever cannot see a case sees
// none of its messages. Errors: forbidden; malformed for a cursor that is none
// of ours.
func (s *Service) Outbox(ctx context.Context, cursor string, limit int) (Page, error) {
	if _, err := models.May(ctx, models.TeamManage); err != nil {
		return Page{}, err
	}
	before, err := subject.ReadCursor(cursor)
	if err != nil {
		return Page{}, err
	}
	if limit < 1 || limit > 100 {
		limit = most
	}
	var out Page
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		out = Page{At: tx.Now}
		if err := tx.Scan(ctx, &out.Items, "select "+columns+" from messages m where m.org_id = ? and (m.at, m.id) < (?, ?) order by m.at desc, m.id desc limit ?",
			tx.Actor.OrgID, before.At, before.ID, limit+1); err != nil {
			return err
		}
		if len(out.Items) > limit {
			last := out.Items[limit-1]
			out.Items, out.Next = out.Items[:limit], subject.Position{At: last.At, ID: last.ID}.String()
		}
		ids := make([]uuid.UUID, len(out.Items))
		for i := range out.Items {
			ids[i] = out.Items[i].ID
		}
		return tx.Record(ctx, models.Event{Action: "messages.listed", SubjectType: "messages", Detail: map[string]any{"ids": ids}})
	})
	return out, err
}

// Count is how many messages of one kind there were.
type Count struct {
	OrgID   uuid.UUID
	Channel models.Channel
	State   models.MessageState
	N       int
}

// countedFor is how far back the operator's counts go.
const countedFor = 7 * 24 * time.Hour

// Counts are the numbers of the last seven days, of every organisation, for
// whoever runs the installation: no case and no person. Errors: forbidden.
func (s *Service) Counts(ctx context.Context) ([]Count, error) {
	if _, err := models.May(ctx, models.SystemOperate); err != nil {
		return nil, err
	}
	var out []Count
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &out, "select * from app_message_counts(?)", tx.Now.Add(-countedFor))
	})
	return out, err
}
