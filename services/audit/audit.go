// Package audit reads the trail: who read, changed or was refused what. It is
// written elsewhere, in the transaction of each act; only refusals, whose own
// transaction changed nothing, are written from here.
package audit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Service reads the trail and records refusals.
type Service struct{ db *pg.DB }

// New returns the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Entry is one line of the trail. The names of people are those of the
// reader's own organisation; of others the organisation alone is told.
type Entry struct {
	ID          uuid.UUID
	At          time.Time
	ActorUserID *uuid.UUID
	ActorName   *string
	ActorOrgID  *uuid.UUID
	OrgName     *string
	ActorRole   *models.Role
	Action      string
	SubjectType string
	SubjectID   *uuid.UUID
	CaseID      *uuid.UUID
	Refused     bool
	RequestID   *string
	Detail      json.RawMessage // ids, codes and the names of fields, never their values
}

// Refused records that the actor was refused, in a transaction of its own
// (decisions.md 14). attempted is the operation as the API or the pages name
// it; subject is uuid.Nil where the request named no record. Where it fails
// the caller may answer nothing but that the service is unavailable.
func (s *Service) Refused(ctx context.Context, attempted, subjectType string, subject uuid.UUID, code models.Code) error {
	e := models.Event{
		Action: subjectType + ".refused", SubjectType: subjectType, SubjectID: subject, Refused: true,
		Detail: map[string]any{"attempted": attempted, "code": string(code)},
	}
	if subjectType == "case" {
		// Whoever answers for the case reads who tried. A case that does not
		// exist is nobody's, and nobody else reads it.
		e.CaseID = subject
	}
	return s.db.RecordAlone(ctx, e)
}
