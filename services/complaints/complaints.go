// Package complaints keeps what people say of organisations (docs/adr/0048):
// complaints, acknowledged and answered in time and taken further, and
// compliments. Whom a complaint names does not read it; the database holds that.
package complaints

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// Service keeps complaints and compliments.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
}

// New returns the service over a database, the calendar that limits are counted
// by, and the directory of organisations.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir}
}

// View is a complaint or a compliment with what was done about it.
type View struct {
	models.Complaint
	CaseReference string // to those who see the case
	Named         int    // how many people are kept from it
	Entries       []Entry
	Clocks        []Clock
	Answers       bool // the reader answers for the organisation it is about
	Office        bool // the reader is of the office it was taken to
	Now           time.Time
}

// Entry is one thing that was done about it.
type Entry struct {
	Kind    string // acknowledged, answered, escalated or closed
	Channel string
	Said    string
	Changes string
	At      time.Time
	ByOrgID uuid.UUID
}

// Clock is one of its limits.
type Clock struct {
	models.Clock
	Text models.ClockText
}

// Item is one line of a list. What was said is not in it.
type Item struct {
	models.Complaint
	Late bool
}

// words are what is sealed of one.
type words struct {
	Said    string `json:"said,omitempty"`
	Wants   string `json:"wants,omitempty"`
	Worker  string `json:"worker,omitempty"`
	Changes string `json:"changes,omitempty"`
}

func about(action string, id uuid.UUID, detail map[string]any) models.Event {
	return models.Event{Action: "complaint." + action, SubjectType: "complaint", SubjectID: id, Detail: detail}
}

const columns = `c.id, c.kind, c.org_id, coalesce(c.service_id, '00000000-0000-0000-0000-000000000000') as service_id, coalesce(c.case_id, '00000000-0000-0000-0000-000000000000') as case_id,
	c.said_by, c.channel, c.topic, c.received_on, c.at, c.by_org_id, c.acknowledged_at, c.answered_at, coalesce(c.outcome, '') as outcome, c.escalated_at,
	coalesce(c.escalated_to, '') as escalated_to, c.closed_at, c.version`

// Filter says which of them are listed.
type Filter struct {
	Kind   string // a key of models.ComplaintKinds; empty: both
	Cursor string
	Limit  int // 1 to 100; 50 where none is given
}

// List shows those that the actor may read, the latest first, and the cursor of
// the page after.
func (s *Service) List(ctx context.Context, f Filter) (items []Item, next string, err error) {
	if _, err := models.May(ctx, models.ComplaintRead); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = 50
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		items = nil
		if err := tx.Scan(ctx, &items, "select "+columns+`, exists (select from clocks k where k.complaint_id = c.id and k.stopped_at is null and k.due_at < ?) as late
			from complaints c where (? = '' or c.kind = ?) and (?::uuid is null or (c.at, c.id) < (select x.at, x.id from complaints x where x.id = ?))
			order by c.at desc, c.id desc limit ?`, tx.Now, f.Kind, f.Kind, after, after, f.Limit+1); err != nil {
			return err
		}
		ids := make([]uuid.UUID, 0, len(items))
		for i := range items {
			ids = append(ids, items[i].ID)
		}
		return tx.Record(ctx, models.Event{Action: "complaint.listed", SubjectType: "complaint", Detail: map[string]any{"ids": ids[:min(len(ids), f.Limit)]}})
	})
	if len(items) > f.Limit {
		items = items[:f.Limit]
		next = models.CursorAfter(items[f.Limit-1].ID)
	}
	return items, next, err
}

// Get shows one, and records that it was read. To whom it names, and to everybody
// else it is not for, it is not there.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) {
	var out View
	if _, err := models.May(ctx, models.ComplaintRead); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = s.show(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, about("read", id, nil))
	})
	return out, err
}

func (s *Service) show(ctx context.Context, tx *pg.Tx, id uuid.UUID) (View, error) {
	v := View{Now: tx.Now}
	var row struct {
		models.Complaint
		Sealed        []byte
		CaseReference string
		Named         int
	}
	if err := tx.Scan(ctx, &row, "select "+columns+`, c.words as sealed, cardinality(c.named) as named,
		coalesce((select x.reference from cases x where x.id = c.case_id), '') as case_reference from complaints c where c.id = ?`, id); err != nil {
		return v, err
	}
	if row.ID == uuid.Nil {
		return v, models.NotFound("complaint")
	}
	v.Complaint, v.CaseReference, v.Named = row.Complaint, row.CaseReference, row.Named
	var said words
	if err := tx.Vault.JSON(vault.ComplaintWords, &v.ID, &said).ScanBytes(row.Sealed); err != nil {
		return v, err
	}
	v.Said, v.Wants, v.Worker = said.Said, said.Wants, said.Worker
	v.Answers = v.OrgID == tx.Actor.OrgID && tx.Actor.Can(models.ComplaintAnswer)
	v.Office = v.EscalatedTo == models.EscalatedToOffice && tx.Actor.Can(models.ComplaintReview)
	if err := s.clocksOf(ctx, tx, &v); err != nil {
		return v, err
	}
	return v, entriesOf(ctx, tx, &v)
}

func (s *Service) clocksOf(ctx context.Context, tx *pg.Tx, v *View) error {
	var rows []models.Clock
	if err := tx.Scan(ctx, &rows, `select id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at from clocks where complaint_id = ? order by due_at, rule`, v.ID); err != nil {
		return err
	}
	for i := range rows {
		k := rows[i]
		if k.StoppedAt == nil {
			k.State = k.StateAt(tx.Now)
		}
		v.Clocks = append(v.Clocks, Clock{Clock: k, Text: s.calendar.ClockText(&k, tx.Now, "")})
	}
	return nil
}

func entriesOf(ctx context.Context, tx *pg.Tx, v *View) error {
	var rows []struct {
		ID            uuid.UUID
		Kind, Channel string
		Sealed        []byte
		At            time.Time
		ByOrgID       uuid.UUID
	}
	if err := tx.Scan(ctx, &rows, "select id, kind, coalesce(channel, '') as channel, words as sealed, at, by_org_id from complaint_entries where complaint_id = ? order by at, id", v.ID); err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		var said words
		if err := tx.Vault.JSON(vault.ComplaintEntryWords, &r.ID, &said).ScanBytes(r.Sealed); err != nil {
			return err
		}
		v.Entries = append(v.Entries, Entry{Kind: r.Kind, Channel: r.Channel, Said: said.Said, Changes: said.Changes, At: r.At, ByOrgID: r.ByOrgID})
	}
	return nil
}
