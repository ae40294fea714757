package models

import "github.com/google/uuid"

// Event is what a service says happened. The database adds who and when,
// in the same transaction, so neither can be forged by the caller.
type Event struct {
	Action      string    // "referral.accepted": area, then the verb in the past
	SubjectType string    // "referral", "case", "service", "session"
	SubjectID   uuid.UUID // uuid.Nil for a list
	CaseID      uuid.UUID // the case the subject belongs to, uuid.Nil when none
	Refused     bool
	Detail      map[string]any // ids, codes and field names; never a name, number or free text
}
