package samples

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Page is one item as a reader sees it: the copy, and once all have read it, what
// they made of it.
type Page struct {
	View
	Item     Item
	Copy     Copy
	Readings []ItemReading // none before all have read it, but the reader's own
}

// ItemReading is one reading of an item.
type ItemReading struct {
	Kind string // first, second or moderation
	models.Reading
}

// Grade is the answer to a criterion that stands: what was moderated, or what all
// who read it said.
func (p *Page) Grade(key string) models.Grade {
	var out models.Grade
	for _, r := range p.Readings {
		if g, ok := r.Grades[key]; ok {
			out = g
		}
	}
	return out
}

// Read shows one item by its number, and records that it was read: with the case,
// so that whoever answers for it can see that a copy was. An item that may not be
// read any more, for whatever reason, is not there.
func (s *Service) Read(ctx context.Context, sample uuid.UUID, n int) (Page, error) {
	var out Page
	if err := may(ctx, models.QualityAudit); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = s.page(ctx, tx, sample, n); err != nil {
			return err
		}
		return tx.Record(ctx, about("item_read", sample, out.Item.CaseID, map[string]any{"item": n}))
	})
	return out, err
}

func (s *Service) page(ctx context.Context, tx *pg.Tx, sample uuid.UUID, n int) (Page, error) {
	v, err := s.view(ctx, tx, sample)
	if err != nil {
		return Page{}, err
	}
	p := Page{View: v}
	for i := range v.Items {
		if v.Items[i].N == n {
			p.Item = v.Items[i]
		}
	}
	var kept struct {
		Copy []byte
		Open bool
	}
	if err := tx.Scan(ctx, &kept, "select i.copy, app_item_open(i.id, ?) as open from quality_sample_items i where i.id = ?", models.Today(tx.Now), p.Item.ID); err != nil {
		return p, err
	}
	if !kept.Open || kept.Copy == nil {
		return p, models.NotFound("item")
	}
	text, err := tx.Vault.Open(vault.SampleCopy, p.Item.ID, kept.Copy)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(text, &p.Copy); err != nil {
		return p, models.Internal("reading a copy", err)
	}
	return p, p.readings(ctx, tx)
}

func (p *Page) readings(ctx context.Context, tx *pg.Tx) error {
	var rows []struct {
		ID     uuid.UUID
		Kind   string
		Grades string
		Words  []byte
	}
	if err := tx.Scan(ctx, &rows, "select id, kind, grades::text as grades, words from quality_reviews where item_id = ? order by at, id", p.Item.ID); err != nil {
		return err
	}
	for i := range rows {
		r := ItemReading{Kind: rows[i].Kind}
		words, err := tx.Vault.Open(vault.ReviewWords, rows[i].ID, rows[i].Words)
		if err == nil {
			err = errors.Join(json.Unmarshal([]byte(rows[i].Grades), &r.Grades), json.Unmarshal(words, &r.Words))
		}
		if err != nil {
			return models.Internal("reading a reading", err)
		}
		p.Readings = append(p.Readings, r)
	}
	return nil
}

// Review keeps what the actor made of an item: the first reading, or the second
// of one that two read, who is another and has not seen the first. Errors: not
// found, forbidden, a models.Replay, a conflict where it was read, and invalid.
func (s *Service) Review(ctx context.Context, sample uuid.UUID, n int, in models.Reading) (Page, error) {
	return s.judged(ctx, sample, n, in, false)
}

// Moderate settles where the two readings of an item differ. Errors: as Review; a
// conflict where there is nothing to settle.
func (s *Service) Moderate(ctx context.Context, sample uuid.UUID, n int, in models.Reading) (Page, error) {
	return s.judged(ctx, sample, n, in, true)
}

func (s *Service) judged(ctx context.Context, sample uuid.UUID, n int, in models.Reading, settle bool) (Page, error) {
	return write(ctx, s, models.QualityAudit, func(ctx context.Context, tx *pg.Tx) (Page, error) {
		if _, err := find(ctx, tx, sample); err != nil {
			return Page{}, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return Page{}, err
		}
		// Which item it is stands in what was sent: the faults of that come first.
		if err := models.Refusal(ctx); err != nil {
			return Page{}, err
		}
		p, err := s.page(ctx, tx, sample, n)
		if err != nil {
			return p, err
		}
		kind, action, of := "first", "item_reviewed", p.Standard.Keys()
		switch {
		case settle && (!p.Item.Read() || p.Item.Moderated || len(p.Item.Differs) == 0):
			return p, models.Conflict("There is nothing to settle: its readers agree, or it was settled already.")
		case settle:
			kind, action, of = "moderation", "item_moderated", p.Item.Differs
		case p.Item.Mine:
			return p, models.Conflict("You have read this item. Where two read it, the other is somebody else.")
		case p.Item.Read():
			return p, models.Conflict("This item was read meanwhile. Nothing you did was saved.")
		}
		for key, words := range in.Words {
			in.Words[key] = strings.TrimSpace(words)
		}
		if err := models.Refusal(ctx, p.Standard.Check(in, of)); err != nil {
			return p, err
		}
		if err := keep(ctx, tx, &p, kind, in); err != nil {
			return p, err
		}
		if err := tx.Record(ctx, about(action, sample, p.Item.CaseID, map[string]any{"item": n})); err != nil {
			return p, err
		}
		return s.page(ctx, tx, sample, n)
	})
}

func keep(ctx context.Context, tx *pg.Tx, p *Page, kind string, in models.Reading) error {
	grades, err := json.Marshal(in.Grades)
	if err != nil {
		return models.Internal("writing a reading", err)
	}
	said := map[string]string{}
	for _, key := range p.Standard.Keys() {
		if in.Words[key] != "" && in.Grades[key] != "" {
			said[key] = in.Words[key]
		}
	}
	words, err := json.Marshal(said)
	if err != nil {
		return models.Internal("writing a reading", err)
	}
	id := models.NewID()
	_, err = tx.Exec(ctx, "insert into quality_reviews (id, item_id, sample_id, org_id, kind, grades, words, at, by_user_id) values (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)",
		id, p.Item.ID, p.ID, p.OrgID, kind, string(grades), tx.Vault.Seal(vault.ReviewWords, id, string(words)), tx.Now, tx.Actor.UserID)
	if errors.Is(err, pg.ErrLostRace) || pg.Constraint(err) != "" {
		return models.Conflict("Somebody else read this item meanwhile. Nothing you did was saved.")
	}
	return err
}
