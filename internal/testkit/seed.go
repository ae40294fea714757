package testkit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/models"
)

// passwordHash is made once for each test binary: it costs what a sign-in costs.
var passwordHash = sync.OnceValues(func() (string, error) {
	return argon2id.CreateHash(Password, &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
})

// seed fills the stage's database in one round trip, as the owner.
func (w *Stage) seed(ctx context.Context) error {
	hash, err := passwordHash()
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	for i, name := range authorityNames() {
		b.Queue("insert into authorities (code, name) values ($1, $2) on conflict do nothing", fmt.Sprintf("E09%06d", i+1), name)
	}
	w.seedOrganisations(b)
	w.seedPeople(b, hash)
	w.seedServices(b)
	for _, pathway := range []string{"child_house", "hate_crime", "vawg", "restorative", "general"} {
		b.Queue("insert into pathway_coordinators (pathway, org_id) values ($1, $2)", pathway, w.orgs[OrgCoordination].ID)
	}
	return w.Owner.SendBatch(ctx, b).Close()
}

func (w *Stage) seedOrganisations(b *pgx.Batch) {
	for _, s := range orgSeeds() {
		o := &models.Organisation{ID: models.NewID(), Name: s.name, Kind: s.kind, AddressWithheld: s.withheld, IdleMinutes: 30, Active: true}
		w.orgs[s.key] = o
		b.Queue("insert into organisations (id, name, kind, address_withheld) values ($1, $2, $3, $4)", o.ID, o.Name, o.Kind, o.AddressWithheld)
	}
}

func (w *Stage) seedPeople(b *pgx.Batch, hash string) {
	for _, s := range personSeeds() {
		w.addPerson(b, s, hash)
	}
}

func (w *Stage) addPerson(b *pgx.Batch, s personSeed, hash string) {
	p := &Person{ID: models.NewID(), Email: s.key + "@demo.test", Name: s.name, Role: s.role, Org: w.orgs[s.org], Session: models.NewID(), Proved: time.Now()}
	w.people[s.key] = p
	b.Queue("insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, $3, $4, $5, $6)",
		p.ID, p.Org.ID, p.Email, p.Name, p.Role, hash)
	b.Queue(`insert into sessions (id, user_id, org_id, role, kind, created_at, idle_expires_at, expires_at, stepped_up_at)
		values ($1, $2, $3, $4, 'api', now(), now() + interval '12 hours', now() + interval '12 hours', now())`,
		p.Session, p.ID, p.Org.ID, p.Role)
}

func (w *Stage) seedServices(b *pgx.Batch) {
	confirmed := time.Date(2026, 11, 14, 0, 0, 0, 0, time.UTC)
	for _, s := range serviceSeeds() {
		m := &models.Service{
			ID: models.NewID(), OrgID: w.orgs[s.org].ID, Pathway: s.pathway, Name: s.name, MinAge: orNil(s.minAge), MaxAge: orNil(s.maxAge),
			Boroughs: orEmpty(s.boroughs), OffenceTypes: orEmpty(s.offences), HateStrands: []string{}, WomenOnly: s.womenOnly, HighRisk: !s.noHighRisk,
			Languages: []string{"English"}, Capacity: s.capacity, CapacityConfirmedOn: &confirmed, DeclineReview: s.review, Active: true,
			AcknowledgeDays: 1, DecideDays: 2, AttemptDays: 2, AttemptDaysHigh: 1, ContactDays: 5, ContactAttempts: 3,
		}
		if m.Capacity == "" {
			m.Capacity = models.CapacityOpen
		}
		w.services[s.key] = m
		w.addService(b, m)
	}
}

func (w *Stage) addService(b *pgx.Batch, m *models.Service) {
	b.Queue(`insert into services (id, org_id, pathway, name, min_age, max_age, boroughs, offence_types, hate_strands, women_only, high_risk,
		languages, capacity, capacity_confirmed_on, wait_days, acknowledge_days, decide_days, attempt_days, attempt_days_high, contact_days,
		contact_attempts, decline_review)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		m.ID, m.OrgID, m.Pathway, m.Name, m.MinAge, m.MaxAge, m.Boroughs, m.OffenceTypes, m.HateStrands, m.WomenOnly, m.HighRisk,
		m.Languages, m.Capacity, m.CapacityConfirmedOn, m.WaitDays, m.AcknowledgeDays, m.DecideDays, m.AttemptDays, m.AttemptDaysHigh,
		m.ContactDays, m.ContactAttempts, m.DeclineReview)
}

// AddService plants one more service of an organisation, like an existing one
// but for what change alters.
func (w *Stage) AddService(ctx context.Context, like string, change func(*models.Service)) (*models.Service, error) {
	m := *w.Service(like)
	m.ID = models.NewID()
	change(&m)
	b := &pgx.Batch{}
	w.addService(b, &m)
	if err := w.Owner.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	w.services[m.ID.String()] = &m
	return &m, nil
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// nobody is a person or organisation that does not exist.
func nobody() uuid.UUID { return uuid.MustParse("00000000-0000-7000-8000-00000000dead") }
