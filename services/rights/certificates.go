package rights

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Certificate says that a record was deleted: when, by which rule, who agreed,
// and how many rows of which tables. It names nobody the record was about.
type Certificate struct {
	ID              uuid.UUID
	Reference       string
	Why             string // retention, erasure
	RecordKind      string
	RecordReference string
	Class           string
	Source          string
	DueOn           *time.Time
	ApprovedBy      string // a name of the own organisation
	ApprovedAt      time.Time
	SecondBy        string // of an erasure
	DeletedAt       time.Time
	Counts          map[string]int
	Hash            string // SHA-256 in hex, over all of it
	True            bool   // the hash still fits
}

const certificateSQL = `select t.id, t.reference, t.why, t.record_kind, t.record_reference, t.class, t.source, t.due_on, coalesce(a.name, '') as approved_by,
	t.approved_at, coalesce(b.name, '') as second_by, t.deleted_at, t.counts::text as counts, t.hash, t.hash = tombstone_hash(t) as fits
	from tombstones t left join users a on a.id = t.approved_by left join users b on b.id = t.second_by`

type certificateRow struct {
	ID                                          uuid.UUID
	Reference, Why, RecordKind, RecordReference string
	Class, Source, ApprovedBy, SecondBy, Counts string
	DueOn                                       *time.Time
	ApprovedAt, DeletedAt                       time.Time
	Hash                                        []byte
	Fits                                        bool
}

func (r *certificateRow) certificate() (Certificate, error) {
	c := Certificate{
		ID: r.ID, Reference: r.Reference, Why: r.Why, RecordKind: r.RecordKind, RecordReference: r.RecordReference, Class: r.Class, Source: r.Source,
		DueOn: r.DueOn, ApprovedBy: r.ApprovedBy, ApprovedAt: r.ApprovedAt, SecondBy: r.SecondBy, DeletedAt: r.DeletedAt,
		Hash: hex.EncodeToString(r.Hash), True: r.Fits,
	}
	return c, json.Unmarshal([]byte(r.Counts), &c.Counts)
}

// Certificates lists those of the actor's organisation, the latest first, at
// most 200.
func (s *Service) Certificates(ctx context.Context) ([]Certificate, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []Certificate
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []certificateRow
		if err := tx.Scan(ctx, &rows, certificateSQL+" order by t.deleted_at desc, t.id limit 200"); err != nil {
			return err
		}
		for i := range rows {
			c, err := rows[i].certificate()
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// Certificate returns one by its reference. One of another organisation is not
// found. It holds no person's data.
func (s *Service) Certificate(ctx context.Context, reference string) (Certificate, error) {
	if _, err := may(ctx); err != nil {
		return Certificate{}, err
	}
	var out Certificate
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var row certificateRow
		if err := tx.Scan(ctx, &row, certificateSQL+" where t.reference = ?", reference); err != nil {
			return err
		}
		if row.ID == uuid.Nil {
			return models.NotFound("certificate")
		}
		var err error
		out, err = row.certificate()
		return err
	})
	return out, err
}
