package handoffs

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// bulkRow is a bulk hand-over as the database gives it.
type bulkRow struct {
	models.BulkHandoff
	Words    []byte
	RunWords []byte
	RunBy    uuid.UUID
	RunOrgID uuid.UUID
	RunRole  models.Role
}

func (r *bulkRow) receiver(a models.Actor) bool { return r.ToOrgID == a.OrgID }

const bulkColumns = `b.id, b.reference, b.from_org_id, b.to_org_id, b.at, b.by_user_id, coalesce(b.doing, '') as doing, b.run, b.version, b.words, b.run_words,
	b.run_by, b.run_org_id, b.run_role`

// findBulk reads one that the actor's organisation is a side of, or not found.
func findBulk(ctx context.Context, tx *pg.Tx, id uuid.UUID, lock string) (*bulkRow, error) {
	r := &bulkRow{}
	if err := tx.Scan(ctx, r, "select "+bulkColumns+" from bulk_handoffs b where b.id = ? "+lock, id); err != nil {
		return nil, err
	}
	if r.ID == uuid.Nil {
		return nil, models.NotFound("hand-over")
	}
	return r, nil
}

// Allows reports whether the reader may begin an act with what is left of it.
func (v *BulkView) Allows(act models.BulkAct) bool { return slices.Contains(v.Allowed, act) }

// showBulk makes what a side reads of it.
func (s *Service) showBulk(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, r *bulkRow) (BulkView, error) {
	v := BulkView{BulkHandoff: r.BulkHandoff, From: organisation(dir, r.FromOrgID), To: organisation(dir, r.ToOrgID), Receiver: r.receiver(tx.Actor)}
	words, err := bulkWords(tx.Vault, vault.BulkWords, r.ID, r.Words)
	if err != nil {
		return v, err
	}
	v.Reason, v.Summary = words[keyReason], words[keySummary]
	if err := tx.Scan(ctx, &v.BulkCount, `select count(*) filter (where k.handoff_id is null and k.tried = 0) as waiting, count(*) filter (where k.handoff_id is null and k.tried > 0) as stopped,
		count(*) filter (where h.status = 'offered') as offered, count(*) filter (where h.status = 'accepted') as accepted,
		count(*) filter (where h.status = 'refused') as refused, count(*) filter (where h.status = 'recalled') as recalled
		from bulk_handoff_cases k left join handoffs h on h.id = k.handoff_id where k.bulk_id = ?`, r.ID); err != nil {
		return v, err
	}
	switch {
	case v.Doing != "":
	case v.Receiver && v.Offered > 0:
		v.Allowed = []models.BulkAct{models.BulkAccept, models.BulkRefuse}
	case !v.Receiver:
		if v.Waiting+v.Stopped > 0 {
			v.Allowed = append(v.Allowed, models.BulkOffer)
		}
		if v.Offered > 0 {
			v.Allowed = append(v.Allowed, models.BulkRecall)
		}
	}
	return v, nil
}

// GetBulk shows one bulk hand-over and how far it is, and records that.
func (s *Service) GetBulk(ctx context.Context, id uuid.UUID) (BulkView, error) {
	if _, err := models.May(ctx, models.HandoffBulk); err != nil {
		return BulkView{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return BulkView{}, err
	}
	var out BulkView
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r, err := findBulk(ctx, tx, id, "")
		if err != nil {
			return err
		}
		if out, err = s.showBulk(ctx, tx, dir, r); err != nil {
			return err
		}
		return tx.Record(ctx, bulkEvent("read", &out.BulkHandoff, nil))
	})
	return out, err
}

// FindBulk returns the id of one by its reference. It shows nothing of it.
func (s *Service) FindBulk(ctx context.Context, reference string) (uuid.UUID, error) {
	if _, err := models.May(ctx, models.HandoffBulk); err != nil {
		return uuid.Nil, err
	}
	written, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil, models.NotFound("hand-over")
	}
	var found struct{ ID uuid.UUID }
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &found, "select id from bulk_handoffs where reference = ?", written)
	})
	if err == nil && found.ID == uuid.Nil {
		err = models.NotFound("hand-over")
	}
	return found.ID, err
}

// BulkQuery says which part of a list is wanted.
type BulkQuery struct {
	Stopped bool // of its cases: those alone that could not be handed over
	Limit   int
	Cursor  string
}

func (q *BulkQuery) limit() int {
	if q.Limit < 1 || q.Limit > 100 {
		return most
	}
	return q.Limit
}

// ListBulk shows the bulk hand-overs of the actor's organisation, either way, the
// latest first, and the cursor of the page after. They hold nothing of a person.
func (s *Service) ListBulk(ctx context.Context, q BulkQuery) (items []BulkView, next string, err error) {
	if _, err := models.May(ctx, models.HandoffBulk); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []bulkRow
		if err := tx.Scan(ctx, &rows, "select "+bulkColumns+` from bulk_handoffs b where ?::uuid is null or (b.at, b.id) < (select x.at, x.id from bulk_handoffs x where x.id = ?)
			order by b.at desc, b.id desc limit ?`, after, after, q.limit()+1); err != nil {
			return err
		}
		if len(rows) > q.limit() {
			rows = rows[:q.limit()]
			next = models.CursorAfter(rows[len(rows)-1].ID)
		}
		for i := range rows {
			v, err := s.showBulk(ctx, tx, dir, &rows[i])
			if err != nil {
				return err
			}
			items = append(items, v)
		}
		return nil
	})
	return items, next, err
}

// BulkCase is one case of a bulk hand-over.
type BulkCase struct {
	N             int
	CaseReference string // to those who see the case
	Handoff       string // its reference; empty: it is not offered
	HandoffID     *uuid.UUID
	Status        models.HandoffStatus
	Code, Says    string // why it could not be done
}

// BulkCases shows the cases of one by number, and records that they were shown.
// A receiver sees those that were offered.
func (s *Service) BulkCases(ctx context.Context, id uuid.UUID, q BulkQuery) (items []BulkCase, next string, err error) {
	if _, err := models.May(ctx, models.HandoffBulk); err != nil {
		return nil, "", err
	}
	after := 0
	if q.Cursor != "" {
		if after, err = strconv.Atoi(q.Cursor); err != nil || after < 0 || strconv.Itoa(after) != q.Cursor {
			return nil, "", models.BadCursor()
		}
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r, err := findBulk(ctx, tx, id, "")
		if err != nil {
			return err
		}
		if err := tx.Scan(ctx, &items, `select k.n, coalesce(c.reference, '') as case_reference, coalesce(h.reference, '') as handoff, k.handoff_id, coalesce(h.status, '') as status,
			coalesce(k.code, '') as code, coalesce(k.says, '') as says
			from bulk_handoff_cases k left join cases c on c.id = k.case_id left join handoffs h on h.id = k.handoff_id
			where k.bulk_id = ? and k.n > ? and (not ? or k.code is not null) order by k.n limit ?`, id, after, q.Stopped, q.limit()+1); err != nil {
			return err
		}
		if len(items) > q.limit() {
			items = items[:q.limit()]
			next = strconv.Itoa(items[len(items)-1].N)
		}
		return tx.Record(ctx, bulkEvent("cases_read", &r.BulkHandoff, map[string]any{"after": after, "cases": len(items)}))
	})
	return items, next, err
}
