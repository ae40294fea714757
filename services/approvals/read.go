package approvals

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// columns are read with the names of those who asked and decided, who are
// colleagues of the reader.
const columns = `a.id, a.org_id, a.kind, a.subject_type, a.subject_id, a.case_id, a.payload::text as payload, a.reason, a.requested_by,
	coalesce(q.name, '') as requested_by_name, a.requested_by_role, a.requested_at, a.expires_at, coalesce(a.decision, '') as decision, a.decided_by,
	coalesce(d.name, '') as decided_by_name, a.decided_at, a.decided_note, a.version
	from approvals a left join users q on q.id = a.requested_by left join users d on d.id = a.decided_by`

type row struct {
	ID, OrgID, RequestedBy                     uuid.UUID
	SubjectID, CaseID, DecidedBy               *uuid.UUID
	Kind, SubjectType, Payload, Reason         string
	RequestedByName, RequestedByRole, Decision string
	DecidedByName, DecidedNote                 string
	RequestedAt, ExpiresAt                     time.Time
	DecidedAt                                  *time.Time
	Version                                    int
}

func (r row) approval() models.Approval {
	return models.Approval{
		ID: r.ID, OrgID: r.OrgID, Kind: r.Kind, SubjectType: r.SubjectType, SubjectID: orNil(r.SubjectID), CaseID: orNil(r.CaseID),
		Payload: json.RawMessage(r.Payload), Reason: r.Reason, RequestedBy: r.RequestedBy, RequestedByName: r.RequestedByName,
		RequestedByRole: models.Role(r.RequestedByRole), RequestedAt: r.RequestedAt, ExpiresAt: r.ExpiresAt, Decision: models.Decision(r.Decision),
		DecidedBy: orNil(r.DecidedBy), DecidedByName: r.DecidedByName, DecidedAt: r.DecidedAt, DecidedNote: r.DecidedNote, Version: r.Version,
	}
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// Query says which requests to list.
type Query struct {
	Waiting bool // only those that somebody can still decide
	Limit   int
	Cursor  string // the next of the page before
}

// List shows the requests the actor made and those of their organisation that
// their role decides, the latest first, and the cursor of the page after.
func (s *Service) List(ctx context.Context, q Query) (items []View, next string, err error) {
	after, err := models.ReadCursorAfter(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 50
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []row
		err := tx.Scan(ctx, &rows, "select "+columns+` where (?::uuid is null or (a.requested_at, a.id) < (select p.requested_at, p.id from approvals p where p.id = ?))
			and (not ? or (a.decision is null and a.expires_at > ?)) order by a.requested_at desc, a.id desc limit ?`,
			after, after, q.Waiting, tx.Now, q.Limit+1)
		if err != nil {
			return err
		}
		if len(rows) > q.Limit {
			rows = rows[:q.Limit]
			last := rows[q.Limit-1].ID
			next = models.CursorAfter(last)
		}
		for _, r := range rows {
			items = append(items, s.view(r.approval(), tx.Actor, tx.Now))
		}
		return nil
	})
	return items, next, err
}

// Waiting counts what waits for the actor's decision, up to 100.
func (s *Service) Waiting(ctx context.Context) (int, error) {
	var n int
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &n, `select count(*) from (select from approvals where decision is null and expires_at > ? and requested_by <> ?
			and ? = any (decide_roles) limit 100) w`, tx.Now, tx.Actor.UserID, string(tx.Actor.Role))
	})
	return n, err
}

// Get shows one request with what is asked for, and records that it was seen.
// One that is not the actor's to see is not found.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) {
	var out View
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		a, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if out, err = s.whole(ctx, tx, a); err != nil {
			return err
		}
		return tx.Record(ctx, event("approval.viewed", a))
	})
	return out, err
}

func (s *Service) whole(ctx context.Context, tx *pg.Tx, a models.Approval) (View, error) {
	v := s.view(a, tx.Actor, tx.Now)
	k, _ := s.Kind(a.Kind)
	if k.Facts == nil {
		return v, nil
	}
	var err error
	v.Facts, err = k.Facts(ctx, tx, a)
	return v, err
}

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Approval, error) {
	var r row
	if err := tx.Scan(ctx, &r, "select "+columns+" where a.id = ?", id); err != nil {
		return models.Approval{}, err
	}
	if r.ID == uuid.Nil {
		return models.Approval{}, models.NotFound("approval")
	}
	return r.approval(), nil
}
