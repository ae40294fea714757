package samples

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// Draw draws a sample by a rule: of organisations with an agreement to be audited
// that holds today, of nobody who asked to be left out, and of nothing that is
// hidden from anybody. Errors: forbidden, a models.Replay, and invalid: of a rule
// that too few referrals answer to, too.
func (s *Service) Draw(ctx context.Context, in models.Sample) (View, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	return write(ctx, s, models.QualityAudit, func(ctx context.Context, tx *pg.Tx) (View, error) {
		if err := tx.FindReplay(ctx); err != nil {
			return View{}, err
		}
		in.Name = strings.TrimSpace(in.Name)
		if in.Strata == "" {
			in.Strata = "none"
		}
		if err := models.Refusal(ctx, in.Check(models.Today(tx.Now)), known(dir, &in)); err != nil {
			return View{}, err
		}
		standard, _ := models.FindStandard(in.Pathway, 0)
		in.ID, in.OrgID, in.StandardVersion = models.NewID(), tx.Actor.OrgID, standard.Version
		if _, err := tx.Exec(ctx, `insert into quality_samples (id, org_id, name, pathway, standard_version, service_id, of_org_id, from_month, to_month, size, strata, seed, second_share, drawn_at, drawn_by)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, in.ID, in.OrgID, in.Name, in.Pathway, in.StandardVersion, pg.OrNull(in.ServiceID), pg.OrNull(in.OfOrgID),
			in.FromMonth, in.ToMonth, in.Size, in.Strata, in.Seed, in.SecondShare, tx.Now, tx.Actor.UserID); err != nil {
			return View{}, err
		}
		drawn, err := s.copies(ctx, tx, dir, in.ID)
		if err != nil {
			return View{}, err
		}
		if drawn == 0 {
			return View{}, models.Invalid(models.Field("size", models.FieldInvalid,
				"Too few referrals answer to this rule, of organisations that agreed to be audited. Draw fewer, over more months, or of more services"))
		}
		if err := tx.Record(ctx, about("drawn", in.ID, uuid.Nil, map[string]any{"pathway": in.Pathway, "size": in.Size, "seed": in.Seed, "strata": in.Strata, "drawn": drawn})); err != nil {
			return View{}, err
		}
		return s.view(ctx, tx, in.ID)
	})
}

// NewSeed is a seed for whoever has none in mind.
func NewSeed() int64 {
	id := models.NewID()
	return int64(binary.BigEndian.Uint32(id[12:]) % 1_000_000)
}

// known holds the organisation and the service of a rule to the directory.
func known(dir *directory.Snapshot, in *models.Sample) []models.FieldError {
	f := &models.Faults{}
	if _, ok := dir.Organisation(in.OfOrgID); in.OfOrgID != uuid.Nil && !ok {
		f.Add("organisation_id", models.FieldUnknown, "Select an organisation from the list")
	}
	service, ok := dir.Service(in.ServiceID)
	if in.ServiceID != uuid.Nil && (!ok || service.Pathway != in.Pathway) {
		f.Add("service_id", models.FieldUnknown, "Select a service of this kind of support")
	}
	return f.List()
}

// copies has the database draw, and seals the copy of each referral. It returns
// how many were drawn.
func (s *Service) copies(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, sample uuid.UUID) (int, error) {
	var rows []struct {
		ItemID uuid.UUID
		Facts  string
	}
	if err := tx.Scan(ctx, &rows, "select item_id, facts::text as facts from app_draw_sample(?, ?)", sample, models.Today(tx.Now)); err != nil {
		return 0, err
	}
	for i := range rows {
		c, err := Redact(func(id uuid.UUID) models.OrganisationKind {
			org, _ := dir.Organisation(id)
			return org.Kind
		}, []byte(rows[i].Facts))
		if err != nil {
			return 0, err
		}
		text, err := json.Marshal(c)
		if err != nil {
			return 0, models.Internal("writing a copy", err)
		}
		if _, err := tx.Exec(ctx, "update quality_sample_items set copy = ? where id = ? and copy is null", tx.Vault.Seal(vault.SampleCopy, rows[i].ItemID, string(text)), rows[i].ItemID); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// Agreed are the organisations that agreed to be audited by the actor's office,
// and until when.
func (s *Service) Agreed(ctx context.Context) ([]models.Agreement, error) {
	if err := may(ctx, models.QualityAudit); err != nil {
		return nil, err
	}
	var out []models.Agreement
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []struct {
			ID, OrgID           uuid.UUID
			Kinds, Reference    string
			SignedOn, ExpiresOn time.Time
		}
		today := models.Today(tx.Now)
		if err := tx.Scan(ctx, &rows, `select a.id, a.org_id, array_to_string(a.pathways, ',') as kinds, a.reference, a.signed_on, a.expires_on from data_sharing_agreements a
			where a.purpose = 'audit' and a.ended_at is null and a.signed_on <= ? and a.expires_on >= ? order by a.expires_on, a.id limit 200`, today, today); err != nil {
			return err
		}
		for i := range rows {
			r := &rows[i]
			a := models.Agreement{ID: r.ID, OrgID: r.OrgID, WithOrgID: tx.Actor.OrgID, Purpose: models.AgreementAudit, Reference: r.Reference, SignedOn: r.SignedOn, ExpiresOn: r.ExpiresOn}
			if r.Kinds != "" {
				a.Pathways = strings.Split(r.Kinds, ",")
			}
			out = append(out, a)
		}
		return nil
	})
	return out, err
}
