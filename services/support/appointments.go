package support

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/services/subject"
)

// appointmentsAhead is how far away somebody can be met.
const appointmentsAhead = 366 * 24 * time.Hour

// NewAppointment is a time to meet.
type NewAppointment struct {
	StartsAt  time.Time
	Place     string
	Channel   models.Channel // how the person is told
	InsteadOf uuid.UUID      // the one that did not happen, which this makes up for
}

// MakeAppointment plans when and where a worker and the person meet, through
// the safe-contact gate: how they are told must be marked safe, and so must the
// telephone at that time for a call, and meeting in person for a visit. What
// the gate refuses is an invalid field in words, and on record. Other errors as
// Rate.
func (s *Service) MakeAppointment(ctx context.Context, id uuid.UUID, in NewAppointment) (Plan, error) {
	if err := may(ctx); err != nil {
		return Plan{}, err
	}
	a := models.Appointment{ID: models.NewID(), StartsAt: in.StartsAt.UTC().Truncate(time.Microsecond), Place: in.Place, Channel: in.Channel}
	if in.InsteadOf != uuid.Nil {
		a.InsteadOf = &in.InsteadOf
	}
	if err := s.ask(ctx, id, &a); err != nil {
		return Plan{}, err
	}
	return s.write(ctx, id, func(ctx context.Context, tx *pg.Tx, about *subject.Subject) error {
		found := a.CheckAppointment(tx.Now, appointmentsAhead)
		of, err := replaces(ctx, tx, about, a.InsteadOf)
		if err != nil {
			return err
		}
		if err := models.Refusal(ctx, append(found, of...)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into appointments (id, case_id, referral_id, starts_at, place, channel, instead_of, at, by_user_id, by_org_id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, about.CaseID, about.ReferralID, a.StartsAt, a.Place, a.Channel, a.InsteadOf, tx.Now,
			tx.Actor.UserID, tx.Actor.OrgID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("appointment.made", map[string]any{"appointment": a.ID}))
	})
}

// ask puts an appointment to the gate, where it is whole enough to be asked
// about and work goes on: all other refusals are those of write.
func (s *Service) ask(ctx context.Context, id uuid.UUID, a *models.Appointment) error {
	var about subject.Subject
	var whole bool
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		about, err = find(ctx, tx, id)
		whole = err == nil && open(&about) == nil && len(a.CheckAppointment(tx.Now, appointmentsAhead)) == 0
		return err
	})
	if err != nil || !whole || len(models.RequestFrom(ctx).Invalid) > 0 {
		return err
	}
	m := referrals.Meeting{Told: a.Channel, At: a.StartsAt}
	switch a.Place {
	case models.PlacePhone:
		m.Way = models.ChannelPhone
	case models.PlaceHome:
		m.Way = models.ChannelInPerson
	}
	return s.referrals.MayMeet(ctx, about.CaseID, m)
}

// replaces finds what is wrong with making up for an appointment: it is one of
// this referral that did not happen or was stayed away from, and no other makes
// up for it.
func replaces(ctx context.Context, tx *pg.Tx, about *subject.Subject, of *uuid.UUID) ([]models.FieldError, error) {
	if of == nil {
		return nil, nil
	}
	p, err := read(ctx, tx, about)
	if err != nil {
		return nil, err
	}
	first := p.Appointment(*of)
	taken := false
	for i := range p.Appointments {
		taken = taken || p.Appointments[i].InsteadOf != nil && *p.Appointments[i].InsteadOf == *of
	}
	switch {
	case first == nil:
		return []models.FieldError{models.Field("instead_of", models.FieldUnknown, "Choose an appointment of this referral")}, nil
	case taken:
		return []models.FieldError{models.Field("instead_of", models.FieldNotOpen, "Another appointment makes up for this one already")}, nil
	case first.Held():
		return []models.FieldError{models.Field("instead_of", models.FieldNotOpen, "That appointment happened")}, nil
	}
	return nil, nil
}

// AppointmentOutcome is what came of an appointment.
type AppointmentOutcome struct {
	AppointmentID uuid.UUID
	Happened      *bool
	Attendance    string // where it happened
	Why           string // where it did not
}

// RecordAppointment says what came of an appointment. Said again, the last word
// holds and the first stays on record. Errors as Rate.
func (s *Service) RecordAppointment(ctx context.Context, id uuid.UUID, in AppointmentOutcome) (Plan, error) {
	return s.write(ctx, id, func(ctx context.Context, tx *pg.Tx, about *subject.Subject) error {
		a := models.Appointment{Happened: in.Happened, Attendance: pg.OrNull(in.Attendance), Why: pg.OrNull(in.Why)}
		if err := tx.Scan(ctx, &a.StartsAt, "select starts_at from appointments where id = ? and referral_id = ?", in.AppointmentID, about.ReferralID); err != nil {
			return err
		}
		found := a.CheckOutcome(tx.Now)
		if a.StartsAt.IsZero() {
			found = append(found, models.Field("appointment_id", models.FieldUnknown, "Choose an appointment of this referral"))
		}
		if err := models.Refusal(ctx, found); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into appointment_outcomes (id, case_id, referral_id, appointment_id, happened, attendance, why, at, by_user_id, by_org_id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, models.NewID(), about.CaseID, about.ReferralID, in.AppointmentID, *a.Happened, a.Attendance, a.Why, tx.Now,
			tx.Actor.UserID, tx.Actor.OrgID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("appointment.recorded", map[string]any{"appointment": in.AppointmentID, "happened": *a.Happened}))
	})
}
