package events

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// Input is an event about to be recorded. Once, where it is given, is the id a
// form was drawn with: sent twice, it is one event.
type Input struct {
	models.NewCaseEvent
	Once uuid.UUID
}

// Record keeps what happened in a case and moves the clocks that hang on it, in
// one transaction. The same type with the same reference of the same
// organisation changes nothing and says so; other content under it is a
// conflict. Errors: not found, forbidden, a replay, a conflict where the case is
// closed, and invalid with every field to correct.
func (s *Service) Record(ctx context.Context, caseID uuid.UUID, in Input) (Recorded, error) {
	if err := may(ctx, models.EventRecord); err != nil {
		return Recorded{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Recorded{}, err
	}
	var out Recorded
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			f, err := find(ctx, tx, caseID)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := f.mustBeOpen(); err != nil {
				return err
			}
			out, err = s.record(ctx, tx, dir, &f, in)
			if err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

func (s *Service) record(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, f *facts, in Input) (Recorded, error) {
	e, err := s.examine(ctx, dir, &tx.Actor, tx.Now, &in)
	if err != nil {
		return Recorded{}, err
	}
	e.CaseID = f.ID
	before, err := s.again(ctx, tx, &e)
	if err != nil || before != nil {
		if err != nil {
			return Recorded{}, err
		}
		out := Recorded{Event: s.view(dir, f, *before, nil), Repeated: true}
		if out.Clocks, err = s.lines(ctx, tx, dir, f, "and x.event_id = ?", before.ID); err != nil {
			return out, err
		}
		return out, tx.Record(ctx, about(f, "case_event.repeated", map[string]any{"event": before.ID, "type": e.Type}))
	}
	if err := insert(ctx, tx, &e); err != nil {
		return Recorded{}, err
	}
	w, err := s.open(ctx, tx, dir, f)
	if err != nil {
		return Recorded{}, err
	}
	if err := w.happened(&e); err != nil {
		return Recorded{}, outside(err)
	}
	if err := w.save(ctx, tx); err != nil {
		return Recorded{}, err
	}
	stale, err := afraid(ctx, tx, &e)
	if err != nil {
		return Recorded{}, err
	}
	detail := map[string]any{"event": e.ID, "type": e.Type, "clocks": len(w.touched), "to_confirm_again": stale}
	if err := tx.Record(ctx, about(f, "case_event.recorded", detail)); err != nil {
		return Recorded{}, err
	}
	out := Recorded{Event: s.view(dir, f, e, nil)}
	out.Clocks, err = s.lines(ctx, tx, dir, f, "and k.id in ?", w.ids())
	return out, err
}

// examine makes an event of what was sent by the actor. Errors: invalid with every
// field to correct.
func (s *Service) examine(ctx context.Context, dir *directory.Snapshot, by *models.Actor, now time.Time, in *Input) (models.CaseEvent, error) {
	e, found := in.Check(now, s.calendar)
	own, _ := dir.Organisation(by.OrgID)
	if spec, ok := models.FindEventType(string(e.Type)); ok && !spec.MayRecord(own.Kind) {
		found = append(found, models.Field("type", models.FieldNotOpen, "Another kind of organisation records this. Choose what your organisation did"))
	}
	e.SourceOrgID, e.ByOrgID, e.ByUserID = by.OrgID, by.OrgID, by.UserID
	if in.Once != uuid.Nil {
		e.ID = in.Once
	}
	return e, models.Refusal(ctx, found)
}

// afraid does what follows for the victim's safety: whoever works with them is to
// look again the same day, and where bail changed or somebody was released no way
// to reach them is known to be safe until it is confirmed again. It returns how
// many ways that were. What happened is told once one is.
func afraid(ctx context.Context, tx *pg.Tx, e *models.CaseEvent) (stale int64, err error) {
	if e.Freer() {
		gone, err := doubt(ctx, tx, []uuid.UUID{e.CaseID})
		if err != nil {
			return 0, err
		}
		stale = gone[e.CaseID]
	}
	if e.Safety() {
		err = tx.Enqueue(ctx, "case.safety", uuid.Nil, e.CaseID)
	}
	return stale, err
}

// doubt takes back of cases that any way to reach the victim is known to be safe:
// how many ways that were, by case.
func doubt(ctx context.Context, tx *pg.Tx, cases []uuid.UUID) (map[uuid.UUID]int64, error) {
	var gone []struct {
		CaseID uuid.UUID
		N      int64
	}
	err := tx.Scan(ctx, &gone, `with gone as (update contact_channels set confirmed_on = null, version = version + 1
		where case_id in ? and safe = ? and confirmed_on is not null returning case_id) select case_id, count(*) as n from gone group by 1`, cases, models.SafeYes)
	out := map[uuid.UUID]int64{}
	for _, g := range gone {
		out[g.CaseID] = g.N
	}
	return out, err
}

// outside tells of a date the calendar does not reach as a fault of the date.
func outside(err error) error {
	if errors.Is(err, models.ErrOutsideCalendar) {
		return models.Invalid(models.Field("occurred_at", models.FieldInvalid, err.Error()))
	}
	return err
}

// again finds the event where it was recorded before, and refuses other content
// under the same reference.
func (s *Service) again(ctx context.Context, tx *pg.Tx, e *models.CaseEvent) (*models.CaseEvent, error) {
	list, err := read(ctx, tx, `where case_id = ? and (id = ? or source_org_id = ? and type = ? and reference_key = ?)`,
		e.CaseID, e.ID, e.SourceOrgID, e.Type, tx.Vault.LookUp(vault.EventReferenceKey, e.Reference))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	old := list[0]
	return &old, unlike(&old, e)
}

// unlike refuses an event whose reference was recorded with other content.
func unlike(old, e *models.CaseEvent) error {
	if same(old, e) {
		return nil
	}
	return models.Conflict("This reference was recorded before with something else in it. What is recorded is never changed: send the correction under its own reference.")
}

func same(a, b *models.CaseEvent) bool {
	content := func(e *models.CaseEvent) string {
		words := map[string]string{}
		for k, v := range e.Words {
			if v != "" {
				words[k] = v
			}
		}
		out, _ := json.Marshal([]any{e.Type, e.OccurredAt.UTC().UnixMicro(), e.KnownAt.UTC().UnixMicro(), e.Details, words}) //nolint:errchkjson // maps of plain values
		return string(out)
	}
	return content(a) == content(b)
}

const intoEvents = "case_events (id, case_id, type, occurred_at, known_at, at, source_org_id, reference, reference_key, details, words, by_user_id, by_org_id)"

// eventArgs is an event as it is stored.
func eventArgs(v *vault.Vault, e *models.CaseEvent) ([]any, error) {
	details, err := json.Marshal(e.Details)
	if err != nil {
		return nil, models.Internal("writing an event's details", err)
	}
	var reference any
	if e.Reference != "" {
		reference = v.Seal(vault.EventReference, e.ID, e.Reference)
	}
	return []any{
		e.ID, e.CaseID, e.Type, e.OccurredAt, e.KnownAt, e.At, e.SourceOrgID, reference, v.LookUp(vault.EventReferenceKey, e.Reference), string(details),
		v.SealJSON(vault.EventWords, e.ID, e.Words), e.ByUserID, e.ByOrgID,
	}, nil
}

func insert(ctx context.Context, tx *pg.Tx, e *models.CaseEvent) error {
	args, err := eventArgs(tx.Vault, e)
	if err != nil {
		return err
	}
	err = tx.Insert(ctx, intoEvents, args)
	if pg.Constraint(err) == "case_events_pkey" {
		return models.Conflict("This form was sent before, about something else. Begin again.")
	}
	return err
}
