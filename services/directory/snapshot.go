package directory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Authority is one of London's 33, by its E09 code.
type Authority struct {
	Code string
	Name string
}

// Snapshot is the directory at one moment. It is never changed, so it can be
// kept for the length of a request.
type Snapshot struct {
	at            time.Time
	organisations map[uuid.UUID]models.Organisation
	services      map[uuid.UUID]models.Service
	ordered       []uuid.UUID // services by name
	authorities   []Authority
	codes         map[string]string // code by lower-case name and by itself
	coordinators  map[string][]uuid.UUID
	agreements    map[uuid.UUID][]models.Agreement // by whose they are
}

func newSnapshot() *Snapshot {
	return &Snapshot{
		organisations: map[uuid.UUID]models.Organisation{}, services: map[uuid.UUID]models.Service{},
		codes: map[string]string{}, coordinators: map[string][]uuid.UUID{}, agreements: map[uuid.UUID][]models.Agreement{},
	}
}

// Organisation returns one organisation, and false for an id nobody has.
func (c *Snapshot) Organisation(id uuid.UUID) (models.Organisation, bool) {
	o, ok := c.organisations[id]
	return o, ok
}

// Name returns the name of an organisation, and words for one that is not known.
func (c *Snapshot) Name(id uuid.UUID) string {
	if o, ok := c.organisations[id]; ok {
		return o.Name
	}
	return "Another organisation"
}

// Organisations returns all of them, by name.
func (c *Snapshot) Organisations() []models.Organisation {
	out := make([]models.Organisation, 0, len(c.organisations))
	for _, o := range c.organisations {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b models.Organisation) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Service returns one service, and false for an id nobody has.
func (c *Snapshot) Service(id uuid.UUID) (models.Service, bool) {
	s, ok := c.services[id]
	return s, ok
}

// ServiceName returns the name of a service, and words for one not known.
func (c *Snapshot) ServiceName(id uuid.UUID) string {
	if s, ok := c.services[id]; ok {
		return s.Name
	}
	return "Another service"
}

// Services returns the services of a pathway, or all where it is empty, by name.
func (c *Snapshot) Services(pathway string) []models.Service {
	var out []models.Service
	for _, id := range c.ordered {
		if s := c.services[id]; pathway == "" || s.Pathway == pathway {
			out = append(out, s)
		}
	}
	return out
}

// Authorities returns London's authorities by code.
func (c *Snapshot) Authorities() []Authority { return slices.Clone(c.authorities) }

// Authority returns the name of an E09 code.
func (c *Snapshot) Authority(code string) (Authority, bool) {
	i := slices.IndexFunc(c.authorities, func(a Authority) bool { return a.Code == code })
	if i < 0 {
		return Authority{}, false
	}
	return c.authorities[i], true
}

// Borough returns the E09 code of a code or exact name, whatever its capitals.
// It is a models.Boroughs.
func (c *Snapshot) Borough(codeOrName string) (string, bool) {
	code, ok := c.codes[strings.ToLower(strings.TrimSpace(codeOrName))]
	return code, ok
}

// Coordinators returns the organisations that coordinate a pathway.
func (c *Snapshot) Coordinators(pathway string) []uuid.UUID { return c.coordinators[pathway] }

// small reports whether there is so little in it that it was loaded before the
// directory was filled.
func (c *Snapshot) small() bool { return len(c.organisations) == 0 || len(c.services) == 0 }

func (c *Snapshot) queue(b *pg.Batch) {
	b.Query(pg.Each(func(r pg.Row) error {
		var a Authority
		err := r.Scan(&a.Code, &a.Name)
		c.authorities = append(c.authorities, a)
		c.codes[strings.ToLower(a.Name)], c.codes[strings.ToLower(a.Code)] = a.Code, a.Code
		return err
	}), "select code, name from authorities order by code")
	b.Query(pg.Each(func(r pg.Row) error {
		var o models.Organisation
		err := r.Scan(&o.ID, &o.Name, &o.Kind, &o.Authority, &o.AddressWithheld, &o.IdleMinutes, &o.Active)
		c.organisations[o.ID] = o
		return err
	}), "select id, name, kind, authority, address_withheld, idle_minutes, active from organisations")
	b.Query(pg.Each(func(r pg.Row) error {
		m, err := scanService(r)
		c.services[m.ID] = m
		c.ordered = append(c.ordered, m.ID)
		return err
	}), "select "+serviceColumns+" from services order by name, id")
	b.Query(pg.Each(func(r pg.Row) error {
		var pathway string
		var org uuid.UUID
		err := r.Scan(&pathway, &org)
		c.coordinators[pathway] = append(c.coordinators[pathway], org)
		return err
	}), "select pathway, org_id from pathway_coordinators order by pathway, org_id")
	c.queueAgreements(b)
}

const serviceColumns = `id, org_id, pathway, name, description, min_age, max_age, boroughs, offence_types, hate_strands,
	women_only, high_risk, languages, opening, capacity, places_total, places_open, capacity_confirmed_on, wait_days, acknowledge_days,
	decide_days, attempt_days, attempt_days_high, contact_days, contact_attempts, decline_review, active, capacity_version`

func scanService(r pg.Row) (models.Service, error) {
	var s models.Service
	err := r.Scan(&s.ID, &s.OrgID, &s.Pathway, &s.Name, &s.Description, &s.MinAge, &s.MaxAge, &s.Boroughs, &s.OffenceTypes, &s.HateStrands,
		&s.WomenOnly, &s.HighRisk, &s.Languages, &s.Opening, &s.Capacity, &s.PlacesTotal, &s.PlacesOpen, &s.CapacityConfirmedOn, &s.WaitDays,
		&s.AcknowledgeDays, &s.DecideDays, &s.AttemptDays, &s.AttemptDaysHigh, &s.ContactDays, &s.ContactAttempts, &s.DeclineReview, &s.Active, &s.CapacityVersion)
	return s, err
}

func one(into *models.Service, found *bool) func(pg.Row) error {
	return pg.Each(func(r pg.Row) (err error) {
		*found = true
		*into, err = scanService(r)
		return err
	})
}

// QueueService adds to a batch the reading of one service as it is this moment:
// what a decision rests on is not taken from memory.
func QueueService(b *pg.Batch, id uuid.UUID, into *models.Service, found *bool) {
	b.Query(one(into, found), "select "+serviceColumns+" from services where id = $1", id)
}

// QueueServiceOf is QueueService for the service a referral is addressed to.
func QueueServiceOf(b *pg.Batch, referral uuid.UUID, into *models.Service, found *bool) {
	b.Query(one(into, found), "select "+serviceColumns+" from services where id = (select service_id from referrals where id = $1)", referral)
}
