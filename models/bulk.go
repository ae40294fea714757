package models

import (
	"time"

	"github.com/google/uuid"
)

// BulkHandoff is many cases of one organisation handed to another as one act, as
// when a contract ends. Each case is a hand-off of its own, with its own answer.
type BulkHandoff struct {
	ID        uuid.UUID
	Reference string
	FromOrgID uuid.UUID
	ToOrgID   uuid.UUID
	At        time.Time
	ByUserID  uuid.UUID
	Doing     BulkAct // what is being done to each case now; empty: nothing is
	Run       int     // how often something was begun
	Version   int
	BulkCount
}

// BulkCount is how many of its cases stand where. Their sum is how many there
// are; a receiver's leaves out those that were not offered.
type BulkCount struct {
	Waiting  int // not offered yet
	Stopped  int // could not be offered, each with why
	Offered  int
	Accepted int
	Refused  int
	Recalled int
}

// Total is how many cases there are.
func (c *BulkCount) Total() int {
	return c.Waiting + c.Stopped + c.Offered + c.Accepted + c.Refused + c.Recalled
}

// BulkAct is what is done to every case of a bulk hand-over, one after the
// other. The names are those of the API.
type BulkAct string

// The acts: those of the sender, then those of the receiver.
const (
	BulkOffer  BulkAct = "offer"
	BulkRecall BulkAct = "recall"
	BulkAccept BulkAct = "accept"
	BulkRefuse BulkAct = "refuse"
)

// BulkActs lists them.
func BulkActs() []BulkAct { return []BulkAct{BulkOffer, BulkRecall, BulkAccept, BulkRefuse} }

// Receivers reports whether an act is the receiver's to begin.
func (a BulkAct) Receivers() bool { return a == BulkAccept || a == BulkRefuse }

// Action is what the act does to each hand-off; empty: it makes them.
func (a BulkAct) Action() HandoffAction {
	switch a {
	case BulkAccept:
		return HandoffAccept
	case BulkRefuse:
		return HandoffRefuse
	case BulkRecall:
		return HandoffRecall
	case BulkOffer:
	}
	return ""
}

// Words name an act while it goes on.
func (a BulkAct) Words() string {
	switch a {
	case BulkOffer:
		return "Being offered"
	case BulkRecall:
		return "Being taken back"
	case BulkAccept:
		return "Being accepted"
	case BulkRefuse:
		return "Being refused"
	}
	return ""
}

// BulkMost is how many cases one bulk hand-over holds: more are handed over in
// two.
const BulkMost = 10_000

// BulkReferenceLongest leaves room for the number that each case gets after the
// receiver's own reference.
const BulkReferenceLongest = HandoffReferenceLongest - 8

// CheckBulkReference returns what is wrong with the reference under which the
// receiver keeps them all.
func CheckBulkReference(reference string) []FieldError {
	f := &Faults{}
	f.Join(CheckReceiverReference(reference, true)...)
	if len(f.List()) == 0 {
		f.line("receiver_reference", "Your reference", reference, BulkReferenceLongest)
	}
	return f.List()
}
