package accounts

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// The limits on guessing codes (ASVS 5.0.0, 6.1.1 and 6.6.3): ten wrong ones in
// five minutes for a person, over all their sessions and the API, and six in one
// sign-in. A browser that has signed this person in before has ten of its own,
// so that whoever has learned the password cannot keep the person out.
const (
	mostWrong    = 10
	wrongWithin  = 5 * time.Minute
	wrongAtOnce  = 6
	deviceKnown  = "90 days"
	lockOfPerson = `select pg_advisory_xact_lock(hashtextextended('codes ' || $1::text, 0))`
)

// guessed is a guess at a code, counted as wrong until it proves right.
type guessed struct {
	id      uuid.UUID
	session *uuid.UUID
	wrong   int // of this session, this one included
}

// countGuess counts a guess before it is known whether it is right, so that a
// volley gains nothing, or says how long to wait.
func (s *Service) countGuess(ctx context.Context, user uuid.UUID, session *uuid.UUID, device string) (guessed, error) {
	g := guessed{id: models.NewID(), session: session}
	wait := 0.0
	err := s.db.Housekeeping(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		if err := oneGuess(ctx, tx, user); err != nil {
			return err
		}
		mark := optionalHash(device)
		var known bool
		err := tx.Scan(ctx, &known, `select exists (select from code_attempts where user_id = $1 and device_hash = $2 and ok and at > now() - $3::interval)`,
			user, mark, deviceKnown)
		if err != nil {
			return err
		}
		bucket := bucketOf(user, known, mark)
		err = tx.Scan(ctx, &wait, `select coalesce((select extract(epoch from at + $3::interval - clock_timestamp()) from code_attempts
			where user_id = $1 and bucket = $2 and not ok and at > clock_timestamp() - $3::interval order by at desc offset $4 limit 1), 0)::float8`,
			user, bucket, wrongWithin.String(), mostWrong-1)
		if err != nil || wait > 0 {
			return err
		}
		if _, err := tx.Exec(ctx, "insert into code_attempts (id, user_id, session_id, bucket, device_hash) values ($1, $2, $3, $4, $5)",
			g.id, user, session, bucket, mark); err != nil {
			return err
		}
		if session == nil {
			return nil
		}
		return tx.Scan(ctx, &g.wrong, "select count(*) from code_attempts where session_id = $1 and not ok", *session)
	})
	if err != nil {
		return g, err
	}
	if wait > 0 {
		d := (time.Duration(wait*float64(time.Second)) + time.Second).Truncate(time.Second)
		return g, models.TooMany(fmt.Sprintf("There were too many wrong codes. Wait %s, then try again.", seconds(d)), d)
	}
	return g, nil
}

// oneGuess lets one guess at a person's codes be counted at a time.
func oneGuess(ctx context.Context, tx *pg.Tx, user uuid.UUID) error {
	if _, err := tx.Exec(ctx, lettingIn, user); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, lockOfPerson, user)
	return err
}

func bucketOf(user uuid.UUID, known bool, mark []byte) []byte {
	text := append([]byte("s"), user[:]...)
	if known {
		text = append(append([]byte("d"), user[:]...), mark...)
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// right closes a guess as right, in the transaction of what it opened.
func (g guessed) right(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, "update code_attempts set ok = true where id = $1", g.id)
	return err
}

// take takes a code of either kind, once, and says which it was; "" for a wrong
// one. It runs as the system.
func (s *Service) take(ctx context.Context, tx *pg.Tx, user uuid.UUID, code string) (string, error) {
	if _, err := tx.Exec(ctx, lettingIn, user); err != nil {
		return "", err
	}
	if d := digits(code); d != "" {
		ok, err := s.takeAppCode(ctx, tx, user, d)
		if ok {
			return byApp, err
		}
		return "", err
	}
	if r := recoveryCode(code); r != "" {
		ok, err := takeRecoveryCode(ctx, tx, user, r)
		if ok {
			return byRecovery, err
		}
		return "", err
	}
	return "", nil
}

// codeNeeded is the answer to a right password without the code that has to
// come with it.
func codeNeeded() *models.Error {
	e := models.Unauthenticated()
	e.Message = "This account needs a second factor. Send the 6 digits your authenticator app shows now, or a recovery code, as code."
	e.Fields = []models.FieldError{models.Field("code", models.FieldRequired, "Enter the code of your authenticator app, or a recovery code")}
	return e
}

// setUpNeeded is the answer where a second factor is required and there is none.
func setUpNeeded() *models.Error {
	e := models.Unauthenticated()
	e.Message = "A password alone is not enough here. Sign in on the website once and set up a second factor."
	e.Fields = []models.FieldError{models.Field("code", models.FieldRequired, "Set up a second factor on the website first")}
	return e
}

// wrongCode is the answer to a code that is not right, was used before, or is
// another person's.
func wrongCode() *models.Error {
	e := models.Unauthenticated()
	e.Message = "The code is not right, or was used before."
	e.Fields = []models.FieldError{models.Field("code", models.FieldInvalid, "The code is not right, or was used before. Enter the one your app shows now")}
	return e
}

// codeWithPassword takes the code that comes with a password by API, and says
// what it was; the password alone where that is enough. It fails as
// unauthenticated, with words and a field, where a code is missing or wrong.
func (s *Service) codeWithPassword(ctx context.Context, c Credentials, user uuid.UUID) (string, error) {
	have, err := s.factorsOf(asSystem(ctx, uuid.Nil), user)
	switch {
	case err != nil:
		return "", err
	case !have.Any() && s.required:
		return "", setUpNeeded()
	case !have.Any():
		return byPassword, nil
	case c.Code == "":
		return "", codeNeeded()
	}
	g, err := s.countGuess(ctx, user, nil, c.Device)
	if err != nil {
		return "", err
	}
	factor := ""
	err = s.db.Housekeeping(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if factor, err = s.take(ctx, tx, user, c.Code); err != nil || factor == "" {
			return err
		}
		return g.right(ctx, tx)
	})
	if err == nil && factor == "" {
		err = wrongCode()
	}
	return factor, err
}
