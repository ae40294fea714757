package samples

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

func findings(ctx context.Context, tx *pg.Tx, sample uuid.UUID) ([]models.Finding, error) {
	var rows []struct {
		ID, SampleID            uuid.UUID
		Theme, Finding, Numbers string
		At                      time.Time
	}
	if err := tx.Scan(ctx, &rows, "select id, sample_id, theme, finding, array_to_json(items)::text as numbers, at from quality_findings where sample_id = ? order by at, id limit 200", sample); err != nil {
		return nil, err
	}
	out := make([]models.Finding, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = models.Finding{ID: r.ID, SampleID: r.SampleID, Theme: r.Theme, Finding: r.Finding, At: r.At}
		if err := json.Unmarshal([]byte(rows[i].Numbers), &out[i].Items); err != nil {
			return nil, models.Internal("reading a finding", err)
		}
	}
	return out, nil
}

// Find records what a sample showed. Errors: not found, forbidden, a
// models.Replay, and invalid.
func (s *Service) Find(ctx context.Context, sample uuid.UUID, in models.Finding) (View, error) {
	return write(ctx, s, models.QualityAudit, func(ctx context.Context, tx *pg.Tx) (View, error) {
		of, err := find(ctx, tx, sample)
		if err != nil {
			return View{}, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return View{}, err
		}
		in.Finding = strings.TrimSpace(in.Finding)
		slices.Sort(in.Items)
		in.Items = slices.Compact(in.Items)
		if err := models.Refusal(ctx, in.Check(of.Drawn)); err != nil {
			return View{}, err
		}
		items, err := json.Marshal(append([]int{}, in.Items...))
		if err != nil {
			return View{}, models.Internal("writing a finding", err)
		}
		id := models.NewID()
		if _, err := tx.Exec(ctx, `insert into quality_findings (id, sample_id, org_id, theme, finding, items, at, by_user_id)
			values (?, ?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)::smallint), ?, ?)`, id, sample, of.OrgID, in.Theme, in.Finding, string(items), tx.Now, tx.Actor.UserID); err != nil {
			return View{}, err
		}
		if err := tx.Record(ctx, about("finding_made", sample, uuid.Nil, map[string]any{"finding": id, "theme": in.Theme})); err != nil {
			return View{}, err
		}
		v, err := s.view(ctx, tx, sample)
		v.Done = id
		return v, err
	})
}

// Ask asks a named organisation of the sample to do something about a finding.
// Errors: as Find.
func (s *Service) Ask(ctx context.Context, sample uuid.UUID, in models.Improvement) (ActionView, error) {
	return write(ctx, s, models.QualityAudit, func(ctx context.Context, tx *pg.Tx) (ActionView, error) {
		v, err := s.view(ctx, tx, sample)
		if err != nil {
			return ActionView{}, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return ActionView{}, err
		}
		in.Recommendation, in.Owner = strings.TrimSpace(in.Recommendation), strings.TrimSpace(in.Owner)
		f := &models.Faults{}
		if !slices.ContainsFunc(v.Findings, func(x models.Finding) bool { return x.ID == in.FindingID }) {
			f.Add("finding_id", models.FieldUnknown, "Select a finding of this sample")
		}
		if !slices.Contains(v.Organisations(), in.ToOrgID) {
			f.Add("organisation_id", models.FieldUnknown, "Select an organisation whose referrals were drawn")
		}
		if err := models.Refusal(ctx, f.List(), in.Check(models.Today(tx.Now))); err != nil {
			return ActionView{}, err
		}
		in.ID = models.NewID()
		if _, err := tx.Exec(ctx, `insert into quality_actions (id, finding_id, sample_id, org_id, to_org_id, recommendation, owner, due_on, at, by_user_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			in.ID, in.FindingID, sample, v.OrgID, in.ToOrgID, in.Recommendation, in.Owner, in.DueOn, tx.Now, tx.Actor.UserID); err != nil {
			return ActionView{}, err
		}
		if err := tx.Record(ctx, aboutAction("asked", in.ID, map[string]any{"to": in.ToOrgID, "finding": in.FindingID})); err != nil {
			return ActionView{}, err
		}
		return showAction(ctx, tx, in.ID)
	})
}

// Organisations are those whose referrals were drawn: the only ones that can be
// asked for anything because of the sample.
func (v *View) Organisations() (out []uuid.UUID) {
	for i := range v.Items {
		for _, id := range []uuid.UUID{v.Items[i].ToOrgID, v.Items[i].FromOrgID} {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}
