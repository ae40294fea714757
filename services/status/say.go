package status

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// asks are the questions that are open to whoever is on the page: who comes at a
// set point is invited by coming, and nobody else is (docs/adr/0048).
func asks(ctx context.Context, tx *pg.Tx) (uuid.UUID, error) {
	var row struct{ ID *uuid.UUID }
	if err := tx.Scan(ctx, &row, "select app_feedback_due(?, ?) as id", tx.Now, models.NewID()); err != nil || row.ID == nil {
		return uuid.Nil, err
	}
	return *row.ID, nil
}

// Say keeps what somebody answers on their page, once. Nothing has to be given.
// It goes to the Commissioner's office, is shown to nobody of a service, and the
// trail says that something was answered and not on which page. What is not asked
// any more is thanked for like the rest: the answer tells nothing. Errors:
// unauthenticated, and invalid.
func (s *Service) Say(ctx context.Context, token string, in models.Feedback) error {
	ctx, err := s.as(ctx, token)
	if err != nil {
		return err
	}
	in.Settle()
	if found := checkSaid(&in); len(found) > 0 {
		return models.Invalid(found...)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		id, err := asks(ctx, tx)
		if err != nil {
			return err
		}
		if id != uuid.Nil {
			var words any
			if in.Words != "" {
				words = tx.Vault.Seal(vault.FeedbackWords, id, in.Words)
			}
			var kept []bool
			if err := tx.Scan(ctx, &kept, "select app_feedback_answer(?, ?, ?, ?, ?, ?)", id, tx.Now, pg.OrNull(in.Heard), pg.OrNull(in.Safer), pg.OrNull(in.Again), words); err != nil {
				return err
			}
		}
		return tx.Record(ctx, models.Event{Action: "feedback.given", SubjectType: "feedback"})
	})
}

// checkSaid gives what is wrong as keys of the texts.
func checkSaid(in *models.Feedback) (out []models.FieldError) {
	for _, f := range in.Check() {
		switch {
		case f.Field != "words":
			f.Message = "say.pick"
		case f.Code == models.FieldTooLong:
			f.Message = "say.long"
		default:
			f.Message = "ask.letters"
		}
		out = append(out, f)
	}
	return out
}
