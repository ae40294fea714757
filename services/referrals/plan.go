package referrals

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Plan is a contact that may be made: the gate was open for that time.
type Plan struct {
	ID      uuid.UUID
	CaseID  uuid.UUID
	Channel models.Channel
	Person  string
	At      time.Time
	Until   time.Time // the end of the safe stretch it lies in
}

// planAhead is how far ahead a contact can be planned: further, and the safe
// answer it relies on will have gone stale.
const planAhead = 90 * 24 * time.Hour

// PlanContact asks the gate for a contact at a time and keeps the plan. Where
// the channel is not marked safe then, it returns an invalid error in words
// that say what is safe, and records that it was refused. A case the actor can
// neither see nor work on an accepted referral of is not found.
func (s *Service) PlanContact(ctx context.Context, caseID uuid.UUID, channel models.Channel, at time.Time) (Plan, error) {
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return Plan{}, err
	}
	if !actor.Can(models.ContactRecord) {
		return Plan{}, models.RoleForbidden()
	}
	var out Plan
	err = pg.Once(func() (err error) {
		out, err = s.planContact(ctx, caseID, channel, at)
		return err
	})
	return out, err
}

func (s *Service) planContact(ctx context.Context, caseID uuid.UUID, channel models.Channel, at time.Time) (Plan, error) {
	channels, now, err := s.loadGate(ctx, caseID)
	if err != nil {
		return Plan{}, err
	}
	if err := checkPlan(ctx, channel, at, now); err != nil {
		return Plan{}, err
	}
	gate := models.GateFor(channels, channel, at, models.StaleAfterDays)
	if !gate.Open() {
		return Plan{}, s.refusePlan(ctx, caseID, channel, gate, channels, at)
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{ID: models.NewID(), CaseID: caseID, Channel: channel, Person: gate.Channel.Person, At: at.UTC()}
	_, p.Until, _ = gate.Channel.Next(at, models.StaleAfterDays)
	b.Exec(`insert into contact_plans (id, case_id, channel_id, at, planned_at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, caseID, gate.Channel.ID, p.At, b.Now, b.Actor.UserID, b.Actor.OrgID)
	b.Record(models.Event{
		Action: "contact.planned", SubjectType: "case", SubjectID: caseID, CaseID: caseID,
		Detail: map[string]any{"channel": string(channel), "at": p.At},
	})
	b.Keep(p)
	return p, b.Send(pg.BatchWrite)
}

// loadGate reads the channels of a case the actor holds or works on.
func (s *Service) loadGate(ctx context.Context, caseID uuid.UUID) ([]models.ContactChannel, time.Time, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	kept := b.FindReplay()
	var channels []models.ContactChannel
	var seen, found bool
	b.Query(scanChannels(&channels), "select "+channelColumns+" from contact_channels ch where ch.case_id = $1 order by ch.position", caseID)
	b.Query(pg.One(&found, &seen), `select exists (select from cases where id = $1)
		or exists (select from referrals where case_id = $1 and to_org_id = $2 and live and accepted_at is not null)
		or exists (select from case_duties where case_id = $1 and org_id = $2 and until_at is null)`, caseID, b.Actor.OrgID)
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, time.Time{}, err
	}
	if !seen {
		return nil, time.Time{}, models.NotFound("case")
	}
	return channels, b.Now, kept.Check()
}

func checkPlan(ctx context.Context, channel models.Channel, at, now time.Time) error {
	var f models.Faults
	f.Join(models.RequestFrom(ctx).Invalid...)
	if !slices.Contains(models.Channels(), channel) {
		f.Add("channel", needed(string(channel)), "Select how contact will be made")
	}
	switch {
	case at.IsZero():
		f.Add("at", models.FieldRequired, "Enter when contact will be made")
	case at.Before(now.Add(-time.Minute)):
		f.Add("at", models.FieldInvalid, "The time must be now or later")
	case at.After(now.Add(planAhead)):
		f.Add("at", models.FieldInvalid, "The time must be within 3 months")
	}
	if list := f.List(); len(list) > 0 {
		return models.Invalid(list...)
	}
	return nil
}

// refusePlan says why not and what is safe, once that it was refused is
// recorded. Where it cannot be recorded, that is the answer.
func (s *Service) refusePlan(ctx context.Context, caseID uuid.UUID, channel models.Channel, gate models.Gate, channels []models.ContactChannel, at time.Time) error {
	err := s.db.RecordAlone(ctx, models.Event{
		Action: "contact.refused", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Refused: true,
		Detail: map[string]any{"channel": string(channel), "gate": string(gate.Code), "at": at.UTC()},
	})
	if err != nil {
		return err
	}
	field := "channel"
	if gate.Code == models.GateOutside {
		field = "at"
	}
	words := gate.Why
	if gate.Code != models.GateOutside {
		words += " " + models.WhatIsSafe(channels, at, models.StaleAfterDays)
	}
	return models.Invalid(models.Field(field, models.FieldNotOpen, words))
}
