package directory

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"throughline/models"
)

// Operator does what only whoever runs the installation may do to the
// directory: it works as the schema's owner, from the command line, and writes
// what it did to the trail. No page and no API operation reaches it.
type Operator struct{ db Beginner }

// Beginner starts a transaction as the owner of the schema.
type Beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// NewOperator returns the operator's acts on an owner's connection.
func NewOperator(db Beginner) *Operator { return &Operator{db: db} }

// AddOrganisation adds a body whose people can then be let in. It returns
// field errors, and a conflict when the name is taken.
func (o *Operator) AddOrganisation(ctx context.Context, org models.Organisation) (uuid.UUID, error) {
	org.Name = strings.TrimSpace(org.Name)
	var f models.Faults
	if org.Name == "" || len([]rune(org.Name)) > 200 {
		f.Add("name", models.FieldRequired, "Enter a name of up to 200 characters")
	}
	known := false
	for _, k := range models.OrganisationKinds() {
		known = known || k == org.Kind
	}
	if !known {
		f.Add("kind", models.FieldUnknown, "Choose a kind from the list")
	}
	if org.Authority != nil {
		if _, ok := models.FindAuthority(*org.Authority); !ok {
			f.Add("authority", models.FieldUnknown, "Give the E09 code of a London authority")
		}
	}
	if list := f.List(); len(list) > 0 {
		return uuid.Nil, models.Invalid(list...)
	}
	id := models.NewID()
	err := pgx.BeginFunc(ctx, o.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "insert into organisations (id, name, kind, authority, address_withheld) values ($1, $2, $3, $4, $5)",
			id, org.Name, org.Kind, org.Authority, org.AddressWithheld)
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.ConstraintName == "organisations_name_key" {
			return models.Conflict("There is an organisation of this name already.")
		}
		if err != nil {
			return models.Internal("adding an organisation", err)
		}
		return recordOperator(ctx, tx, "organisation.added", "organisation", id, id)
	})
	return id, err
}

// AddService adds a service of an organisation. Limits that are not given are
// the starting ones of its pathway.
func (o *Operator) AddService(ctx context.Context, s models.Service) (uuid.UUID, error) {
	if faults := checkService(&s); len(faults) > 0 {
		return uuid.Nil, models.Invalid(faults...)
	}
	s.ID = models.NewID()
	err := pgx.BeginFunc(ctx, o.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into services (id, org_id, pathway, name, description, min_age, max_age, boroughs, offence_types, hate_strands,
			women_only, high_risk, languages, opening, capacity, places_total, places_open, wait_days, acknowledge_days, decide_days)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
			s.ID, s.OrgID, s.Pathway, s.Name, s.Description, s.MinAge, s.MaxAge, s.Boroughs, s.OffenceTypes, s.HateStrands,
			s.WomenOnly, s.HighRisk, s.Languages, s.Opening, s.Capacity, s.PlacesTotal, s.PlacesOpen, s.WaitDays, s.AcknowledgeDays, s.DecideDays)
		if err != nil {
			return models.Internal("adding a service", err)
		}
		return recordOperator(ctx, tx, "service.added", "service", s.ID, s.OrgID)
	})
	return s.ID, err
}

// checkService holds a service against the lists its rules are written with,
// and fills what was left open.
func checkService(s *models.Service) []models.FieldError {
	var f models.Faults
	s.Name = strings.TrimSpace(s.Name)
	if s.Name == "" || len([]rune(s.Name)) > 200 {
		f.Add("name", models.FieldRequired, "Enter a name of up to 200 characters")
	}
	pathway, ok := models.FindPathway(s.Pathway)
	if !ok {
		f.Add("pathway", models.FieldUnknown, "Choose a kind of help from the list")
	}
	for i, b := range s.Boroughs {
		a, ok := models.FindAuthority(b)
		if !ok {
			f.Add("boroughs", models.FieldUnknown, "Give boroughs by E09 code or exact name")
			break
		}
		s.Boroughs[i] = a.Code
	}
	for _, o := range s.OffenceTypes {
		if !models.HasChoice(models.Offences(), o) {
			f.Add("offence_types", models.FieldUnknown, "Choose offences from the list")
			break
		}
	}
	if s.AcknowledgeDays == 0 {
		s.AcknowledgeDays = pathway.Limits.Acknowledge.N
	}
	if s.DecideDays == 0 {
		s.DecideDays = pathway.Limits.Decide.N
	}
	if s.Capacity == "" {
		s.Capacity = models.CapacityOpen
	}
	if len(s.Languages) == 0 {
		s.Languages = []string{"English"}
	}
	for _, list := range []*[]string{&s.Boroughs, &s.OffenceTypes, &s.HateStrands} {
		if *list == nil {
			*list = []string{}
		}
	}
	return f.List()
}

// OrganisationNamed finds an organisation by its exact name, or returns a
// not-found error.
func (o *Operator) OrganisationNamed(ctx context.Context, name string) (uuid.UUID, error) {
	var id uuid.UUID
	err := pgx.BeginFunc(ctx, o.db, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "select id from organisations where name = $1", strings.TrimSpace(name)).Scan(&id)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return id, models.NotFound("organisation")
	}
	return id, err
}

func recordOperator(ctx context.Context, tx pgx.Tx, action, subject string, id, org uuid.UUID) error {
	_, err := tx.Exec(ctx, `insert into audit_events (id, at, actor_org_id, actor_role, action, subject_type, subject_id)
		values ($1, clock_timestamp(), $2, 'operator', $3, $4, $5)`, models.NewID(), org, action, subject, id)
	if err != nil {
		return models.Internal("writing the trail", err)
	}
	return nil
}
