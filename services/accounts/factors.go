package accounts

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// FactorKind is a way of proving who somebody is beside their password.
type FactorKind string

// The kinds of factor.
const (
	Passkey FactorKind = "passkey"
	App     FactorKind = "app" // an authenticator app, whose codes change every 30 seconds
)

// Factor is one of a person's passkeys or authenticator apps.
type Factor struct {
	ID         uuid.UUID
	Kind       FactorKind
	Name       string
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never
}

// Factors is what a person can prove who they are with.
type Factors struct {
	List      []Factor
	CodesLeft int  // unused recovery codes
	Required  bool // this installation lets nobody in with a password alone
}

// Has reports whether there is a factor of a kind.
func (f Factors) Has(kind FactorKind) bool {
	for _, one := range f.List {
		if one.Kind == kind {
			return true
		}
	}
	return false
}

// Any reports whether a password alone does not let this person in.
func (f Factors) Any() bool { return len(f.List) > 0 }

// Factors lists the factors of whoever is signed in, or waits to be, the oldest
// first. No secret is among it.
func (s *Service) Factors(ctx context.Context) (Factors, error) {
	me, err := selfOf(ctx)
	if err != nil {
		return Factors{}, err
	}
	return s.factorsOf(me.context(ctx), me.UserID)
}

const factorsSQL = `select id, 'passkey' as kind, name, created_at, last_used_at from passkeys where user_id = $1
	union all select id, 'app', name, created_at, last_used_at from app_keys where user_id = $1 order by created_at, id`

func (s *Service) factorsOf(ctx context.Context, user uuid.UUID) (Factors, error) {
	out := Factors{Required: s.required}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return out, err
	}
	b.Exec(lettingIn, user)
	b.Query(pg.Each(func(rows pg.Row) error {
		var f Factor
		var used *time.Time
		err := rows.Scan(&f.ID, &f.Kind, &f.Name, &f.CreatedAt, &used)
		f.LastUsedAt = moment(used)
		out.List = append(out.List, f)
		return err
	}), factorsSQL, user)
	var there bool
	b.Query(pg.One(&there, &out.CodesLeft), "select count(*) from recovery_codes where user_id = $1 and used_at is null", user)
	return out, b.Send(pg.BatchRead)
}

// mostFactors is how many factors one person may have.
const mostFactors = 10

// longestName is how long the name of a factor may be, in characters.
const longestName = 60

// nameOf checks the name a person gives a factor; otherwise is used where they
// gave none.
func nameOf(name, otherwise string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return otherwise, nil
	}
	if utf8.RuneCountInString(name) > longestName {
		return "", models.Invalid(models.Field("name", models.FieldTooLong, "Use a name of 60 characters or fewer"))
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", models.Invalid(models.Field("name", models.FieldInvalid, "Use letters, numbers and signs that can be typed"))
	}
	return name, nil
}

// only lets one change of a person's factors go on at a time, and where it is the
// system that makes it, of theirs alone.
func only(ctx context.Context, tx *pg.Tx, user uuid.UUID) error {
	if _, err := tx.Exec(ctx, lettingIn, user); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('factors ' || $1::text, 0))`, user)
	return err
}

// added is what follows the adding of a factor, in its transaction: the record,
// the notice, the first recovery codes, and the session it opens for who waited.
type added struct {
	kind FactorKind
	id   uuid.UUID
	name string
	end  bool // the other sessions of the person
}

// Enrolled is what adding a factor came to. Codes are the first recovery codes,
// shown this once; none where the person had some. Started is set for who waited
// to be signed in, and is signed in now.
type Enrolled struct {
	Codes   []string
	Started *Started
}

func (s *Service) added(ctx context.Context, tx *pg.Tx, me self, a added) (Enrolled, error) {
	var out Enrolled
	told := ToldPasskeyAdded
	if a.kind == App {
		told = ToldAppAdded
	}
	if err := tell(ctx, tx, me.UserID, told, a.name); err != nil {
		return out, err
	}
	var codes int
	if err := tx.Scan(ctx, &codes, "select count(*) from recovery_codes where user_id = $1 and used_at is null", me.UserID); err != nil {
		return out, err
	}
	if codes == 0 {
		var err error
		if out.Codes, err = makeCodes(ctx, tx, me.UserID); err != nil {
			return out, err
		}
	}
	err := me.event(ctx, tx, models.Event{Action: "factor.added", Detail: map[string]any{"kind": string(a.kind), "factor": a.id}})
	if err != nil {
		return out, err
	}
	if a.end && !me.waits {
		if err := endOthers(ctx, tx, me.Actor); err != nil {
			return out, err
		}
	}
	if !me.waits {
		return out, nil
	}
	started, err := s.enter(ctx, tx, me, string(a.kind))
	out.Started = &started
	return out, err
}

// enter opens the session of who waited, and records it as their own act.
func (s *Service) enter(ctx context.Context, tx *pg.Tx, me self, factor string) (Started, error) {
	out, newDevice, err := s.renew(ctx, tx, me.SessionID, factor, nil)
	if err != nil {
		return out, err
	}
	if me.waits {
		return out, started(ctx, tx, out, newDevice, map[string]any{"kind": string(Page), "factor": factor})
	}
	return out, tx.Record(ctx, models.Event{
		Action: "session.confirmed", SubjectType: "session", SubjectID: out.Actor.SessionID, Detail: map[string]any{"factor": factor, "before": me.SessionID},
	})
}

// RemoveFactor takes a factor away from the actor, with every recovery code
// where it was their last. It returns a conflict where it is the last and this
// installation requires one, and not found for what is not theirs. end also
// signs them out everywhere else.
func (s *Service) RemoveFactor(ctx context.Context, id uuid.UUID, end bool) error {
	if err := stepUp(ctx); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		me := self{Actor: tx.Actor}
		if err := only(ctx, tx, me.UserID); err != nil {
			return err
		}
		var rows []Factor
		if err := tx.Scan(ctx, &rows, `select id, kind, name from (`+factorsSQL+`) f`, me.UserID); err != nil {
			return err
		}
		f, left := pick(rows, id)
		if f == nil {
			return models.NotFound("factor")
		}
		if left == 0 && s.required {
			return models.Conflict("This is your last way to prove who you are, and a password alone is not enough here. Add another before you remove it.")
		}
		return removeFactor(ctx, tx, me, *f, left == 0, end)
	})
}

func pick(all []Factor, id uuid.UUID) (found *Factor, left int) {
	for i := range all {
		if all[i].ID == id {
			found = &all[i]
			continue
		}
		left++
	}
	return found, left
}

func removeFactor(ctx context.Context, tx *pg.Tx, me self, f Factor, last, end bool) error {
	q, told := "delete from passkeys where id = $1 and user_id = $2", ToldPasskeyRemoved
	if f.Kind == App {
		q, told = "delete from app_keys where id = $1 and user_id = $2", ToldAppRemoved
	}
	if _, err := tx.Exec(ctx, q, f.ID, me.UserID); err != nil {
		return err
	}
	if last {
		if _, err := tx.Exec(ctx, "delete from recovery_codes where user_id = $1", me.UserID); err != nil {
			return err
		}
	}
	if err := tell(ctx, tx, me.UserID, told, f.Name); err != nil {
		return err
	}
	if end {
		if err := endOthers(ctx, tx, me.Actor); err != nil {
			return err
		}
	}
	return me.event(ctx, tx, models.Event{Action: "factor.removed", Detail: map[string]any{"kind": string(f.Kind), "factor": f.ID}})
}

// endOthers ends every session of the actor but this one, and their waiting ones.
func endOthers(ctx context.Context, tx *pg.Tx, a models.Actor) error {
	_, err := tx.Exec(ctx, `update sessions set revoked_at = clock_timestamp(), revoked_why = 'ended_elsewhere'
		where user_id = $1 and id <> $2 and revoked_at is null`, a.UserID, a.SessionID)
	return err
}
