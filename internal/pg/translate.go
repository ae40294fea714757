package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"throughline/models"
)

// ErrLostRace is what a write meets when its row moved on between reading and
// writing. Services read again and say who did what.
var ErrLostRace = errors.New("the record moved on before this write")

// Constraint returns the name of the unique, check or foreign-key constraint
// that refused a statement, or "".
func Constraint(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.ConstraintName
	}
	return ""
}

// RefusedData reports whether the database would not take what it was given: a
// value out of range, or one that a constraint forbids.
func RefusedData(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (strings.HasPrefix(e.Code, "22") || strings.HasPrefix(e.Code, "23"))
}

// Translate turns what the database or GORM says into the application's own
// errors. Errors that are already ours, and constraint errors whose meaning
// only the area knows, pass through.
func Translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*models.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*models.Replay](err); ok {
		return err
	}
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, pgx.ErrNoRows) {
		return models.NotFound("row")
	}
	if errors.Is(err, context.Canceled) {
		return models.Unavailable("the caller went away", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return models.Unavailable("waiting for the database", err)
	}
	// Before the database's own words: a refused connection carries some too.
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return models.Unavailable("connecting to the database", err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return translatePg(e, err)
	}
	if lost(err) {
		return models.Unavailable("talking to the database", err)
	}
	return err
}

// lost reports whether the line to the database broke, or a transaction was
// rolled back under its statements because the request's time was over.
func lost(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok || pgconn.SafeToRetry(err) {
		return true
	}
	return slices.ContainsFunc([]error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone},
		func(e error) bool { return errors.Is(err, e) })
}

func translatePg(e *pgconn.PgError, err error) error {
	switch {
	case e.Code == "TL401":
		return models.Unauthenticated()
	case e.Code == "TL429":
		seconds, wrong := strconv.Atoi(e.Detail)
		if wrong != nil {
			return models.Internal("reading how long to wait", wrong)
		}
		return models.RecordCap(time.Duration(seconds) * time.Second)
	case e.Code == "TL403":
		id, wrong := uuid.Parse(e.Detail)
		if wrong != nil {
			return models.Internal("reading which record asks first", wrong)
		}
		return models.ConflictCheck(id)
	case e.Code == "TL409":
		return ErrLostRace
	case e.Code == "42501" && e.Routine == "aclcheck_error":
		// A right the application's role ought to have was taken away: the
		// audit trail, most likely. Fail closed.
		return models.Unavailable("a right of the application's role is missing", err)
	case e.Code == "42501":
		return models.NotFound("row security")
	case e.Code == "22021" || e.Code == "22P05":
		return models.Invalid(models.Field("", models.FieldInvalid, "Remove characters that cannot be stored"))
	case slices.Contains([]string{"08", "40", "53", "57"}, e.Code[:2]) || e.Code == "25006" || e.Code == "55P03":
		return models.Unavailable("the database", err)
	}
	return err
}
