package events

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// Many records the events of many cases, as the rows of a file bring them, by the
// rules and with the effects of Record. What it rests on is read at once and what
// it does is written at once, by Save; nothing is written before.
type Many struct {
	s      *Service
	dir    *directory.Snapshot
	tx     *pg.Tx
	cases  map[uuid.UUID]*work
	named  map[string]uuid.UUID // by public reference
	events []models.CaseEvent
	clocks []*clock // that changed, each once
	trail  []models.Event
	freer  map[uuid.UUID]map[string]any // cases in which somebody is freer now, and what the trail says of it
}

// Many takes those of these cases that the actor can see, so that what is
// recorded of them comes one after the other. Errors: forbidden.
func (s *Service) Many(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, cases []uuid.UUID) (*Many, error) {
	return s.many(ctx, tx, dir, "id in ?", cases)
}

// ManyNamed is Many of the cases with these public references.
func (s *Service) ManyNamed(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, references []string) (*Many, error) {
	var written []string
	for _, r := range references {
		if r, err := models.ParseReference(r); err == nil {
			written = append(written, r)
		}
	}
	return s.many(ctx, tx, dir, "reference in ?", written)
}

func (s *Service) many(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, which string, keys any) (*Many, error) {
	if err := may(ctx, models.EventRecord); err != nil {
		return nil, err
	}
	m := &Many{s: s, dir: dir, tx: tx, named: map[string]uuid.UUID{}, freer: map[uuid.UUID]map[string]any{}}
	list, err := findAll(ctx, tx, which, keys)
	if err != nil || len(list) == 0 {
		return m, err
	}
	for _, f := range list {
		m.named[f.Reference] = f.ID
	}
	m.cases, err = s.openAll(ctx, tx, dir, list)
	return m, err
}

// Named is the case with a public reference; uuid.Nil: there is none that the
// actor can see.
func (m *Many) Named(reference string) uuid.UUID {
	written, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil
	}
	return m.named[written]
}

// Record does one event of a case: its id, and whether it was recorded before and
// changes nothing. Where there is an error nothing of it is done. Errors as
// Record of the service has.
func (m *Many) Record(ctx context.Context, caseID uuid.UUID, in Input) (id uuid.UUID, repeated bool, err error) {
	w, ok := m.cases[caseID]
	if !ok {
		return uuid.Nil, false, models.NotFound("case")
	}
	if err := w.f.mustBeOpen(); err != nil {
		return uuid.Nil, false, err
	}
	e, err := m.s.examine(ctx, m.dir, &m.tx.Actor, m.tx.Now, &in)
	if err != nil {
		return uuid.Nil, false, err
	}
	e.CaseID = caseID
	if before := w.again(m.tx.Vault, &e); before != nil {
		if err := unlike(before, &e); err != nil {
			return uuid.Nil, false, err
		}
		m.trail = append(m.trail, about(w.f, "case_event.repeated", map[string]any{"event": before.ID, "type": e.Type}))
		return before.ID, true, nil
	}
	moved, err := w.try(&e)
	if err != nil {
		return uuid.Nil, false, err
	}
	m.events = append(m.events, e)
	for _, k := range moved {
		if !slices.Contains(m.clocks, k) {
			m.clocks = append(m.clocks, k)
		}
	}
	detail := map[string]any{"event": e.ID, "type": e.Type, "clocks": len(moved), "to_confirm_again": int64(0)}
	m.trail = append(m.trail, about(w.f, "case_event.recorded", detail))
	if _, before := m.freer[caseID]; e.Freer() && !before {
		m.freer[caseID] = detail
	}
	return e.ID, false, nil
}

// again finds an event where it was recorded before, of the same type and under
// the same reference of the same organisation.
func (w *work) again(v *vault.Vault, e *models.CaseEvent) *models.CaseEvent {
	key, err := v.LookUp(vault.EventReferenceKey, e.Reference).BytesValue()
	if err != nil {
		return nil // a failed seal fails the statement that writes it
	}
	for i := range w.events {
		old := &w.events[i]
		if old.Type != e.Type || old.SourceOrgID != e.SourceOrgID {
			continue
		}
		if k, err := v.LookUp(vault.EventReferenceKey, old.Reference).BytesValue(); err == nil && k != nil && bytes.Equal(k, key) {
			return old
		}
	}
	return nil
}

// Save writes what was recorded, and does what follows for the victims' safety.
func (m *Many) Save(ctx context.Context) error {
	rows := make([][]any, len(m.events))
	var err error
	for i := range m.events {
		if rows[i], err = eventArgs(m.tx.Vault, &m.events[i]); err != nil {
			return err
		}
	}
	if err := m.tx.Insert(ctx, intoEvents, rows...); err != nil {
		return err
	}
	if err := save(ctx, m.tx, m.clocks); err != nil {
		return err
	}
	if err := m.afraid(ctx); err != nil {
		return err
	}
	return m.tx.RecordAll(ctx, m.trail)
}

// afraid is afraid of one event, for all of them.
func (m *Many) afraid(ctx context.Context) error {
	var look [][]any
	for i := range m.events {
		if m.events[i].Safety() {
			look = append(look, []any{"case.safety", m.events[i].CaseID, m.tx.Now})
		}
	}
	if err := m.tx.Insert(ctx, "outbox (topic, case_id, at)", look...); err != nil || len(m.freer) == 0 {
		return err
	}
	stale, err := doubt(ctx, m.tx, slices.Collect(maps.Keys(m.freer)))
	for id, n := range stale {
		m.freer[id]["to_confirm_again"] = n
	}
	return err
}
