package matters

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// View is a matter as somebody of its organisation reads it: of its cases those
// that they see.
type View struct {
	models.Matter
	Cases  []Case
	People []models.MatterPerson
	Events []Event
	Now    time.Time
	Done   uuid.UUID // the event that was entered
}

// Case is the case of a victim. It names no person.
type Case struct {
	ID        uuid.UUID
	Reference string
	Status    models.CaseStatus
}

// Event is what was entered, with what it became.
type Event struct {
	ID         uuid.UUID
	Type       models.EventType
	Title      string
	OccurredAt time.Time
	KnownAt    time.Time
	Reference  string
	Made       bool // the reference was made for whoever had none of their own
	Cases      []EventCase
	Witnesses  []WitnessTelling
}

// EventCase is the event of one case, with its own proof of telling.
type EventCase struct {
	CaseID      uuid.UUID
	Reference   string
	EventID     *uuid.UUID // none: it is not an event of this case, and Says has why
	Says        string
	ToldAt      *time.Time
	ToldChannel models.Channel
	ToldByOrgID *uuid.UUID
	Understood  *bool
}

// WitnessTelling is what one witness is to be told of, and how they were.
type WitnessTelling struct {
	PersonID    uuid.UUID
	Name        string
	Rule        models.Rule
	RuleVersion int
	DueAt       time.Time
	ToldAt      *time.Time
	ToldChannel models.Channel
	Understood  string
	Replaced    *time.Time `gorm:"-"` // when a later change of the date was entered
}

// State is where the clock of a telling stands. A date that no longer holds is
// not owed any more, as for a victim; what was late by then stays late.
func (t *WitnessTelling) State(now time.Time) models.ClockState {
	switch {
	case t.ToldAt != nil && !t.ToldAt.After(t.DueAt):
		return models.ClockMet
	case t.ToldAt == nil && t.Replaced != nil && !t.Replaced.After(t.DueAt):
		return models.ClockNotApplicable
	case t.ToldAt != nil || now.After(t.DueAt):
		return models.ClockBreached
	}
	return models.ClockRunning
}

type eventRow struct {
	ID                      uuid.UUID
	Type                    models.EventType
	OccurredAt, KnownAt, At time.Time
	Content                 []byte
}

func find(ctx context.Context, tx *pg.Tx, urn string) (models.Matter, error) {
	var m models.Matter
	written, ok := models.ParseURN(urn)
	if !ok {
		return m, models.NotFound("matter")
	}
	err := tx.Scan(ctx, &m, "select id, org_id, urn, at, by_user_id from matters where urn = ?", written)
	if err == nil && m.ID == uuid.Nil {
		err = models.NotFound("matter")
	}
	return m, err
}

// Get shows a matter, and records that it was read. Another organisation's is
// not there.
func (s *Service) Get(ctx context.Context, urn string) (View, error) {
	if _, err := may(ctx); err != nil {
		return View{}, err
	}
	var out View
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		m, err := find(ctx, tx, urn)
		if err != nil {
			return err
		}
		if out, err = s.show(ctx, tx, &m); err != nil {
			return err
		}
		return tx.Record(ctx, about(&m, "read", uuid.Nil, nil))
	})
	return out, err
}

// List shows the matters of the actor's organisation, the latest first, and the
// cursor of the page after: their numbers, and of nobody anything.
func (s *Service) List(ctx context.Context, cursor string, limit int) (items []models.Matter, next string, err error) {
	if _, err := may(ctx); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(cursor)
	if err != nil {
		return nil, "", err
	}
	if limit < 1 || limit > 100 {
		limit = 25
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &items, `select id, org_id, urn, at, by_user_id from matters where ?::uuid is null or (at, id) < (select x.at, x.id from matters x where x.id = ?)
			order by at desc, id desc limit ?`, after, after, limit+1)
	})
	if len(items) > limit {
		items = items[:limit]
		next = models.CursorAfter(items[limit-1].ID)
	}
	return items, next, err
}

func (s *Service) show(ctx context.Context, tx *pg.Tx, m *models.Matter) (View, error) {
	v := View{Matter: *m, Now: tx.Now}
	if err := tx.Scan(ctx, &v.Cases, `select c.id, c.reference, c.status from matter_cases k join cases c on c.id = k.case_id where k.matter_id = ? order by k.at, c.id limit 1000`, m.ID); err != nil {
		return v, err
	}
	if err := s.people(ctx, tx, &v); err != nil {
		return v, err
	}
	return v, s.happened(ctx, tx, &v)
}

func (s *Service) people(ctx context.Context, tx *pg.Tx, v *View) error {
	var rows []struct {
		ID              uuid.UUID
		Kind            models.MatterPersonKind
		Name, Note      []byte
		Needs, Measures string
	}
	if err := tx.Scan(ctx, &rows, `select id, kind, name, note, array_to_json(needs)::text as needs, measures::text as measures from matter_people
		where matter_id = ? order by kind desc, at, id limit 1000`, v.ID); err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		p := models.MatterPerson{ID: r.ID, Kind: r.Kind}
		name, err := tx.Vault.Open(vault.MatterName, r.ID, r.Name)
		if err != nil {
			return err
		}
		p.Name = string(name)
		if r.Note != nil {
			note, err := tx.Vault.Open(vault.MatterNote, r.ID, r.Note)
			if err != nil {
				return err
			}
			p.Note = string(note)
		}
		if err := json.Unmarshal([]byte(r.Needs), &p.Needs); err != nil {
			return models.Internal("reading a witness's needs", err)
		}
		if err := json.Unmarshal([]byte(r.Measures), &p.Measures); err != nil {
			return models.Internal("reading a witness's measures", err)
		}
		v.People = append(v.People, p)
	}
	return nil
}

// happened reads what was entered, the latest first, with what it became.
func (s *Service) happened(ctx context.Context, tx *pg.Tx, v *View) error {
	var rows []eventRow
	if err := tx.Scan(ctx, &rows, "select id, type, occurred_at, known_at, content, at from matter_events where matter_id = ? order by occurred_at desc, id desc limit 200", v.ID); err != nil {
		return err
	}
	at := map[uuid.UUID]*Event{}
	entered := map[uuid.UUID]time.Time{}
	var moves []time.Time // when hearings were moved or vacated
	v.Events = make([]Event, len(rows))
	for i := range rows {
		r := &rows[i]
		what, err := r.open(tx.Vault)
		if err != nil {
			return err
		}
		e := models.CaseEvent{Type: r.Type, Details: what.Details}
		v.Events[i] = Event{ID: r.ID, Type: r.Type, Title: e.Title(), OccurredAt: r.OccurredAt.UTC(), KnownAt: r.KnownAt.UTC(), Reference: what.Reference, Made: strings.HasPrefix(what.Reference, ownPrefix(v.URN))}
		at[r.ID], entered[r.ID] = &v.Events[i], r.At
		if slices.ContainsFunc(e.Effects(), func(x models.EventEffect) bool { return x.Moves }) {
			moves = append(moves, r.At)
		}
	}
	slices.SortFunc(moves, time.Time.Compare)
	var cases []struct {
		Of uuid.UUID
		EventCase
	}
	if err := tx.Scan(ctx, &cases, `select k.event_id as of, k.case_id, c.reference, k.case_event_id as event_id, coalesce(k.says, '') as says, e.told_at, coalesce(e.told_channel, '') as told_channel,
		e.told_by_org_id, e.told_understood as understood from matter_event_cases k join matter_events m on m.id = k.event_id join cases c on c.id = k.case_id
		left join case_events e on e.id = k.case_event_id where m.matter_id = ? order by c.reference`, v.ID); err != nil {
		return err
	}
	for i := range cases {
		if e := at[cases[i].Of]; e != nil {
			e.Cases = append(e.Cases, cases[i].EventCase)
		}
	}
	var tellings []struct {
		EventID uuid.UUID
		WitnessTelling
	}
	if err := tx.Scan(ctx, &tellings, `select t.event_id, t.person_id, t.rule, t.rule_version, t.due_at, t.told_at, coalesce(t.told_channel, '') as told_channel, coalesce(t.told_understood, '') as understood
		from matter_tellings t join matter_events m on m.id = t.event_id where m.matter_id = ? order by t.due_at, t.person_id`, v.ID); err != nil {
		return err
	}
	names := map[uuid.UUID]string{}
	for i := range v.People {
		names[v.People[i].ID] = v.People[i].Name
	}
	for i := range tellings {
		if e := at[tellings[i].EventID]; e != nil {
			t := tellings[i].WitnessTelling
			t.Name = names[t.PersonID]
			if n := slices.IndexFunc(moves, entered[e.ID].Before); n >= 0 && t.Rule == models.RuleToldHearing {
				t.Replaced = &moves[n]
			}
			e.Witnesses = append(e.Witnesses, t)
		}
	}
	return nil
}
