// Package owed lists what an organisation, or one of its people, owes now: the
// clocks it holds, the offers of a duty that wait for its answer, and the
// victims who have not been told of a hand-off (docs/adr/0032). It changes
// nothing, and names no person.
package owed

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

// Service lists what is owed.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
}

// New returns the service over a database, the calendar that words are counted
// by, and the directory that names organisations.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir}
}

// The kinds of what is owed.
const (
	KindClock   = "clock"   // a timed duty of a referral, a case or a request about somebody's data
	KindAnswer  = "answer"  // an offer of a duty
	KindTelling = "telling" // the victim is to be told of a hand-off
	KindRequest = "request" // the victim, or whoever holds their code, asked for something on their page
)

// Filter says which of it is listed.
type Filter struct {
	Mine   bool // what is the actor's own, and not the whole organisation's
	All    bool // what is due after today, too
	Cursor string
	Limit  int // 1 to 100; 50 where none is given
}

// Item is one thing that is owed. It holds nothing of the person.
type Item struct {
	ID            uuid.UUID // of the clock, the hand-off or the request
	Kind          string
	DueAt         time.Time // of a telling: since when it is owed
	Late          bool
	CaseID        uuid.UUID   // uuid.Nil of a request about somebody's data, which is of no case here
	CaseReference string      // to those who see the case
	Request       string      // the reference of a request about somebody's data, of its clock
	Referral      string      // the reference of one, of its clock
	Rule          models.Rule // of a clock
	State         models.ClockState
	Handoff       string // the reference of one, of an answer and a telling
	Duty          models.Duty
	OffSystem     bool // of a partner that never signs in: its answer is asked for
	With          models.Organisation
	ComplaintID   uuid.UUID // of a complaint's clock
	Text          models.ClockText
}

// Page is one page of what is owed, the soonest due first.
type Page struct {
	Items []Item
	Next  string
	At    time.Time
}

const most = 50

// List shows what the actor's organisation owes, or the actor alone: what they
// were given, what they logged or recorded, and what they took over. It reads
// one row more than it shows, in one query, and records what was shown. Errors:
// forbidden; malformed for a cursor that is none of ours.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return Page{}, err
	}
	if !a.Can(models.HandoffAnswer) {
		return Page{}, models.RoleForbidden()
	}
	after, err := begins(f.Cursor)
	if err != nil {
		return Page{}, err
	}
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = most
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Page{}, err
	}
	var out Page
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		out = Page{At: tx.Now}
		var mine *uuid.UUID
		if f.Mine {
			mine = &tx.Actor.UserID
		}
		until := farAway()
		if !f.All {
			until = endOfDay(tx.Now)
		}
		var rows []row
		if err := tx.Scan(ctx, &rows, owedSQL, map[string]any{
			"org": tx.Actor.OrgID, "me": mine, "at": after.At, "id": after.ID, "until": until, "rows": f.Limit + 1,
		}); err != nil {
			return err
		}
		if len(rows) > f.Limit {
			last := rows[f.Limit-1]
			rows, out.Next = rows[:f.Limit], subject.Position{At: last.DueAt, ID: last.ID}.String()
		}
		ids := make([]uuid.UUID, 0, len(rows))
		for i := range rows {
			out.Items = append(out.Items, s.item(dir, &rows[i], tx.Now))
			ids = append(ids, rows[i].ID)
		}
		return tx.Record(ctx, models.Event{Action: "owed.listed", SubjectType: "owed", Detail: map[string]any{"mine": f.Mine, "ids": ids}})
	})
	return out, err
}

// begins reads a cursor; an empty one is the start of a list that is ordered by
// when, the earliest first.
func begins(cursor string) (subject.Position, error) {
	if cursor == "" {
		return subject.Position{At: time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)}, nil
	}
	return subject.ReadCursor(cursor)
}

func farAway() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }

// endOfDay is when what is due on a day is due (decisions.md 23).
func endOfDay(now time.Time) time.Time {
	y, m, d := now.In(models.London()).Date()
	return time.Date(y, m, d, 23, 59, 59, 0, models.London())
}

func (s *Service) item(dir *directory.Snapshot, r *row, now time.Time) Item {
	it := Item{
		ID: r.ID, Kind: r.Kind, DueAt: r.DueAt, CaseID: r.CaseID, CaseReference: r.CaseReference, Referral: r.Referral, Rule: models.Rule(r.Rule),
		State: models.ClockState(r.State), Handoff: r.Handoff, Duty: models.Duty(r.Duty), OffSystem: r.OffSystem,
		Request: r.Request,
	}
	if r.ComplaintID != nil {
		it.ComplaintID = *r.ComplaintID
	}
	if r.WithOrgID != nil {
		o, ok := dir.Organisation(*r.WithOrgID)
		if !ok {
			o = models.Organisation{ID: *r.WithOrgID, Name: dir.Name(*r.WithOrgID)}
		}
		it.With = o
	}
	// A telling is owed from the moment the duty moved, so it is never on time.
	k := models.Clock{Rule: it.Rule, State: it.State, DueAt: r.DueAt, DueSoonAt: s.calendar.DueSoon(r.DueAt)}
	if it.Kind != KindClock {
		k.State = k.StateAt(now)
		it.State = k.State
	}
	it.Late = now.After(r.DueAt)
	it.Text = s.calendar.ClockText(&k, now, "")
	if it.Kind == KindTelling {
		it.Text = models.ClockText{Words: "Owed since " + models.DayIn(r.DueAt, now)}
	}
	return it
}
