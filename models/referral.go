package models

import (
	"time"

	"github.com/google/uuid"
)

// ReferralStatus is where a referral stands between the two organisations
// (referrals.md section 2).
type ReferralStatus string

// Every state a referral can be in.
const (
	StatusDraft           ReferralStatus = "draft"
	StatusSubmitted       ReferralStatus = "submitted"
	StatusAcknowledged    ReferralStatus = "acknowledged"
	StatusInfoRequested   ReferralStatus = "info_requested"
	StatusWaitlisted      ReferralStatus = "waitlisted"
	StatusDeclineProposed ReferralStatus = "decline_proposed"
	StatusAccepted        ReferralStatus = "accepted"
	StatusInProgress      ReferralStatus = "in_progress"
	StatusOnHold          ReferralStatus = "on_hold"
	StatusCompleted       ReferralStatus = "completed"
	StatusEndedEarly      ReferralStatus = "ended_early"
	StatusNotEngaged      ReferralStatus = "not_engaged"
	StatusDeclined        ReferralStatus = "declined"
	StatusWithdrawn       ReferralStatus = "withdrawn"
	StatusRerouted        ReferralStatus = "rerouted"
	StatusLapsed          ReferralStatus = "lapsed"
	StatusEnteredInError  ReferralStatus = "entered_in_error"
)

// ReferralStatuses lists every state in the order of a referral's life.
func ReferralStatuses() []ReferralStatus {
	return []ReferralStatus{
		StatusDraft, StatusSubmitted, StatusAcknowledged, StatusInfoRequested, StatusWaitlisted,
		StatusDeclineProposed, StatusAccepted, StatusInProgress, StatusOnHold, StatusCompleted,
		StatusEndedEarly, StatusNotEngaged, StatusDeclined, StatusWithdrawn, StatusRerouted,
		StatusLapsed, StatusEnteredInError,
	}
}

// Ended reports whether nothing more happens to a referral in this state.
func (s ReferralStatus) Ended() bool {
	switch s {
	case StatusCompleted, StatusEndedEarly, StatusNotEngaged, StatusDeclined, StatusWithdrawn,
		StatusRerouted, StatusLapsed, StatusEnteredInError:
		return true
	}
	return false
}

// Accepted reports whether the receiver has agreed and the work is not over.
func (s ReferralStatus) Accepted() bool {
	return s == StatusAccepted || s == StatusInProgress || s == StatusOnHold
}

// ReferralRelation says how a referral follows from its parent.
type ReferralRelation string

// The relations of referrals.md section 1.
const (
	RelationOnward  ReferralRelation = "onward"
	RelationReroute ReferralRelation = "reroute"
	RelationCascade ReferralRelation = "cascade"
	RelationReRefer ReferralRelation = "re_refer"
	RelationStrand  ReferralRelation = "strand"
)

// Priority is how urgent the referrer says it is, from the risk to the victim.
type Priority string

// The priorities; the words are the risk levels of decisions.md 29.
const (
	PriorityStandard Priority = "standard"
	PriorityMedium   Priority = "medium"
	PriorityHigh     Priority = "high"
)

// DecidedBy says whose decision an ending was (decisions.md 25).
type DecidedBy string

// Who can have decided.
const (
	DecidedByProvider DecidedBy = "provider"
	DecidedByVictim   DecidedBy = "victim"
	DecidedByReferrer DecidedBy = "referrer"
	DecidedBySystem   DecidedBy = "system"
	DecidedByOther    DecidedBy = "other"
)

// Referral asks one service to support one victim whose case another
// organisation holds. Responsibility for the case stays where it is: only a
// hand-off moves it (decisions.md 3). It holds no personal data: what the
// receiver may see is in its shares.
type Referral struct {
	ID                       uuid.UUID
	Reference                string
	CaseID                   uuid.UUID
	JourneyID                uuid.UUID
	ParentID                 *uuid.UUID
	Relation                 *ReferralRelation
	ServiceID                uuid.UUID
	Pathway                  string
	PathwayVersion           int
	FromOrgID                uuid.UUID
	ToOrgID                  uuid.UUID
	SharingDecisionID        uuid.UUID
	Status                   ReferralStatus
	HeldFrom                 *ReferralStatus // the state a question, hold or proposal came from
	Priority                 Priority
	Version                  int // incremented by every change; guards against lost edits
	CreatedBy                uuid.UUID
	CreatedAt                time.Time
	SubmittedBy              *uuid.UUID
	SubmittedAt              *time.Time
	FirstReadAt              *time.Time // stamped apart, without changing state
	AcknowledgedAt           *time.Time
	AcknowledgedBy           *uuid.UUID
	AcceptedAt               *time.Time
	AcceptedBy               *uuid.UUID
	WorkerID                 *uuid.UUID
	Team                     *string
	EndedAt                  *time.Time
	Reason                   *string // coded reason of the latest ending, hold or wait
	DecidedBy                *DecidedBy
	ReviewOn                 *time.Time
	WithdrawalAcknowledgedAt *time.Time
	StatusSince              time.Time
	StatusBy                 *uuid.UUID
	StatusByOrg              *uuid.UUID
	DueAt                    *time.Time // earliest open clock of the receiver: the order of the inbox
}

// SideOf returns the relation of an organisation to the referral: one can be
// both referrer and provider of the same referral.
func (r *Referral) SideOf(org uuid.UUID) (referrer, provider bool) {
	return r.FromOrgID == org, r.ToOrgID == org && r.SubmittedAt != nil
}

// VisibleToReceiver reports whether the receiving organisation can still open
// the referral: not before it was sent, and not once it ended before
// acceptance, except a withdrawal it has yet to acknowledge (decisions.md 2).
func (r *Referral) VisibleToReceiver() bool {
	switch {
	case r.SubmittedAt == nil:
		return false
	case r.EndedAt == nil || r.AcceptedAt != nil:
		return true
	}
	return r.Status == StatusWithdrawn && r.WithdrawalAcknowledgedAt == nil
}

// LiveForReceiver reports whether the receiver still sees what was shared.
func (r *Referral) LiveForReceiver() bool {
	return r.SubmittedAt != nil && r.EndedAt == nil
}
