package accounts

import (
	"context"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// Proof is what somebody gives, on a session they hold, to show who they are:
// the second factor of a sign-in, or the proof before an act that needs one.
type Proof struct {
	Code     string // of the authenticator app, or a recovery code
	Password string // where they have no factor at all
	Device   string // the mark of their browser
}

// stepUp fails unless the actor has proved who they are shortly before.
func stepUp(ctx context.Context) error {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	if a.Machine {
		return models.MachineForbidden()
	}
	if !a.SteppedUp(time.Now()) {
		return models.StepUpRequired()
	}
	return nil
}

// StepUp fails with models.StepUpRequired unless the actor has proved who they
// are within models.StepUpFor. Routes say so with StepUp: true; a service calls
// it where the need depends on the record.
func StepUp(ctx context.Context) error { return stepUp(ctx) }

// Prove takes a proof and gives the session another id and secret: the caller
// hands the new secret to whoever holds the old one, which opens nothing any
// more. A wrong proof is unauthenticated, with a field; too many are CodeTooMany,
// and the sixth wrong code of a sign-in ends it.
func (s *Service) Prove(ctx context.Context, p Proof) (Started, error) {
	me, err := selfOf(ctx)
	if err != nil {
		return Started{}, err
	}
	if fields := models.RequestFrom(ctx).Invalid; len(fields) > 0 {
		return Started{}, models.Invalid(fields...)
	}
	have, err := s.factorsOf(me.context(ctx), me.UserID)
	switch {
	case err != nil:
		return Started{}, err
	case have.Any() && p.Code == "":
		return Started{}, models.Invalid(models.Field("code", models.FieldRequired, "Enter the code of your authenticator app, or a recovery code"))
	case have.Any():
		return s.proveByCode(ctx, me, p)
	case me.waits:
		return Started{}, models.Unauthenticated() // there is nothing to give yet
	case p.Password == "":
		return Started{}, models.Invalid(models.Field("password", models.FieldRequired, "Enter your password"))
	}
	return s.proveByPassword(ctx, me, p)
}

func (s *Service) proveByCode(ctx context.Context, me self, p Proof) (Started, error) {
	g, err := s.countGuess(ctx, me.UserID, &me.SessionID, p.Device)
	if err != nil {
		return Started{}, err
	}
	if me.waits && g.wrong > wrongAtOnce {
		return Started{}, models.Unauthenticated()
	}
	var out Started
	err = s.db.Write(asSystem(ctx, me.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		factor, err := s.take(ctx, tx, me.UserID, p.Code)
		if err != nil {
			return err
		}
		if factor == "" {
			return wrongCode()
		}
		if err := g.right(ctx, tx); err != nil {
			return err
		}
		out, err = s.enter(ctx, tx, me, factor)
		return err
	})
	if models.CodeOf(err) == models.CodeUnauthenticated && models.FieldsOf(err) != nil {
		return Started{}, s.wrong(ctx, me, g, err)
	}
	return out, err
}

// wrong records a wrong code and, after the sixth of a sign-in, ends it.
func (s *Service) wrong(ctx context.Context, me self, g guessed, answer error) error {
	ended := me.waits && g.wrong >= wrongAtOnce
	err := s.db.Write(asSystem(ctx, me.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		if ended {
			_, err := tx.Exec(ctx, "update sessions set revoked_at = clock_timestamp(), revoked_why = 'too_many_codes' where id = $1 and revoked_at is null", me.SessionID)
			if err != nil {
				return err
			}
		}
		if err := within(ctx, tx, me.OrgID); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "factor.refused", SubjectType: "user", SubjectID: me.UserID, Refused: true, Detail: map[string]any{"why": "code"}})
	})
	switch {
	case err != nil:
		return err
	case ended:
		return models.Unauthenticated()
	}
	return answer
}

// proveByPassword takes the password again of who has nothing else. It counts
// as a sign-in does.
func (s *Service) proveByPassword(ctx context.Context, me self, p Proof) (Started, error) {
	if err := s.samePassword(ctx, me, p.Password, p.Device); err != nil {
		return Started{}, err
	}
	var out Started
	err := s.db.Write(asSystem(ctx, me.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		out, err = s.enter(ctx, tx, me, byPassword)
		return err
	})
	return out, err
}

// samePassword checks the password of who is signed in, counted as a sign-in
// is; it fails as unauthenticated, with a field, where it is not theirs.
func (s *Service) samePassword(ctx context.Context, me self, password, device string) error {
	var email string
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &email, "select email from users where id = (select app_user_id())")
	})
	if err != nil {
		return err
	}
	f, err := s.guess(ctx, Credentials{Email: email, IP: ClientFrom(ctx).IP, Device: device})
	if err != nil {
		return err
	}
	ok, err := s.matches(ctx, password, f.hash)
	if err != nil {
		return err
	}
	if ok && !f.disabled && f.userID != nil && *f.userID == me.UserID {
		return s.forget(ctx, f)
	}
	if err := s.refuse(ctx, f, "password"); err != nil {
		return err
	}
	e := models.Unauthenticated()
	e.Message = "The password is not right."
	e.Fields = []models.FieldError{models.Field("password", models.FieldInvalid, "The password is not right")}
	return e
}
