// Package cases logs what happened to a victim, keeps how they can be reached
// safely, and shows a case to those who hold it or logged it. Nobody else reads
// a case: a receiver reads what was shared with it, frozen at sending
// (decisions.md 1). The one exception is safe contact, through its gate.
package cases

import (
	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
)

// Service logs, finds and shows cases.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
}

// New returns a service over a database, the calendar its clocks are told by,
// and the directory that names organisations and boroughs.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir}
}

// list is never nil: the columns for lists are never null.
func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

// dict is never nil, like list.
func dict(in map[string]string) map[string]string {
	if in == nil {
		return map[string]string{}
	}
	return in
}

func deref[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}
