package cases

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// LogInput is what a case is logged with (contract.md section 4). Dates without
// a time are midnight UTC of their day.
type LogInput struct {
	Source        string
	Victim        models.Victim
	RelatedPeople []models.RelatedPerson
	SafeContact   models.SafeContact
	ContactSource string // key of models.ContactSources; empty: not said
	Incidents     []models.Incident
	RiskLevel     models.Priority
	RiskNote      string

	// What the Enhanced Rights follow from beside the crimes and the age.
	Asked             models.EnhancedAsked
	EnhancedOffReason string
	EnhancedOffNote   string

	HelpOffered string // empty: not yet
	HelpReason  string
	HelpNote    string
	Wants       []string
}

// Logged is what whoever logged a case is told.
type Logged struct {
	ID              uuid.UUID
	Reference       string
	Status          models.CaseStatus
	Accountable     models.Organisation
	Enhanced        bool
	EnhancedReasons []string
	Version         int
}

// tries is how often a reference is drawn again where it was taken.
const tries = 4

// Log logs a case for the actor's organisation, which holds it from then on,
// in one round trip. A repeated idempotency key is told what it was told
// before; its parallel twin waits for the first.
func (s *Service) Log(ctx context.Context, in LogInput) (Logged, error) {
	if _, err := models.May(ctx, models.CaseCreate); err != nil {
		return Logged{}, err
	}
	faults, err := s.checkLog(ctx, &in)
	if err != nil {
		return Logged{}, err
	}
	if r := models.RequestFrom(ctx); len(faults) > 0 || (r.KeyRequired && r.IdempotencyKey == "") {
		if err := s.replayed(ctx); err != nil {
			return Logged{}, err
		}
		return Logged{}, models.Invalid(faults...)
	}
	var out Logged
	for range tries {
		out, err = s.write(ctx, in)
		if pg.Constraint(err) != "cases_reference_key" {
			break
		}
	}
	if pg.IsTwin(err) {
		if told := s.replayed(ctx); told != nil {
			err = told
		}
	}
	if err != nil {
		return Logged{}, err
	}
	return out, nil
}

// replayed returns what the request's key was answered with before, or the
// error of a key that is missing or was used for something else; nil where the
// key is new.
func (s *Service) replayed(ctx context.Context) error {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	kept := b.FindReplay()
	if err := b.Send(pg.BatchRead); err != nil {
		return err
	}
	return kept.Check()
}

// Check returns what is wrong with a case that is being written, for pages that
// ask one thing at a time. It changes nothing.
func (s *Service) Check(ctx context.Context, in LogInput) ([]models.FieldError, error) {
	if _, err := models.May(ctx, models.CaseCreate); err != nil {
		return nil, err
	}
	in.SafeContact.Channels = slices.Clone(in.SafeContact.Channels)
	in.Incidents = slices.Clone(in.Incidents)
	return s.checkLog(ctx, &in)
}

// checkLog tidies what was sent and returns everything that is wrong with it,
// what the edge found first.
func (s *Service) checkLog(ctx context.Context, in *LogInput) ([]models.FieldError, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	in.tidy(dir.Borough)
	today := models.Today(s.db.Now())
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	c := in.caseOf()
	f.Join(c.Check()...)
	f.Join(in.Victim.Check(today, dir.Borough)...)
	f.Join(models.CheckRelatedPeople(in.RelatedPeople)...)
	f.Join(in.SafeContact.Check(today, in.RelatedPeople, isPhone)...)
	f.Join(models.CheckIncidents(in.Incidents, today, dir.Borough)...)
	f.Join(models.CheckBornBefore(in.Victim.DateOfBirth, in.Incidents)...)
	if in.ContactSource != "" && !models.HasChoice(models.ContactSources(), in.ContactSource) {
		f.Add("safe_contact.source", models.FieldUnknown, "Select who said so from the list")
	}
	return f.List(), nil
}

func (in *LogInput) tidy(boroughs models.Boroughs) {
	in.Victim.Tidy(boroughs)
	in.SafeContact.Tidy()
	for i := range in.Incidents {
		in.Incidents[i].Tidy(boroughs)
	}
	if in.HelpOffered == "" {
		in.HelpOffered = models.HelpNotYet
	}
}

func (in *LogInput) caseOf() models.Case {
	return models.Case{
		Status: models.CaseOpen, Source: in.Source, RiskLevel: in.RiskLevel, RiskNote: in.RiskNote,
		EnhancedOffReason: in.EnhancedOffReason, EnhancedOffNote: in.EnhancedOffNote,
		HelpOffered: in.HelpOffered, HelpReason: in.HelpReason, HelpNote: in.HelpNote, Wants: in.Wants, Version: 1,
	}
}

// offences are the kinds of crime of all incidents, each once.
func (in *LogInput) offences() []string {
	var out []string
	for _, i := range in.Incidents {
		for _, o := range i.OffenceTypes {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}
