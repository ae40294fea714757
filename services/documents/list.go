package documents

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

// most is how many documents are shown where no limit is asked for.
const most = 50

// row is a document as the database gives it.
type row struct {
	models.Document
	SealedName   []byte
	SealedReason []byte
	Author       string
	Referral     string
}

const selectDocuments = `select d.id, d.case_id, d.referral_id, d.kind, d.name as sealed_name, d.type, d.size, d.at, d.by_user_id, d.by_org_id,
	d.withdrawn_at, d.withdrawn_reason as sealed_reason, b.scan, coalesce(b.found, '') as found,
	coalesce(u.name, '') as author, coalesce(r.reference, '') as referral
	from documents d join blobs b on b.document_id = d.id left join users u on u.id = d.by_user_id left join referrals r on r.id = d.referral_id `

func (s *Service) list(ctx context.Context, q Query, find finder) (Listed, error) {
	if _, err := may(ctx); err != nil {
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
		if out.Documents, out.Next, err = s.read(ctx, tx, dir, &about, from, q.Limit); err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("documents.listed", seen(out.Documents, q.Reason)))
	})
	return out, err
}

func seen(list []Document, reason string) map[string]any {
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	detail := map[string]any{"documents": ids}
	if reason != "" {
		detail["why"] = reason
	}
	return detail
}

func (s *Service) read(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, about *subject.Subject, from subject.Position, limit int) ([]Document, string, error) {
	var rows []row
	where, id := "where d.case_id = ?", about.CaseID
	if about.OfReferral() {
		where, id = "where d.referral_id = ?", about.ReferralID
	}
	err := tx.Scan(ctx, &rows, selectDocuments+where+" and (d.at, d.id) < (?, ?) order by d.at desc, d.id desc limit ?", id, from.At, from.ID, limit+1)
	if err != nil {
		return nil, "", err
	}
	var next string
	if len(rows) > limit {
		rows = rows[:limit]
		next = subject.Position{At: rows[limit-1].At, ID: rows[limit-1].ID}.String()
	}
	out := make([]Document, len(rows))
	for i := range rows {
		if out[i], err = s.document(&rows[i], tx, dir); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}

func (s *Service) document(r *row, tx *pg.Tx, dir *directory.Snapshot) (Document, error) {
	name, err := tx.Vault.Open(vault.DocumentName, r.ID, r.SealedName)
	if err != nil {
		return Document{}, err
	}
	reason, err := tx.Vault.Open(vault.DocumentWithdrawn, r.ID, r.SealedReason)
	if err != nil {
		return Document{}, err
	}
	d := Document{Document: r.Document, Author: r.Author, Org: dir.Name(r.ByOrgID), Referral: r.Referral, Own: r.ByOrgID == tx.Actor.OrgID}
	d.Name, d.WithdrawnReason = string(name), string(reason)
	d.Ready, d.Unscanned = s.ready(&d.Document)
	d.Removable = d.Own && d.WithdrawnAt == nil && tx.Actor.Can(models.ReferralManage)
	return d, nil
}

// one finds a document that the actor can see, and what it is about.
func (s *Service) one(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, id uuid.UUID) (Document, subject.Subject, error) {
	var r row
	if err := tx.Scan(ctx, &r, selectDocuments+"where d.id = ?", id); err != nil {
		return Document{}, subject.Subject{}, err
	}
	if r.ID == uuid.Nil {
		return Document{}, subject.Subject{}, models.NotFound("document")
	}
	find := ofCase(r.CaseID)
	if r.ReferralID != nil {
		find = ofReferral(*r.ReferralID)
	}
	about, err := find(ctx, tx)
	if err != nil {
		return Document{}, about, err
	}
	d, err := s.document(&r, tx, dir)
	return d, about, err
}
