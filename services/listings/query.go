package listings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"throughline/models"
)

// Filter chooses services. What is empty asks for nothing.
type Filter struct {
	Search   string // words that all occur
	Term     uuid.UUID
	Taxonomy uuid.UUID
	MinAge   *int // who is asked for is at least this old
	MaxAge   *int // and at most this old
	Day      string
	Start    string // HH:MM: open from here
	End      string // to here
	Postcode string
	Within   int // metres of the postcode; 0: DefaultWithin
	Page     int // from 1
	PerPage  int
}

// DefaultWithin is how far around a postcode is looked where nobody says, in
// metres: an hour's walk.
const DefaultWithin = 5000

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	Total int
	Pages int
	Page  int
}

// Services returns a page of the services that fit, by name.
func (d *Directory) Services(f Filter) (Page[models.Listing], error) {
	if err := f.check(); err != nil {
		return Page[models.Listing]{}, err
	}
	var found []int
	for i := range d.items {
		if f.fits(&d.items[i]) {
			found = append(found, i)
		}
	}
	return paged(found, f, func(i int) models.Listing { return d.items[i].Listing }), nil
}

// Service returns one service, or a not-found error.
func (d *Directory) Service(id uuid.UUID) (models.Listing, error) {
	i, ok := d.byID[id]
	if !ok {
		return models.Listing{}, models.NotFound("service")
	}
	return d.items[i].Listing, nil
}

// At is a service at one of its places.
type At struct {
	ID      uuid.UUID
	Service models.Listing
	Place   models.ListingPlace
}

// AtPlaces returns a page of services at their places: by name, or the nearest
// first where a postcode was given. A service whose place is withheld is at
// none. A postcode that nothing published is near to cannot be looked around.
func (d *Directory) AtPlaces(f Filter) (Page[At], error) {
	if err := f.check(); err != nil {
		return Page[At]{}, err
	}
	var found []int
	if f.Postcode == "" {
		for i := range d.links {
			if f.fits(&d.items[d.links[i].item]) {
				found = append(found, i)
			}
		}
		return paged(found, f, d.at), nil
	}
	from, ok := d.near.of(f.Postcode)
	if !ok {
		return Page[At]{}, models.Invalid(models.Field("postcode", models.FieldUnknown, "No service is known near this postcode. Search without it"))
	}
	far := map[int]float64{}
	within := float64(cmp.Or(f.Within, DefaultWithin))
	for i := range d.links {
		if m, ok := from.metres(d.place(i)); ok && m <= within && f.fits(&d.items[d.links[i].item]) {
			far[i] = m
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(far[a], far[b]) })
	return paged(found, f, d.at), nil
}

// AtPlace returns one service at one place, or a not-found error.
func (d *Directory) AtPlace(id uuid.UUID) (At, error) {
	i, ok := d.linkAt[id]
	if !ok {
		return At{}, models.NotFound("service at a location")
	}
	return d.at(i), nil
}

// Links are the ids of a service at each of its places, in their order.
func Links(l *models.Listing) []uuid.UUID {
	out := make([]uuid.UUID, len(l.Places))
	for i := range l.Places {
		out[i] = stable("at", l.ID.String()+"/"+l.Places[i].ID.String())
	}
	return out
}

func (d *Directory) at(i int) At {
	return At{ID: d.links[i].id, Service: d.items[d.links[i].item].Listing, Place: *d.place(i)}
}

func (d *Directory) place(i int) *models.ListingPlace {
	return &d.items[d.links[i].item].Places[d.links[i].place]
}

func (f *Filter) check() error {
	faults := &models.Faults{}
	if f.MinAge != nil && f.MaxAge != nil && *f.MinAge > *f.MaxAge {
		faults.Add("maximum_age", models.FieldInvalid, "The maximum age must not be below the minimum age")
	}
	if f.Start != "" && f.End != "" && f.Start >= f.End {
		faults.Add("end_time", models.FieldInvalid, "The end must be after the start, on the same day")
	}
	if f.Within != 0 && f.Postcode == "" {
		faults.Add("proximity", models.FieldNotOpen, "Give a postcode too")
	}
	if f.Postcode != "" && !isPostcodeOrPart(f.Postcode) {
		faults.Add("postcode", models.FieldInvalid, "Give a postcode, as E8 1EA, or its first part")
	}
	if list := faults.List(); len(list) > 0 {
		return models.Invalid(list...)
	}
	return nil
}

func (f *Filter) fits(m *item) bool {
	switch {
	case f.Term != uuid.Nil && !m.terms[f.Term], f.Taxonomy != uuid.Nil && !m.kinds[f.Taxonomy]:
		return false
	case f.MinAge != nil && m.MaxAge != nil && *m.MaxAge < *f.MinAge, f.MaxAge != nil && m.MinAge != nil && *m.MinAge > *f.MaxAge:
		return false
	case !f.open(m.Hours):
		return false
	}
	for _, word := range strings.Fields(strings.ToLower(f.Search)) {
		if !strings.Contains(m.text, word) {
			return false
		}
	}
	return true
}

// open reports whether a service is open on the day asked for, or on some day,
// for the whole of the time asked for.
func (f *Filter) open(hours []models.ListingHours) bool {
	if f.Day == "" && f.Start == "" && f.End == "" {
		return true
	}
	return slices.ContainsFunc(hours, func(h models.ListingHours) bool {
		switch {
		case len(h.Days) == 0, f.Day != "" && !slices.Contains(h.Days, f.Day):
			return false
		case f.Start != "" && (h.Opens == "" || f.Start < h.Opens || f.Start >= h.Closes):
			return false
		}
		return f.End == "" || h.Closes != "" && f.End <= h.Closes && f.End > h.Opens
	})
}

func paged[T any](found []int, f Filter, of func(int) T) Page[T] {
	n, per := max(f.Page, 1), max(f.PerPage, 1)
	out := Page[T]{Items: []T{}, Total: len(found), Pages: (len(found) + per - 1) / per, Page: n}
	from := min((n-1)*per, len(found))
	for _, i := range found[from:min(from+per, len(found))] {
		out.Items = append(out.Items, of(i))
	}
	return out
}

// arrange prepares a list for being searched.
func arrange(all []models.Listing) *Directory {
	d := &Directory{byID: make(map[uuid.UUID]int, len(all)), linkAt: map[uuid.UUID]int{}, near: gazetteer{}}
	d.items = make([]item, len(all))
	for i := range all {
		m := item{Listing: all[i], terms: map[uuid.UUID]bool{}, kinds: map[uuid.UUID]bool{}}
		m.text = strings.ToLower(strings.Join([]string{m.Name, m.Description, m.Organisation}, "\n"))
		for _, key := range m.Terms {
			if t, ok := words().byKey[key]; ok {
				m.terms[t.ID], m.kinds[t.Taxonomy.ID] = true, true
			}
		}
		d.items[i] = m
		d.byID[m.ID] = i
		for n, id := range Links(&m.Listing) {
			d.linkAt[id] = len(d.links)
			d.links = append(d.links, link{id: id, item: i, place: n})
			d.near.learn(&m.Places[n])
		}
	}
	return d
}
