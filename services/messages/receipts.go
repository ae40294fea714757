package messages

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Receipt is what a carrier says became of a message, in its own words.
type Receipt struct {
	Reference string // the id of the message
	Status    string // as GOV.UK Notify writes it
}

// Receive writes down what became of a message. A receipt that comes twice, late
// or for a message that is none of ours changes nothing, and the answer is the
// same. What says that there is no such number becomes a task for whoever holds
// the case. Errors: unavailable, so that the carrier says it again.
func (s *Service) Receive(ctx context.Context, r Receipt) error {
	id, err := uuid.Parse(r.Reference)
	if err != nil {
		return nil //nolint:nilerr // none of ours: it is answered like any other
	}
	c, ends := ended(r.Status)
	if !ends {
		return nil // it is on its way still
	}
	ctx = models.WithActor(ctx, models.System())
	err = s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []claimed
		if err := tx.Scan(ctx, &rows, "select case_id, org_id, channel from messages where id = ? and state in ('sent', 'unsure') for update", id); err != nil {
			return err
		}
		if len(rows) == 0 {
			return errNotSent
		}
		var why any
		detail := map[string]any{"message": id, "channel": rows[0].Channel}
		if c.why != "" {
			why, detail["why"] = c.why, c.why
		}
		if _, err := tx.Exec(ctx, "update messages set state = ?, why = ?, sent_at = coalesce(sent_at, claimed_at), done_at = ? where id = ?", c.state, why, tx.Now, id); err != nil {
			return err
		}
		return tx.Record(ctx, rows[0].event(c.act, detail))
	})
	if errors.Is(err, errNotSent) {
		return nil
	}
	return err
}

// ended reads a status of GOV.UK Notify.
func ended(status string) (change, bool) {
	failed := func(why string) (change, bool) {
		return change{state: models.MessageFailed, why: why, act: "message.failed"}, true
	}
	switch status {
	case "delivered":
		return change{state: models.MessageDelivered, act: "message.delivered"}, true
	case "permanent-failure":
		return failed(models.MessageWrong)
	case "temporary-failure":
		return failed(models.MessageNotNow)
	case "technical-failure":
		return failed(models.MessageDeclined)
	}
	return change{}, false
}
