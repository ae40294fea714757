package complaints

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

const changedMeanwhile = "Somebody changed this since you read it. Read it again, then decide."

// step is one act on a complaint: who it is for, whether it can be done now, what
// is wrong with what was sent, and what it changes.
type step struct {
	need  models.Permission
	mine  func(*View) bool
	words string // where it is not
	now   func(*View) error
	check func(*View) []models.FieldError
	kind  string
	entry words
	way   string
	set   string
	args  func(tx *pg.Tx) []any
	stops []models.Rule
}

func (s *Service) do(ctx context.Context, id uuid.UUID, st *step) (View, error) {
	return s.write(ctx, st.need, func(ctx context.Context, tx *pg.Tx) (View, error) {
		v, err := s.show(ctx, tx, id)
		if err != nil {
			return v, err
		}
		if !st.mine(&v) {
			return v, models.Forbidden(st.words)
		}
		if err := tx.FindReplay(ctx); err != nil {
			return v, err
		}
		if err := ready(ctx, &v, st); err != nil {
			return v, err
		}
		if err := models.Refusal(ctx, st.check(&v)); err != nil {
			return v, err
		}
		n, err := tx.Exec(ctx, "update complaints set "+st.set+", changed_at = ?, version = version + 1 where id = ? and version = ?", append(st.args(tx), tx.Now, id, v.Version)...)
		if err == nil && n == 0 {
			err = models.Stale(changedMeanwhile)
		}
		if err != nil {
			return v, err
		}
		entry := models.NewID()
		if _, err := tx.Exec(ctx, "insert into complaint_entries (id, complaint_id, kind, channel, words, at, by_user_id, by_org_id) values (?, ?, ?, ?, ?, ?, ?, ?)",
			entry, id, st.kind, pg.OrNull(st.way), tx.Vault.SealJSON(vault.ComplaintEntryWords, entry, st.entry), tx.Now, tx.Actor.UserID, tx.Actor.OrgID); err != nil {
			return v, err
		}
		if err := s.stop(ctx, tx, &v, st.stops); err != nil {
			return v, err
		}
		if err := tx.Record(ctx, about(st.kind, id, nil)); err != nil {
			return v, err
		}
		return s.show(ctx, tx, id)
	})
}

// ready holds an act to where the complaint is, and to what its sender read.
func ready(ctx context.Context, v *View, st *step) error {
	req := models.RequestFrom(ctx)
	switch {
	case req.MatchRequired && req.IfMatch == nil:
		return models.PreconditionRequired("Send the ETag of what you read as If-Match.")
	case v.Kind == models.KindCompliment:
		return models.Conflict("A compliment asks for nothing.")
	case v.ClosedAt != nil:
		return models.Conflict("This complaint is closed.")
	}
	if err := st.now(v); err != nil {
		return err
	}
	if req.IfMatch != nil && *req.IfMatch != v.Version {
		return models.Stale(changedMeanwhile)
	}
	return nil
}

// stop ends clocks of a complaint: met, or late.
func (s *Service) stop(ctx context.Context, tx *pg.Tx, v *View, rules []models.Rule) error {
	for i := range v.Clocks {
		k := v.Clocks[i].Clock
		for _, r := range rules {
			if k.Rule != r || k.StoppedAt != nil {
				continue
			}
			if err := s.calendar.StopClock(&k, tx.Now); err != nil {
				return models.Internal("stopping the clock of a complaint", err)
			}
			if _, err := tx.Exec(ctx, "update clocks set state = ?, stopped_at = ? where id = ?", k.State, k.StoppedAt, k.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

const notTheirs = "This is for whoever answers for the organisation it is about."

// Acknowledge records that they were told that it was received. Errors: not
// found, forbidden, a models.Replay, a conflict where that was done, stale, and
// invalid.
func (s *Service) Acknowledge(ctx context.Context, id uuid.UUID, in models.ComplaintReply) (View, error) {
	in.Said = strings.TrimSpace(in.Said)
	return s.do(ctx, id, &step{
		need: models.ComplaintAnswer, kind: "acknowledged", words: notTheirs, mine: func(v *View) bool { return v.Answers },
		now: func(v *View) error {
			if v.AcknowledgedAt != nil || v.AnsweredAt != nil {
				return models.Conflict("This was acknowledged already.")
			}
			return nil
		},
		check: func(v *View) []models.FieldError { return in.Check(&v.Complaint, false) },
		entry: words{Said: in.Said}, way: in.Channel,
		set: "acknowledged_at = ?", args: func(tx *pg.Tx) []any { return []any{tx.Now} }, stops: []models.Rule{models.RuleComplaint},
	})
}

// Answer records the answer in full, what came of it and what changes. Where
// nobody acknowledged it before, that is done by it. Errors: as Acknowledge.
func (s *Service) Answer(ctx context.Context, id uuid.UUID, in models.ComplaintReply) (View, error) {
	in.Said, in.Changes = strings.TrimSpace(in.Said), strings.TrimSpace(in.Changes)
	return s.do(ctx, id, &step{
		need: models.ComplaintAnswer, kind: "answered", words: notTheirs, mine: func(v *View) bool { return v.Answers },
		now: func(v *View) error {
			if v.AnsweredAt != nil {
				return models.Conflict("This was answered already.")
			}
			return nil
		},
		check: func(v *View) []models.FieldError { return in.Check(&v.Complaint, true) },
		entry: words{Said: in.Said, Changes: in.Changes}, way: in.Channel,
		set: "acknowledged_at = coalesce(acknowledged_at, ?), answered_at = ?, outcome = ?", args: func(tx *pg.Tx) []any { return []any{tx.Now, tx.Now, in.Outcome} },
		stops: []models.Rule{models.RuleComplaint, models.RuleComplaintAnswer},
	})
}

// Escalate takes a complaint to the Commissioner's office, which reads it from
// then on, or records that it went to the Ombudsman. Whoever recorded it may, and
// whoever answers it: its clocks run on. Errors: not found, forbidden, a
// models.Replay, a conflict where it was taken further, stale, and invalid.
func (s *Service) Escalate(ctx context.Context, id uuid.UUID, to, why string) (View, error) {
	why = strings.TrimSpace(why)
	return s.do(ctx, id, &step{
		need: models.ComplaintRecord, kind: "escalated", mine: func(*View) bool { return true },
		now: func(v *View) error {
			if v.EscalatedAt != nil {
				return models.Conflict("This was taken further already.")
			}
			return nil
		},
		check: func(*View) []models.FieldError { return models.CheckComplaintStep(to, why, false) },
		entry: words{Said: why}, set: "escalated_at = ?, escalated_to = ?", args: func(tx *pg.Tx) []any { return []any{tx.Now, to} },
	})
}

// Close ends what was taken to the Commissioner's office, with what it found.
// Errors: as Escalate.
func (s *Service) Close(ctx context.Context, id uuid.UUID, why string) (View, error) {
	why = strings.TrimSpace(why)
	return s.do(ctx, id, &step{
		need: models.ComplaintReview, kind: "closed", words: "This is for the office it was taken to.", mine: func(v *View) bool { return v.Office },
		now:   func(*View) error { return nil },
		check: func(*View) []models.FieldError { return models.CheckComplaintStep("", why, true) },
		entry: words{Said: why}, set: "closed_at = ?", args: func(tx *pg.Tx) []any { return []any{tx.Now} },
	})
}

// Name keeps a complaint from the colleagues whom it turns out to be about, by
// their name: all whose name holds its words. They may be whoever says so, who
// reads it no more. Errors: as Acknowledge.
func (s *Service) Name(ctx context.Context, id uuid.UUID, name string) (View, error) {
	name = strings.TrimSpace(name)
	return s.write(ctx, models.ComplaintAnswer, func(ctx context.Context, tx *pg.Tx) (View, error) {
		v, err := s.show(ctx, tx, id)
		if err != nil {
			return v, err
		}
		if !v.Answers {
			return v, models.Forbidden(notTheirs)
		}
		if err := tx.FindReplay(ctx); err != nil {
			return v, err
		}
		if err := ready(ctx, &v, &step{now: func(*View) error { return nil }}); err != nil {
			return v, err
		}
		found := models.CheckComplaintWorker(name)
		var n int
		if len(found) == 0 {
			if err := tx.Scan(ctx, &n, "select app_name_in_complaint(?, ?, ?)", id, name, tx.Now); err != nil {
				return v, err
			}
			if n == 0 {
				found = []models.FieldError{models.Field("worker", models.FieldUnknown, "Nobody of your organisation has this name")}
			}
		}
		if err := models.Refusal(ctx, found); err != nil {
			return v, err
		}
		if err := tx.Record(ctx, about("named", id, map[string]any{"named": n})); err != nil {
			return v, err
		}
		after, err := s.show(ctx, tx, id)
		if models.CodeOf(err) == models.CodeNotFound {
			// It is about whoever said so.
			return View{Complaint: models.Complaint{ID: id, Kind: v.Kind, OrgID: v.OrgID, Version: v.Version + 1}, Named: n, Now: tx.Now}, nil
		}
		return after, err
	})
}
