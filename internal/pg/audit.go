package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// auditSQL fills what the caller may say; the database adds who acted and
// when it was recorded, so that neither can be forged.
const auditSQL = `insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, refused, detail)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb)`

// seenCaseSQL and seenReferralSQL append to the trail only where the actor can
// see the record, so that a read that finds nothing records nothing that was not
// shown. The event of a referral names its case too: who looked at a case is one
// question, whichever of its records they looked at.
const (
	seenCaseSQL = `insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, refused, detail)
select $1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::text, $7::uuid, $8::uuid, $9::boolean, $10::jsonb
where app_open_case($7::uuid)`
	seenReferralSQL = `insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, refused, detail)
select $1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::text, r.id, coalesce($8::uuid, r.case_id), $9::boolean, $10::jsonb
from referrals r where r.id = $7::uuid and app_open_referral(r.id)`
)

// RecordSeen adds to a batch the event of one case or referral having been
// read; it is written only where the actor can see that record.
func (b *Batch) RecordSeen(e models.Event) {
	_, args, err := auditInsert(b.ctx, b.Actor, b.Now, e)
	if err != nil {
		b.err = err
		return
	}
	b.Recorded()
	switch e.SubjectType {
	case "case":
		b.Exec(seenCaseSQL, args...)
	case "referral":
		b.Exec(seenReferralSQL, args...)
	default:
		b.err = models.Internal("no record of this kind can be seen: "+e.SubjectType, nil)
	}
}

const intoAudit = "audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, refused, detail)"

// RecordAll appends several events to the trail in one statement.
func (b *Batch) RecordAll(events []models.Event) {
	rows, err := auditRows(b.ctx, b.Actor, b.Now, events)
	if err != nil {
		b.err = err
		return
	}
	b.events += len(rows)
	b.Insert(intoAudit, rows...)
}

// RecordAll appends several events to the trail in one statement, in the same
// transaction as the changes.
func (tx *Tx) RecordAll(ctx context.Context, events []models.Event) error {
	rows, err := auditRows(ctx, tx.Actor, tx.Now, events)
	if err != nil {
		return err
	}
	tx.events += len(rows)
	return tx.Insert(ctx, intoAudit, rows...)
}

func auditRows(ctx context.Context, a models.Actor, at time.Time, events []models.Event) ([][]any, error) {
	rows := make([][]any, len(events))
	for i := range events {
		var err error
		if _, rows[i], err = auditInsert(ctx, a, at, events[i]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// OpenReferral adds to a batch that the actor sees this referral as it is by
// then, where they do: what belongs to it is not asked about again row by row.
// RecordSeen says so by itself.
func (b *Batch) OpenReferral(id uuid.UUID) { b.Exec("select app_open_referral($1)", id) }

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
		models.NewID(), at, OrNull(a.SessionID), models.RequestFrom(ctx).ID, e.Action, e.SubjectType,
		OrNull(e.SubjectID), OrNull(e.CaseID), e.Refused, string(detail),
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
