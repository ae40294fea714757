package referrals

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// change is everything that follows from one act, decided and not yet written.
type change struct {
	before  models.Referral
	after   models.Referral
	row     models.Transition
	overdue bool // the new value of over_limit

	started []models.Clock // clocks that begin
	moved   []models.Clock // clocks that were there and are different

	history step
	topics  []string // rows of the outbox

	asked    []question
	answered []answer
	assigned *assignment
	released bool // the current assignment ends, and no other begins
	attempt  *models.ContactAttempt
	ratings  []models.NeedRating // numbers that came with an ending
	stop     *stop
	shares   map[string]map[string]any
	next     *follower
	deleted  bool
}

// step is one line of the history: every change of version has exactly one.
type step struct {
	id        uuid.UUID
	action    models.Action
	from, to  models.ReferralStatus
	at        time.Time
	inState   *int64 // seconds in the state that was left
	reason    *string
	decidedBy *models.DecidedBy
	note      *string
	detail    map[string]any
}

type answer struct {
	id   uuid.UUID
	text string
}

type assignment struct {
	id     uuid.UUID
	worker *uuid.UUID
	team   *string
}

// stop closes a channel for everyone until a caseworker clears it.
type stop struct {
	id, channel uuid.UUID
	why         string
}

// follower is the referral that takes this one's place.
type follower struct {
	models.Referral
	answers       map[string]any
	shared, after []string
	clocks        []models.Clock
	history       step
	shares        map[string]map[string]any
	copied        bool // the shares are the old one's: a coordinator sees no case to freeze
}

// transition says what the act does to the status, for the trail.
func (c *change) transition() map[string]any {
	d := map[string]any{"from": string(c.before.Status), "to": string(c.after.Status), "version": c.after.Version}
	if c.history.reason != nil {
		d["reason"] = *c.history.reason
	}
	return d
}

// dueAt is the earliest open clock of the receiver that runs: the order of its
// inbox. One that stands still is not due.
func dueAt(clocks []models.Clock, receiver uuid.UUID) *time.Time {
	var due *time.Time
	for i := range clocks {
		c := &clocks[i]
		if c.Open() && c.PausedSince == nil && c.HolderOrgID == receiver && (due == nil || c.DueAt.Before(*due)) {
			due = &c.DueAt
		}
	}
	return due
}

// overdue reports whether some duty of the referral is late and still owed,
// which is when its coordinator sees it.
func overdue(clocks []models.Clock) bool {
	for i := range clocks {
		if clocks[i].Open() && clocks[i].State == models.ClockBreached {
			return true
		}
	}
	return false
}
