package cases

import (
	"context"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// Query says what somebody knows about a case they look for. Everything that is
// given must fit. A name may be given names and family name in either order, or
// the name somebody goes by, and its last word may be unfinished.
type Query struct {
	Name           string
	DateOfBirth    *time.Time
	YearOfBirth    int // with a name
	Reference      string
	CrimeReference string
	Phone          string
	Postcode       string
}

// Found is what a search brought: at most twenty cases the actor may see, the
// latest logged first. What is barred and what is not there are one answer.
type Found struct {
	Items []Item
	More  bool
}

// mostFound is how many cases a search shows.
const mostFound = 20

// Search looks for cases among those the actor may see. It records which were
// shown and what kind of thing was asked, never the words.
func (s *Service) Search(ctx context.Context, q Query) (Found, error) {
	if _, err := models.May(ctx, models.CaseSearch); err != nil {
		return Found{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Found{}, err
	}
	look, faults := q.read(models.Today(s.db.Now()))
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	f.Join(faults...)
	if l := f.List(); l != nil {
		return Found{}, models.Invalid(l...)
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Found{}, err
	}
	r := &reading{dir: dir, calendar: s.calendar, view: View{At: b.Now}}
	var out Found
	b.Recorded()
	b.Query(pg.Fill(&out.Items, mostFound+1, r.hit), searchSQL[look.driver], look.args(ctx, b)...)
	if err := b.Send(pg.BatchWrite); err != nil {
		return Found{}, err
	}
	if out.More = len(out.Items) > mostFound; out.More {
		out.Items = out.Items[:mostFound]
	}
	return out, nil
}

func (r *reading) hit(row pg.Row, i *Item) error {
	w := pg.WireOf(row)
	*i = Item{
		ID: w.UUID(), Reference: w.Text(), Status: models.CaseStatus(w.Text()), GivenName: w.Text(), FamilyName: w.Text(), KnownAs: w.Text(),
		DateOfBirth: w.MaybeDate(), Borough: w.Text(), Risk: models.Priority(w.Text()), Enhanced: w.Bool(), LoggedAt: w.Time(),
		Accountable: r.org(w.UUID()), Version: w.Int(),
	}
	if at, ok := r.dir.Authority(i.Borough); ok {
		i.BoroughName = at.Name
	}
	return w.Err()
}

// look is a query ready for the database: folded, and as ranges an index can
// answer under row security.
type look struct {
	driver           driver
	by               []string // what was asked by, for the trail
	eq, low, high    []string // the ways to cut the name in two
	from, to         *string  // the whole name as a prefix
	bornFrom, bornTo *time.Time
	reference        *string
	crime            string // empty: not asked for
	phone            string
	postcode         string
}

// cuts is the most places a name of several words is cut at.
const cuts = 4
