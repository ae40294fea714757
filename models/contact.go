package models

import (
	"time"

	"github.com/google/uuid"
)

// ContactDirection says who began a contact.
type ContactDirection string

// The directions.
const (
	ContactOut ContactDirection = "out"
	ContactIn  ContactDirection = "in"
)

// ContactDirections lists both.
func ContactDirections() []Choice {
	return []Choice{{string(ContactOut), "We contacted them"}, {string(ContactIn), "They contacted us"}}
}

// ContactOutcome is what came of a contact.
type ContactOutcome string

// The outcomes of contract.md section 4.
const (
	OutcomeReached     ContactOutcome = "reached"
	OutcomeNoAnswer    ContactOutcome = "no_answer"
	OutcomeVoicemail   ContactOutcome = "voicemail"
	OutcomeOtherAdult  ContactOutcome = "other_adult"
	OutcomeChild       ContactOutcome = "child"
	OutcomeWrongNumber ContactOutcome = "wrong_number"
	OutcomeReturned    ContactOutcome = "returned"
)

// ContactOutcomes lists the outcomes in the order pages ask.
func ContactOutcomes() []Choice {
	return []Choice{
		{string(OutcomeReached), "The right person"},
		{string(OutcomeNoAnswer), "No answer"},
		{string(OutcomeVoicemail), "Voicemail"},
		{string(OutcomeOtherAdult), "Someone else answered"},
		{string(OutcomeChild), "A child answered"},
		{string(OutcomeWrongNumber), "Wrong number or address"},
		{string(OutcomeReturned), "It came back"},
	}
}

// Why a channel is stopped for everyone until a caseworker clears it.
const (
	StopOtherAdult = "other_adult_answered"
	StopWrong      = "wrong_number"
	StopUnsafe     = "unsafe_contact"
)

// ContactAttempt is one contact as it happened: on which channel, what came of
// it, and the safe-contact answer it relied on, as that stood.
type ContactAttempt struct {
	ID             uuid.UUID
	CaseID         uuid.UUID
	ReferralID     *uuid.UUID
	ChannelID      *uuid.UUID
	Channel        Channel
	Direction      ContactDirection
	Person         string
	Outcome        ContactOutcome
	Said           string
	Counted        bool // towards the required number of attempts
	SafetyIncident bool // it happened on a channel that was not safe
	Permission     ContactPermission
	At             time.Time
	ByUserID       uuid.UUID
	ByOrgID        uuid.UUID
}

// ContactPermission is the safe-contact answer an attempt relied on.
type ContactPermission struct {
	Code        GateCode   `json:"code"`
	Safe        Safety     `json:"safe,omitempty"`
	Windows     []Window   `json:"windows,omitempty"`
	ConfirmedOn *time.Time `json:"confirmed_on,omitempty"`
	StoppedAt   *time.Time `json:"stopped_at,omitempty"`
}

// Permission is what is kept of the gate's answer beside an attempt.
func (g Gate) Permission() ContactPermission {
	return ContactPermission{
		Code: g.Code, Safe: g.Channel.Safe, Windows: g.Channel.Windows,
		ConfirmedOn: g.Channel.ConfirmedOn, StoppedAt: g.Channel.StoppedAt,
	}
}

// ContactJudgement is what a contact means: whether it counts, whether it was a
// safety incident, whether the right person was reached, and whether its
// channel is stopped for everyone, and why.
type ContactJudgement struct {
	Counted, SafetyIncident, Reached bool
	Stop                             string
}

// JudgeContact holds a contact that happened against the gate as it stood at
// that moment (referrals.md section 7). What we did on a channel that was not
// safe is an incident and counts towards nothing; outside the safe times it
// counts towards nothing. Whoever contacts us relies on no permission. Someone
// else answering counts towards nothing and stops the channel.
func JudgeContact(g Gate, direction ContactDirection, outcome ContactOutcome) ContactJudgement {
	j := ContactJudgement{SafetyIncident: direction == ContactOut && g.Incident()}
	switch outcome {
	case OutcomeOtherAdult:
		j.Stop = StopOtherAdult
	case OutcomeWrongNumber:
		j.Stop = StopWrong
	}
	if j.SafetyIncident {
		j.Stop = StopUnsafe
		return j
	}
	allowed := direction == ContactIn && outcome == OutcomeReached || direction == ContactOut && g.Open()
	j.Counted = allowed && outcome != OutcomeOtherAdult
	j.Reached = j.Counted && outcome == OutcomeReached
	return j
}
