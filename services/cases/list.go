package cases

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Filter chooses the cases an organisation holds.
type Filter struct {
	Status  models.CaseStatus // empty: open and closed
	Borough string            // E09 code or exact name
	Risk    models.Priority
	Cursor  string
	Limit   int // 1 to 100; 0: 50
}

// Page is one page of a list. A cursor is empty where there is nothing there.
type Page struct {
	Items    []Item
	Next     string
	Previous string
	Total    int  // at most manyCases
	More     bool // there are more than Total
	At       time.Time
}

// Item is a case in a list or a search.
type Item struct {
	ID          uuid.UUID
	Reference   string
	Status      models.CaseStatus
	GivenName   string
	FamilyName  string
	KnownAs     string
	DateOfBirth *time.Time // of a search
	Borough     string
	BoroughName string
	Risk        models.Priority
	Enhanced    bool
	LoggedAt    time.Time
	Accountable models.Organisation
	Clock       *ClockLine              // the next that is due
	Channels    []models.ContactChannel // of a list
	Version     int
}

// Name is what screens call the victim of the case.
func (i *Item) Name() string {
	v := models.Victim{GivenName: i.GivenName, FamilyName: i.FamilyName, KnownAs: i.KnownAs}
	return v.Name()
}

const (
	usualLimit = 50
	mostLimit  = 100
	manyCases  = 100 // a list says "100+" rather than count on (decisions.md 21)
)

// List shows the cases that the actor's organisation holds, the latest logged
// first, and records which were shown.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	if _, err := models.May(ctx, models.CaseRead); err != nil {
		return Page{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Page{}, err
	}
	at, err := f.check(dir.Borough)
	if err != nil {
		return Page{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Page{}, err
	}
	r := &reading{dir: dir, calendar: s.calendar, view: View{At: b.Now}}
	out := Page{At: b.Now}
	more := r.queueList(ctx, b, &f, at, &out.Items)
	b.Query(pg.One(new(bool), &out.Total), countCases, b.Actor.OrgID, f.statuses(), pg.OrNull(string(f.Risk)), pg.OrNull(f.Borough), manyCases+1)
	if err := b.Send(pg.BatchWrite); err != nil {
		return Page{}, err
	}
	out.More = out.Total > manyCases
	out.Total = min(out.Total, manyCases)
	out.turn(&f, at, *more)
	return out, nil
}

func (f *Filter) check(boroughs models.Boroughs) (position, error) {
	if f.Limit == 0 {
		f.Limit = usualLimit
	}
	if f.Limit < 1 || f.Limit > mostLimit {
		return position{}, models.Malformed("The limit is not valid.")
	}
	faults := &models.Faults{}
	if f.Status != "" && f.Status != models.CaseOpen && f.Status != models.CaseClosed {
		faults.Add("status", models.FieldUnknown, "Select open or closed")
	}
	if f.Risk != "" && !models.HasChoice(models.RiskLevels(), string(f.Risk)) {
		faults.Add("risk_level", models.FieldUnknown, "Select a level of risk")
	}
	if f.Borough != "" {
		code, ok := boroughs(f.Borough)
		if !ok {
			faults.Add("borough", models.FieldUnknown, "Select a London borough, or give its E09 code")
		}
		f.Borough = code
	}
	if l := faults.List(); l != nil {
		return position{}, models.Invalid(l...)
	}
	return readCursor(f.Cursor)
}

func (f *Filter) statuses() []string {
	if f.Status == "" {
		return []string{string(models.CaseOpen), string(models.CaseClosed)}
	}
	return []string{string(f.Status)}
}

// turn puts the page in order and says how to read on either way.
func (p *Page) turn(f *Filter, at position, more bool) {
	if at.back {
		slices.Reverse(p.Items)
	}
	if len(p.Items) == 0 {
		return
	}
	first, last := p.Items[0], p.Items[len(p.Items)-1]
	if more || at.back {
		p.Next = position{at: last.LoggedAt, id: last.ID}.String()
	}
	if (at.back && more) || (!at.back && f.Cursor != "") {
		p.Previous = position{back: true, at: first.LoggedAt, id: first.ID}.String()
	}
}
