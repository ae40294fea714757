package models

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// PlacePhone is an appointment that is a telephone call.
const (
	PlacePhone = "phone"
	PlaceHome  = "home"
)

// AppointmentPlaces lists what kind of place people meet in. The kind is all
// that is kept: an address is nowhere it is not needed.
func AppointmentPlaces() []Choice {
	return []Choice{
		{"office", "Our office"},
		{PlacePhone, "On the telephone"},
		{PlaceHome, "Where they live"},
		{"partner", "Another service"},
		{"court", "Court"},
		{"police", "Police station"},
		{"health", "Hospital or surgery"},
		{"elsewhere", "Another safe place"},
	}
}

// Attendances lists whether the person came to an appointment that happened.
func Attendances() []Choice {
	return []Choice{{AttendanceAttended, "They came"}, {AttendancePart, "They came for part of it"}, {AttendanceAbsent, "They did not come"}}
}

// Whether somebody came.
const (
	AttendanceAttended = "attended"
	AttendancePart     = "part"
	AttendanceAbsent   = "absent"
)

// NotHeld lists why an appointment did not happen.
func NotHeld() []Choice {
	return []Choice{
		{NotHeldMoved, "Moved to another time"},
		{"service_cancelled", "We called it off"},
		{"person_cancelled", "They called it off"},
		{"unsafe", "It was not safe"},
		{NotHeldNotNeeded, "It was no longer needed"},
	}
}

// Why an appointment that did not happen is no longer owed.
const (
	NotHeldMoved     = "moved"
	NotHeldNotNeeded = "not_needed"
)

// Appointment is a time at which a worker and the person mean to meet, and what
// came of it. Whether it happened and whether the person came are two answers.
// Happened is nil until somebody has said.
type Appointment struct {
	ID         uuid.UUID
	CaseID     uuid.UUID
	ReferralID uuid.UUID
	StartsAt   time.Time
	Place      string  // of AppointmentPlaces
	Channel    Channel // how the person is told of it
	InsteadOf  *uuid.UUID
	At         time.Time // when it was made
	ByUserID   uuid.UUID
	ByOrgID    uuid.UUID

	Happened   *bool
	Attendance *string // of Attendances, where it happened
	Why        *string // of NotHeld, where it did not
	SaidAt     *time.Time
}

// Held reports whether it happened and the person was there.
func (a *Appointment) Held() bool {
	return a.Happened != nil && *a.Happened && a.Attendance != nil && *a.Attendance != AttendanceAbsent
}

// Words say what came of it.
func (a *Appointment) Words() string {
	switch {
	case a.Happened == nil:
		return "Not said yet"
	case *a.Happened && a.Attendance != nil:
		return "It happened. " + ChoiceWords(Attendances(), *a.Attendance)
	case a.Why != nil:
		return "It did not happen. " + ChoiceWords(NotHeld(), *a.Why)
	}
	return ""
}

// CheckAppointment says what is wrong with an appointment about to be made.
func (a *Appointment) CheckAppointment(now time.Time, ahead time.Duration) []FieldError {
	f := &Faults{}
	f.oneOf("place", "Select where you will meet", a.Place, AppointmentPlaces())
	if !slices.Contains(Channels(), a.Channel) {
		f.Add("channel", FieldRequired, "Select how they are told")
	}
	switch {
	case a.StartsAt.IsZero():
		f.Add("starts_at", FieldRequired, "Enter when you will meet")
	case a.StartsAt.Before(now.Add(-time.Minute)):
		f.Add("starts_at", FieldInvalid, "The time must be now or later")
	case a.StartsAt.After(now.Add(ahead)):
		f.Add("starts_at", FieldInvalid, "The time must be within a year")
	}
	return f.List()
}

// CheckOutcome says what is wrong with what is said of an appointment.
func (a *Appointment) CheckOutcome(now time.Time) []FieldError {
	f := &Faults{}
	switch {
	case a.Happened == nil:
		f.Add("happened", FieldRequired, "Say whether it happened")
	case *a.Happened:
		f.oneOf("attendance", "Select whether they came", value(a.Attendance), Attendances())
		if a.Why != nil {
			f.Add("why", FieldNotOpen, "Leave out why: it happened")
		}
		if a.StartsAt.After(now) {
			f.Add("happened", FieldInvalid, "It has not begun yet")
		}
	default:
		f.oneOf("why", "Select why it did not happen", value(a.Why), NotHeld())
		if a.Attendance != nil {
			f.Add("attendance", FieldNotOpen, "Leave out whether they came: it did not happen")
		}
	}
	return f.List()
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Sessions is how the appointments of a referral stand when it is about to end
// (the truth table of referrals.md section 3).
type Sessions struct {
	Held        int // happened, and the person was there
	Missed      int // did not happen or was stayed away from, and still owed
	Outstanding int // nobody has said
}

// CountSessions counts the appointments that are part of the plan: not those
// that another stands instead of, were moved, or turned out not to be needed.
func CountSessions(list []Appointment) Sessions {
	replaced := map[uuid.UUID]bool{}
	for i := range list {
		if of := list[i].InsteadOf; of != nil {
			replaced[*of] = true
		}
	}
	var s Sessions
	for i := range list {
		a := &list[i]
		switch why := value(a.Why); {
		case replaced[a.ID] || why == NotHeldMoved || why == NotHeldNotNeeded:
		case a.Happened == nil:
			s.Outstanding++
		case a.Held():
			s.Held++
		default:
			s.Missed++
		}
	}
	return s
}
