package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// busyWait and busyTries bound how long a sign-in waits behind other sign-ins
// to the same account that are still being checked.
const (
	busyWait  = 100 * time.Millisecond
	busyTries = 100
)

// found is what the database says about one guess.
type found struct {
	attempt  uuid.UUID
	waitMS   int
	busy     bool
	userID   *uuid.UUID
	orgID    *uuid.UUID
	hash     string
	disabled bool
}

// refused is the one answer to a wrong address, a wrong password and a person
// who may no longer sign in.
func refused() *models.Error {
	e := models.Unauthenticated()
	e.Message = "The email address or the password is not right."
	return e
}

// SignIn checks who somebody is and opens a session. A wrong address and a
// wrong password get the same answer after the same work; too many wrong
// guesses get CodeTooMany with the time to wait, and that never lasts: a
// device that has signed in before has tries of its own (security.md T44).
// Every outcome is in the trail.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Started, error) {
	if err := checkCredentials(ctx, c); err != nil {
		return Started{}, err
	}
	f, err := s.guess(ctx, c)
	if err != nil {
		return Started{}, err
	}
	ok, err := s.matches(ctx, c.Password, f.hash)
	if err != nil {
		return Started{}, err
	}
	if ok && !f.disabled {
		started, err := s.letIn(ctx, c, f)
		if models.CodeOf(err) != models.CodeUnauthenticated || models.FieldsOf(err) != nil {
			return started, err
		}
	}
	if err := s.refuse(ctx, f, why(f, ok)); err != nil {
		return Started{}, err
	}
	return Started{}, refused()
}

// letIn opens the session of somebody whose password was right. By page it may
// have to wait for a second factor; by API the code came with the password.
func (s *Service) letIn(ctx context.Context, c Credentials, f found) (Started, error) {
	o := opening{attempt: &f.attempt, user: *f.userID, factor: byPassword}
	if c.Kind == API {
		factor, err := s.codeWithPassword(ctx, c, o.user)
		if err != nil {
			if models.CodeOf(err) != models.CodeUnauthenticated {
				return Started{}, err
			}
			why := "code"
			if c.Code == "" { // the password was no guess: who asks for the code comes again
				why = "no_code"
				if failed := s.forget(ctx, f); failed != nil {
					return Started{}, failed
				}
			}
			return Started{}, errors.Join(s.refuse(ctx, f, why), err)
		}
		o.factor = factor
	}
	return s.start(ctx, c, o)
}

func why(f found, passwordRight bool) string {
	switch {
	case f.userID == nil:
		return "unknown"
	case passwordRight:
		return "disabled"
	}
	return "password"
}

func checkCredentials(ctx context.Context, c Credentials) error {
	fields := models.RequestFrom(ctx).Invalid
	if len(fields) > 0 {
		return models.Invalid(fields...)
	}
	if strings.TrimSpace(c.Email) == "" {
		fields = append(fields, models.Field("email", models.FieldRequired, "Enter your email address"))
	}
	if c.Password == "" {
		fields = append(fields, models.Field("password", models.FieldRequired, "Enter your password"))
	}
	if len(fields) > 0 {
		return models.Invalid(fields...)
	}
	return nil
}

// guess counts the guess and finds the person, or says how long to wait.
func (s *Service) guess(ctx context.Context, c Credentials) (found, error) {
	for try := 0; ; try++ {
		f, err := s.lookup(ctx, c)
		if err != nil {
			return f, err
		}
		if f.waitMS == 0 {
			return f, nil
		}
		if !f.busy || try == busyTries {
			if err := s.refuse(ctx, f, "slowed"); err != nil {
				return f, err
			}
			wait := (time.Duration(f.waitMS)*time.Millisecond + time.Second - 1).Truncate(time.Second)
			return f, models.TooMany(fmt.Sprintf("There were too many tries to sign in. Wait %s, then try again.", seconds(wait)), wait)
		}
		select {
		case <-ctx.Done():
			return f, models.Unavailable("waiting to sign in", ctx.Err())
		case <-time.After(busyWait):
		}
	}
}

func seconds(d time.Duration) string {
	if d <= time.Second {
		return "1 second"
	}
	return fmt.Sprintf("%d seconds", int(d.Seconds()))
}

func (s *Service) lookup(ctx context.Context, c Credentials) (found, error) {
	f := found{attempt: models.NewID()}
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return f, err
	}
	var there bool
	var hash *string
	var disabled *bool
	b.Query(pg.One(&there, &f.waitMS, &f.busy, &f.userID, &f.orgID, &hash, &disabled),
		`select wait_ms, busy, user_id, org_id, password_hash, disabled from app_sign_in_lookup($1, $2, $3::inet, $4)`,
		f.attempt, address(c.Email), network(c.IP), optionalHash(c.Device))
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		return f, err
	}
	if hash != nil && disabled != nil {
		f.hash, f.disabled = *hash, *disabled
	}
	return f, nil
}

// address is the email address as it is stored. What cannot be one becomes a
// text nobody has, so that it is counted and refused like any other.
func address(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	if len(email) > 254 || !utf8.ValidString(email) || strings.ContainsRune(email, 0) {
		sum := sha256.Sum256([]byte(email))
		return hex.EncodeToString(sum[:])
	}
	return email
}

func network(ip netip.Addr) string {
	if !ip.IsValid() {
		return "0.0.0.0"
	}
	return ip.Unmap().WithZone("").String()
}

// opening is who a session is opened for and what they gave.
type opening struct {
	attempt *uuid.UUID // that a password proved; nil for what needs none
	user    uuid.UUID
	factor  string
}

// start opens the session and records it as the person's own act, unless it
// waits for a second factor. It returns an unauthenticated error where the
// person was disabled in the meantime.
func (s *Service) start(ctx context.Context, c Credentials, o opening) (Started, error) {
	out := Started{Device: c.Device}
	out.Actor = models.Actor{UserID: o.user, SessionID: models.NewID()}
	var cookie, refresh, device []byte
	var refreshID *uuid.UUID
	switch c.Kind {
	case Page:
		out.Token, cookie = newSecret(cookiePrefix)
		if out.Device == "" {
			out.Device, _ = newSecret(devicePrefix)
		}
		device = hashSecret(out.Device)
	default:
		id := models.NewID()
		refreshID = &id
		out.Token, refresh = newSecret(refreshPrefix)
		device = optionalHash(c.Device)
	}
	err := s.db.Write(asSystem(ctx, out.Actor.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		var rows []startedRow
		err := tx.Scan(ctx, &rows, `select * from app_session_open($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::inet)`,
			o.attempt, o.user, out.Actor.SessionID, string(c.Kind), cookie, refreshID, refresh,
			agent(c.UserAgent), device, optionalHash(c.Replaces), o.factor, s.required, network(c.IP))
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return refused()
		}
		rows[0].into(&out)
		return started(ctx, tx, out, rows[0].NewDevice, map[string]any{"kind": string(c.Kind), "factor": o.factor})
	})
	if err != nil {
		return Started{}, err
	}
	return out, nil
}

// started puts the beginning of a session on record. One that waits is the
// system's to record, where the person's organisation finds it.
func started(ctx context.Context, tx *pg.Tx, s Started, newDevice bool, detail map[string]any) error {
	if s.Pending {
		if err := within(ctx, tx, s.Actor.OrgID); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "session.waits", SubjectType: "user", SubjectID: s.Actor.UserID, Detail: detail})
	}
	if newDevice {
		if err := tell(ctx, tx, s.Actor.UserID, ToldNewDevice, ""); err != nil {
			return err
		}
	}
	return tx.Record(ctx, models.Event{Action: "session.started", SubjectType: "session", SubjectID: s.Actor.SessionID, Detail: detail})
}

// within records what follows in an organisation, so that its privacy officer
// finds what the system did for one of its people.
func within(ctx context.Context, tx *pg.Tx, org uuid.UUID) error {
	_, err := tx.Exec(ctx, `select set_config('app.org_id', $1, true)`, org.String())
	return err
}

type startedRow struct {
	OrgID       uuid.UUID
	Role        string
	Name        string
	OrgName     string
	OrgKind     string
	IdleMinutes int
	ExpiresAt   time.Time
	SteppedUpAt *time.Time
	Pending     bool
	NewDevice   bool
}

func (r startedRow) into(s *Started) {
	s.Actor.OrgID, s.Actor.Role, s.Actor.Name = r.OrgID, models.Role(r.Role), r.Name
	s.Actor.OrgName, s.Actor.OrgKind = r.OrgName, models.OrganisationKind(r.OrgKind)
	s.Actor.SteppedUpAt, s.Actor.IdleMinutes = moment(r.SteppedUpAt), r.IdleMinutes
	s.IdleMinutes, s.Expires, s.Pending = r.IdleMinutes, r.ExpiresAt, r.Pending
}

// refuse records that a sign-in failed, and closes the guess as wrong. The
// same statements run whether or not the address is known. Where the
// organisation is known its privacy officer finds the event.
func (s *Service) refuse(ctx context.Context, f found, why string) error {
	return s.db.Write(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `update sign_in_attempts set ok = false where id = $1 and ok is null`, f.attempt); err != nil {
			return err
		}
		org, user := "", uuid.Nil
		if f.userID != nil && f.orgID != nil {
			org, user = f.orgID.String(), *f.userID
		}
		if _, err := tx.Exec(ctx, `select set_config('app.org_id', $1, true)`, org); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{
			Action: "session.refused", SubjectType: "user", SubjectID: user, Refused: true,
			Detail: map[string]any{"why": why},
		})
	})
}

// agent keeps what helps a person recognise their own browser and nothing a
// log could choke on.
func agent(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 80 {
		return string(r[:80])
	}
	return s
}
