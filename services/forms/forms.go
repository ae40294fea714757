// Package forms keeps forms that are filled in on a day, such as a risk form:
// about a case, or on a service's own record of one referral. An entry keeps
// the version of its form for life and is never changed (docs/adr/0037).
package forms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

// Service keeps entries and shows them to whoever they are for.
type Service struct {
	db        *pg.DB
	directory *directory.Service
	versions  []models.FormDefinition // the current ones first
}

// New returns a service over a database, the directory that names
// organisations, and every version of the forms that there are.
func New(db *pg.DB, dir *directory.Service, versions []models.FormDefinition) *Service {
	return &Service{db: db, directory: dir, versions: versions}
}

// Filled is an entry with the questions it was asked, and who filled it in.
type Filled struct {
	models.FormEntry
	Definition models.FormDefinition
	Author     string // empty for somebody of another organisation
	Org        string
	Own        bool // of the actor's organisation
	Corrected  bool // another entry stands in its place
	Removed    bool // what it said is no longer kept
	// Suggests are the criteria of a MARAC that it meets, of models.MARACCriteria.
	Suggests []string
}

// Listed is one page of the forms of a case or a referral, the latest first.
type Listed struct {
	subject.Subject
	Entries []Filled
	Next    string // cursor of the page after; empty on the last
	Adds    bool   // another can be filled in
}

// Query says which of the forms are wanted.
type Query struct {
	Limit  int
	Cursor string
	Reason string    // why the record of a referral that has ended is opened
	Only   uuid.UUID // this entry alone
}

// Input is a form about to be kept. What was not answered is kept as not asked.
type Input struct {
	Form      string
	FilledOn  *time.Time // a date
	Answers   map[string]any
	Judgement string
	Words     string // what the judgement rests on
	Corrects  uuid.UUID
}

func may(ctx context.Context) error {
	_, err := models.May(ctx, models.RecordKeep)
	return err
}

type finder func(context.Context, *pg.Tx) (subject.Subject, error)

func ofCase(id uuid.UUID) finder {
	return func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) { return subject.Case(ctx, tx, id) }
}

// ofReferral finds a referral for the service that was asked: its referrer fills
// in forms on the case, and reads none of this.
func ofReferral(id uuid.UUID) finder {
	return func(ctx context.Context, tx *pg.Tx) (subject.Subject, error) {
		about, err := subject.Referral(ctx, tx, id)
		if err == nil && !about.Receiver() {
			err = models.Forbidden("These are the service's own forms. Fill in yours on the case.")
		}
		return about, err
	}
}

// OfCase shows the forms of a case that the actor can see. Any other is not
// found.
func (s *Service) OfCase(ctx context.Context, id uuid.UUID, q Query) (Listed, error) {
	return s.list(ctx, q, ofCase(id))
}

// OfReferral shows a service its own forms of one referral. One that has ended is
// opened with a reason (decisions.md 2): a conflict asks for it. Not found where
// it is not the actor's to see, forbidden to the referrer.
func (s *Service) OfReferral(ctx context.Context, id uuid.UUID, q Query) (Listed, error) {
	return s.list(ctx, q, ofReferral(id))
}

// FillForCase keeps a form about a case. Errors: not found, a replay, and invalid
// with every field to correct.
func (s *Service) FillForCase(ctx context.Context, id uuid.UUID, in Input) (Filled, error) {
	return s.fill(ctx, in, ofCase(id))
}

// FillForReferral keeps a form on the service's own record of a referral, from
// acceptance until it ends: a conflict where it is neither. Otherwise errors as
// FillForCase, and forbidden to the referrer.
func (s *Service) FillForReferral(ctx context.Context, id uuid.UUID, in Input) (Filled, error) {
	return s.fill(ctx, in, ofReferral(id))
}

// Definition returns a version of a form, the current one where version is 0.
func (s *Service) Definition(key string, version int) (models.FormDefinition, error) {
	d, ok := models.FindForm(s.versions, key)
	if version > 0 {
		d, ok = models.FindFormVersion(s.versions, key, version)
	}
	if !ok {
		return d, models.NotFound("form")
	}
	return d, nil
}

// Offered are the forms that can be filled in now.
func (s *Service) Offered() []models.FormDefinition {
	var out []models.FormDefinition
	for i := range s.versions {
		if _, seen := models.FindForm(out, s.versions[i].Key); !seen {
			out = append(out, s.versions[i])
		}
	}
	return out
}

// Versions are all there are, the current ones first.
func (s *Service) Versions() []models.FormDefinition { return s.versions }

// open says whether a form can be filled in here: a conflict where not.
func open(about *subject.Subject) error {
	switch {
	case !about.OfReferral():
		return nil
	case !about.Accepted && about.Live:
		return models.Conflict("This referral has not been accepted yet. Forms are filled in once it is.")
	case !about.Live:
		return models.Conflict("This referral has ended. No more forms can be filled in on it.")
	}
	return nil
}
