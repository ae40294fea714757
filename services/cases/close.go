package cases

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Closing says why a case is closed.
type Closing struct {
	Reason string // code of GroupCloseCase
	Note   string
}

// Close closes a case, for whoever holds it. Nothing of it may be owed any more:
// no duty in the air or apart, no live referral; the database holds the same
// rules. Errors: not found, forbidden to whoever does not hold it, a replay, a
// precondition error, a conflict that names what is still owed, stale, invalid.
func (s *Service) Close(ctx context.Context, id uuid.UUID, in Closing) (View, error) {
	return s.turn(ctx, id, models.CaseClosed, &in)
}

// Reopen opens a closed case again, for whoever holds it. Errors as Close.
func (s *Service) Reopen(ctx context.Context, id uuid.UUID) (View, error) {
	return s.turn(ctx, id, models.CaseOpen, &Closing{})
}

// turn closes a case or opens it again.
func (s *Service) turn(ctx context.Context, id uuid.UUID, to models.CaseStatus, in *Closing) (View, error) {
	if _, err := models.May(ctx, models.HandoffSend); err != nil {
		return View{}, err
	}
	in.Note = strings.TrimSpace(in.Note)
	var out View
	err := pg.Once(func() error {
		v, err := s.before(ctx, id)
		if models.CodeOf(err) == models.CodeNotFound {
			return err
		}
		at, fault := s.standing(ctx, id)
		switch {
		case fault != nil:
			return fault
		case !at.holds:
			return models.Forbidden("Whoever holds a case closes it. Your organisation does not hold this one.")
		case err != nil:
			return err // a replay
		}
		if err := fitsTurn(ctx, &v.Case, to); err != nil {
			return err
		}
		if to == models.CaseClosed {
			if err := s.owed(ctx, at); err != nil {
				return err
			}
		}
		out, err = s.writeTurn(ctx, v, to, in)
		return err
	})
	if errors.Is(err, pg.ErrLostRace) {
		return View{}, models.Conflict("Something of this case is still owed, or somebody else is changing it. Nothing you did was saved.")
	}
	return out, err
}

// standing is how a case stands to whoever would close it: the first of each kind
// of thing that is still owed.
type standing struct {
	holds             bool // the actor's organisation is the one to close it
	air, apart, live  bool
	handoff, referral string
	duty              models.Duty
	dutyHolder        uuid.UUID
}

func (s *Service) standing(ctx context.Context, id uuid.UUID) (standing, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return standing{}, err
	}
	var at standing
	b.Query(pg.One(new(bool), &at.holds), "select sends from app_duties($1) where duty = 'case'", id)
	b.Query(pg.One(&at.air, &at.handoff), "select reference from handoffs where case_id = $1 and status = 'offered' order by sent_at limit 1", id)
	b.Query(pg.One(&at.apart, &at.duty, &at.dutyHolder), "select duty, org_id from case_duties where case_id = $1 and until_at is null order by from_at limit 1", id)
	b.Query(pg.One(&at.live, &at.referral), "select reference from referrals where case_id = $1 and live order by submitted_at limit 1", id)
	return at, b.Send(pg.BatchRead)
}

func fitsTurn(ctx context.Context, c *models.Case, to models.CaseStatus) error {
	req := models.RequestFrom(ctx)
	switch {
	case req.IfMatch == nil && req.MatchRequired:
		return models.PreconditionRequired("Send If-Match with the ETag of the case you read.")
	case c.Status == to && to == models.CaseClosed:
		return models.Conflict("This case is closed already.")
	case c.Status == to:
		return models.Conflict("This case is open already.")
	case req.IfMatch != nil && *req.IfMatch != c.Version:
		return models.Stale("This case has changed since you read it. Read it again, then decide.")
	}
	return nil
}

// owed names what of a case is not settled: the first that is found.
func (s *Service) owed(ctx context.Context, at standing) error {
	switch {
	case at.air:
		return models.Conflict("Hand-off " + at.handoff + " of this case has not been answered. Take it back or wait for the answer, then close the case.")
	case at.apart:
		dir, err := s.directory.Snapshot(ctx)
		if err != nil {
			return err
		}
		return models.Conflict(dir.Name(at.dutyHolder) + " still owes one duty of this case: " + models.LowerFirst(at.duty.Words()) + ". It has to be handed back before the case is closed.")
	case at.live:
		return models.Conflict("Referral " + at.referral + " of this case is still open. It has to end before the case is closed.")
	}
	return nil
}

// check names what is wrong with why a case is to be closed.
func (in *Closing) check(ctx context.Context) error {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	f.Join(models.CheckCoded(models.GroupCloseCase, "reason", in.Reason, "note", in.Note, 2000)...)
	if list := f.List(); len(list) > 0 {
		return models.Invalid(list...)
	}
	return nil
}

func (s *Service) writeTurn(ctx context.Context, v View, to models.CaseStatus, in *Closing) (View, error) {
	c := &v.Case
	b, err := s.db.Begin(ctx)
	if err != nil {
		return View{}, err
	}
	changeCase(b, c, ", status = $4", to)
	e := models.Event{Action: "case.reopened", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID}
	if to == models.CaseClosed {
		if err := in.check(ctx); err != nil {
			return View{}, err
		}
		id := models.NewID()
		b.Exec("insert into case_closings (id, case_id, reason, note, closed_at, closed_by, closed_by_org_id) values ($1, $2, $3, $4, $5, $6, $7)",
			id, c.ID, in.Reason, b.Vault.Seal(vault.ClosingNote, id, in.Note), b.Now, b.Actor.UserID, b.Actor.OrgID)
		e.Action, e.Detail = "case.closed", map[string]any{"reason": in.Reason}
	} else {
		if fields := models.RequestFrom(ctx).Invalid; len(fields) > 0 {
			return View{}, models.Invalid(fields...)
		}
		b.Exec("update case_closings set reopened_at = greatest(closed_at, $2), reopened_by = $3 where case_id = $1 and reopened_at is null", c.ID, b.Now, b.Actor.UserID)
	}
	b.Record(e)
	c.Status, c.Version = to, c.Version+1
	b.Keep(v)
	return v, b.Send(pg.BatchWrite)
}

// Closed is why and when a case was closed last.
type Closed struct {
	ID     uuid.UUID
	Reason string
	Note   string
	At     time.Time
}

// LastClosing shows why a case was closed last, to those who see the case: a
// zero Closed where it never was. It is recorded as read.
func (s *Service) LastClosing(ctx context.Context, id uuid.UUID) (Closed, error) {
	if _, err := models.May(ctx, models.CaseRead); err != nil {
		return Closed{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Closed{}, err
	}
	var out Closed
	var seen bool
	b.RecordSeen(models.Event{Action: "case.opened", SubjectType: "case", SubjectID: id, CaseID: id, Detail: map[string]any{"part": "closing"}})
	b.Query(pg.One(&seen, new(uuid.UUID)), "select id from cases where id = $1", id)
	b.Query(pg.One(new(bool), &out.ID, &out.Reason, b.Vault.Text(vault.ClosingNote, &out.ID, &out.Note), &out.At),
		"select id, reason, note, closed_at from case_closings where case_id = $1 order by closed_at desc, id desc limit 1", id)
	if err := b.Send(pg.BatchWrite); err != nil {
		return Closed{}, err
	}
	if !seen {
		return Closed{}, models.NotFound("case")
	}
	return out, nil
}
