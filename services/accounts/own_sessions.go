package accounts

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// OwnSession is one place where a person is signed in. Network is the part of
// the address that names a provider or an office, never the whole of it.
type OwnSession struct {
	ID        uuid.UUID
	Kind      Kind
	Factor    string // what they gave: password, passkey, app, recovery_code, single_sign_on
	Browser   string // as it names itself
	Network   string
	CreatedAt time.Time
	SeenAt    time.Time
	EndsAt    time.Time // at the latest
	Current   bool      // the one that asks
	Waits     bool      // the password was given, and no second factor
}

// Sessions lists where the actor is signed in now, the last used first.
func (s *Service) Sessions(ctx context.Context) ([]OwnSession, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var out []OwnSession
	b.Query(pg.Each(func(rows pg.Row) error {
		var o OwnSession
		err := rows.Scan(&o.ID, &o.Kind, &o.Factor, &o.Browser, &o.Network, &o.CreatedAt, &o.SeenAt, &o.EndsAt, &o.Waits)
		o.Current = o.ID == b.Actor.SessionID
		out = append(out, o)
		return err
	}), `select id, kind, factor, user_agent_short, coalesce(network::text, ''), created_at, last_seen_at, expires_at, pending from sessions
		where user_id = $1 and revoked_at is null and idle_expires_at > clock_timestamp() and expires_at > clock_timestamp()
		order by id = $2 desc, last_seen_at desc, id limit 100`, b.Actor.UserID, b.Actor.SessionID)
	return out, b.Send(pg.BatchRead)
}

// EndSession signs the actor out in one place. A session that is not theirs, or
// has ended, is not found.
func (s *Service) EndSession(ctx context.Context, id uuid.UUID) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, `update sessions set revoked_at = clock_timestamp(), revoked_why = 'ended_elsewhere'
			where id = $1 and user_id = $2 and revoked_at is null`, id, tx.Actor.UserID)
		if err != nil {
			return err
		}
		if n == 0 {
			return models.NotFound("session")
		}
		return tx.Record(ctx, models.Event{Action: "session.ended", SubjectType: "session", SubjectID: id, Detail: map[string]any{"why": "ended_elsewhere"}})
	})
}

// EndEverywhere signs the actor out everywhere, here too.
func (s *Service) EndEverywhere(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, `update sessions set revoked_at = clock_timestamp(), revoked_why = 'signed_out' where user_id = $1 and revoked_at is null`, tx.Actor.UserID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{
			Action: "session.ended", SubjectType: "user", SubjectID: tx.Actor.UserID, Detail: map[string]any{"why": "everywhere", "sessions": n},
		})
	})
}
