package models

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Approval is an act that takes two people: one asked for it, another of the
// same organisation decides. The database refuses a decision by whoever asked.
type Approval struct {
	ID          uuid.UUID
	OrgID       uuid.UUID
	Kind        string // "people.grant": the area, then the act
	SubjectType string
	SubjectID   uuid.UUID // uuid.Nil where it is about no record
	CaseID      uuid.UUID // the case the subject belongs to, uuid.Nil when none
	Payload     json.RawMessage
	Reason      string

	RequestedBy     uuid.UUID
	RequestedByName string
	RequestedByRole Role
	RequestedAt     time.Time
	ExpiresAt       time.Time

	Decision      Decision // empty while it waits
	DecidedBy     uuid.UUID
	DecidedByName string
	DecidedAt     *time.Time
	DecidedNote   string
	Version       int
}

// Decision is what became of a request for approval.
type Decision string

// The ends of a request. Only whoever asked withdraws it; only somebody else
// approves or refuses it.
const (
	DecisionApproved  Decision = "approved"
	DecisionRefused   Decision = "refused"
	DecisionWithdrawn Decision = "withdrawn"
)

// Status is the decision, or whether the request still waits: "waiting" until
// it expires, then "expired".
func (a *Approval) Status(now time.Time) string {
	switch {
	case a.Decision != "":
		return string(a.Decision)
	case now.Before(a.ExpiresAt):
		return "waiting"
	}
	return "expired"
}

// Into reads the payload into v.
func (a *Approval) Into(v any) error {
	if err := json.Unmarshal(a.Payload, v); err != nil {
		return Internal("reading the payload of an approval", err)
	}
	return nil
}
