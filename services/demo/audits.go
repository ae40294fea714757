package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/samples"
)

// round is one sample of the demo.
type round struct {
	key, name, pathway string
	size, share        int
	read               int // how many items are read; all of a finished one
	ago                int // days
}

// audits draws one sample that is finished, with an action that was closed and
// one that was answered, and one that is being read. Where too few referrals are
// in reach, as in a small demo, there is none.
func (l *loader) audits(ctx context.Context, tx pgx.Tx, w *world) error {
	for _, r := range []round{
		{"finished", "Domestic and sexual abuse, first round", models.PathwayVAWG, 12, 25, 12, 24},
		{"begun", "Adult support, first round", models.PathwayGeneral, 20, 20, 3, 5},
	} {
		if err := l.audit(ctx, tx, w, r); err != nil {
			return fmt.Errorf("making a sample: %w", err)
		}
	}
	return nil
}

func (l *loader) audit(ctx context.Context, tx pgx.Tx, w *world, r round) error {
	auditor, id, at := w.sign("commissioner"), StableID("sample", r.key), l.o.Until.AddDate(0, 0, -r.ago)
	month := models.Today(at).AddDate(0, 0, 1-models.Today(at).Day())
	if _, err := tx.Exec(ctx, `insert into quality_samples (id, org_id, name, pathway, standard_version, from_month, to_month, size, strata, seed, second_share, drawn_at, drawn_by, recorded_at)
		values ($1, $2, $3, $4, 1, $5, $6, $7, 'service', 2026, $8, $9, $10, $9)`, id, auditor.org.id, r.name, r.pathway, month.AddDate(0, -12, 0), month.AddDate(0, -1, 0), r.size, r.share, at, auditor.id); err != nil {
		return err
	}
	// As the office draws it: the function asks who does.
	if _, err := tx.Exec(ctx, "select set_config('app.org_id', $1, true), set_config('app.role', 'commissioner_auditor', true)", auditor.org.id.String()); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "select item_id, facts::text from app_draw_sample($1, $2)", id, models.Today(l.o.Until))
	if err != nil {
		return err
	}
	type drawn struct {
		ID    uuid.UUID
		Facts string
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[drawn])
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "select set_config('app.org_id', '', true), set_config('app.role', '', true)"); err != nil {
		return err
	}
	if len(items) == 0 {
		_, err := tx.Exec(ctx, "delete from quality_samples where id = $1", id)
		return err
	}
	standard, _ := models.FindStandard(r.pathway, 1)
	for n, item := range items {
		c, err := samples.Redact(w.kind, []byte(item.Facts))
		if err != nil {
			return err
		}
		text, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update quality_sample_items set copy = $2 where id = $1", item.ID, l.book.seal(vault.SampleCopy, item.ID, string(text))); err != nil {
			return err
		}
		if n < r.read {
			if err := l.readItem(ctx, tx, w, id, item.ID, n, &c, &standard, at.Add(time.Duration(n+1)*time.Hour)); err != nil {
				return err
			}
		}
	}
	if r.read < len(items) {
		return nil
	}
	return l.found(ctx, tx, w, id, at.AddDate(0, 0, 3))
}

// kind is what sort of body an organisation of the demo is.
func (w *world) kind(id uuid.UUID) models.OrganisationKind {
	for _, o := range w.orgs {
		if o.id == id {
			return o.kind
		}
	}
	return models.KindLocalAuthority
}

// readItem reads one item as two people do: from what its copy shows. Where two
// read it, the second thinks otherwise of one criterion now and then.
func (l *loader) readItem(ctx context.Context, tx pgx.Tx, w *world, sample, item uuid.UUID, n int, c *samples.Copy, s *models.Standard, at time.Time) error {
	var second bool
	if err := tx.QueryRow(ctx, "select second from quality_sample_items where id = $1", item).Scan(&second); err != nil {
		return err
	}
	first := graded(c, s)
	if err := l.keepReading(ctx, tx, sample, item, w.sign("commissioner"), "first", first, at); err != nil || !second {
		return err
	}
	other := models.Reading{Grades: map[string]models.Grade{}, Words: first.Words}
	for k, g := range first.Grades {
		other.Grades[k] = g
	}
	if n%2 == 0 {
		other.Grades["handed_on"] = models.GradeCannotTell
	}
	if err := l.keepReading(ctx, tx, sample, item, w.sign("commissioner.second"), "second", other, at.Add(time.Hour)); err != nil {
		return err
	}
	if differs := s.Differs(first.Grades, other.Grades); len(differs) > 0 {
		settled := models.Reading{Grades: map[string]models.Grade{}, Words: map[string]string{}}
		for _, k := range differs {
			settled.Grades[k], settled.Words[k] = first.Grades[k], first.Words[k]
		}
		return l.keepReading(ctx, tx, sample, item, w.sign("commissioner"), "moderation", settled, at.Add(2*time.Hour))
	}
	return nil
}

// graded says of a copy what it shows.
func graded(c *samples.Copy, s *models.Standard) models.Reading {
	r := models.Reading{Grades: map[string]models.Grade{}, Words: map[string]string{}}
	for _, k := range s.Keys() {
		r.Grades[k] = models.GradeYes
	}
	if i := slices.IndexFunc(c.Clocks, func(k samples.Clock) bool { return k.State == models.ClockBreached }); i >= 0 {
		r.Grades["in_time"], r.Words["in_time"] = models.GradeNo, "“"+c.Clocks[i].Rule.Words()+"” was due on day "+strconv.Itoa(c.Clocks[i].Due)+"."
	}
	for _, a := range c.Attempts {
		switch {
		case a.Incident:
			r.Grades["attempts_safe"], r.Words["attempts_safe"] = models.GradeNo, "A safety incident on day "+strconv.Itoa(a.Day)+"."
		case !a.Counts && r.Grades["attempts_safe"] == models.GradeYes:
			r.Grades["attempts_safe"], r.Words["attempts_safe"] = models.GradePartly, "The attempt on day "+strconv.Itoa(a.Day)+" does not count."
		}
	}
	if slices.ContainsFunc(c.Channels, func(k samples.Channel) bool { return k.Confirmed == nil }) {
		r.Grades["safe_way"], r.Words["safe_way"] = models.GradePartly, "One way was never confirmed."
	}
	if len(c.Ratings) == 0 && r.Grades["whole_need"] != "" {
		r.Grades["whole_need"] = models.GradeCannotTell
	}
	return r
}

func (l *loader) keepReading(ctx context.Context, tx pgx.Tx, sample, item uuid.UUID, by *person, kind string, r models.Reading, at time.Time) error {
	id := StableID("reading", item.String()+kind)
	_, err := tx.Exec(ctx, "insert into quality_reviews (id, item_id, sample_id, org_id, kind, grades, words, at, by_user_id, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8)",
		id, item, sample, by.org.id, kind, toJSON(r.Grades), l.book.seal(vault.ReviewWords, id, toJSON(r.Words)), at, by.id)
	return err
}

// found is what the finished sample showed, and what was asked because of it.
func (l *loader) found(ctx context.Context, tx pgx.Tx, w *world, sample uuid.UUID, at time.Time) error {
	office, ashdown := w.sign("commissioner"), w.sign("vawg.manager")
	finding := StableID("finding", sample.String())
	if _, err := tx.Exec(ctx, `insert into quality_findings (id, sample_id, org_id, theme, finding, items, at, by_user_id, recorded_at)
		values ($1, $2, $3, 'timeliness', 'First contact was late in several items, mostly where the referral came on a Friday.', '{1,2}', $4, $5, $4)`, finding, sample, office.org.id, at, office.id); err != nil {
		return err
	}
	for i, a := range []struct{ recommendation, owner, said, evidence, closed string }{
		{"Cover Monday mornings, so that what comes on a Friday is reached in time.", "Service manager", "A rota for Mondays began this month.", "Rota, version 2", ""},
		{"Say in the record why a first contact was late.", "Team leader", "The form asks for it now.", "Form of contacts, version 5", "The form was seen, and three records that use it."},
	} {
		id, state := StableID("action", sample.String()+strconv.Itoa(i)), models.ActionAnswered
		var closed *time.Time
		day := at.AddDate(0, 0, 1)
		if a.closed != "" {
			end := day.AddDate(0, 0, 2)
			state, closed = models.ActionClosed, &end
		}
		if _, err := tx.Exec(ctx, `insert into quality_actions (id, finding_id, sample_id, org_id, to_org_id, recommendation, owner, due_on, state, at, by_user_id, closed_at, version, recorded_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 2, $10)`, id, finding, sample, office.org.id, ashdown.org.id, a.recommendation, a.owner,
			models.Today(l.o.Until).AddDate(0, 1, 0), state, at, office.id, closed); err != nil {
			return err
		}
		entry := func(kind, said, evidence string, by *person, at time.Time) error {
			_, err := tx.Exec(ctx, `insert into quality_action_entries (id, action_id, kind, said, evidence, at, by_user_id, by_org_id, recorded_at) values ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $6)`,
				StableID("entry", id.String()+kind), id, kind, said, evidence, at, by.id, by.org.id)
			return err
		}
		if err := entry("reply", a.said, a.evidence, ashdown, day); err != nil {
			return err
		}
		if closed != nil {
			if err := entry("closed", a.closed, "", office, *closed); err != nil {
				return err
			}
		}
	}
	return nil
}
