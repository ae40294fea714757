package models

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Webhook is an address of an organisation's own systems that is told what
// happens.
type Webhook struct {
	ID           uuid.UUID
	URL          string
	Topics       []string // keys of WebhookTopics
	MadeAt       time.Time
	MadeBy       string
	OffAt        *time.Time
	OffWhy       string // by_hand, failing, gone
	Failures     int    // in a row
	FailingSince *time.Time
	DeliveredAt  *time.Time // when the last message arrived
	BeforeUntil  *time.Time // until when messages are signed with the secret before, too
	Waiting      int
	Dead         int // messages that were given up
	Messages     []WebhookMessage
	Version      int
	Secret       string // of a new one, told once
}

// WebhookMessage is one message to one address. It holds ids and nothing else.
type WebhookMessage struct {
	ID         uuid.UUID
	Topic      string
	ReferralID *uuid.UUID
	HandoffID  *uuid.UUID
	At         time.Time
	Status     string // waiting, delivered, dead
	Attempts   int
	TriedAt    *time.Time
	NextAt     *time.Time
	Answer     int    // the status of the last answer; 0: there was none
	Fault      string // what was wrong with it
}

// MostWebhooks is how many endpoints of an organisation can be on.
const MostWebhooks = 10

// WebhookTopics are what an organisation can be told of: what its people get a
// notice of, in the same words.
func WebhookTopics() []Choice {
	return []Choice{
		{"referral.submitted", "A referral was sent to us"},
		{"referral.acknowledged", "A referral was picked up"},
		{"referral.info_requested", "A question was asked"},
		{"referral.info_answered", "A question was answered"},
		{"referral.accepted", "A referral was accepted"},
		{"referral.waitlisted", "A referral was put on a waiting list"},
		{"referral.decline_proposed", "A decline was proposed"},
		{"referral.decline_upheld", "A proposed decline was agreed to"},
		{"referral.decline_returned", "A proposed decline was sent back"},
		{"referral.declined", "A referral was declined"},
		{"referral.contact_recorded", "A contact was recorded"},
		{"referral.held", "A referral was put on hold"},
		{"referral.resumed", "A referral was taken off hold"},
		{"referral.completed", "A referral was completed"},
		{"referral.ended_early", "A referral ended early"},
		{"referral.not_engaged", "A referral ended: not reached"},
		{"referral.reported", "An end report was handed in"},
		{"referral.withdrawn", "A referral was withdrawn"},
		{"referral.withdrawal_acknowledged", "A withdrawal was acknowledged"},
		{"referral.reroute_proposed", "Another service was suggested"},
		{"referral.rerouted", "A referral was moved to another service"},
		{"referral.acceptance_undone", "An acceptance was taken back"},
		{"referral.assigned", "A referral was given to somebody"},
		{"referral.reopened", "A referral was opened again"},
		{"referral.entered_in_error", "A referral was marked as entered in error"},
		{"referral.lapsed", "Nobody answered a referral in time"},
		{"referral.high_risk_waiting", "A high-risk referral was put on a waiting list"},
		{"contact.stopped", "A way to reach somebody was stopped"},
		{"contact.safety_incident", "A contact went wrong"},
		{"case.safety", "Something happened that bears on safety: look again today"},
		{"note.shared", "A note was shared"},
		{"clock.due_soon", "Something is due soon"},
		{"clock.late", "Something is late"},
		{"clock.late_manager", "Something is late, for a manager"},
		{"clock.late_coordinator", "Something is late, for the coordinator"},
		{"handoff.offered", "A case or a duty was offered"},
		{"handoff.accepted", "An offer was accepted"},
		{"handoff.refused", "An offer was refused"},
		{"handoff.recalled", "An offer was taken back"},
		{"handoff.victim_told", "The victim was told of a hand-over"},
		{"handoff.late", "An offer was not answered"},
		{"handoff.late_manager", "An offer was not answered, for a manager"},
		{"handoff.late_coordinator", "An offer was not answered, for the coordinator"},
	}
}

// Check says what is wrong with an endpoint. reachable: its address can be asked
// at all.
func (w *Webhook) Check(f *Faults, reachable bool) {
	switch {
	case w.URL == "":
		f.Add("url", FieldRequired, "Enter the address that messages are sent to")
	case len(w.URL) > 500 || !reachable:
		f.Add("url", FieldInvalid, "Enter an address of the public internet that begins with https, like https://events.example.org/throughline")
	}
	if len(w.Topics) == 0 {
		f.Add("topics", FieldRequired, "Select what it is told of")
	}
	if slices.ContainsFunc(w.Topics, func(t string) bool { return !HasChoice(WebhookTopics(), t) }) {
		f.Add("topics", FieldUnknown, "Select only from the list")
	}
}
