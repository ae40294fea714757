package cases

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// putChannel changes a channel, or adds it where it has no id, and returns what
// the trail is to say of it: codes alone.
func putChannel(ctx context.Context, tx *pg.Tx, caseID uuid.UUID, p *models.ContactPoint, source string, version int) (map[string]any, error) {
	windows, err := json.Marshal(list(p.Windows))
	if err != nil {
		return nil, err
	}
	if p.ID == uuid.Nil {
		return newChannel(ctx, tx, caseID, p, source, string(windows))
	}
	var was struct {
		ID      uuid.UUID
		Channel models.Channel
		Safe    models.Safety
		Version int
	}
	err = tx.Scan(ctx, &was, "select id, channel, safe, version from contact_channels where id = ? and case_id = ? for update", p.ID, caseID)
	switch {
	case err != nil:
		return nil, err
	case was.ID == uuid.Nil:
		return nil, models.NotFound("channel")
	case was.Version != version:
		return nil, models.Stale("Somebody changed safe contact while you were writing. Nothing you did was saved. See it as it is now.")
	case p.Kind != was.Channel:
		return nil, models.Invalid(models.Field("safe_contact.channels[0].channel", models.FieldNotOpen, "Add a new way to reach them instead"))
	}
	_, err = tx.Exec(ctx, `update contact_channels set safe = ?, person = ?, leave_message = ?, windows = ?::jsonb, confirmed_on = ?,
		confirmed_source = ?, confirmed_by = ?, confirmed_by_org_id = ?, version = version + 1 where id = ?`,
		p.Safe, p.Person, p.LeaveMessage, string(windows), p.ConfirmedOn, source, tx.Actor.UserID, tx.Actor.OrgID, p.ID)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "insert into "+intoDetails+` values (?, ?, ?, ?, ?)
		on conflict (channel_id) do update set value = excluded.value, value_key = excluded.value_key, note = excluded.note`,
		detailArgs(tx.Vault, p.ID, caseID, p)...)
	return map[string]any{"id": p.ID, "channel": p.Kind, "safe": p.Safe, "was": was.Safe}, err
}

func newChannel(ctx context.Context, tx *pg.Tx, caseID uuid.UUID, p *models.ContactPoint, source, windows string) (map[string]any, error) {
	var n int
	if err := tx.Scan(ctx, &n, "select count(*) from contact_channels where case_id = ?", caseID); err != nil {
		return nil, err
	}
	if n >= models.ChannelLimit {
		return nil, models.Invalid(models.Field("safe_contact.channels", models.FieldTooLong, "A case holds 20 ways to reach somebody or fewer"))
	}
	id := models.NewID()
	_, err := tx.Exec(ctx, `insert into contact_channels (id, case_id, position, channel, person, safe, leave_message, windows, confirmed_on,
		confirmed_source, confirmed_by, confirmed_by_org_id)
		values (?, ?, (select coalesce(max(position), 0) + 1 from contact_channels where case_id = ?), ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)`,
		id, caseID, caseID, p.Kind, p.Person, p.Safe, p.LeaveMessage, windows, p.ConfirmedOn, source, tx.Actor.UserID, tx.Actor.OrgID)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "insert into "+intoDetails+" values (?, ?, ?, ?, ?)", detailArgs(tx.Vault, id, caseID, p)...)
	return map[string]any{"id": id, "channel": p.Kind, "safe": p.Safe, "new": true}, err
}

// putCodeWord keeps a new code word in place of the one before.
func (in *ContactChange) putCodeWord(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) error {
	if in.SafeContact.CodeWord == "" {
		return nil
	}
	_, err := tx.Exec(ctx, "insert into code_words (case_id, word) values (?, ?) on conflict (case_id) do update set word = excluded.word",
		caseID, tx.Vault.Seal(vault.CodeWord, caseID, in.SafeContact.CodeWord))
	return err
}

// ClearStop lets a channel be used again after somebody else answered it. Only
// those who hold the case can, and they say who told them that it is safe.
func (s *Service) ClearStop(ctx context.Context, caseID, stopID uuid.UUID, source string) error {
	if _, err := models.May(ctx, models.ContactRecord); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := visiblePeople(ctx, tx, caseID); err != nil {
			return err
		}
		if !models.HasChoice(models.ContactSources(), source) {
			return models.Invalid(models.Field("source", models.FieldRequired, "Select who said so"))
		}
		n, err := tx.Exec(ctx, "update contact_stops set cleared_at = ?, cleared_by = ? where id = ? and case_id = ? and cleared_at is null",
			tx.Now, tx.Actor.UserID, stopID, caseID)
		if err != nil {
			return err
		}
		if n == 0 {
			return models.Conflict("This was cleared already. See it as it is now.")
		}
		if err := tellReceivers(ctx, tx, caseID, "safe_contact.cleared"); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{
			Action: "safe_contact.cleared", SubjectType: "case", SubjectID: caseID, CaseID: caseID,
			Detail: map[string]any{"stop": stopID, "source": source},
		})
	})
}
