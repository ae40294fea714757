package events

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// What is written of a clock, and of what stands beside it.
const (
	intoClocks = "clocks (id, case_id, rule, rule_version, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at, why)"
	intoBeside = "case_clocks (clock_id, case_id, event_id, stop_event_id, off_record, enhanced, ended_on, ended_by_user_id, ended_by_org_id)"
)

// save writes the clocks that were touched.
func (w *work) save(ctx context.Context, tx *pg.Tx) error { return save(ctx, tx, w.touched) }

// save writes clocks: those that began now in one statement, the others one by one.
func save(ctx context.Context, tx *pg.Tx, list []*clock) error {
	var fresh, beside [][]any
	for _, k := range list {
		if k.fresh {
			fresh, beside = append(fresh, k.args()), append(beside, k.besideArgs(&tx.Actor))
		}
	}
	if err := tx.Insert(ctx, intoClocks, fresh...); err != nil {
		return err
	}
	if err := tx.Insert(ctx, intoBeside, beside...); err != nil {
		return err
	}
	for _, k := range list {
		if k.fresh {
			continue
		}
		if err := k.save(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (k *clock) args() []any {
	return []any{
		k.ID, k.CaseID, k.Rule, k.RuleVersion, k.HolderOrgID, k.State, k.LimitDays, k.StartedAt, k.DueAt, k.FirstDueAt, k.DueSoonAt, k.StoppedAt, k.Why,
	}
}

func (k *clock) besideArgs(by *models.Actor) []any {
	args := []any{k.ID, k.CaseID, k.EventID, k.StopEventID, k.OffRecord, k.Enhanced, nil, nil, nil}
	if k.ended {
		args[6], args[7], args[8] = k.endedOn.Format(time.DateOnly), by.UserID, by.OrgID
	}
	return args
}

// save writes a clock that was there before.
func (k *clock) save(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `update clocks set state = ?, due_at = ?, due_soon_at = ?, stopped_at = ?, paused_since = ?, pause_reason = ?, paused_seconds = ?, pauses = ?, why = ?
		where id = ?`, k.State, k.DueAt, k.DueSoonAt, k.StoppedAt, k.PausedSince, k.PauseReason, k.PausedSeconds, k.Pauses, k.Why, k.ID)
	if err != nil {
		return err
	}
	if k.StopEventID != nil {
		if _, err := tx.Exec(ctx, "update case_clocks set stop_event_id = ? where clock_id = ?", k.StopEventID, k.ID); err != nil {
			return err
		}
	}
	if k.ended {
		_, err = tx.Exec(ctx, "update case_clocks set ended_on = ?, ended_by_user_id = ?, ended_by_org_id = ? where clock_id = ?",
			k.endedOn.Format(time.DateOnly), tx.Actor.UserID, tx.Actor.OrgID, k.ID)
	}
	if err == nil && k.extended > 0 {
		_, err = tx.Exec(ctx, "update case_clocks set extended_at = ?, extended_days = ?, extended_reason = ? where clock_id = ?", tx.Now, k.extended, k.why, k.ID)
	}
	return err
}

// row is an event as it is stored.
type row struct {
	ID, CaseID          uuid.UUID
	Type                models.EventType
	OccurredAt, KnownAt time.Time
	At                  time.Time
	SourceOrgID         uuid.UUID
	Reference, Words    []byte
	Details             string
	ByUserID, ByOrgID   uuid.UUID
	ToldAt              *time.Time
	ToldChannel         *string
	ToldUnderstood      *bool
	ToldByOrgID         *uuid.UUID
}

// read reads events of a case the actor can see, and opens what was sealed.
func read(ctx context.Context, tx *pg.Tx, where string, args ...any) ([]models.CaseEvent, error) {
	var rows []row
	err := tx.Scan(ctx, &rows, `select id, case_id, type, occurred_at, known_at, at, source_org_id, reference, words, details::text as details, by_user_id, by_org_id,
		told_at, told_channel, told_understood, told_by_org_id from case_events `+where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]models.CaseEvent, 0, len(rows))
	for i := range rows {
		e, err := rows[i].open(tx.Vault)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (r *row) open(v *vault.Vault) (models.CaseEvent, error) {
	e := models.CaseEvent{
		ID: r.ID, CaseID: r.CaseID, Type: r.Type, OccurredAt: r.OccurredAt.UTC(), KnownAt: r.KnownAt.UTC(), At: r.At.UTC(), SourceOrgID: r.SourceOrgID,
		ByUserID: r.ByUserID, ByOrgID: r.ByOrgID, ToldAt: r.ToldAt, ToldByOrg: r.ToldByOrgID, Understood: r.ToldUnderstood,
		Details: map[string]any{}, Words: map[string]string{},
	}
	if r.ToldChannel != nil {
		e.ToldChannel = models.Channel(*r.ToldChannel)
	}
	if err := json.Unmarshal([]byte(r.Details), &e.Details); err != nil {
		return e, models.Internal("reading an event's details", err)
	}
	if r.Reference != nil {
		b, err := v.Open(vault.EventReference, r.ID, r.Reference)
		if err != nil {
			return e, err
		}
		e.Reference = string(b)
	}
	b, err := v.Open(vault.EventWords, r.ID, r.Words)
	if err != nil {
		return e, err
	}
	if len(b) == 0 {
		return e, nil
	}
	if err := json.Unmarshal(b, &e.Words); err != nil {
		return e, models.Internal("reading what was said of an event", err)
	}
	return e, nil
}
