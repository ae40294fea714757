package rights

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Task tells a receiver that what it was sent has been erased at its source,
// and asks what it did about its own copies outside the product.
type Task struct {
	ID          uuid.UUID
	Reference   string // of the referral
	Certificate string
	ToldAt      time.Time
	DoneAt      *time.Time
	Outcome     string // deleted, kept, none_held
	Note        string
	Version     int
}

const taskColumns = "id, reference, certificate, told_at, done_at, coalesce(outcome, '') as outcome, coalesce(note, '') as note, version"

// TaskOutcomes are what a receiver can have done.
func TaskOutcomes() []models.Choice {
	return []models.Choice{
		{Key: "deleted", Words: "Our copies were deleted"},
		{Key: "none_held", Words: "We hold no other copy"},
		{Key: "kept", Words: "We keep ours, for a reason of our own"},
	}
}

// Tasks lists those of the actor's organisation, what is to be done first; at
// most 200.
func (s *Service) Tasks(ctx context.Context) ([]Task, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []Task
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &out, "select "+taskColumns+" from erasure_tasks order by done_at is not null, told_at desc, id limit 200")
	})
	return out, err
}

// TaskInput is what a receiver did.
type TaskInput struct{ Outcome, Note string }

// FinishTask keeps what the receiver did about its own copies.
func (s *Service) FinishTask(ctx context.Context, id uuid.UUID, in TaskInput) (Task, error) {
	var out Task
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.Scan(ctx, &out, "select "+taskColumns+" from erasure_tasks where id = ? for update", id); err != nil {
			return err
		}
		if out.ID == uuid.Nil {
			return models.NotFound("task")
		}
		f := &models.Faults{}
		if !models.HasChoice(TaskOutcomes(), in.Outcome) {
			f.Add("outcome", models.FieldRequired, "Select what was done")
		}
		if in.Outcome == "kept" || in.Note != "" {
			needed(f, "note", in.Note, 1000, "Say why you keep your copies")
		}
		if err := step(ctx, tx, out.DoneAt == nil, "This was done already. Nothing you did was saved.", out.Version, f.List()); err != nil {
			return err
		}
		out.DoneAt, out.Outcome, out.Note, out.Version = &tx.Now, in.Outcome, in.Note, out.Version+1
		_, err := tx.Exec(ctx, "update erasure_tasks set done_at = ?, done_by = ?, outcome = ?, note = nullif(?, ''), version = version + 1 where id = ?", tx.Now, tx.Actor.UserID, in.Outcome, in.Note, id)
		if err != nil {
			return err
		}
		if err := record(ctx, tx, "erasure.task_done", "erasure_task", id, uuid.Nil, map[string]any{"outcome": in.Outcome}); err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}
