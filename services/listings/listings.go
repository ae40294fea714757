// Package listings is the public directory: what anybody may read of the
// services there are, ours and those other directories told of (docs/adr/0041).
// It reads as a visitor, a role that no policy on anybody's record names, and
// keeps what it read in the process: ten thousand services are searched faster
// there than they are fetched.
package listings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const (
	fresh    = time.Minute      // how long what was read is believed
	loadTime = 20 * time.Second // how long reading may take
)

// Service answers from memory, and asks once a minute whether anything changed.
type Service struct {
	db      *pg.DB
	current atomic.Pointer[Directory]
	loading sync.Mutex
}

// New returns the public directory over a database. Nothing is read until it is
// asked.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Directory is what is published at one moment. It is never changed.
type Directory struct {
	Version string // of its content: other content has another
	stamp   string
	checked time.Time
	items   []item // by name
	byID    map[uuid.UUID]int
	links   []link // services at their places, in the order of items
	linkAt  map[uuid.UUID]int
	near    gazetteer // of postcodes and their beginnings
}

// item is a listing and what it is searched by.
type item struct {
	models.Listing
	text  string
	terms map[uuid.UUID]bool
	kinds map[uuid.UUID]bool // taxonomies its terms are of
}

// link is one service at one of its places.
type link struct {
	id          uuid.UUID
	item, place int
}

// Current returns the directory as it stands. Where reading it fails, what was
// read before is served: old facts are better than none.
func (s *Service) Current(ctx context.Context) (*Directory, error) {
	d := s.current.Load()
	switch {
	case d == nil:
		s.loading.Lock()
	case time.Since(d.checked) < fresh, !s.loading.TryLock(): // somebody else is asking
		return d, nil
	}
	return s.refresh(ctx, false)
}

// Reload reads the directory now: after a change that has to be seen at once.
func (s *Service) Reload(ctx context.Context) error {
	s.loading.Lock()
	_, err := s.refresh(ctx, true)
	return err
}

// refresh asks, whoever called it having the lock.
func (s *Service) refresh(ctx context.Context, now bool) (*Directory, error) {
	defer s.loading.Unlock()
	old := s.current.Load()
	if old != nil && !now && time.Since(old.checked) < fresh {
		return old, nil
	}
	ctx, cancel := context.WithTimeout(models.WithActor(context.WithoutCancel(ctx), models.Visitor()), loadTime)
	defer cancel()
	d, err := s.read(ctx, old)
	switch {
	case err == nil:
		s.current.Store(d)
		return d, nil
	case old != nil && !now:
		return old, nil
	}
	return nil, err
}

// stampSQL is other where anything that is published is.
const stampSQL = `select concat_ws('|', (select count(*) || ' ' || coalesce(max(changed_at)::text, '') from listings),
	(select md5(string_agg(s::text, '' order by s.id)) from services s), (select md5(string_agg(o::text, '' order by o.id)) from organisations o))`

// read reads what changed: nothing, or all of it.
func (s *Service) read(ctx context.Context, old *Directory) (*Directory, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var stamp string
	b.Query(pg.One(new(bool), &stamp), stampSQL)
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	if old != nil && old.stamp == stamp {
		same := *old
		same.checked = time.Now()
		return &same, nil
	}
	all, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	d := arrange(all)
	sum := sha256.Sum256([]byte(stamp))
	d.stamp, d.Version, d.checked = stamp, hex.EncodeToString(sum[:8]), time.Now()
	return d, nil
}

// load reads every service of ours, every listing, and puts together those that
// are about the same.
func (s *Service) load(ctx context.Context) ([]models.Listing, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	b.Query(pg.Each(func(r pg.Row) error {
		var code, name string
		err := r.Scan(&code, &name)
		names[code] = name
		return err
	}), "select code, name from authorities")
	var own []ours
	b.Query(pg.Each(func(r pg.Row) error {
		var o ours
		err := r.Scan(&o.ID, &o.OrgID, &o.Pathway, &o.Name, &o.Description, &o.MinAge, &o.MaxAge, &o.Boroughs, &o.OffenceTypes, &o.HateStrands, &o.WomenOnly,
			&o.Languages, &o.Opening, &o.Capacity, &o.WaitDays, &o.CapacityConfirmedOn, &o.organisation, &o.withheld)
		own = append(own, o)
		return err
	}), `select s.id, s.org_id, s.pathway, s.name, s.description, s.min_age, s.max_age, s.boroughs, s.offence_types, s.hate_strands, s.women_only,
		s.languages, s.opening, s.capacity, s.wait_days, s.capacity_confirmed_on, o.name, o.address_withheld
		from services s join organisations o on o.id = s.org_id where s.active and o.active`)
	var listed []models.Listing
	b.Query(pg.Each(func(r pg.Row) error {
		l, err := scanListing(r)
		listed = append(listed, l)
		return err
	}), "select "+columns+" from listings")
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	return together(own, listed, names), nil
}

const columns = `id, service_id, source, source_id, organisation, name, description, status, url, email, phone, fees, accreditations, alert,
	assured_on, min_age, max_age, languages, areas, terms, hours, places, withheld, changed_at`

func scanListing(r pg.Row) (models.Listing, error) {
	var l models.Listing
	err := r.Scan(&l.ID, &l.ServiceID, &l.Source, &l.SourceID, &l.Organisation, &l.Name, &l.Description, &l.Status, &l.URL, &l.Email, &l.Phone, &l.Fees, &l.Accredited, &l.Alert,
		&l.AssuredOn, &l.MinAge, &l.MaxAge, &l.Languages, &l.Areas, &l.Terms, &l.Hours, &l.Places, &l.Withheld, &l.ChangedAt)
	return l, err
}
