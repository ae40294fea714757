package rights

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const requestColumns = `id, reference, kind, requester, relation, authority, asks, received_on, coalesce(identity_how, '') as identity_how, identity_on, case_id, referral_id,
	coalesce(record_reference, '') as record_reference, due_on, first_due_on, coalesce(extended_why, '') as extended_why, coalesce(basis, '') as basis,
	tests::text as tests_text, coalesce(notice, '') as notice, notice_on, coalesce(notice_why, '') as notice_why, coalesce(victim_view, '') as victim_view,
	coalesce(victim_said, '') as victim_said, array_to_string(fields, ',') as fields_text, coalesce(outcome, '') as outcome, coalesce(ground, '') as ground,
	coalesce(outcome_why, '') as outcome_why, proposed_by, proposed_at, second_by, answered_at, expires_at, status, created_by, created_at, version`

// requestRow is a request as a query gives it: lists and objects as text.
type requestRow struct {
	ID, CreatedBy                                                           uuid.UUID
	Reference, Kind, Requester, Relation, Authority, Asks, IdentityHow      string
	RecordReference, ExtendedWhy, Basis, TestsText, Notice, NoticeWhy       string
	VictimView, VictimSaid, FieldsText, Outcome, Ground, OutcomeWhy, Status string
	ReceivedOn, DueOn, FirstDueOn, CreatedAt                                time.Time
	IdentityOn, NoticeOn, ProposedAt, AnsweredAt, ExpiresAt                 *time.Time
	CaseID, ReferralID, ProposedBy, SecondBy                                *uuid.UUID
	Version                                                                 int
}

func (r *requestRow) request() (models.DataRequest, error) {
	q := models.DataRequest{
		ID: r.ID, Reference: r.Reference, Kind: r.Kind, Requester: r.Requester, Relation: r.Relation, Authority: r.Authority, Asks: r.Asks, ReceivedOn: r.ReceivedOn,
		IdentityHow: r.IdentityHow, IdentityOn: r.IdentityOn, CaseID: r.CaseID, ReferralID: r.ReferralID, RecordReference: r.RecordReference, DueOn: r.DueOn,
		FirstDueOn: r.FirstDueOn, ExtendedWhy: r.ExtendedWhy, Basis: r.Basis, Notice: r.Notice, NoticeOn: r.NoticeOn, NoticeWhy: r.NoticeWhy, VictimView: r.VictimView,
		VictimSaid: r.VictimSaid, Fields: split(r.FieldsText), Outcome: r.Outcome, Ground: r.Ground, OutcomeWhy: r.OutcomeWhy, ProposedBy: r.ProposedBy,
		ProposedAt: r.ProposedAt, SecondBy: r.SecondBy, AnsweredAt: r.AnsweredAt, ExpiresAt: r.ExpiresAt, Status: r.Status, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, Version: r.Version,
	}
	return q, json.Unmarshal([]byte(r.TestsText), &q.Tests)
}

// Requests lists those of the actor's organisation: what waits first, the one
// due first at the top; at most 200.
func (s *Service) Requests(ctx context.Context) ([]models.DataRequest, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []models.DataRequest
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []requestRow
		if err := tx.Scan(ctx, &rows, "select "+requestColumns+" from data_requests order by status = 'answered', case when status <> 'answered' then due_on end, answered_at desc, id limit 200"); err != nil {
			return err
		}
		for i := range rows {
			q, err := rows[i].request()
			if err != nil {
				return err
			}
			out = append(out, q)
		}
		return record(ctx, tx, "request.listed", "data_request", uuid.Nil, uuid.Nil, map[string]any{"shown": len(out)})
	})
	return out, err
}

// Request returns one by its id or, where that is nil, by its reference. One of
// another organisation is not found.
func (s *Service) Request(ctx context.Context, id uuid.UUID, reference string) (models.DataRequest, error) {
	if _, err := may(ctx); err != nil {
		return models.DataRequest{}, err
	}
	var out models.DataRequest
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = findRequest(ctx, tx, id, reference); err != nil {
			return err
		}
		return record(ctx, tx, "request.viewed", "data_request", out.ID, caseOf(&out), nil)
	})
	return out, err
}

func findRequest(ctx context.Context, tx *pg.Tx, id uuid.UUID, reference string) (models.DataRequest, error) {
	var row requestRow
	if err := tx.Scan(ctx, &row, "select "+requestColumns+" from data_requests where id = ? or reference = ? for update", id, reference); err != nil {
		return models.DataRequest{}, err
	}
	if row.ID == uuid.Nil {
		return models.DataRequest{}, models.NotFound("request")
	}
	return row.request()
}

// RequestInput is a request as it was received.
type RequestInput struct {
	Kind       string
	Requester  string
	Relation   string
	Asks       string
	ReceivedOn time.Time
	Basis      string
	Record     string // reference of the case or referral it is about, where it is known; never of a suspect's
}

// Receive records a request. It has to be answered within one calendar month of
// the day it was received, or of the day it is known who asks (domain.md 5.3).
func (s *Service) Receive(ctx context.Context, in RequestInput) (models.DataRequest, error) {
	var out models.DataRequest
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		q := models.DataRequest{
			ID: models.NewID(), Reference: models.NewReference(models.RequestReference), Kind: in.Kind, Requester: in.Requester, Relation: in.Relation, Authority: "none",
			Asks: in.Asks, ReceivedOn: in.ReceivedOn, Basis: in.Basis, Tests: map[string]models.TestAnswer{}, Status: models.RequestOpen,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, Version: 1,
		}
		faults := q.Check(models.Today(tx.Now))
		more, err := s.about(ctx, tx, &q, in.Record)
		if err != nil {
			return err
		}
		if err := step(ctx, tx, true, "", 0, append(faults, more...)); err != nil {
			return err
		}
		limit, err := limitOf(ctx, tx, &q)
		if err != nil {
			return err
		}
		q.DueOn = s.dueOn(&limit, q.ReceivedOn, 0)
		q.FirstDueOn = q.DueOn
		out = q
		return s.receive(ctx, tx, q, &limit)
	})
	return out, err
}

// about ties a request to the record it names. Nothing ties a suspect to one.
func (s *Service) about(ctx context.Context, tx *pg.Tx, q *models.DataRequest, reference string) ([]models.FieldError, error) {
	if reference == "" {
		return nil, nil
	}
	if q.Relation == models.RelationSuspect {
		return []models.FieldError{models.Field("record", models.FieldNotOpen, "Leave this empty: nothing may tie this person to a case")}, nil
	}
	caseID, referral, faults, err := named(ctx, tx, "record", reference)
	if err != nil || len(faults) > 0 {
		return faults, err
	}
	ref, err := models.ParseReference(reference)
	if err != nil {
		return nil, err
	}
	q.CaseID, q.RecordReference = &caseID, ref
	if referral != uuid.Nil {
		q.ReferralID = &referral
	}
	return nil, nil
}

func (s *Service) receive(ctx context.Context, tx *pg.Tx, q models.DataRequest, limit *models.ClockRule) error {
	_, err := tx.Exec(ctx, `insert into data_requests (id, org_id, reference, kind, requester, relation, authority, asks, received_on, due_on, first_due_on, case_id,
		referral_id, record_reference, basis, created_by, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?)`,
		q.ID, tx.Actor.OrgID, q.Reference, q.Kind, q.Requester, q.Relation, q.Authority, q.Asks, q.ReceivedOn, q.DueOn, q.FirstDueOn, q.CaseID, q.ReferralID,
		q.RecordReference, q.Basis, q.CreatedBy, q.CreatedAt)
	if err != nil {
		return err
	}
	if err := s.startClock(ctx, tx, &q, limit); err != nil {
		return err
	}
	err = record(ctx, tx, "request.received", "data_request", q.ID, caseOf(&q), map[string]any{"kind": q.Kind, "relation": q.Relation, "due_on": q.DueOn.Format(time.DateOnly)})
	if err != nil {
		return err
	}
	return tx.Keep(ctx, q)
}

const answeredAlready = "This request waits for a second person or was answered. Nothing you did was saved."

// change loads a request that is open, lets fn check and change it, and keeps
// it with its event.
func (s *Service) change(ctx context.Context, id uuid.UUID, action string, fn func(context.Context, *pg.Tx, *models.DataRequest) ([]models.FieldError, error)) (models.DataRequest, error) {
	var out models.DataRequest
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		q, err := findRequest(ctx, tx, id, "")
		if err != nil {
			return err
		}
		version, open := q.Version, q.Status == models.RequestOpen
		faults, err := fn(ctx, tx, &q)
		if err != nil {
			return err
		}
		if err := step(ctx, tx, open, answeredAlready, version, faults); err != nil {
			return err
		}
		if err := s.keepRequest(ctx, tx, &q); err != nil {
			return err
		}
		out = q
		if err := record(ctx, tx, action, "data_request", q.ID, caseOf(&q), map[string]any{"kind": q.Kind, "status": q.Status, "outcome": q.Outcome, "fields": q.Fields}); err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

// caseOf is the case whose trail tells of a request: none of a suspect's.
func caseOf(q *models.DataRequest) uuid.UUID {
	if q.CaseID == nil {
		return uuid.Nil
	}
	return *q.CaseID
}

func (s *Service) keepRequest(ctx context.Context, tx *pg.Tx, q *models.DataRequest) error {
	tests, err := json.Marshal(q.Tests)
	if err != nil {
		return err
	}
	q.Version++
	var extendedBy *uuid.UUID
	var extendedAt *time.Time
	if q.ExtendedWhy != "" {
		extendedBy, extendedAt = &tx.Actor.UserID, &tx.Now
	}
	_, err = tx.Exec(ctx, `update data_requests set authority = ?, identity_how = nullif(?, ''), identity_on = ?, case_id = ?, referral_id = ?, record_reference = nullif(?, ''),
		due_on = ?, extended_why = nullif(?, ''), extended_by = coalesce(extended_by, ?), extended_at = coalesce(extended_at, ?), tests = ?::text::jsonb, notice = nullif(?, ''),
		notice_on = ?, notice_why = nullif(?, ''), victim_view = nullif(?, ''), victim_said = nullif(?, ''), fields = string_to_array(?, ','), outcome = nullif(?, ''),
		ground = nullif(?, ''), outcome_why = nullif(?, ''), proposed_by = ?, proposed_at = ?, second_by = ?, answered_at = ?, expires_at = ?, status = ?, version = ? where id = ?`,
		q.Authority, q.IdentityHow, q.IdentityOn, q.CaseID, q.ReferralID, q.RecordReference, q.DueOn, q.ExtendedWhy, extendedBy, extendedAt, string(tests), q.Notice,
		q.NoticeOn, q.NoticeWhy, q.VictimView, q.VictimSaid, joinKeys(q.Fields), q.Outcome, q.Ground, q.OutcomeWhy, q.ProposedBy, q.ProposedAt, q.SecondBy, q.AnsweredAt,
		q.ExpiresAt, q.Status, q.Version, q.ID)
	if err != nil {
		return err
	}
	return s.moveClock(ctx, tx, q)
}

// IdentityInput says how it became known who asks, and for whom.
type IdentityInput struct {
	How       string
	On        time.Time
	Authority string
	Record    string
}

// CheckIdentity keeps how it became known who asks; the month runs from that
// day where it is later.
func (s *Service) CheckIdentity(ctx context.Context, id uuid.UUID, in IdentityInput) (models.DataRequest, error) {
	return s.change(ctx, id, "request.identity_checked", func(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]models.FieldError, error) {
		f := &models.Faults{}
		needed(f, "how", in.How, 400, "Say how you know who asks")
		switch today := models.Today(tx.Now); {
		case in.On.IsZero():
			f.Add("on", models.FieldRequired, "Enter the day it was known who asks")
		case in.On.After(today) || in.On.Before(q.ReceivedOn):
			f.Add("on", models.FieldInvalid, "The day must be between when the request was received and today")
		}
		if q.Kind == models.RequestInformation {
			f.Add("how", models.FieldNotOpen, "This is asked of people, not of the police or the prosecution")
		}
		if in.Authority == "" || q.Relation != models.RelationOnBehalf {
			in.Authority = "none"
		}
		if !models.HasChoice(models.RequestAuthorities(), in.Authority) {
			f.Add("authority", models.FieldUnknown, "Select what was shown")
		}
		if in.Record == "" && q.CaseID == nil && q.Relation != models.RelationSuspect {
			f.Add("record", models.FieldRequired, "Enter the reference of the case or referral")
		}
		more, err := s.about(ctx, tx, q, in.Record)
		f.Join(more...)
		q.IdentityHow, q.Authority = in.How, in.Authority
		if len(f.List()) == 0 {
			q.IdentityOn = &in.On
			if q.ExtendedWhy == "" && in.On.After(q.ReceivedOn) {
				limit, err := limitOf(ctx, tx, q)
				if err != nil {
					return nil, err
				}
				q.DueOn = s.dueOn(&limit, in.On, 0)
			}
		}
		return f.List(), err
	})
}

// Extend gives two months more, once, with a reason.
func (s *Service) Extend(ctx context.Context, id uuid.UUID, why string) (models.DataRequest, error) {
	return s.change(ctx, id, "request.extended", func(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]models.FieldError, error) {
		f := &models.Faults{}
		needed(f, "why", why, 1000, "Say why it takes longer")
		if q.ExtendedWhy != "" {
			f.Add("why", models.FieldNotOpen, "A request is extended once")
		}
		if len(f.List()) == 0 {
			start := q.ReceivedOn
			if q.IdentityOn != nil && q.IdentityOn.After(start) {
				start = *q.IdentityOn
			}
			limit, err := limitOf(ctx, tx, q)
			if err != nil {
				return nil, err
			}
			q.ExtendedWhy, q.DueOn = why, s.dueOn(&limit, start, 2)
		}
		return f.List(), nil
	})
}
