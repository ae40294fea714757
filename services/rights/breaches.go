package rights

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const breachColumns = `id, reference, what, cause, happened_at, aware_at, report_by, people, array_to_string(data_kinds, ',') as kinds, risk,
	coalesce(risk_why, '') as risk_why, coalesce(contained, '') as contained, contained_at, reported_at, coalesce(report_reference, '') as report_reference,
	coalesce(not_reported_why, '') as not_reported_why, told, told_at, coalesce(told_why, '') as told_why, attempt_id, status, closed_at, created_at, version`

// breachRow is a breach as a query gives it: what is a list, as text.
type breachRow struct {
	ID                                                      uuid.UUID
	Reference, What, Cause, Kinds, Risk, RiskWhy, Contained string
	ReportReference, NotReportedWhy, Told, ToldWhy, Status  string
	AwareAt, ReportBy, CreatedAt                            time.Time
	HappenedAt, ContainedAt, ReportedAt, ToldAt, ClosedAt   *time.Time
	People                                                  *int
	AttemptID                                               *uuid.UUID
	Version                                                 int
}

func (r *breachRow) breach() models.Breach {
	return models.Breach{
		ID: r.ID, Reference: r.Reference, What: r.What, Cause: r.Cause, HappenedAt: r.HappenedAt, AwareAt: r.AwareAt, ReportBy: r.ReportBy, People: r.People,
		DataKinds: split(r.Kinds), Risk: r.Risk, RiskWhy: r.RiskWhy, Contained: r.Contained, ContainedAt: r.ContainedAt, ReportedAt: r.ReportedAt,
		ReportReference: r.ReportReference, NotReportedWhy: r.NotReportedWhy, Told: r.Told, ToldAt: r.ToldAt, ToldWhy: r.ToldWhy, AttemptID: r.AttemptID,
		Status: r.Status, ClosedAt: r.ClosedAt, CreatedAt: r.CreatedAt, Version: r.Version,
	}
}

// split reads keys that hold no comma.
func split(keys string) []string {
	if keys == "" {
		return nil
	}
	return strings.Split(keys, ",")
}

// Breaches lists those of the actor's organisation: open ones first, the one
// whose 72 hours end first at the top; at most 200.
func (s *Service) Breaches(ctx context.Context) ([]models.Breach, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []models.Breach
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []breachRow
		if err := tx.Scan(ctx, &rows, "select "+breachColumns+" from breaches order by status desc, case when status = 'open' then report_by end, aware_at desc, id limit 200"); err != nil {
			return err
		}
		for i := range rows {
			out = append(out, rows[i].breach())
		}
		return record(ctx, tx, "breach.listed", "breach", uuid.Nil, uuid.Nil, map[string]any{"shown": len(out)})
	})
	return out, err
}

// Breach returns one by its id or, where that is nil, by its reference. One of
// another organisation is not found.
func (s *Service) Breach(ctx context.Context, id uuid.UUID, reference string) (models.Breach, error) {
	if _, err := may(ctx); err != nil {
		return models.Breach{}, err
	}
	var out models.Breach
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = findBreach(ctx, tx, id, reference); err != nil {
			return err
		}
		return record(ctx, tx, "breach.viewed", "breach", out.ID, uuid.Nil, nil)
	})
	return out, err
}

func findBreach(ctx context.Context, tx *pg.Tx, id uuid.UUID, reference string) (models.Breach, error) {
	var row breachRow
	err := tx.Scan(ctx, &row, "select "+breachColumns+" from breaches where id = ? or reference = ? for update", id, reference)
	if err != nil {
		return models.Breach{}, err
	}
	if row.ID == uuid.Nil {
		return models.Breach{}, models.NotFound("breach")
	}
	return row.breach(), nil
}

// BreachInput is what is known of a breach when it is logged.
type BreachInput struct {
	What       string
	Cause      string
	HappenedAt *time.Time
	AwareAt    time.Time
	People     *int
	DataKinds  []string
}

// LogBreach records a breach. The 72 hours to tell the Information Commissioner
// run from when the organisation knew, not from when this was written.
func (s *Service) LogBreach(ctx context.Context, in BreachInput) (models.Breach, error) {
	var out models.Breach
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		b := models.Breach{
			What: in.What, Cause: in.Cause, HappenedAt: in.HappenedAt, AwareAt: in.AwareAt, People: in.People, DataKinds: in.DataKinds,
		}
		if err := step(ctx, tx, true, "", 0, b.Check(tx.Now)); err != nil {
			return err
		}
		var err error
		out, err = logBreach(ctx, tx, b)
		return err
	})
	return out, err
}

func logBreach(ctx context.Context, tx *pg.Tx, b models.Breach) (models.Breach, error) {
	b.ID, b.Reference, b.ReportBy = models.NewID(), models.NewReference(models.BreachReference), b.AwareAt.Add(models.BreachReportWithin)
	b.Risk, b.Told, b.Status, b.CreatedAt, b.Version = models.RiskNotKnown, models.ToldNotYet, models.BreachOpen, tx.Now, 1
	_, err := tx.Exec(ctx, `insert into breaches (id, org_id, reference, what, cause, happened_at, aware_at, report_by, people, data_kinds, attempt_id, created_by, created_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, string_to_array(?, ','), ?, ?, ?)`, b.ID, tx.Actor.OrgID, b.Reference, b.What, b.Cause, b.HappenedAt, b.AwareAt,
		b.ReportBy, b.People, strings.Join(b.DataKinds, ","), b.AttemptID, tx.Actor.UserID, tx.Now)
	if err != nil {
		return b, err
	}
	err = record(ctx, tx, "breach.logged", "breach", b.ID, uuid.Nil, map[string]any{"cause": b.Cause, "report_by": b.ReportBy})
	if err != nil {
		return b, err
	}
	return b, tx.Keep(ctx, b)
}

// Incident is a contact that went out on a way that was not safe.
type Incident struct {
	AttemptID                        uuid.UUID
	At                               time.Time
	Channel, Outcome                 string
	CaseReference, ReferralReference string // "" where it is not the organisation's to know
	Breach                           string // the reference of the breach it was made, if any
}

const incidentsSQL = `select attempt_id, at, channel, outcome, coalesce(case_reference, '') as case_reference, coalesce(referral_reference, '') as referral_reference,
	coalesce(breach, '') as breach from app_safety_incidents(?)`

// Incidents lists the latest hundred safety incidents of contacts that the
// actor's organisation made or whose case it holds.
func (s *Service) Incidents(ctx context.Context) ([]Incident, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []Incident
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.Scan(ctx, &out, incidentsSQL, nil); err != nil {
			return err
		}
		return record(ctx, tx, "breach.incidents_listed", "contact_attempt", uuid.Nil, uuid.Nil, map[string]any{"shown": len(out)})
	})
	return out, err
}

// Promote makes a breach of a safety incident, with what is known of it. An
// incident of another organisation is not found; one that is a breach already
// is a conflict that names it.
func (s *Service) Promote(ctx context.Context, attempt uuid.UUID) (models.Breach, error) {
	var out models.Breach
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var i Incident
		if attempt != uuid.Nil {
			if err := tx.Scan(ctx, &i, incidentsSQL, attempt); err != nil {
				return err
			}
		}
		if i.AttemptID == uuid.Nil {
			return models.NotFound("safety incident")
		}
		if err := step(ctx, tx, i.Breach == "", "This was made a breach already: "+i.Breach+".", 0, nil); err != nil {
			return err
		}
		at, one := i.At, 1
		of := i.ReferralReference
		if of == "" {
			of = i.CaseReference
		}
		b := models.Breach{
			What:  "A contact was made on a way that was not safe (" + strings.ReplaceAll(i.Channel, "_", " ") + "; " + strings.ReplaceAll(i.Outcome, "_", " ") + "). " + of,
			Cause: "unsafe_contact", HappenedAt: &at, AwareAt: tx.Now, People: &one, DataKinds: []string{"contact"}, AttemptID: &i.AttemptID,
		}
		var err error
		out, err = logBreach(ctx, tx, b)
		return err
	})
	if pg.Constraint(err) == "breaches_attempt_id_key" {
		return out, models.Conflict("This was made a breach already.")
	}
	return out, err
}

// BreachProgress is what was found out and done about a breach.
type BreachProgress struct {
	Risk            string
	RiskWhy         string
	Contained       string
	ReportedAt      *time.Time
	ReportReference string
	NotReportedWhy  string
	Told            string
	ToldWhy         string
	Close           bool
}

// UpdateBreach keeps what was found out and done, and closes the breach where
// that is asked and everything is said.
func (s *Service) UpdateBreach(ctx context.Context, id uuid.UUID, in BreachProgress) (models.Breach, error) {
	var out models.Breach
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		b, err := findBreach(ctx, tx, id, "")
		if err != nil {
			return err
		}
		in.into(&b, tx.Now)
		if err := step(ctx, tx, b.ClosedAt == nil, "This breach was closed already. Nothing you did was saved.", b.Version, b.CheckProgress(tx.Now, in.Close)); err != nil {
			return err
		}
		if in.Close {
			b.Status, b.ClosedAt = models.BreachClosed, &tx.Now
		}
		b.Version++
		_, err = tx.Exec(ctx, `update breaches set risk = ?, risk_why = nullif(?, ''), contained = nullif(?, ''), contained_at = ?, reported_at = ?,
			report_reference = nullif(?, ''), not_reported_why = nullif(?, ''), told = ?, told_at = ?, told_why = nullif(?, ''), status = ?, closed_at = ?,
			version = version + 1 where id = ?`, b.Risk, b.RiskWhy, b.Contained, b.ContainedAt, b.ReportedAt, b.ReportReference, b.NotReportedWhy, b.Told,
			b.ToldAt, b.ToldWhy, b.Status, b.ClosedAt, b.ID)
		if err != nil {
			return err
		}
		out = b
		err = record(ctx, tx, "breach.updated", "breach", b.ID, uuid.Nil, map[string]any{"risk": b.Risk, "told": b.Told, "reported": b.ReportedAt != nil, "status": b.Status})
		if err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

// into writes what was sent over what was known; a moment that stands stays.
func (in *BreachProgress) into(b *models.Breach, now time.Time) {
	b.Risk, b.RiskWhy, b.ReportReference, b.NotReportedWhy, b.ToldWhy = in.Risk, in.RiskWhy, in.ReportReference, in.NotReportedWhy, in.ToldWhy
	if b.Risk == "" {
		b.Risk = models.RiskNotKnown
	}
	if b.Contained = in.Contained; strings.TrimSpace(in.Contained) != "" && b.ContainedAt == nil {
		b.ContainedAt = &now
	}
	b.ReportedAt = in.ReportedAt
	if b.Told = in.Told; b.Told == "" {
		b.Told = models.ToldNotYet
	}
	switch {
	case b.Told != models.ToldTold:
		b.ToldAt = nil
	case b.ToldAt == nil:
		b.ToldAt = &now
	}
}
