// Package imports takes in files that partners send: a police feed, whose rows
// become cases, and lists of a court or of probation, whose rows become events
// of cases (docs/adr/0031). A file is read as a stream, kept sealed in pieces of
// whole rows, checked without changing anything, and then run piece by piece: the
// rows of a piece, what came of them and how far the file is are one transaction.
// What a row is held to stands in services/cases and services/events, not here.
package imports

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/events"
)

// The limits of a file.
const (
	MostBytes   = 200 << 20 // of one file
	MostRows    = 250_000   // of one file
	mostColumns = 100
	longestName = 80       // characters of a column's name
	longestRow  = 64 << 10 // bytes
	mostWaiting = 5        // files of an organisation that are checked or run at once

	casesAtOnce  = 500 // rows of a piece whose rows become cases
	eventsAtOnce = 100 // the same of events, each of which moves clocks
)

// keepContent is how long the content of a file is kept that nobody runs.
const keepContent = 7 * 24 * time.Hour

// Service takes in files.
type Service struct {
	db        *pg.DB
	directory *directory.Service
	store     blob.Store
	cases     *cases.Service
	events    *events.Service
}

// New returns a service over a database, the directory that names organisations,
// the store of contents, and the services whose rules the rows are held to.
func New(db *pg.DB, dir *directory.Service, store blob.Store, c *cases.Service, e *events.Service) *Service {
	return &Service{db: db, directory: dir, store: store, cases: c, events: e}
}

// may refuses an actor whose role does not take in files.
func may(ctx context.Context) (models.Actor, error) {
	return models.May(ctx, models.ImportRun)
}

// mayRun refuses a kind of file that the actor does not run; one there is not is
// a fault of the field.
func mayRun(ctx context.Context, kind models.ImportKind) (*models.ImportSpec, error) {
	a, err := may(ctx)
	if err != nil {
		return nil, err
	}
	spec, ok := models.FindImportKind(kind)
	if !ok {
		return nil, models.Invalid(models.Field("kind", models.FieldUnknown, "Select what the file holds"))
	}
	if !a.Can(spec.Needs) || !spec.MayRun(a.OrgKind) {
		return nil, models.Invalid(models.Field("kind", models.FieldNotOpen, "Another kind of organisation has such files"))
	}
	return spec, nil
}

// belongs is what a piece is bound to: that of one file, or of another place in
// it, is of no other.
func belongs(id uuid.UUID, first int) []byte {
	return strconv.AppendInt(append([]byte("import|"), id[:]...), int64(first), 10)
}

// event is a line of the trail about a file.
func event(action string, i *models.Import, detail map[string]any) models.Event {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["kind"] = i.Kind
	return models.Event{Action: action, SubjectType: "import", SubjectID: i.ID, Detail: detail}
}

// counted is how far a file is, for the trail.
func counted(i *models.Import) map[string]any {
	return map[string]any{"rows": i.Total, "accepted": i.Accepted, "changed": i.Changed, "duplicate": i.Duplicate, "refused": i.Refused}
}
