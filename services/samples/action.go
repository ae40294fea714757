package samples

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// ActionView is an action with what was said about it, in order.
type ActionView struct {
	models.Improvement
	Entries []Entry
	Office  bool // the reader is of the office that asks
	Now     time.Time
}

// Entry is one thing said about an action.
type Entry struct {
	Kind     string // reply, returned or closed
	Said     string
	Evidence string
	At       time.Time
	ByOrgID  uuid.UUID
}

const actionColumns = `a.id, a.finding_id, a.sample_id, a.org_id, a.to_org_id, a.recommendation, a.owner, a.due_on, a.state, a.at, a.closed_at, a.version from quality_actions a`

func aboutAction(action string, id uuid.UUID, detail map[string]any) models.Event {
	return models.Event{Action: "quality_action." + action, SubjectType: "quality_action", SubjectID: id, Detail: detail}
}

func showAction(ctx context.Context, tx *pg.Tx, id uuid.UUID) (ActionView, error) {
	v := ActionView{Now: tx.Now}
	if err := tx.Scan(ctx, &v.Improvement, "select "+actionColumns+" where a.id = ?", id); err != nil {
		return v, err
	}
	if v.ID == uuid.Nil {
		return v, models.NotFound("action")
	}
	v.Office = v.OrgID == tx.Actor.OrgID
	return v, tx.Scan(ctx, &v.Entries, "select kind, said, coalesce(evidence, '') as evidence, at, by_org_id from quality_action_entries where action_id = ? order by at, id limit 200", id)
}

// Actions lists what the actor's office asked of others, or what was asked of
// the actor's organisation: what is not closed first, by when it is due.
func (s *Service) Actions(ctx context.Context) ([]models.Improvement, error) {
	if err := may(ctx, models.QualityActions); err != nil {
		return nil, err
	}
	var out []models.Improvement
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &out, "select "+actionColumns+" order by a.state = 'closed', a.due_on, a.id limit 200")
	})
	return out, err
}

// Action shows one, to the office that asks and to the organisation it names. To
// everybody else it is not there.
func (s *Service) Action(ctx context.Context, id uuid.UUID) (ActionView, error) {
	var out ActionView
	if err := may(ctx, models.QualityActions); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = showAction(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, aboutAction("read", id, nil))
	})
	return out, err
}

// Answer keeps what the named organisation says that it did, with its evidence.
// Errors: not found, forbidden for the office that asks, a models.Replay, a
// conflict where it is closed, stale, and invalid.
func (s *Service) Answer(ctx context.Context, id uuid.UUID, said, evidence string) (ActionView, error) {
	return s.said(ctx, models.QualityActions, id, Entry{Kind: "reply", Said: said, Evidence: evidence}, models.ActionAnswered)
}

// Return sends an answer back, with why it does not close the action.
func (s *Service) Return(ctx context.Context, id uuid.UUID, said string) (ActionView, error) {
	return s.said(ctx, models.QualityAudit, id, Entry{Kind: "returned", Said: said}, models.ActionOpen)
}

// Close closes an action that was answered, with why. Errors: as Answer; a
// conflict where nobody answered yet.
func (s *Service) Close(ctx context.Context, id uuid.UUID, said string) (ActionView, error) {
	return s.said(ctx, models.QualityAudit, id, Entry{Kind: "closed", Said: said}, models.ActionClosed)
}

func (s *Service) said(ctx context.Context, need models.Permission, id uuid.UUID, e Entry, state string) (ActionView, error) {
	return write(ctx, s, need, func(ctx context.Context, tx *pg.Tx) (ActionView, error) {
		v, err := showAction(ctx, tx, id)
		if err != nil {
			return v, err
		}
		if v.Office == (e.Kind == "reply") {
			return v, models.Forbidden("This is for the organisation that was asked to do.")
		}
		if err := tx.FindReplay(ctx); err != nil {
			return v, err
		}
		if err := sayable(ctx, &v, e.Kind); err != nil {
			return v, err
		}
		e.Said, e.Evidence = strings.TrimSpace(e.Said), strings.TrimSpace(e.Evidence)
		if err := models.Refusal(ctx, models.CheckActionSaid(e.Said, e.Evidence, e.Kind == "reply")); err != nil {
			return v, err
		}
		var closed *time.Time
		if state == models.ActionClosed {
			closed = &tx.Now
		}
		n, err := tx.Exec(ctx, "update quality_actions set state = ?, closed_at = ?, version = version + 1 where id = ? and version = ?", state, closed, id, v.Version)
		if err == nil && n == 0 {
			err = models.Stale("Somebody changed this action since you read it. Read it again, then decide.")
		}
		if err != nil {
			return v, err
		}
		if _, err := tx.Exec(ctx, "insert into quality_action_entries (id, action_id, kind, said, evidence, at, by_user_id, by_org_id) values (?, ?, ?, ?, ?, ?, ?, ?)",
			models.NewID(), id, e.Kind, e.Said, pg.OrNull(e.Evidence), tx.Now, tx.Actor.UserID, tx.Actor.OrgID); err != nil {
			return v, err
		}
		if err := tx.Record(ctx, aboutAction(e.Kind, id, nil)); err != nil {
			return v, err
		}
		return showAction(ctx, tx, id)
	})
}

// sayable holds what is said to where the action is, and to what its sender read.
func sayable(ctx context.Context, v *ActionView, kind string) error {
	req := models.RequestFrom(ctx)
	switch {
	case req.MatchRequired && req.IfMatch == nil:
		return models.PreconditionRequired("Send the ETag of what you read as If-Match.")
	case v.State == models.ActionClosed:
		return models.Conflict("This action is closed.")
	case kind != "reply" && v.State != models.ActionAnswered:
		return models.Conflict("The organisation has not answered yet.")
	case req.IfMatch != nil && *req.IfMatch != v.Version:
		return models.Stale("Somebody changed this action since you read it. Read it again, then decide.")
	}
	return nil
}
