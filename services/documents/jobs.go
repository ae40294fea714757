package documents

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// waiting is one content that a job has to do with.
type waiting struct {
	DocumentID uuid.UUID
	Name       string
	Key        []byte
}

// TopicMalware is the topic of the outbox when something harmful was found.
const TopicMalware = "alert.malware"

// helping is how many files one run of a job takes on.
const helping = 50

// patience is how many files in a row may go without an answer before the
// scanner is taken to be down until the next run.
const patience = 3

// Scan has the scanner look at what waits, what was never tried first. A file it
// gives no answer for stays as it is, unscanned, and goes to the end of the
// line. What is found harmful is kept, sealed and out of reach: it may be
// evidence. Without a scanner it does nothing.
func (s *Service) Scan(ctx context.Context) error {
	if s.Scanner == nil {
		return nil
	}
	list, err := s.jobs(ctx, "scan = 'waiting' and unwanted_at is null")
	if err != nil {
		return err
	}
	var failed error
	missed := 0
	for i := range list {
		err := s.scan(ctx, &list[i])
		if err == nil {
			missed = 0
			continue
		}
		failed = errors.Join(failed, err, s.tried(ctx, list[i].DocumentID))
		if missed++; missed == patience {
			break
		}
	}
	return failed
}

// tried sends a file to the end of the line.
func (s *Service) tried(ctx context.Context, id uuid.UUID) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "update blobs set scanned_at = ? where document_id = ? and scan = 'waiting'", tx.Now, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "document.not_scanned", SubjectType: "document", SubjectID: id})
	})
}

func (s *Service) jobs(ctx context.Context, which string) ([]waiting, error) {
	var list []waiting
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		err := tx.Scan(ctx, &list, "select document_id, name, key from blobs where "+which+" order by scanned_at nulls first, document_id limit ?", helping)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Key, err = tx.Vault.Open(vault.BlobKey, list[i].DocumentID, list[i].Key); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func (s *Service) scan(ctx context.Context, w *waiting) error {
	sealed, err := s.store.Get(ctx, w.Name)
	if err != nil {
		return models.Unavailable("reading a file to scan", err)
	}
	content, err := blob.Unseal(w.Key, sealed, belongs(w.DocumentID))
	if err != nil {
		return models.Internal("opening a file to scan", err)
	}
	found, err := s.Scanner.Scan(ctx, content)
	if err != nil {
		return models.Unavailable("scanning a file", err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		verdict, action := models.ScanClean, "document.scanned"
		if found != "" {
			verdict, action = models.ScanFound, "document.quarantined"
		}
		n, err := tx.Exec(ctx, "update blobs set scan = ?, found = nullif(left(?, 200), ''), scanned_at = ? where document_id = ? and scan = 'waiting'",
			verdict, found, tx.Now, w.DocumentID)
		if err != nil {
			return err
		}
		if n == 1 && found != "" {
			if _, err := tx.Exec(ctx, "insert into outbox (topic, payload, at) values (?, jsonb_build_object('document', ?::text), ?)", TopicMalware, w.DocumentID.String(), tx.Now); err != nil {
				return err
			}
		}
		return tx.Record(ctx, models.Event{Action: action, SubjectType: "document", SubjectID: w.DocumentID})
	})
}

// orphan is how old something has to be that no row knows before it is taken
// for an orphan: longer than any request lasts.
const orphan = time.Hour

// Sweep removes the content of what was withdrawn or entered in error, and
// content that no row knows: its row failed, or was never written because the
// power went.
func (s *Service) Sweep(ctx context.Context) error {
	list, err := s.jobs(ctx, "unwanted_at is not null and removed_at is null")
	if err != nil {
		return err
	}
	for _, w := range list {
		if err := s.store.Remove(ctx, w.Name); err != nil {
			return models.Unavailable("removing a file", err)
		}
		err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, "update blobs set removed_at = ? where document_id = ? and removed_at is null", tx.Now, w.DocumentID); err != nil {
				return err
			}
			return tx.Record(ctx, models.Event{Action: "document.removed", SubjectType: "document", SubjectID: w.DocumentID})
		})
		if err != nil {
			return err
		}
	}
	return s.orphans(ctx, time.Now().Add(-orphan))
}

func (s *Service) orphans(ctx context.Context, before time.Time) error {
	var old []string
	err := s.store.Each(ctx, func(name string, came time.Time) error {
		if came.Before(before) {
			old = append(old, name)
		}
		return nil
	})
	if err != nil {
		return models.Unavailable("listing files", err)
	}
	for len(old) > 0 {
		some := old[:min(len(old), 1000)]
		old = old[len(some):]
		var known []string
		err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
			return tx.Scan(ctx, &known, "select name from blobs where name in ? union all select name from import_chunks where name in ?", some, some)
		})
		if err != nil {
			return err
		}
		is := map[string]bool{}
		for _, name := range known {
			is[name] = true
		}
		var failed error
		for _, name := range some {
			if !is[name] {
				failed = errors.Join(failed, s.store.Remove(ctx, name))
			}
		}
		if failed != nil {
			return models.Unavailable("removing files that nobody knows", failed)
		}
	}
	return nil
}
