package referrals

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// CreateInput begins a referral.
type CreateInput struct {
	CaseID                uuid.UUID
	ServiceID             uuid.UUID
	Pathway               string
	Answers               map[string]any
	SharedFields          []string // seen from sending
	SharedAfterAcceptance []string // seen once accepted; nil: the names, where they were agreed to
	SharingDecisionID     uuid.UUID
	Priority              models.Priority // empty: the case's level of risk
	Relation              models.ReferralRelation
	ParentID              uuid.UUID
}

// UpdateInput changes a draft; nil leaves a thing as it is.
type UpdateInput struct {
	Answers               map[string]any
	SharedFields          []string
	SharedAfterAcceptance []string
	SharingDecisionID     *uuid.UUID
	Priority              *models.Priority
}

// ActionInput is what came with an action. Each action reads its own part
// (contract.md section 4) and ignores the rest.
type ActionInput struct {
	Note              string
	Questions         []string         // request-info
	Answers           []string         // answer-info: one for each question, in order
	WorkerID          uuid.UUID        // accept, assign
	Team              string           // accept, assign
	Reason            string           // coded, except where a decline is sent back
	DecidedBy         models.DecidedBy // propose-decline, decline, end-early
	ReviewOn          *time.Time       // waitlist, hold: a date
	InterimAdvice     *bool            // waitlist
	NextStep          string           // uphold-decline
	Contact           ContactInput     // record-contact
	Outcomes          []Outcome        // complete
	Report            string           // complete, end-early, report
	ServiceID         uuid.UUID        // reroute
	SharingDecisionID uuid.UUID        // reroute
}

// ContactInput is a contact that happened.
type ContactInput struct {
	Channel   models.Channel
	At        *time.Time // nil: now
	Direction models.ContactDirection
	Person    string
	Outcome   models.ContactOutcome
	Said      string
}

// Outcome is how one need stood at the start and at the end, from 1 to 5, in
// the victim's own words where they gave them.
type Outcome struct {
	Need  string `json:"need"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}
