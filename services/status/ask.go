package status

import (
	"context"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/subject"
)

// Request is one thing that was asked on the page.
type Request struct {
	ID       uuid.UUID
	Kind     models.StatusRequestKind
	Said     string
	At       time.Time
	DueAt    time.Time
	DoneAt   *time.Time
	Outcome  string
	Channel  models.Channel
	Pressure string
	Risk     string
	Note     string
	Version  int
}

// Ask keeps a request as a task for whoever works on the case, due by the end of
// the next working day, and says by when. It changes nothing else. One that
// waits already is not made again, and the answer is the same: nobody who holds
// the code learns what was asked before.
func (s *Service) Ask(ctx context.Context, token string, kind models.StatusRequestKind, said string) (time.Time, error) {
	ctx, err := s.as(ctx, token)
	if err != nil {
		return time.Time{}, err
	}
	due, err := s.calendar.Due(s.db.Now(), 1)
	if err != nil {
		return time.Time{}, err
	}
	if err := checkAsked(kind, said); err != nil {
		return time.Time{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		id := models.NewID()
		var sealed any
		if said != "" {
			sealed = tx.Vault.Seal(vault.StatusSaid, id, said)
		}
		n, err := tx.Exec(ctx, `insert into status_requests (id, case_id, door_id, kind, said, at, due_at)
			values (?, app_status_case(), app_status_door(), ?, ?, ?, ?) on conflict do nothing`, id, string(kind), sealed, tx.Now, due)
		if err != nil {
			return err
		}
		return s.own(ctx, tx, "status.asked", map[string]any{"kind": kind, "again": n == 0})
	})
	return due, err
}

func checkAsked(kind models.StatusRequestKind, said string) error {
	var f models.Faults
	if !models.HasChoice(models.StatusRequestKinds(), string(kind)) {
		f.Add("about", models.FieldUnknown, "ask.what")
	}
	if utf8.RuneCountInString(said) > models.StatusRequestMost {
		f.Add("said", models.FieldTooLong, "ask.long")
	}
	for _, r := range said {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			f.Add("said", models.FieldInvalid, "ask.letters")
		}
	}
	if list := f.List(); len(list) > 0 {
		return models.Invalid(list...)
	}
	return nil
}

// requestsOf are what was asked on the page of a case: what waits first, then
// the latest, 50 at most.
func requestsOf(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) ([]Request, error) {
	var rows []struct {
		Request
		SealedSaid, SealedNote []byte
	}
	err := tx.Scan(ctx, &rows, `select id, kind, said as sealed_said, at, due_at, done_at, coalesce(outcome, '') as outcome, coalesce(channel, '') as channel,
		coalesce(pressure, '') as pressure, coalesce(risk, '') as risk, note as sealed_note, version
		from status_requests where case_id = ? order by done_at is not null, coalesce(done_at, due_at) desc, id desc limit 50`, caseID)
	if err != nil {
		return nil, err
	}
	out := make([]Request, len(rows))
	for i := range rows {
		r := rows[i].Request
		said, err := tx.Vault.Open(vault.StatusSaid, r.ID, rows[i].SealedSaid)
		if err != nil {
			return nil, err
		}
		note, err := tx.Vault.Open(vault.StatusNote, r.ID, rows[i].SealedNote)
		if err != nil {
			return nil, err
		}
		r.Said, r.Note = string(said), string(note)
		out[i] = r
	}
	return out, nil
}

// Answer records what a worker found out about a request, and changes nothing
// else: whatever is meant is done in the record, by its own rules. A request is
// taken as meant only where the victim was spoken to in a way that was safe
// before they asked. Where somebody else uses the page it can be frozen in the
// same act. Errors: not found, a replay, a conflict where it was seen to, stale,
// invalid.
func (s *Service) Answer(ctx context.Context, caseID, id uuid.UUID, in models.StatusAnswer) (Seen, error) {
	if err := may(ctx); err != nil {
		return Seen{}, err
	}
	var out Seen
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			about, err := subject.Case(ctx, tx, caseID)
			if err != nil {
				return err
			}
			var q Request
			if err := tx.Scan(ctx, &q, "select id, kind, at, done_at, version from status_requests where id = ? and case_id = ? for update", id, caseID); err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if q.ID == uuid.Nil {
				return models.Refusal(ctx, []models.FieldError{models.Field("request_id", models.FieldUnknown, "Name one of what was asked on this page")}, in.Check())
			}
			if q.DoneAt != nil {
				return models.Conflict("Somebody has seen to this already. Nothing you did was saved.")
			}
			way, faults, err := spokenTo(ctx, tx, caseID, &q, &in)
			if err != nil {
				return err
			}
			if err := models.Refusal(ctx, in.Check(), faults); err != nil {
				return err
			}
			if err := s.keep(ctx, tx, &about, &q, way, &in); err != nil {
				return err
			}
			if out, err = see(ctx, tx, &about); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// spokenTo finds the way somebody was reached, and holds it to the gate: marked
// safe, confirmed, not stopped, and all that before the request was made.
func spokenTo(ctx context.Context, tx *pg.Tx, caseID uuid.UUID, q *Request, in *models.StatusAnswer) (*models.ContactChannel, []models.FieldError, error) {
	if in.Channel == "" {
		return nil, nil, nil
	}
	fault := func(message string) []models.FieldError {
		return []models.FieldError{models.Field("channel", models.FieldNotOpen, message)}
	}
	ways, err := waysOf(ctx, tx, caseID)
	if err != nil {
		return nil, nil, err
	}
	for i := range ways {
		w := &ways[i]
		if w.ID.String() != in.Channel {
			continue
		}
		switch g := w.GateAt(tx.Now, models.StaleAfterDays); {
		case g.Incident():
			return nil, fault(g.Why), nil
		case w.ConfirmedOn.After(models.Today(q.At)):
			return nil, fault("This was marked safe only after they asked. Use a way that was safe before"), nil
		}
		return w, nil, nil
	}
	return nil, fault("Select one of the ways to reach them"), nil
}

func (s *Service) keep(ctx context.Context, tx *pg.Tx, about *subject.Subject, q *Request, way *models.ContactChannel, in *models.StatusAnswer) error {
	var channel *uuid.UUID
	var kind *string
	if way != nil {
		k := string(way.Kind)
		channel, kind = &way.ID, &k
	}
	var note any
	if in.Note != "" {
		note = tx.Vault.Seal(vault.StatusNote, q.ID, in.Note)
	}
	_, err := tx.Exec(ctx, `update status_requests set done_at = ?, done_by = ?, done_by_org_id = ?, outcome = ?, channel_id = ?, channel = ?, pressure = ?, risk = ?, note = ?,
		version = version + 1 where id = ?`, tx.Now, tx.Actor.UserID, tx.Actor.OrgID, in.Outcome, channel, kind, in.Pressure, in.Risk, note, q.ID)
	if err != nil {
		return err
	}
	if in.FreezeNow {
		if err := setDoor(ctx, tx, about.CaseID, "frozen_at = ?, frozen_by = ?"); err != nil {
			return err
		}
	}
	return tx.Record(ctx, about.Event("status.answered", map[string]any{
		"request": q.ID, "kind": q.Kind, "outcome": in.Outcome, "pressure": in.Pressure, "risk": in.Risk, "frozen": in.FreezeNow,
	}))
}

// Ways are how a worker can speak to the victim about a request, with why one
// cannot be used now. For the page that asks.
func (s *Service) Ways(ctx context.Context, caseID uuid.UUID) ([]models.ContactChannel, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	var out []models.ContactChannel
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		about, err := subject.Case(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if out, err = waysOf(ctx, tx, caseID); err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("safe_contact.opened", map[string]any{"for": "status"}))
	})
	return out, err
}

// AnswerBy is by when a request that is sent now is seen to.
func (s *Service) AnswerBy() (time.Time, error) { return s.calendar.Due(s.db.Now(), 1) }
