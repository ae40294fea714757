// Package notes keeps what people write down about a case or a referral of it.
// A note is never changed: a correction is a note that names the one it
// corrects, is read by the same people, and stands beside it.
package notes

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

// Service adds notes and shows them to whoever they were written for.
type Service struct {
	db        *pg.DB
	directory *directory.Service
}

// New returns a service over a database, and the directory that names
// organisations.
func New(db *pg.DB, dir *directory.Service) *Service { return &Service{db: db, directory: dir} }

// Note is a note with who wrote it and what was corrected of it.
type Note struct {
	models.Note
	Author      string // empty for somebody of another organisation
	Org         string
	Referral    string // reference, where the note is about a referral
	Own         bool   // of the actor's organisation
	Corrections []Note // in the order they were written
}

// Removed reports whether what was written is no longer kept.
func (n *Note) Removed() bool { return n.Text == "" }

// Listed is one page of the notes of a case or a referral, the latest first.
type Listed struct {
	subject.Subject
	Notes []Note
	Next  string            // cursor of the page after; empty on the last
	Kinds []models.NoteKind // who can be let read what is added; none: nothing can be added
}

// Query says which part of the notes is wanted.
type Query struct {
	Limit  int
	Cursor string
	Reason string    // why the record of a referral that has ended is opened
	Only   uuid.UUID // this note alone, with its corrections
}

// Input is a note about to be written. Kind is left out of a correction: it is
// read by whoever reads what it corrects.
type Input struct {
	Kind     models.NoteKind
	Text     string
	Corrects uuid.UUID
}

func may(ctx context.Context) error {
	_, err := models.May(ctx, models.RecordKeep)
	return err
}

// OfCase shows the notes of a case that the actor's organisation holds or
// logged, those of its referrals among them. A case that is not the actor's to
// see is not found.
func (s *Service) OfCase(ctx context.Context, id uuid.UUID, q Query) (Listed, error) {
	return s.list(ctx, q, func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) { return subject.Case(ctx, tx, id) })
}

// OfReferral shows the notes of one referral: to each side its own, and those
// shared with it. One that has ended is opened by its receiver with a reason
// (decisions.md 2): a conflict asks for it.
func (s *Service) OfReferral(ctx context.Context, id uuid.UUID, q Query) (Listed, error) {
	return s.list(ctx, q, func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) { return subject.Referral(ctx, tx, id) })
}

// AddToCase writes a note about a case. A case that is not the actor's to see
// is not found; a repeated idempotency key is told what it was told before.
func (s *Service) AddToCase(ctx context.Context, id uuid.UUID, in Input) (Note, error) {
	return s.add(ctx, in, func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) { return subject.Case(ctx, tx, id) })
}

// AddToReferral writes a note about one referral: for the actor's organisation,
// or for both sides while the referral lives. Errors as AddToCase, and a
// conflict where the state of the referral does not allow it.
func (s *Service) AddToReferral(ctx context.Context, id uuid.UUID, in Input) (Note, error) {
	return s.add(ctx, in, func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) { return subject.Referral(ctx, tx, id) })
}
