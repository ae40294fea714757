// Package drafts keeps unfinished forms on the server, for the person who wrote
// them and nobody else (ux.md principle 9): a page that is left, or a session
// that ends, loses nothing. Drafts are no record of anybody yet, so they are
// housekeeping; untouched for 90 days they go by themselves.
package drafts

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Service keeps drafts.
type Service struct{ db *pg.DB }

// New returns a service over a database.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Draft is an unfinished form.
type Draft struct {
	ID        uuid.UUID
	Kind      string // of form: "case", "referral"
	CaseID    uuid.UUID
	Data      json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int
}

// Into reads what was typed into v.
func (d Draft) Into(v any) error {
	if err := json.Unmarshal(d.Data, v); err != nil {
		return models.Internal("reading a draft", err)
	}
	return nil
}

// largest is the most one draft holds, in bytes.
const largest = 256 << 10

// Save keeps data as the draft with an id, new or known, and the case it is
// about, if there is one. Somebody else's draft is not found.
func (s *Service) Save(ctx context.Context, kind string, id, caseID uuid.UUID, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return models.Internal("writing a draft", err)
	}
	if len(text) > largest {
		return models.Invalid(models.Field("", models.FieldTooLong, "This is too long to save. Shorten what you wrote"))
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	var about *uuid.UUID
	if caseID != uuid.Nil {
		about = &caseID
	}
	b.Exec(`insert into drafts (id, user_id, kind, case_id, data, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)
		on conflict (id) do update set data = excluded.data, case_id = excluded.case_id, updated_at = excluded.updated_at, version = drafts.version + 1`,
		id, b.Actor.UserID, kind, about, b.Vault.SealJSON(vault.DraftData, id, json.RawMessage(text)), b.Now)
	return b.Send(pg.BatchHousekeeping)
}

// Load returns a draft of a kind, or a not-found error.
func (s *Service) Load(ctx context.Context, kind string, id uuid.UUID) (Draft, error) {
	return s.one(ctx, "where kind = $1 and id = $2", kind, id)
}

// Latest returns the person's draft of a kind that was touched last, or a
// not-found error.
func (s *Service) Latest(ctx context.Context, kind string) (Draft, error) {
	return s.one(ctx, "where kind = $1 and user_id = $2 order by updated_at desc, id desc limit 1", kind, uuid.Nil)
}

func (s *Service) one(ctx context.Context, where, kind string, id uuid.UUID) (Draft, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Draft{}, err
	}
	if id == uuid.Nil {
		id = b.Actor.UserID
	}
	d := Draft{Data: json.RawMessage("{}")}
	var found bool
	var about *uuid.UUID
	b.Query(pg.One(&found, &d.ID, &d.Kind, &about, b.Vault.JSON(vault.DraftData, &d.ID, &d.Data), &d.CreatedAt, &d.UpdatedAt, &d.Version),
		"select id, kind, case_id, data, created_at, updated_at, version from drafts "+where, kind, id)
	if err := b.Send(pg.BatchRead); err != nil {
		return Draft{}, err
	}
	if !found {
		return Draft{}, models.NotFound("draft")
	}
	if about != nil {
		d.CaseID = *about
	}
	return d, nil
}

// Delete removes a draft that became a record or is not wanted. One that is not
// there is removed already.
func (s *Service) Delete(ctx context.Context, kind string, id uuid.UUID) error {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	b.Exec("delete from drafts where kind = $1 and id = $2", kind, id)
	return b.Send(pg.BatchHousekeeping)
}
