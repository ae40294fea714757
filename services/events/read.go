package events

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

// Query says which events of a case to list.
type Query struct {
	Limit  int
	Cursor string
}

// Listed are the events of a case, the latest first.
type Listed struct {
	CaseID    uuid.UUID
	Reference string
	Open      bool // something can be added
	Items     []View
	Next      string
}

// List shows what happened in a case to whoever sees it, and records that it was
// read. Not found for everybody else, a receiver of a referral included.
func (s *Service) List(ctx context.Context, caseID uuid.UUID, q Query) (Listed, error) {
	out := Listed{}
	if err := may(ctx, models.CaseRead); err != nil {
		return out, err
	}
	after, err := subject.ReadCursor(q.Cursor)
	if err != nil {
		return out, err
	}
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 50
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		f, err := seen(ctx, tx, caseID)
		if err != nil {
			return err
		}
		out.CaseID, out.Reference, out.Open = f.ID, f.Reference, f.Status == models.CaseOpen
		list, err := read(ctx, tx, "where case_id = ? and (occurred_at, id) < (?, ?) order by occurred_at desc, id desc limit ?", caseID, after.At, after.ID, q.Limit+1)
		if err != nil {
			return err
		}
		if len(list) > q.Limit {
			list = list[:q.Limit]
			last := list[q.Limit-1]
			out.Next = subject.Position{At: last.OccurredAt, ID: last.ID}.String()
		}
		moved, err := read(ctx, tx, "where case_id = ? and type = 'E12' order by at limit 200", caseID)
		if err != nil {
			return err
		}
		out.Items = make([]View, 0, len(list))
		for i := range list {
			out.Items = append(out.Items, s.view(dir, &f, list[i], moved))
		}
		return tx.Record(ctx, about(&f, "case_event.listed", map[string]any{"shown": len(list)}))
	})
	return out, err
}

// Get shows one event of a case, and records that it was read.
func (s *Service) Get(ctx context.Context, caseID, id uuid.UUID) (View, error) {
	var out View
	if err := may(ctx, models.CaseRead); err != nil {
		return out, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		f, err := seen(ctx, tx, caseID)
		if err != nil {
			return err
		}
		e, err := one(ctx, tx, caseID, id)
		if err != nil {
			return err
		}
		out = s.view(dir, &f, e, nil)
		return tx.Record(ctx, about(&f, "case_event.opened", map[string]any{"event": id, "type": e.Type}))
	})
	return out, err
}

// Clocks shows the clocks of a case that hang on events, the soonest due first,
// and records that they were read.
func (s *Service) Clocks(ctx context.Context, caseID uuid.UUID) (reference string, out []Line, err error) {
	if err := may(ctx, models.CaseRead); err != nil {
		return "", nil, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return "", nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		f, err := seen(ctx, tx, caseID)
		if err != nil {
			return err
		}
		reference = f.Reference
		if out, err = s.lines(ctx, tx, dir, &f, ""); err != nil {
			return err
		}
		return tx.Record(ctx, about(&f, "case.clocks_read", map[string]any{"clocks": len(out)}))
	})
	return reference, out, err
}

// seen finds a case without holding it.
func seen(ctx context.Context, tx *pg.Tx, id uuid.UUID) (facts, error) {
	var f facts
	err := tx.Scan(ctx, &f, "select id, reference, status, enhanced, accountable_org_id, logged_by_org_id from cases where id = ?", id)
	if err == nil && f.ID == uuid.Nil {
		err = models.NotFound("case")
	}
	return f, err
}

func one(ctx context.Context, tx *pg.Tx, caseID, id uuid.UUID) (models.CaseEvent, error) {
	list, err := read(ctx, tx, "where case_id = ? and id = ?", caseID, id)
	if err != nil {
		return models.CaseEvent{}, err
	}
	if len(list) == 0 {
		return models.CaseEvent{}, models.NotFound("event")
	}
	return list[0], nil
}

// view is an event with its names. moved are the hearings of the case: a date
// that one of them moved no longer holds.
func (s *Service) view(dir *directory.Snapshot, f *facts, e models.CaseEvent, moved []models.CaseEvent) View {
	v := View{CaseEvent: e, CaseLabel: f.Reference, Source: org(dir, e.SourceOrgID)}
	if e.ToldByOrg != nil {
		v.ToldBy = org(dir, *e.ToldByOrg)
	}
	v.Telling = e.ToldAt == nil
	at, has := e.Moment("hearing_at")
	for i := range moved {
		was, ok := moved[i].Moment("was_at")
		v.Replaced = v.Replaced || has && ok && moved[i].ID != e.ID && was.Equal(at) && !moved[i].At.Before(e.At)
	}
	return v
}

func org(dir *directory.Snapshot, id uuid.UUID) models.Organisation {
	o, ok := dir.Organisation(id)
	if !ok {
		o = models.Organisation{ID: id, Name: dir.Name(id)}
	}
	return o
}

// lines reads clocks of a case with their words.
func (s *Service) lines(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, f *facts, which string, args ...any) ([]Line, error) {
	var rows []struct {
		models.Clock
		EventID        uuid.UUID
		Type           models.EventType
		What           *string
		OffRecord      bool
		Enhanced       bool
		ExtendedDays   *int
		ExtendedReason *string
		EndedOn        *time.Time
		EndedByOrgID   *uuid.UUID
		Owner          string
		Soft           int
	}
	err := tx.Scan(ctx, &rows, `select k.*, x.event_id, e.type, e.details->>'what' as what, x.off_record, x.enhanced, x.extended_days, x.extended_reason, x.ended_on, x.ended_by_org_id, r.owner, r.soft
		from clocks k join case_clocks x on x.clock_id = k.id join case_events e on e.id = x.event_id join clock_rules r on r.rule = k.rule and r.version = k.rule_version
		where k.case_id = ? `+which+` order by k.stopped_at is not null, k.due_at, k.id limit 1000`, append([]any{f.ID}, args...)...)
	if err != nil {
		return nil, err
	}
	out := make([]Line, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		e := models.CaseEvent{Type: r.Type, Details: map[string]any{}}
		if r.What != nil {
			e.Details["what"] = *r.What
		}
		l := Line{Clock: r.Clock, Holder: org(dir, r.HolderOrgID), Owner: r.Owner, OffRecord: r.OffRecord, EventID: r.EventID, Event: e.Title(), Enhanced: r.Enhanced}
		l.Text = s.calendar.ClockText(&l.Clock, tx.Now, models.ClockReason(&l.Clock))
		if r.ExtendedDays != nil {
			l.Extended = *r.ExtendedDays
		}
		if r.ExtendedReason != nil {
			reason, _ := models.FindReason(models.GroupExtend, *r.ExtendedReason)
			l.ExtendedWhy = reason.Words
		}
		if r.EndedByOrgID != nil {
			l.EndedOn, l.EndedBy = r.EndedOn, org(dir, *r.EndedByOrgID)
		}
		if r.Soft > 0 {
			if best, err := s.calendar.Due(l.StartedAt, r.Soft); err == nil {
				l.BestBy = &best
			}
		}
		out = append(out, l)
	}
	return out, nil
}
