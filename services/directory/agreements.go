package directory

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// WhyAgreement is the code of a refusal because an agreement has expired.
const WhyAgreement = "agreement_expired"

// queueAgreements reads what decides whether something may be sent.
func (c *Snapshot) queueAgreements(b *pg.Batch) {
	b.Query(pg.Each(func(r pg.Row) error {
		var a models.Agreement
		var with *uuid.UUID
		err := r.Scan(&a.ID, &a.OrgID, &with, &a.Pathways, &a.SignedOn, &a.ExpiresOn)
		if with != nil {
			a.WithOrgID = *with
		}
		c.agreements[a.OrgID] = append(c.agreements[a.OrgID], a)
		return err
	}), "select id, org_id, with_org_id, pathways, signed_on, expires_on from app_agreements()")
}

// Agreed says why one organisation cannot refer to another for a kind of
// support: an agreement that either of them has on record for it has expired,
// and none of theirs holds in its place. Who has none on record is held to
// none. Referrals that were sent before go on.
func (c *Snapshot) Agreed(from, to uuid.UUID, pathway string, now time.Time) []Reason {
	var out []Reason
	if last, past := c.lapsed(to, from, pathway, now); past {
		out = append(out, no(WhyAgreement, "The data-sharing agreement of "+c.Name(to)+" ended on "+models.Day(last)+". Nothing new can be referred there until it has another on record."))
	}
	if last, past := c.lapsed(from, to, pathway, now); past && from != to {
		out = append(out, no(WhyAgreement, "The data-sharing agreement of your organisation ended on "+models.Day(last)+". Your administrator or privacy officer can record another."))
	}
	return out
}

// lapsed reports whether every agreement that an organisation has on record
// with another for a kind of support has expired, and when the last one did.
func (c *Snapshot) lapsed(org, other uuid.UUID, pathway string, now time.Time) (last time.Time, past bool) {
	today := models.Today(now)
	for i := range c.agreements[org] {
		a := &c.agreements[org][i]
		if !a.Covers(other, pathway) {
			continue
		}
		if a.Holds(today) {
			return last, false
		}
		if a.ExpiresOn.Before(today) && a.ExpiresOn.After(last) {
			last, past = a.ExpiresOn, true
		}
	}
	return last, past
}

const agreementColumns = `a.id, a.org_id, a.with_org_id, a.purpose, array_to_string(a.pathways, ',') as pathways, a.basis, a.reference, a.signed_on, a.expires_on,
	coalesce(u.name, '') as recorded_by, a.recorded_at, a.ended_at, coalesce(a.ended_reason, '') as ended_reason, a.version
	from data_sharing_agreements a left join users u on u.id = a.recorded_by`

type agreementRow struct {
	ID, OrgID                                                    uuid.UUID
	WithOrgID                                                    *uuid.UUID
	Purpose, Pathways, Basis, Reference, RecordedBy, EndedReason string
	SignedOn, ExpiresOn, RecordedAt                              time.Time
	EndedAt                                                      *time.Time
	Version                                                      int
}

func (r *agreementRow) agreement() models.Agreement {
	a := models.Agreement{
		ID: r.ID, OrgID: r.OrgID, Purpose: r.Purpose, Basis: r.Basis, Reference: r.Reference, SignedOn: r.SignedOn, ExpiresOn: r.ExpiresOn, RecordedBy: r.RecordedBy,
		RecordedAt: r.RecordedAt, EndedAt: r.EndedAt, EndedReason: r.EndedReason, Version: r.Version,
	}
	if r.WithOrgID != nil {
		a.WithOrgID = *r.WithOrgID
	}
	if r.Pathways != "" {
		a.Pathways = strings.Split(r.Pathways, ",")
	}
	return a
}

func agrees(ctx context.Context) error {
	a, err := models.ActorFrom(ctx)
	if err == nil && !a.Can(models.AgreementManage) {
		err = models.RoleForbidden()
	}
	return err
}

// Agreements lists those of the actor's organisation and those of others with
// it: what holds or will first, the earliest end at the top; at most 200.
func (s *Service) Agreements(ctx context.Context) ([]models.Agreement, error) {
	if err := agrees(ctx); err != nil {
		return nil, err
	}
	var out []models.Agreement
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []agreementRow
		err := tx.Scan(ctx, &rows, "select "+agreementColumns+" order by a.ended_at is not null or a.expires_on < ?, a.expires_on, a.id limit 200", models.Today(tx.Now))
		for i := range rows {
			out = append(out, rows[i].agreement())
		}
		return err
	})
	return out, err
}

// Agreement shows one. One that is neither the actor's organisation's nor with
// it is not found.
func (s *Service) Agreement(ctx context.Context, id uuid.UUID) (models.Agreement, error) {
	var out models.Agreement
	if err := agrees(ctx); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = findAgreement(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "agreement.viewed", SubjectType: "agreement", SubjectID: id})
	})
	return out, err
}

func findAgreement(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Agreement, error) {
	var row agreementRow
	if err := tx.Scan(ctx, &row, "select "+agreementColumns+" where a.id = ?", id); err != nil {
		return models.Agreement{}, err
	}
	if row.ID == uuid.Nil {
		return models.Agreement{}, models.NotFound("agreement")
	}
	return row.agreement(), nil
}

// RecordAgreement puts an agreement of the actor's organisation on record. From
// then on its end matters: once it is past, and no other holds, nothing new is
// referred to or from them for what it covers. It returns field errors for what
// is wrong with it.
func (s *Service) RecordAgreement(ctx context.Context, in models.Agreement) (models.Agreement, error) {
	if err := agrees(ctx); err != nil {
		return models.Agreement{}, err
	}
	snap, err := s.Snapshot(ctx)
	if err != nil {
		return models.Agreement{}, err
	}
	var out models.Agreement
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			in.Reference = strings.TrimSpace(in.Reference)
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			other, known := snap.Organisation(in.WithOrgID)
			if in.Purpose == models.AgreementAudit && known && other.Kind != models.KindCommissioner {
				f.Add("with_organisation_id", models.FieldInvalid, "Select the Commissioner's office: nobody else audits")
			}
			if in.WithOrgID != uuid.Nil && (!known || in.WithOrgID == tx.Actor.OrgID) {
				f.Add("with_organisation_id", models.FieldUnknown, "Select another organisation from the list")
			}
			in.Check(f, models.Today(tx.Now))
			if len(f.List()) > 0 {
				return models.Invalid(f.List()...)
			}
			out = in
			return recordAgreement(ctx, tx, &out)
		})
	})
	return s.reloaded(ctx, out, err)
}

func recordAgreement(ctx context.Context, tx *pg.Tx, a *models.Agreement) error {
	a.ID, a.OrgID, a.RecordedBy, a.RecordedAt, a.Version = models.NewID(), tx.Actor.OrgID, tx.Actor.Name, tx.Now, 1
	var with *uuid.UUID
	if a.WithOrgID != uuid.Nil {
		with = &a.WithOrgID
	}
	_, err := tx.Exec(ctx, `insert into data_sharing_agreements (id, org_id, with_org_id, purpose, pathways, basis, reference, signed_on, expires_on, recorded_by, recorded_by_role, recorded_at)
		values (?, ?, ?, ?, string_to_array(?, ','), ?, ?, ?, ?, ?, ?, ?)`, a.ID, a.OrgID, with, a.Purpose, strings.Join(a.Pathways, ","), a.Basis, a.Reference,
		a.SignedOn, a.ExpiresOn, tx.Actor.UserID, string(tx.Actor.Role), tx.Now)
	if err != nil {
		return err
	}
	err = tx.Record(ctx, models.Event{Action: "agreement.recorded", SubjectType: "agreement", SubjectID: a.ID, Detail: map[string]any{
		"with": with, "purpose": a.Purpose, "signed_on": a.SignedOn.Format(time.DateOnly), "expires_on": a.ExpiresOn.Format(time.DateOnly),
	}})
	if err != nil {
		return err
	}
	return tx.Keep(ctx, *a)
}

// EndAgreement ends an agreement of the actor's organisation before its time,
// or takes back one that was recorded wrongly: it counts for nothing from then
// on. It returns not found, forbidden for one of another organisation with
// theirs, a conflict where it has ended, and stale.
func (s *Service) EndAgreement(ctx context.Context, id uuid.UUID, reason string) (models.Agreement, error) {
	if err := agrees(ctx); err != nil {
		return models.Agreement{}, err
	}
	var out models.Agreement
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = findAgreement(ctx, tx, id); err != nil {
				return err
			}
			if out.OrgID != tx.Actor.OrgID {
				return models.Forbidden("This agreement is the other organisation's to end.")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := endable(ctx, &out, strings.TrimSpace(reason)); err != nil {
				return err
			}
			out.EndedAt, out.EndedReason, out.Version = &tx.Now, strings.TrimSpace(reason), out.Version+1
			_, err = tx.Exec(ctx, "update data_sharing_agreements set ended_at = ?, ended_by = ?, ended_reason = ?, version = ? where id = ?",
				tx.Now, tx.Actor.UserID, out.EndedReason, out.Version, id)
			if err != nil {
				return err
			}
			if err := tx.Record(ctx, models.Event{Action: "agreement.ended", SubjectType: "agreement", SubjectID: id}); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return s.reloaded(ctx, out, err)
}

// endable holds the end of an agreement to what its sender read and typed.
func endable(ctx context.Context, a *models.Agreement, reason string) error {
	req := models.RequestFrom(ctx)
	switch {
	case req.MatchRequired && req.IfMatch == nil:
		return models.PreconditionRequired("Send the ETag of what you read as If-Match.")
	case a.EndedAt != nil:
		return models.Conflict("This agreement has been ended already.")
	case req.IfMatch != nil && *req.IfMatch != a.Version:
		return models.Stale("Somebody changed this agreement since you read it. Read it again, then decide.")
	}
	f := &models.Faults{}
	f.Join(req.Invalid...)
	models.CheckAgreementEnd(f, reason)
	if len(f.List()) > 0 {
		return models.Invalid(f.List()...)
	}
	return nil
}

// reloaded has referrals held at once to what was changed.
func (s *Service) reloaded(ctx context.Context, a models.Agreement, err error) (models.Agreement, error) {
	if err == nil {
		err = s.Reload(ctx)
	}
	return a, err
}
