// Package feedback gives what victims answered on their pages to the
// Commissioner's office, of nobody by name, and to the managers of an organisation
// as shares of twenty or more (docs/adr/0048). No provider reads one answer; the
// database holds that.
package feedback

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// Service reads answers, and enters those that the office was told.
type Service struct {
	db        *pg.DB
	directory *directory.Service
}

// New returns the service over a database and the directory of organisations.
func New(db *pg.DB, dir *directory.Service) *Service { return &Service{db: db, directory: dir} }

const columns = `a.id, a.org_id, coalesce(a.service_id, '00000000-0000-0000-0000-000000000000') as service_id, a.point, a.month, coalesce(a.heard, '') as heard,
	coalesce(a.safer, '') as safer, coalesce(a.again, '') as again, exists (select from feedback_words w where w.id = a.id) as has_words from feedback_answers a`

// List shows answers, by month and in no other order that means anything, and the
// cursor of the page after. That one has words is told to those who may read them.
func (s *Service) List(ctx context.Context, cursor string, limit int) (items []models.Feedback, next string, err error) {
	if _, err := models.May(ctx, models.FeedbackRead); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(cursor)
	if err != nil {
		return nil, "", err
	}
	if limit < 1 || limit > 100 {
		limit = 50
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		items = nil
		if err := tx.Scan(ctx, &items, "select "+columns+` where ?::uuid is null or (a.month, md5(a.id::text)) < (select x.month, md5(x.id::text) from feedback_answers x where x.id = ?)
			order by a.month desc, md5(a.id::text) desc limit ?`, after, after, limit+1); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "feedback.listed", SubjectType: "feedback", Detail: map[string]any{"answers": min(len(items), limit)}})
	})
	if len(items) > limit {
		items = items[:limit]
		next = models.CursorAfter(items[limit-1].ID)
	}
	return items, next, err
}

// Get shows one answer with its words, and records that they were read.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (models.Feedback, error) {
	var out models.Feedback
	if _, err := models.May(ctx, models.FeedbackWords); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = show(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "feedback.read", SubjectType: "feedback", SubjectID: id, Detail: map[string]any{"words": out.HasWords}})
	})
	return out, err
}

func show(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Feedback, error) {
	var row struct {
		models.Feedback
		Sealed []byte
	}
	if err := tx.Scan(ctx, &row, "select "+strings.Replace(columns, " from feedback_answers a", ", (select w.words from feedback_words w where w.id = a.id) as sealed from feedback_answers a", 1)+" where a.id = ?", id); err != nil {
		return row.Feedback, err
	}
	if row.ID == uuid.Nil {
		return row.Feedback, models.NotFound("feedback")
	}
	plain, err := tx.Vault.Open(vault.FeedbackWords, id, row.Sealed)
	row.Words = string(plain)
	return row.Feedback, err
}

// Enter keeps what somebody told the Commissioner's office of a service: of no
// case, and outside of the response rate. Errors: forbidden, a models.Replay, and
// invalid.
func (s *Service) Enter(ctx context.Context, in models.Feedback) (models.Feedback, error) {
	var out models.Feedback
	if _, err := models.May(ctx, models.FeedbackWords); err != nil {
		return out, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return out, err
	}
	in.Words = strings.TrimSpace(in.Words)
	in.Settle()
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			found := in.Check()
			sv, ok := dir.Service(in.ServiceID)
			if !ok {
				found = append(found, models.Field("service_id", models.FieldUnknown, "Select the service it is about"))
			}
			if err := models.Refusal(ctx, found); err != nil {
				return err
			}
			id := models.NewID()
			var words any
			if in.Words != "" {
				words = tx.Vault.Seal(vault.FeedbackWords, id, in.Words)
			}
			if _, err := tx.Exec(ctx, "select app_feedback_enter(?, ?, ?, ?, ?, ?, ?, ?)", id, tx.Now, sv.OrgID, sv.ID, pg.OrNull(in.Heard), pg.OrNull(in.Safer), pg.OrNull(in.Again), words); err != nil {
				return err
			}
			if err := tx.Record(ctx, models.Event{Action: "feedback.entered", SubjectType: "feedback", SubjectID: id}); err != nil {
				return err
			}
			if out, err = show(ctx, tx, id); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// Quarter is what the managers of an organisation learn of three months: shares in
// whole per cent, nil where one could tell of somebody.
type Quarter struct {
	Quarter  time.Time // its first day
	Few      bool      // fewer than twenty were asked, or answered
	Response *int
	Heard    *int
	Safer    *int
	Again    *int
}

// Of is the share of a question.
func (q *Quarter) Of(question string) *int {
	return map[string]*int{"heard": q.Heard, "safer": q.Safer, "again": q.Again}[question]
}

// Own shows the quarters of the actor's organisation that are over, the latest
// first.
func (s *Service) Own(ctx context.Context) ([]Quarter, error) {
	if _, err := models.May(ctx, models.FeedbackFigures); err != nil {
		return nil, err
	}
	var out []Quarter
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &out, "select * from app_feedback_figures(?)", tx.Now)
	})
	return out, err
}
