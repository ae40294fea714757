package models

import (
	"time"

	"github.com/google/uuid"
)

// ClockState is where a timed duty stands. NotEvidenced is a gap in the data,
// never shown as a named agency's breach (referrals.md section 5).
type ClockState string

// The states of a clock.
const (
	ClockRunning       ClockState = "running"
	ClockDueSoon       ClockState = "due_soon"
	ClockMet           ClockState = "met"
	ClockBreached      ClockState = "breached"
	ClockNotEvidenced  ClockState = "not_evidenced"
	ClockNotApplicable ClockState = "not_applicable"
	ClockWaived        ClockState = "waived"
)

// Rule is the number of a clock rule, K1 to K36 (domain.md 1.5, decisions.md 23).
type Rule string

// The clocks of a referral.
const (
	RuleAcknowledge    Rule = "K22" // sent -> acknowledged
	RuleDecide         Rule = "K23" // sent -> accepted, declined, wait-listed
	RuleFirstAttempt   Rule = "K24" // accepted -> first counted attempt
	RuleFirstContact   Rule = "K25" // accepted -> spoken to the right person
	RuleDeclineReview  Rule = "K32" // decline proposed -> upheld or sent back
	RuleWaitingReview  Rule = "K33" // wait-listed -> review date
	RuleReferrerUpdate Rule = "K34" // accepted -> update to the referrer
	RuleEndReport      Rule = "K35" // ended early -> end report
	RuleAnswer         Rule = "K36" // question asked -> answered by the referrer
)

// Words names the clock as screens do.
func (r Rule) Words() string {
	switch r {
	case RuleAcknowledge:
		return "Pick up the referral"
	case RuleDecide:
		return "Decide"
	case RuleFirstAttempt:
		return "First contact attempt"
	case RuleFirstContact:
		return "First contact"
	case RuleDeclineReview:
		return "Review the decline"
	case RuleWaitingReview:
		return "Review the waiting list place"
	case RuleReferrerUpdate:
		return "Update the referrer"
	case RuleEndReport:
		return "End report"
	case RuleAnswer:
		return "Answer the question"
	}
	return string(r)
}

// Clock is one timed duty: the row that lists, details, exports and figures
// all read. DueAt is 23:59:59 London on the last day; FirstDueAt is the
// deadline as first computed and never moves.
type Clock struct {
	ID            uuid.UUID
	CaseID        uuid.UUID
	ReferralID    *uuid.UUID
	Rule          Rule
	RuleVersion   int
	HolderOrgID   uuid.UUID
	State         ClockState
	LimitDays     int // working days
	StartedAt     time.Time
	DueAt         time.Time
	FirstDueAt    time.Time
	DueSoonAt     time.Time
	StoppedAt     *time.Time
	PausedSince   *time.Time
	PauseReason   *string
	PausedSeconds int64
	Why           *string // of not_applicable and waived
}

// Open reports whether the duty is still owed.
func (c *Clock) Open() bool {
	return c.StoppedAt == nil && (c.State == ClockRunning || c.State == ClockDueSoon || c.State == ClockBreached)
}

// StateAt computes where an open clock stands at a moment; a paused clock
// stands still. The tick and every stop use it, so a late stop is breached at
// once even if no tick ran in between (decisions.md 23).
func (c *Clock) StateAt(at time.Time) ClockState {
	switch {
	case c.PausedSince != nil:
		return c.State
	case at.After(c.DueAt):
		return ClockBreached
	case !at.Before(c.DueSoonAt):
		return ClockDueSoon
	}
	return ClockRunning
}
