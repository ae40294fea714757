package linkage

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Query says which likely duplicates to list.
type Query struct {
	Decided bool // those that are linked or said to be two people; otherwise those that wait
	Limit   int
	Cursor  string
}

type pairRow struct {
	ID              uuid.UUID
	State, Findings string
	RaisedAt        time.Time
	Version         int
}

const pairColumns = "select p.id, p.state, p.findings::text as findings, p.raised_at, p.version from linkage_pairs p "

// List shows the likely duplicates that the actor's organisation is asked about,
// the latest first, and the cursor of the page after. It needs link:review.
func (s *Service) List(ctx context.Context, q Query) (items []Pair, next string, err error) {
	if err := may(ctx, models.LinkReview); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 25
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []pairRow
		if err := tx.Scan(ctx, &rows, pairColumns+`where (p.state = 'waiting') <> ? and (?::uuid is null or (p.raised_at, p.id) < (select a.raised_at, a.id from linkage_pairs a where a.id = ?))
			order by p.raised_at desc, p.id desc limit ?`, q.Decided, after, after, q.Limit+1); err != nil {
			return err
		}
		if len(rows) > q.Limit {
			rows = rows[:q.Limit]
			last := rows[q.Limit-1].ID
			next = models.CursorAfter(last)
		}
		ids := make([]string, 0, len(rows))
		for _, r := range rows {
			p, err := fill(ctx, tx, r)
			if err != nil {
				return err
			}
			items, ids = append(items, p), append(ids, p.ID.String())
		}
		return tx.Record(ctx, models.Event{Action: "duplicate.listed", SubjectType: "duplicate", Detail: map[string]any{"shown": ids}})
	})
	return items, next, err
}

// Get shows one likely duplicate, and records that it was seen. One of which the
// actor may not know, of either side, is not there.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Pair, error) {
	var out Pair
	if err := may(ctx, models.LinkReview); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = find(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, event("duplicate.opened", &out, nil))
	})
	return out, err
}

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Pair, error) {
	var r pairRow
	if err := tx.Scan(ctx, &r, pairColumns+"where p.id = ?", id); err != nil {
		return Pair{}, err
	}
	if r.ID == uuid.Nil {
		return Pair{}, models.NotFound("likely duplicate")
	}
	return fill(ctx, tx, r)
}

// fill reads the sides of a pair, its reasons, and what was said of it.
func fill(ctx context.Context, tx *pg.Tx, r pairRow) (Pair, error) {
	p := Pair{ID: r.ID, State: models.LinkState(r.State), RaisedAt: r.RaisedAt, Version: r.Version}
	var err error
	if p.Reasons, err = reasons(r.Findings); err != nil {
		return p, err
	}
	err = tx.Scan(ctx, &p.Sides, `select s.case_id, s.reference, s.org_id, o.name as org_name, s.own, s.held, coalesce(s.given_name, '') as given_name,
		coalesce(s.family_name, '') as family_name, coalesce(s.known_as, '') as known_as, s.date_of_birth, coalesce(s.borough, '') as borough,
		coalesce(a.name, '') as borough_name, s.logged_at
		from app_link_shown(?) s join organisations o on o.id = s.org_id left join authorities a on a.code = s.borough order by s.own desc, s.reference`, r.ID)
	if err != nil {
		return p, err
	}
	err = tx.Scan(ctx, &p.Asked, `select s.org_id, o.name as org_name, coalesce(s.answer, '') as answer, s.at from app_link_said(?) s join organisations o on o.id = s.org_id
		order by s.org_id = (select app_org_id()) desc, o.name`, r.ID)
	if err != nil {
		return p, err
	}
	err = tx.Scan(ctx, &p.Answers, `select a.answer, a.reason, coalesce(a.note, '') as note, coalesce(u.name, '') as by, a.at
		from linkage_answers a left join users u on u.id = a.by_user_id where a.pair_id = ? order by a.recorded_at desc, a.id desc limit 100`, r.ID)
	return p, err
}

// event is a line of the trail about a pair. It names the pair and no case:
// whoever reads the trail of one would learn of the other. What it was of stands
// with the pair.
func event(action string, p *Pair, detail map[string]any) models.Event {
	return models.Event{Action: action, SubjectType: "duplicate", SubjectID: p.ID, Detail: detail}
}

// Say is what a reviewer says of a pair.
type Say struct {
	Answer models.LinkAnswer
	Reason string // of the group link
	Note   string // up to 2,000 characters
}

// Answer keeps what the actor's organisation says of a likely duplicate. When
// every organisation that is asked says that it is one person, the two are
// linked; when one says otherwise, now or later, they are not. It needs
// link:review; the same as was said last is a conflict.
func (s *Service) Answer(ctx context.Context, id uuid.UUID, in Say) (Pair, error) {
	var out Pair
	if err := may(ctx, models.LinkReview); err != nil {
		return out, err
	}
	in.Note = strings.TrimSpace(in.Note)
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			p, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if len(p.Answers) > 0 && p.Answers[0].Answer == in.Answer && in.Answer != models.LinkMore {
				return models.Conflict("Your organisation has said so already, by " + p.Answers[0].By + ". Nothing you did was saved.")
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			models.CheckLink(f, in.Answer, in.Reason, in.Note)
			if faults := f.List(); len(faults) > 0 {
				return models.Invalid(faults...)
			}
			before := p.State
			if _, err := tx.Exec(ctx, `insert into linkage_answers (id, pair_id, org_id, answer, reason, note, by_user_id, at) values (?, ?, ?, ?, ?, nullif(?, ''), ?, ?)`,
				models.NewID(), id, tx.Actor.OrgID, string(in.Answer), in.Reason, in.Note, tx.Actor.UserID, tx.Now); err != nil {
				return err
			}
			if out, err = find(ctx, tx, id); err != nil {
				return err
			}
			if err := tx.Record(ctx, event("duplicate.answered", &out, map[string]any{"answer": in.Answer, "reason": in.Reason, "before": before, "after": out.State})); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}
