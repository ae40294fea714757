package pg

import (
	"context"
	"encoding/json"
	"time"

	"throughline/models"
)

// auditSQL fills what the caller may say; a trigger adds the actor, the salt
// and the sealed hash of the detail, so that they cannot be forged.
const auditSQL = `insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, refused, detail)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb)`

// auditInsert returns the statement that appends e.
func auditInsert(ctx context.Context, a models.Actor, at time.Time, e models.Event) (string, []any, error) {
	if e.Action == "" || e.SubjectType == "" {
		return "", nil, models.Internal("an audit event names no action or subject", nil)
	}
	detail := []byte("{}")
	if len(e.Detail) > 0 {
		var err error
		if detail, err = json.Marshal(e.Detail); err != nil {
			return "", nil, models.Internal("writing the detail of an audit event", err)
		}
	}
	return auditSQL, []any{
		models.NewID(), at, nullable(a.SessionID), models.RequestFrom(ctx).ID, e.Action, e.SubjectType,
		nullable(e.SubjectID), nullable(e.CaseID), e.Refused, string(detail),
	}, nil
}

// RecordAlone appends an event in a transaction of its own: a refusal, whose
// first transaction changed nothing (decisions.md 14). Where it fails the
// caller has nothing to show but 503.
func (db *DB) RecordAlone(ctx context.Context, e models.Event) error {
	b, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	b.Record(e)
	return b.Send(BatchWrite)
}
