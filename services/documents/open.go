package documents

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Open hands out the content of a document to whoever may read it, and records
// that. Somebody else's and one that is not there are one answer. A conflict
// says why there is nothing to hand out: not scanned yet, found harmful,
// withdrawn, or a reason is wanted because the referral has ended.
func (s *Service) Open(ctx context.Context, id uuid.UUID, reason string) (Download, error) {
	if _, err := may(ctx); err != nil {
		return Download{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Download{}, err
	}
	var out Download
	var at struct {
		Name   string
		Key    []byte
		Sha256 []byte
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, about, err := s.one(ctx, tx, dir, id)
		if err != nil {
			return err
		}
		if err := about.MayRead(ctx, reason); err != nil {
			return err
		}
		if !d.Ready {
			return notReady(&d)
		}
		out.Document = d.Document
		if err := tx.Scan(ctx, &at, "select name, key, sha256 from blobs where document_id = ?", id); err != nil {
			return err
		}
		if at.Key, err = tx.Vault.Open(vault.BlobKey, id, at.Key); err != nil {
			return err
		}
		detail := map[string]any{}
		if reason != "" {
			detail["why"] = reason
		}
		return tx.Record(ctx, event("document.opened", &d.Document, detail))
	})
	if err != nil {
		return Download{}, err
	}
	out.Content, err = s.content(ctx, id, at.Name, at.Key, at.Sha256)
	return out, err
}

// content reads a content and holds it to its hash.
func (s *Service) content(ctx context.Context, id uuid.UUID, name string, key, sum []byte) ([]byte, error) {
	sealed, err := s.store.Get(ctx, name)
	if err != nil {
		return nil, models.Unavailable("reading a file", err)
	}
	content, err := blob.Unseal(key, sealed, belongs(id))
	if err != nil {
		return nil, models.Internal("opening a file", err)
	}
	if got := sha256.Sum256(content); subtle.ConstantTimeCompare(got[:], sum) != 1 {
		return nil, models.Internal("opening a file", errors.New("its hash is another"))
	}
	return content, nil
}

func notReady(d *Document) error {
	switch {
	case d.WithdrawnAt != nil:
		return models.Conflict("This document was withdrawn. Its content is gone.")
	case d.Scan == models.ScanFound:
		return models.Conflict("Something harmful was found in this file, so it is locked away. Ask its sender for a clean copy.")
	}
	return models.Conflict("This file has not been checked for viruses, so it cannot be opened yet. Try again in a minute.")
}

// Withdraw takes a document of the actor's own organisation away, for good and
// for a reason; that it was there stays. It is a manager's to do. Errors:
// forbidden, not found, a models.Replay, a conflict where it was withdrawn
// before, and invalid.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID, reason string) (Document, error) {
	if a, err := may(ctx); err != nil {
		return Document{}, err
	} else if !a.Can(models.ReferralManage) {
		return Document{}, models.RoleForbidden()
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Document{}, err
	}
	reason = strings.TrimSpace(reason)
	var out Document
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			d, _, err := s.one(ctx, tx, dir, id)
			if err != nil {
				return err
			}
			if !d.Own {
				return models.Forbidden("Only the organisation that attached a document withdraws it.")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if d.WithdrawnAt != nil {
				return models.Conflict("This document was withdrawn before.")
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			f.Join(models.CheckWithdrawal(reason)...)
			if len(f.List()) > 0 {
				return models.Invalid(f.List()...)
			}
			d.WithdrawnAt, d.WithdrawnReason, d.Ready, d.Unscanned, d.Removable = &tx.Now, reason, false, false, false
			out = d
			if err := tx.Keep(ctx, out); err != nil {
				return err
			}
			n, err := tx.Exec(ctx, "update documents set withdrawn_at = ?, withdrawn_by = ?, withdrawn_reason = ? where id = ? and withdrawn_at is null",
				tx.Now, tx.Actor.UserID, tx.Vault.Seal(vault.DocumentWithdrawn, id, reason), id)
			if err != nil {
				return err
			}
			if n != 1 {
				return models.Conflict("This document was withdrawn before.")
			}
			return tx.Record(ctx, event("document.withdrawn", &d.Document, map[string]any{}))
		})
	})
	return out, err
}

// Find shows one document, as it stands in its list: for the page that asks
// whether to withdraw it.
func (s *Service) Find(ctx context.Context, id uuid.UUID) (Document, string, error) {
	if _, err := may(ctx); err != nil {
		return Document{}, "", err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Document{}, "", err
	}
	var out Document
	var back string
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, about, err := s.one(ctx, tx, dir, id)
		if err != nil {
			return err
		}
		if err := about.MayOpen(); err != nil {
			return err
		}
		out, back = d, "/cases/"+about.CaseReference
		if about.OfReferral() {
			back = "/referrals/" + about.Reference
		}
		return tx.Record(ctx, event("document.listed", &d.Document, map[string]any{}))
	})
	return out, back, err
}
