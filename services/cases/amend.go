package cases

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Added is what whoever adds an incident to a case is told.
type Added struct {
	Incident        models.Incident
	Boroughs        map[string]string // the name of its borough, by E09 code
	Reference       string            // of the case
	Enhanced        bool
	EnhancedReasons []string
	NewReasons      []string // those that follow from this incident alone
	Version         int      // of the case
}

// before reads what a change of a case rests on. Nothing of it is shown, so
// nothing is recorded: the change is.
func (s *Service) before(ctx context.Context, id uuid.UUID) (View, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return View{}, err
	}
	r := &reading{dir: dir, calendar: s.calendar, view: View{At: b.Now}}
	r.queueCase(b, id)
	r.queueIncidents(b, id)
	kept := b.FindReplay()
	if err := b.Send(pg.BatchRead); err != nil {
		return View{}, err
	}
	if !r.found {
		return View{}, models.NotFound("case")
	}
	return r.view, kept.Check()
}

func mustBeOpen(c *models.Case) error {
	if c.Status != models.CaseOpen {
		return models.Conflict("This case is closed. Nothing can be added to it.")
	}
	return nil
}

// changeCase moves a case on from the version that was read; whoever is too
// late changes nothing.
func changeCase(b *pg.Batch, c *models.Case, set string, args ...any) {
	b.Exec("with changed as (update cases set version = version + 1, updated_at = $3"+set+` where id = $1 and version = $2 returning id)
		select app_lost_race() where not exists (select from changed)`, append([]any{c.ID, c.Version, b.Now}, args...)...)
}

// retried does something again where somebody else changed the case meanwhile.
func retried(do func() error) error {
	for range tries - 1 {
		if err := pg.Once(do); !errors.Is(err, pg.ErrLostRace) {
			return err
		}
	}
	err := pg.Once(do)
	if errors.Is(err, pg.ErrLostRace) {
		return models.Conflict("Somebody else is changing this case. Nothing you did was saved.")
	}
	return err
}

// AddIncident adds another incident to an open case the actor can see. Enhanced
// Rights follow from all incidents together (decisions.md 26): a crime that
// gives a reason the case did not have puts them on, also where they had been
// switched off, because that was decided without it. What services were sent
// stays as it was frozen. Faults carry the incident's own field names.
func (s *Service) AddIncident(ctx context.Context, caseID uuid.UUID, in models.Incident) (Added, error) {
	if _, err := models.May(ctx, models.CaseCreate); err != nil {
		return Added{}, err
	}
	var out Added
	err := retried(func() (err error) {
		out, err = s.addIncident(ctx, caseID, in)
		return err
	})
	return out, err
}

func (s *Service) addIncident(ctx context.Context, caseID uuid.UUID, in models.Incident) (Added, error) {
	v, err := s.before(ctx, caseID)
	if err != nil {
		return Added{}, err
	}
	if err := mustBeOpen(&v.Case); err != nil {
		return Added{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Added{}, err
	}
	in.Tidy(dir.Borough)
	if faults := incidentFaults(ctx, &v, in, models.Today(v.At), dir.Borough); len(faults) > 0 {
		return Added{}, models.Invalid(faults...)
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Added{}, err
	}
	c := &v.Case
	out := Added{Reference: c.Reference, Version: c.Version + 1, Boroughs: map[string]string{}}
	if at, ok := dir.Authority(in.Place.Borough); ok {
		out.Boroughs[at.Code] = at.Name
	}
	out.EnhancedReasons, out.NewReasons = rights(&v, in)
	if out.Enhanced = c.Enhanced; len(out.NewReasons) > 0 {
		out.Enhanced = true
	}
	in.CaseID, in.Position = c.ID, 1
	for i := range v.Incidents {
		in.Position = max(in.Position, v.Incidents[i].Position+1)
	}
	changeCase(b, c, `, enhanced = $4, enhanced_reasons = $5, enhanced_off_reason = case when not $4 then enhanced_off_reason end,
		enhanced_off_note = case when not $4 then enhanced_off_note end`, out.Enhanced, list(out.EnhancedReasons))
	in.ID = models.NewID()
	b.Insert(intoIncidents, incidentArgs(b.Vault, in.ID, c.ID, in.Position, &in))
	b.Record(models.Event{Action: "case.incident_added", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID, Detail: map[string]any{
		"incident": in.ID, "enhanced": out.Enhanced, "enhanced_new": list(out.NewReasons),
	}})
	if in.CrimeReference != "" {
		b.Enqueue(moreKnown, uuid.Nil, c.ID)
	}
	out.Incident = in
	b.Keep(out)
	return out, b.Send(pg.BatchWrite)
}

// incidentFaults is what is wrong with an incident that is added to a case.
func incidentFaults(ctx context.Context, v *View, in models.Incident, today time.Time, boroughs models.Boroughs) []models.FieldError {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	for _, x := range models.CheckIncidents([]models.Incident{in}, today, boroughs) {
		x.Field = strings.TrimPrefix(x.Field, "incidents[0].")
		f.Join(x)
	}
	if len(v.Incidents) >= models.IncidentLimit {
		f.Add("", models.FieldTooLong, "A case holds up to 30 incidents. Log another case")
	}
	if len(models.CheckBornBefore(v.Victim.DateOfBirth, []models.Incident{in})) > 0 {
		f.Add("occurred_on", models.FieldInvalid, "The day it happened must be after they were born")
	}
	return f.List()
}

// rights are the reasons for Enhanced Rights with one more incident, and those of
// them that the case did not have.
func rights(v *View, in models.Incident) (all, fresh []string) {
	had := v.Case.EnhancedReasons
	whole := LogInput{Victim: v.Victim, Incidents: append(slices.Clone(v.Incidents), in)}
	_, follow := models.EnhancedDefault(whole.offences(), whole.age(models.Today(v.At)), models.EnhancedAsked{})
	for _, r := range models.EnhancedReasons() {
		switch {
		case slices.Contains(had, r.Code):
			all = append(all, r.Code)
		case slices.Contains(follow, r.Code):
			all, fresh = append(all, r.Code), append(fresh, r.Code)
		}
	}
	return all, fresh
}

// ChangeEquality keeps what the victim of a case said of who they are. A
// question that is not among the answers was not asked; "prefers not to say" and
// "not safe to ask" are answers of their own. Answers that partners sent under
// other names stay. The trail names the questions that changed, never an answer.
func (s *Service) ChangeEquality(ctx context.Context, caseID uuid.UUID, answers map[string]string) (View, error) {
	if _, err := models.May(ctx, models.CaseCreate); err != nil {
		return View{}, err
	}
	var out View
	err := retried(func() (err error) {
		out, err = s.changeEquality(ctx, caseID, answers)
		return err
	})
	return out, err
}

func (s *Service) changeEquality(ctx context.Context, caseID uuid.UUID, answers map[string]string) (View, error) {
	v, err := s.before(ctx, caseID)
	if err != nil {
		return View{}, err
	}
	req := models.RequestFrom(ctx)
	if req.IfMatch == nil && req.MatchRequired {
		return View{}, models.PreconditionRequired("Send If-Match with the ETag of the case you read.")
	}
	switch err := mustBeOpen(&v.Case); {
	case err != nil:
		return View{}, err
	case req.IfMatch != nil && *req.IfMatch != v.Case.Version:
		return View{}, models.Stale("This case has changed since you read it. Read it again, then decide.")
	}
	f := &models.Faults{}
	f.Join(req.Invalid...)
	f.Join(models.CheckEquality(answers)...)
	if faults := f.List(); len(faults) > 0 {
		return View{}, models.Invalid(faults...)
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return View{}, err
	}
	next, changed := dict(maps.Clone(v.Victim.Equality)), []string{}
	for _, key := range models.EqualityKeys() {
		if next[key] != answers[key] {
			changed = append(changed, key)
		}
		if delete(next, key); answers[key] != "" {
			next[key] = answers[key]
		}
	}
	changeCase(b, &v.Case, "")
	b.Exec("update victims set equality = $2, version = version + 1 where id = $1", v.Case.VictimID, next)
	b.Record(models.Event{Action: "case.equality_changed", SubjectType: "case", SubjectID: v.Case.ID, CaseID: v.Case.ID, Detail: map[string]any{"questions": changed}})
	v.Victim.Equality, v.Case.Version = next, v.Case.Version+1
	b.Keep(v)
	return v, b.Send(pg.BatchWrite)
}
