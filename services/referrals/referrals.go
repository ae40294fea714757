// Package referrals sends, answers and follows referrals: the heart of the
// product. One function changes a status, Do, and it reads the state table that
// models.Transitions holds (referrals.md section 3). Whether something may be
// done is decided in plain Go by decide, which knows no database; what follows
// from it is one statement chained on the referral's row, so that whoever is
// too late changes nothing.
package referrals

import (
	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
)

// Service is everything that can be done to referrals.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
}

// New returns the service.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir}
}

// Limits that are not a service's own. Each is a setting of the pathway with no
// confirmed London value (decisions.md 24).
const (
	reviewDays     = 1  // K32: a proposed decline is looked at
	reportDays     = 5  // K35: the report after an early end
	undoHours      = 24 // an acceptance can be taken back
	reopenDays     = 28 // an ended referral can be opened again
	lapseDays      = 5  // after the last step of the ladder
	lastRung       = 3  // team, manager, coordinator and referrer: a working day apart
	longestWait    = 180
	fewestAttempts = 1 // where a pathway has a most, not a least
	mostQuestions  = 10
)
