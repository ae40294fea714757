package accounts

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// What somebody gave to prove who they are, as the sessions table has it.
const (
	byPassword = "password"
	byPasskey  = "passkey"
	byApp      = "app"
	byRecovery = "recovery_code"
)

type waitingKey struct{}

// WithWaiting returns a context in which a session that waits for a second
// factor may give one, and nothing else.
func WithWaiting(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, waitingKey{}, s)
}

// Waiting reports whether ctx carries a session that waits for a second factor.
func Waiting(ctx context.Context) bool {
	s, ok := ctx.Value(waitingKey{}).(Session)
	return ok && s.Pending && s.Ended == ""
}

// self is whoever acts on their own way of signing in: somebody signed in, or
// somebody whose password was right and who has not given a second factor.
type self struct {
	models.Actor

	waits bool
}

// selfOf returns who acts, or an unauthenticated error.
func selfOf(ctx context.Context) (self, error) {
	if a, err := models.ActorFrom(ctx); err == nil {
		return self{Actor: a}, nil
	}
	if s, ok := ctx.Value(waitingKey{}).(Session); ok && Waiting(ctx) {
		return self{Actor: s.Actor, waits: true}, nil
	}
	return self{}, models.Unauthenticated()
}

// context is in whose name a transaction of theirs begins: their own where they
// are signed in, the system's where they only wait to be.
func (m self) context(ctx context.Context) context.Context {
	if m.waits {
		return asSystem(ctx, m.SessionID)
	}
	return ctx
}

// event is an event about the person themselves, which their organisation finds.
func (m self) event(ctx context.Context, tx *pg.Tx, e models.Event) error {
	if m.waits {
		if err := within(ctx, tx, m.OrgID); err != nil {
			return err
		}
	}
	e.SubjectType, e.SubjectID = "user", m.UserID
	return tx.Record(ctx, e)
}

// lettingIn names the person whose factors the system may read and change, in
// this transaction: row security shows it no others.
const lettingIn = `select set_config('app.signing_in', $1::uuid::text, true)`

// renewedRow is what app_session_renew answers.
type renewedRow struct {
	UserID      uuid.UUID
	OrgID       uuid.UUID
	Role        string
	Name        string
	OrgName     string
	OrgKind     string
	IdleMinutes int
	ExpiresAt   time.Time
	SteppedUpAt *time.Time
	Kind        string
	NewDevice   bool
}

// renew gives the session another id and secret, because its holder has proved
// who they are by factor. It must come last in a transaction of the system: from
// here on the transaction is the person's own. password, where given, is the
// hash of their new one. It returns an unauthenticated error where the session
// ended, or where the factor is not enough for it.
func (s *Service) renew(ctx context.Context, tx *pg.Tx, old uuid.UUID, factor string, password *string) (Started, bool, error) {
	cookie, cookieHash := newSecret(cookiePrefix)
	refresh, refreshHash := newSecret(refreshPrefix)
	out := Started{Actor: models.Actor{SessionID: models.NewID()}}
	var rows []renewedRow
	err := tx.Scan(ctx, &rows, `select * from app_session_renew($1, $2, $3, $4, $5, nullif($6, ''), $7)`,
		old, out.Actor.SessionID, cookieHash, models.NewID(), refreshHash, factor, password)
	if err != nil {
		return out, false, err
	}
	if len(rows) == 0 {
		return out, false, models.Unauthenticated()
	}
	r := rows[0]
	out.Actor.UserID, out.Actor.OrgID, out.Actor.Role = r.UserID, r.OrgID, models.Role(r.Role)
	out.Actor.Name, out.Actor.OrgName, out.Actor.OrgKind = r.Name, r.OrgName, models.OrganisationKind(r.OrgKind)
	out.Actor.SteppedUpAt, out.Actor.IdleMinutes = moment(r.SteppedUpAt), r.IdleMinutes
	out.IdleMinutes, out.Expires = r.IdleMinutes, r.ExpiresAt
	out.Token = cookie
	if Kind(r.Kind) == API {
		out.Token = refresh
	}
	return out, r.NewDevice, nil
}
