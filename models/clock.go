package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
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

// Rule is the number of a clock rule, K1 to K36 (domain.md 1.5, decisions.md 23),
// or K37, which is the product's own.
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
	return caseRuleWords(r)
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
	LimitDays     int // in the unit of the rule: working days, but for windows and updates
	StartedAt     time.Time
	DueAt         time.Time
	FirstDueAt    time.Time
	DueSoonAt     time.Time
	StoppedAt     *time.Time
	PausedSince   *time.Time
	PauseReason   *string
	PausedSeconds int64
	Pauses        PauseList // that have ended
	Why           *string   // of not_applicable and waived
	Rung          int       // how far the escalation ladder was climbed: team, manager, coordinator and referrer
}

// Pause is a stretch in which a clock stood still, and the coded reason.
type Pause struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// PauseList is kept as JSON beside its clock.
type PauseList []Pause

// Scan reads the list from the database.
func (l *PauseList) Scan(from any) error {
	switch v := from.(type) {
	case nil:
		*l = nil
		return nil
	case []byte:
		return json.Unmarshal(v, l)
	case string:
		return json.Unmarshal([]byte(v), l)
	}
	return fmt.Errorf("models: pauses from a %T", from)
}

// Value writes the list to the database.
func (l PauseList) Value() (driver.Value, error) {
	if l == nil {
		return "[]", nil
	}
	b, err := json.Marshal([]Pause(l))
	return string(b), err
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

// StartClock returns a clock that runs for its holder from a moment, for a
// number of working days. It returns an error matching ErrOutsideCalendar.
func (c *Calendar) StartClock(rule Rule, holder uuid.UUID, at time.Time, days int) (Clock, error) {
	due, err := c.Due(at, days)
	if err != nil {
		return Clock{}, err
	}
	return c.clockTo(rule, holder, at, due, days), nil
}

// StartClockUntil returns a clock that runs until the end of a day that was
// chosen, as a review date is.
func (c *Calendar) StartClockUntil(rule Rule, holder uuid.UUID, at, lastDay time.Time) (Clock, error) {
	y, m, d := lastDay.Date()
	due := time.Date(y, m, d, 23, 59, 59, 0, London())
	days, err := c.WorkingDaysBetween(at, due)
	if err != nil {
		return Clock{}, err
	}
	return c.clockTo(rule, holder, at, due, days), nil
}

func (c *Calendar) clockTo(rule Rule, holder uuid.UUID, at, due time.Time, days int) Clock {
	k := Clock{
		ID: NewID(), Rule: rule, RuleVersion: 1, HolderOrgID: holder, LimitDays: days,
		StartedAt: at, DueAt: due.UTC(), FirstDueAt: due.UTC(), DueSoonAt: c.DueSoon(due).UTC(),
	}
	k.State = k.StateAt(at)
	return k
}

// Pause makes the clock stand still, with a coded reason. A clock that is
// stopped or paused stays as it is.
func (c *Clock) Pause(at time.Time, reason string) {
	if c.Open() && c.PausedSince == nil {
		c.PausedSince, c.PauseReason = &at, &reason
	}
}

// ResumeClock lets a paused clock run on: as many working days are left as when
// it was paused. It returns an error matching ErrOutsideCalendar.
func (c *Calendar) ResumeClock(k *Clock, at time.Time) error {
	if k.PausedSince == nil {
		return nil
	}
	due, err := c.AddPause(k.DueAt, *k.PausedSince, at)
	if err != nil {
		return err
	}
	k.PausedSeconds += int64(at.Sub(*k.PausedSince) / time.Second)
	p := Pause{From: *k.PausedSince, Until: at}
	if k.PauseReason != nil {
		p.Reason = *k.PauseReason
	}
	k.Pauses = append(slices.Clone(k.Pauses), p)
	k.DueAt, k.DueSoonAt = due.UTC(), c.DueSoon(due).UTC()
	k.PausedSince, k.PauseReason = nil, nil
	k.State = k.StateAt(at)
	return nil
}

// StopClock records that the duty was done at a moment: met, or breached at
// once where that was late (decisions.md 23).
func (c *Calendar) StopClock(k *Clock, at time.Time) error {
	return c.endClock(k, at, ClockMet, nil)
}

// ExcuseClock ends a clock whose duty fell away, with the reason in words. One
// that was late by then stays late.
func (c *Calendar) ExcuseClock(k *Clock, at time.Time, why string) error {
	return c.endClock(k, at, ClockNotApplicable, &why)
}

func (c *Calendar) endClock(k *Clock, at time.Time, state ClockState, why *string) error {
	if !k.Open() {
		return nil
	}
	if err := c.ResumeClock(k, at); err != nil {
		return err
	}
	k.State, k.StoppedAt, k.Why = state, &at, why
	if at.After(k.DueAt) {
		k.State, k.Why = ClockBreached, nil
	}
	return nil
}

// RunOn opens a stopped clock again as if it had never been stopped: the act
// that stopped it was undone.
func (c *Clock) RunOn(at time.Time) {
	c.StoppedAt, c.Why = nil, nil
	c.State = c.StateAt(at)
}

// VoidClock ends a clock that should not have run, late or not.
func (c *Clock) VoidClock(at time.Time, why string) {
	c.PausedSince, c.PauseReason = nil, nil
	c.State, c.StoppedAt, c.Why = ClockNotApplicable, &at, &why
}
