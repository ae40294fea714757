package accounts

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// ByCookie tells who holds a page's session, and moves its idle time on. A
// cookie that is not one of ours costs no query.
func (s *Service) ByCookie(ctx context.Context, cookie string) (Session, error) {
	if len(cookie) != len(cookiePrefix)+43 {
		return Session{Ended: "unknown"}, nil
	}
	return s.session(ctx, hashSecret(cookie), nil)
}

// ByID tells whose an API session is, whether it is live, and moves its idle
// time on. The caller has verified a token that names it.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (Session, error) {
	return s.session(ctx, nil, &id)
}

func (s *Service) session(ctx context.Context, hash []byte, id *uuid.UUID) (Session, error) {
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return Session{}, err
	}
	var out Session
	var there bool
	var role, kind string
	var ended, scopes *string
	var stepped *time.Time
	a := &out.Actor
	b.Query(pg.One(&there, &a.SessionID, &a.UserID, &a.OrgID, &role, &a.Name, &a.OrgName, &kind, &out.IdleMinutes, &out.IdleExpires, &out.Expires,
		&ended, &stepped, &out.Pending, &a.OwesConduct, &scopes), `select f.*, app_conduct_owed(f.user_id, $3), app_machine_scopes(f.session_id) from app_session_find($1, $2) f`, hash, id, s.conduct.Version)
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		return Session{}, err
	}
	a.Role, a.OrgKind, a.SteppedUpAt, a.IdleMinutes = models.Role(role), models.OrganisationKind(kind), moment(stepped), out.IdleMinutes
	if scopes != nil {
		a.Machine, a.Scopes = true, *scopes
	}
	switch {
	case !there:
		out.Ended = "unknown"
	case ended != nil:
		out.Ended = *ended
	}
	return out, nil
}

// moment is a time of the database, the zero time for none: two readings of one
// are equal.
func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// SignOut ends the actor's session: its cookie, its access tokens and every
// refresh token of its family stop working with this transaction.
func (s *Service) SignOut(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update sessions set revoked_at = clock_timestamp(), revoked_why = 'signed_out'
			where id = $1 and revoked_at is null`, tx.Actor.SessionID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{
			Action: "session.ended", SubjectType: "session", SubjectID: tx.Actor.SessionID,
			Detail: map[string]any{"why": "signed_out"},
		})
	})
}
