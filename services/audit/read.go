package audit

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const (
	usualLimit = 50
	mostLimit  = 100
)

// Filter narrows the trail. The zero value asks for everything that people of
// the actor's own organisation did; a CaseID asks for what anybody did to a
// case, as far as the actor's organisation may know it.
type Filter struct {
	CaseID      uuid.UUID
	ActorUserID uuid.UUID
	SubjectType string
	SubjectID   uuid.UUID
	Action      string
	Refused     *bool
	From, To    time.Time // From is included, To is not
	Limit       int       // 0: 50; at most 100
	Cursor      string    // the next of the page before
}

// Events returns one page of the trail, the latest first, and the cursor of the
// page after it ("" on the last). It needs audit:own. Reading the trail is
// itself recorded. A cursor that is none of ours is malformed.
func (s *Service) Events(ctx context.Context, f Filter) ([]Entry, string, error) {
	if err := allowed(ctx); err != nil {
		return nil, "", err
	}
	var items []Entry
	var next string
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if items, next, err = page(ctx, tx, f); err != nil {
			return err
		}
		return tx.Record(ctx, viewed(f, len(items)))
	})
	return items, next, err
}

// OfCase returns the latest of what was done to a case. It needs audit:own,
// and answers not-found where the actor's organisation can know nothing of the
// case, whether or not there is one.
func (s *Service) OfCase(ctx context.Context, caseID uuid.UUID) ([]Entry, string, error) {
	if err := allowed(ctx); err != nil {
		return nil, "", err
	}
	var items []Entry
	var next string
	f := Filter{CaseID: caseID, Limit: mostLimit}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if items, next, err = page(ctx, tx, f); err != nil {
			return err
		}
		if len(items) == 0 {
			return models.NotFound("trail of a case")
		}
		return tx.Record(ctx, viewed(f, len(items)))
	})
	return items, next, err
}

func allowed(ctx context.Context) error {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	if !a.Can(models.AuditOwn) {
		return models.RoleForbidden()
	}
	return nil
}

func viewed(f Filter, shown int) models.Event {
	e := models.Event{Action: "audit.viewed", SubjectType: "audit", CaseID: f.CaseID, Detail: map[string]any{"shown": shown}}
	if f.CaseID != uuid.Nil {
		e.SubjectType, e.SubjectID = "case", f.CaseID
	}
	return e
}

func page(ctx context.Context, tx *pg.Tx, f Filter) ([]Entry, string, error) {
	if f.Limit <= 0 {
		f.Limit = usualLimit
	}
	limit := min(f.Limit, mostLimit)
	q, args, err := query(f, limit)
	if err != nil {
		return nil, "", err
	}
	var items []Entry
	if err := tx.Scan(ctx, &items, q, args...); err != nil {
		return nil, "", models.Internal("reading the trail", err)
	}
	if len(items) <= limit {
		return items, "", nil
	}
	items = items[:limit]
	last := items[limit-1]
	return items, cursor(last.At, last.ID), nil
}

// query writes the look-up. The organisation or the case stands in it beside
// row security, so that an index leads to the rows; the policy is the guard.
func query(f Filter, limit int) (string, []any, error) {
	q := `select e.id, e.at, e.actor_user_id, u.name || case when u.machine then ' (a system)' else '' end as actor_name, e.actor_org_id, o.name as org_name, e.actor_role,
  e.action, e.subject_type, e.subject_id, e.case_id, e.refused, e.request_id, e.detail
from audit_events e
left join users u on u.id = e.actor_user_id
left join organisations o on o.id = e.actor_org_id
where `
	var args []any
	and := func(condition string, value any) {
		q += " and " + condition
		args = append(args, value)
	}
	if f.CaseID != uuid.Nil {
		q += "e.case_id = ?"
		args = append(args, f.CaseID)
	} else {
		q += "e.actor_org_id = (select app_org_id())"
	}
	if f.ActorUserID != uuid.Nil {
		and("e.actor_user_id = ?", f.ActorUserID)
	}
	if f.SubjectType != "" {
		and("e.subject_type = ?", f.SubjectType)
	}
	if f.SubjectID != uuid.Nil {
		and("e.subject_id = ?", f.SubjectID)
	}
	if f.Action != "" {
		and("e.action = ?", f.Action)
	}
	if f.Refused != nil {
		and("e.refused = ?", *f.Refused)
	}
	if !f.From.IsZero() {
		and("e.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		and("e.at < ?", f.To)
	}
	if f.Cursor != "" {
		at, id, err := position(f.Cursor)
		if err != nil {
			return "", nil, err
		}
		q += " and (e.at, e.id) < (?, ?)"
		args = append(args, at, id)
	}
	return q + " order by e.at desc, e.id desc limit ?", append(args, limit+1), nil
}

// cursor writes a place in the trail so that nobody is tempted to read it.
func cursor(at time.Time, id uuid.UUID) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(at.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, id[:]...))
}

func position(text string) (time.Time, uuid.UUID, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	var at time.Time
	if err == nil && len(b) == 8+16 {
		at = time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC() //nolint:gosec // what wraps round fails the check below
	}
	if at.Year() < 2000 || at.Year() > 9999 {
		return time.Time{}, uuid.Nil, models.BadCursor()
	}
	return at, uuid.UUID(b[8:]), nil
}
