package matters

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/events"
)

// entered is what was entered of an event, sealed beside it, so that a case that
// joins later gets it too.
type entered struct {
	Reference string         `json:"reference"`
	Details   map[string]any `json:"details"`
}

// Record enters an event once: it becomes an event of every case of the matter
// that the actor sees, each with its own proof of telling, and what each witness
// is to be told of. The same type with the same reference is one event: sent
// again it is entered where it was not, and changes nothing else. A case it
// cannot be entered in, because it is closed, says so and holds up no other.
// Errors: not found, forbidden, a models.Replay, and invalid.
func (s *Service) Record(ctx context.Context, urn string, in events.Input) (View, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	return s.change(ctx, urn, func(ctx context.Context, tx *pg.Tx, m *models.Matter) (uuid.UUID, error) {
		if strings.TrimSpace(in.Reference) == "" && in.Once != uuid.Nil {
			in.Reference = ownPrefix(m.URN) + in.Once.String()
		}
		e, found := in.Check(tx.Now, s.calendar)
		if e.Reference == "" {
			found = append(found, models.Field("source_reference", models.FieldRequired, "Enter your reference for it"))
		}
		if spec, ok := models.FindEventType(string(e.Type)); ok && !spec.MayRecord(tx.Actor.OrgKind) {
			found = append(found, models.Field("type", models.FieldNotOpen, "Another kind of organisation records this. Choose what your organisation did"))
		}
		if err := models.Refusal(ctx, found); err != nil {
			return uuid.Nil, err
		}
		id, fresh, err := s.keep(ctx, tx, m, &e, in.Details)
		if err != nil {
			return uuid.Nil, err
		}
		if fresh {
			if err := s.owe(ctx, tx, m, id, &e); err != nil {
				return uuid.Nil, err
			}
		}
		var list []uuid.UUID
		if err := tx.Scan(ctx, &list, "select case_id from matter_cases where matter_id = ? order by at, case_id", m.ID); err != nil {
			return uuid.Nil, err
		}
		if err := s.into(ctx, tx, dir, list, entry{id, in.NewCaseEvent}); err != nil {
			return uuid.Nil, err
		}
		action := "event_entered"
		if !fresh {
			action = "event_repeated"
		}
		return id, tx.Record(ctx, about(m, action, uuid.Nil, map[string]any{"event": id, "type": e.Type, "cases": len(list)}))
	})
}

// ownPrefix begins a reference that was made for whoever had none of their own.
func ownPrefix(urn string) string { return urn + "/" }

// keep keeps what was entered, once for its type and reference.
func (s *Service) keep(ctx context.Context, tx *pg.Tx, m *models.Matter, e *models.CaseEvent, details map[string]any) (id uuid.UUID, fresh bool, err error) {
	key := tx.Vault.LookUp(vault.MatterEventKey, e.Reference)
	id = models.NewID()
	n, err := tx.Exec(ctx, `insert into matter_events (id, matter_id, org_id, type, occurred_at, known_at, content, reference_key, at, by_user_id)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict on constraint matter_events_once do nothing`, id, m.ID, m.OrgID, e.Type, e.OccurredAt, e.KnownAt,
		tx.Vault.SealJSON(vault.MatterEvent, id, entered{e.Reference, details}), key, tx.Now, tx.Actor.UserID)
	if err != nil || n == 1 {
		return id, n == 1, err
	}
	var kept struct{ ID uuid.UUID }
	err = tx.Scan(ctx, &kept, "select id from matter_events where matter_id = ? and type = ? and reference_key = ?", m.ID, e.Type, key)
	return kept.ID, false, err
}

// entry is an event of a matter, to be entered in cases.
type entry struct {
	id uuid.UUID
	in models.NewCaseEvent
}

// into enters events in each of some cases, by the rules of services/events, and
// keeps where that could not be and why.
func (s *Service) into(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, cases []uuid.UUID, entries ...entry) error {
	many, err := s.events.Many(ctx, tx, dir, cases)
	if err != nil {
		return err
	}
	var done, not [][]any
	for _, e := range entries {
		for _, caseID := range cases {
			id, _, err := many.Record(ctx, caseID, events.Input{NewCaseEvent: e.in})
			switch {
			case err == nil:
				done = append(done, []any{e.id, caseID, tx.Actor.OrgID, id})
			case models.CodeOf(err) == models.CodeConflict:
				not = append(not, []any{e.id, caseID, tx.Actor.OrgID, models.MessageOf(err)})
			default:
				return err
			}
		}
	}
	if err := many.Save(ctx); err != nil {
		return err
	}
	for _, row := range not {
		if _, err := tx.Exec(ctx, "insert into matter_event_cases (event_id, case_id, org_id, says) values (?, ?, ?, ?) on conflict do nothing", row...); err != nil {
			return err
		}
	}
	for _, row := range done {
		if _, err := tx.Exec(ctx, `insert into matter_event_cases (event_id, case_id, org_id, case_event_id) values (?, ?, ?, ?)
			on conflict (event_id, case_id) do update set case_event_id = excluded.case_event_id, says = null where matter_event_cases.case_event_id is null`, row...); err != nil {
			return err
		}
	}
	return nil
}

// catchUp enters in cases that joined what was entered before, the earliest
// first.
func (s *Service) catchUp(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, m *models.Matter, list []uuid.UUID) error {
	var rows []eventRow
	if err := tx.Scan(ctx, &rows, "select id, type, occurred_at, known_at, content, at from matter_events where matter_id = ? order by at, id limit 1000", m.ID); err != nil {
		return err
	}
	entries := make([]entry, len(rows))
	for i := range rows {
		what, err := rows[i].open(tx.Vault)
		if err != nil {
			return err
		}
		in := models.NewCaseEvent{Type: string(rows[i].Type), OccurredAt: rows[i].OccurredAt, KnownAt: &rows[i].KnownAt, Reference: what.Reference, Details: what.Details}
		entries[i] = entry{rows[i].ID, in}
	}
	return s.into(ctx, tx, dir, list, entries...)
}

// owe begins the clocks of the witnesses: by when each is to be told, under the
// rule in force at its trigger. Whoever needs more help has the shorter limit, as
// victims with Enhanced Rights have.
func (s *Service) owe(ctx context.Context, tx *pg.Tx, m *models.Matter, id uuid.UUID, e *models.CaseEvent) error {
	rule, at, ok := toldBy(e)
	if !ok {
		return nil
	}
	rules, err := events.Rules(ctx, tx)
	if err != nil {
		return err
	}
	r, ok := models.RuleAt(rules, rule, at)
	if !ok {
		return nil
	}
	var people []struct {
		ID      uuid.UUID
		Special bool
	}
	if err := tx.Scan(ctx, &people, "select id, needs <> '{}' as special from matter_people where matter_id = ? and kind = 'witness'", m.ID); err != nil {
		return err
	}
	for _, p := range people {
		due, err := s.calendar.DueIn(at, r.Limit(p.Special), r.Unit)
		if err != nil {
			return models.Invalid(models.Field("known_at", models.FieldInvalid, err.Error()))
		}
		if _, err := tx.Exec(ctx, "insert into matter_tellings (event_id, person_id, org_id, rule, rule_version, due_at) values (?, ?, ?, ?, ?, ?)",
			id, p.ID, m.OrgID, rule, r.Version, due); err != nil {
			return err
		}
	}
	return nil
}

// toldBy is the clock of an event that a witness has as well, with the time it
// is counted from.
func toldBy(e *models.CaseEvent) (models.Rule, time.Time, bool) {
	for _, x := range e.Effects() {
		for _, start := range x.Starts {
			for _, rule := range models.WitnessRules() {
				if at, ok := e.MomentOf(start.At); ok && start.Rule == rule {
					return rule, at, true
				}
			}
		}
	}
	return "", time.Time{}, false
}

// Telling is how a witness was told of an event.
type Telling struct {
	EventID    uuid.UUID
	PersonID   uuid.UUID
	At         time.Time // zero: now
	Channel    models.Channel
	Understood string // key of models.Understandings
}

// Told records that a witness was told, once. Errors: not found, forbidden, a
// models.Replay, a conflict where it is recorded already, and invalid.
func (s *Service) Told(ctx context.Context, urn string, in Telling) (View, error) {
	return s.change(ctx, urn, func(ctx context.Context, tx *pg.Tx, m *models.Matter) (uuid.UUID, error) {
		if err := models.Refusal(ctx, nil); err != nil {
			return uuid.Nil, err
		}
		var row struct {
			EventID    uuid.UUID
			OccurredAt time.Time
			ToldAt     *time.Time
		}
		if err := tx.Scan(ctx, &row, `select t.event_id, e.occurred_at, t.told_at from matter_tellings t join matter_events e on e.id = t.event_id
			where e.matter_id = ? and t.event_id = ? and t.person_id = ? for no key update of t`, m.ID, in.EventID, in.PersonID); err != nil {
			return uuid.Nil, err
		}
		if row.EventID == uuid.Nil {
			return uuid.Nil, models.Invalid(models.Field("witness_id", models.FieldUnknown, "This witness is not to be told of this event"))
		}
		if row.ToldAt != nil {
			return uuid.Nil, models.Conflict("They were told on " + models.DateTime(*row.ToldAt) + ". Nothing you did was saved.")
		}
		if in.At.IsZero() {
			in.At = tx.Now
		}
		in.At = in.At.UTC().Truncate(time.Microsecond)
		t := models.Telling{Channel: in.Channel, At: in.At, Understood: in.Understood}
		found := t.CheckTelling(row.OccurredAt, tx.Now)
		for i := range found {
			if found[i].Field == "at" {
				found[i] = models.Field("told_at", models.FieldInvalid, "The time they were told must be in the past, and after it happened")
			}
		}
		if err := models.Refusal(ctx, found); err != nil {
			return uuid.Nil, err
		}
		if _, err := tx.Exec(ctx, "update matter_tellings set told_at = ?, told_channel = ?, told_understood = ?, told_by_user_id = ? where event_id = ? and person_id = ?",
			in.At, in.Channel, in.Understood, tx.Actor.UserID, in.EventID, in.PersonID); err != nil {
			return uuid.Nil, err
		}
		return in.EventID, tx.Record(ctx, about(m, "witness_told", uuid.Nil, map[string]any{"event": in.EventID, "person": in.PersonID, "channel": in.Channel, "understood": in.Understood}))
	})
}

func (r *eventRow) open(v *vault.Vault) (entered, error) {
	out := entered{}
	plain, err := v.Open(vault.MatterEvent, r.ID, r.Content)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(plain, &out); err != nil {
		return out, models.Internal("reading an event of a matter", err)
	}
	return out, nil
}
