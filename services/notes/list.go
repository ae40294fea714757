package notes

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

// most is how many notes are shown where no limit is asked for.
const most = 50

type finder func(context.Context, *pg.Tx) (subject.Subject, error)

func (s *Service) list(ctx context.Context, q Query, find finder) (Listed, error) {
	if err := may(ctx); err != nil {
		return Listed{}, err
	}
	from, err := subject.ReadCursor(q.Cursor)
	if err != nil {
		return Listed{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Listed{}, err
	}
	if q.Limit <= 0 {
		q.Limit = most
	}
	var out Listed
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		about, err := find(ctx, tx)
		if err != nil {
			return err
		}
		if err := about.MayRead(ctx, q.Reason); err != nil {
			return err
		}
		out = Listed{Subject: about}
		if about.MayAdd(models.NoteInternal, false) == nil {
			out.Kinds = about.Kinds()
		}
		if out.Notes, out.Next, err = read(ctx, tx, dir, &about, from, q); err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("notes.opened", seen(out.Notes, q.Reason)))
	})
	return out, err
}

// seen is what the trail says of a list: which notes, and why where a reason
// was asked for.
func seen(list []Note, reason string) map[string]any {
	ids := []uuid.UUID{}
	for i := range list {
		ids = append(ids, list[i].ID)
		for j := range list[i].Corrections {
			ids = append(ids, list[i].Corrections[j].ID)
		}
	}
	detail := map[string]any{"notes": ids}
	if reason != "" {
		detail["why"] = reason
	}
	return detail
}

// row is a note as the database gives it.
type row struct {
	models.Note
	Sealed   []byte
	Author   string
	Referral string
}

const selectNotes = `select n.id, n.case_id, n.referral_id, n.kind, n.corrects, n.text as sealed, n.at, n.by_user_id, n.by_org_id,
	coalesce(u.name, '') as author, coalesce(r.reference, '') as referral
	from notes n left join users u on u.id = n.by_user_id left join referrals r on r.id = n.referral_id `

func read(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, about *subject.Subject, from subject.Position, q Query) ([]Note, string, error) {
	var rows []row
	where, args := "where n.case_id = ?", []any{about.CaseID}
	if about.OfReferral() {
		where, args = "where n.referral_id = ?", []any{about.ReferralID}
	}
	if q.Only != uuid.Nil {
		where, args = where+" and n.id = ?", append(args, q.Only)
	}
	limit := q.Limit
	err := tx.Scan(ctx, &rows, selectNotes+where+` and n.corrects is null and (n.at, n.id) < (?, ?)
		order by n.at desc, n.id desc limit ?`, append(args, from.At, from.ID, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	var next string
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = subject.Position{At: last.At, ID: last.ID}.String()
	}
	out := make([]Note, len(rows))
	at := map[uuid.UUID]int{}
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		if out[i], err = rows[i].note(dir, tx); err != nil {
			return nil, "", err
		}
		at[rows[i].ID], ids[i] = i, rows[i].ID
	}
	if len(rows) == 0 {
		return out, next, nil
	}
	var corrections []row
	if err := tx.Scan(ctx, &corrections, selectNotes+"where n.corrects in ? order by n.at, n.id", ids); err != nil {
		return nil, "", err
	}
	for i := range corrections {
		c, err := corrections[i].note(dir, tx)
		if err != nil {
			return nil, "", err
		}
		of := at[*c.Corrects]
		out[of].Corrections = append(out[of].Corrections, c)
	}
	return out, next, nil
}

func (r *row) note(dir *directory.Snapshot, tx *pg.Tx) (Note, error) {
	text, err := tx.Vault.Open(vault.NoteText, r.ID, r.Sealed)
	n := Note{Note: r.Note, Author: r.Author, Org: dir.Name(r.ByOrgID), Referral: r.Referral, Own: r.ByOrgID == tx.Actor.OrgID}
	n.Text = string(text)
	return n, err
}
