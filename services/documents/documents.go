// Package documents keeps the files that people attach to a case or a referral
// of it. Nothing is believed of a file but its content; what is kept lies
// sealed under a random name outside the database, is handed out to whoever may
// read it and only as a download, and not before it was scanned
// (docs/adr/0019).
package documents

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

// Scanner says whether content holds something harmful: its name, or "" for
// nothing. An error leaves the file unscanned.
type Scanner interface {
	Scan(ctx context.Context, content []byte) (found string, err error)
}

// Options are the settings of files.
type Options struct {
	Scanner    Scanner // nil: none is set up
	Unscanned  bool    // without a scanner, files can be downloaded all the same
	MostFile   int64   // bytes of one file
	MostPerDay int64   // bytes one person may attach in 24 hours
	MostKept   int64   // bytes one organisation may keep
}

// DefaultOptions are the settings where none are made.
func DefaultOptions() Options {
	return Options{MostFile: 10 << 20, MostPerDay: 200 << 20, MostKept: 50 << 30}
}

// Service keeps documents.
type Service struct {
	db        *pg.DB
	directory *directory.Service
	store     blob.Store
	Options
}

// New returns a service over a database, the directory that names organisations
// and the store of contents.
func New(db *pg.DB, dir *directory.Service, store blob.Store, o Options) *Service {
	return &Service{db, dir, store, o}
}

// Document is a document with who attached it and what may be done with it.
type Document struct {
	models.Document
	Author    string // empty for somebody of another organisation
	Org       string
	Referral  string // reference, where it is about a referral
	Own       bool   // of the actor's organisation
	Ready     bool   // its content can be downloaded
	Unscanned bool   // and nobody has looked for anything harmful in it
	Removable bool   // by the actor
}

// Listed is one page of the documents of a case or a referral, the latest first.
type Listed struct {
	subject.Subject
	Documents []Document
	Next      string            // cursor of the page after; empty on the last
	Kinds     []models.NoteKind // who can be let read what is added; none: nothing can be added
}

// Query says which part of the documents is wanted.
type Query struct {
	Limit  int
	Cursor string
	Reason string // why the record of a referral that has ended is opened
}

// Input is a file about to be attached.
type Input struct {
	Name    string // what its sender calls it
	Kind    models.NoteKind
	Content []byte
}

// Download is the content of a document, whole.
type Download struct {
	models.Document
	Content []byte
}

func may(ctx context.Context) (models.Actor, error) {
	return models.May(ctx, models.RecordKeep)
}

type finder func(context.Context, *pg.Tx) (subject.Subject, error)

func ofCase(id uuid.UUID) finder {
	return func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) { return subject.Case(ctx, tx, id) }
}

func ofReferral(id uuid.UUID) finder {
	return func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) { return subject.Referral(ctx, tx, id) }
}

// OfCase shows the documents of a case that the actor's organisation holds or
// logged, those of its referrals among them.
func (s *Service) OfCase(ctx context.Context, id uuid.UUID, q Query) (Listed, error) {
	return s.list(ctx, q, ofCase(id))
}

// OfReferral shows the documents of one referral: to each side its own, and
// those shared with it. A conflict asks for a reason where it has ended.
func (s *Service) OfReferral(ctx context.Context, id uuid.UUID, q Query) (Listed, error) {
	return s.list(ctx, q, ofReferral(id))
}

// AttachToCase attaches a file to a case. It returns, in this order: forbidden,
// not found, a models.Replay, a conflict, and what is wrong with the file: of an
// unsupported type, too large, or invalid; too many where a quota is used up.
func (s *Service) AttachToCase(ctx context.Context, id uuid.UUID, in Input) (Document, error) {
	return s.attach(ctx, in, ofCase(id))
}

// AttachToReferral attaches a file to one referral. Errors as AttachToCase.
func (s *Service) AttachToReferral(ctx context.Context, id uuid.UUID, in Input) (Document, error) {
	return s.attach(ctx, in, ofReferral(id))
}

// Most is how many bytes one file may have.
func (s *Service) Most() int64 {
	if s == nil {
		return DefaultOptions().MostFile // where the API is only described
	}
	return s.MostFile
}

// ready says whether the content of a document can be downloaded, and whether
// unscanned.
func (s *Service) ready(d *models.Document) (ready, unscanned bool) {
	switch {
	case d.WithdrawnAt != nil || d.Scan == models.ScanFound:
		return false, false
	case d.Scan == models.ScanClean:
		return true, false
	}
	return s.Scanner == nil && s.Unscanned, true
}

// Day is over what a person's quota counts.
const Day = 24 * time.Hour
