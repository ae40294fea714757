package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/api"
	accountpages "throughline/handlers/pages/account"
	"throughline/handlers/pages/frame"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
)

// status is the one mapping of failures to HTTP (decisions.md 18-20). A code
// that stands for a failure of ours is not in it: that is 500.
func status(code models.Code) int {
	switch code {
	case models.CodeMalformed:
		return http.StatusBadRequest
	case models.CodeInvalid:
		return http.StatusUnprocessableEntity
	case models.CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case models.CodeUnsupportedType:
		return http.StatusUnsupportedMediaType
	case models.CodeUnauthenticated:
		return http.StatusUnauthorized
	case models.CodeForbidden:
		return http.StatusForbidden
	case models.CodeNotFound:
		return http.StatusNotFound
	case models.CodeConflict:
		return http.StatusConflict
	case models.CodeStale:
		return http.StatusPreconditionFailed
	case models.CodePreconditionRequired:
		return http.StatusPreconditionRequired
	case models.CodeTooMany:
		return http.StatusTooManyRequests
	case models.CodeUnavailable:
		return http.StatusServiceUnavailable
	case models.CodeInternal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// noMethod is the failure of a known address asked in a way it does not
// answer. The codes of decisions.md 20 have no word of their own for it.
var noMethod = &models.Error{Code: models.CodeNotFound, Message: "This address does not answer that method."}

// statusOf is the status of one failure.
func statusOf(e *models.Error) int {
	if e == noMethod {
		return http.StatusMethodNotAllowed
	}
	return status(e.Code)
}

// refusals writes a refusal to the audit trail.
type refusals interface {
	Refused(ctx context.Context, attempted, subjectType string, subject uuid.UUID, code models.Code) error
}

// failures answers every request that failed, as a page or as a problem,
// whichever its route speaks.
type failures struct {
	audit  refusals
	people *accounts.Service
	frame  frame.Frame
	log    *slog.Logger
}

// fail is the one place where an error becomes an answer. A refusal of somebody
// who is signed in is on record before it is told (decisions.md 14); where it
// cannot be recorded the answer says only that.
func (f *failures) fail(c *gin.Context, err error) {
	ctx := c.Request.Context()
	e := known(err)
	if statusOf(e) < http.StatusInternalServerError {
		if failed := f.record(c, e); failed != nil {
			e = known(failed)
		}
	}
	if statusOf(e) >= http.StatusInternalServerError && ctx.Err() == nil {
		r, _ := route.Of(c)
		f.log.ErrorContext(ctx, "request failed", "route", r.Name(), "code", string(e.Code), "cause", cause(e))
	}
	c.Abort()
	if c.Writer.Written() {
		panic(http.ErrAbortHandler) // the reader has part of an answer, and must not take it for the whole
	}
	if e.RetryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	c.Header("Cache-Control", "no-store")
	if speaksJSON(c) {
		f.problem(c, e)
		return
	}
	f.page(c, e)
}

// known turns any error into one of ours.
func known(err error) *models.Error {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e
	}
	return models.Internal("answering a request", err)
}

// record writes down that somebody was refused a record.
func (f *failures) record(c *gin.Context, e *models.Error) error {
	switch e.Code {
	case models.CodeForbidden, models.CodeNotFound, models.CodeConflict, models.CodeStale:
	case models.CodeTooMany:
		if !models.IsRecordCap(e) {
			return nil
		}
	default:
		return nil
	}
	if models.NeedsStepUp(e) || models.NeedsConduct(e) || models.AsksConflict(e) != "" {
		return nil // asked for something first, not refused
	}
	ctx := c.Request.Context()
	r, matched := route.Of(c)
	if !matched || !signedIn(ctx) {
		return nil
	}
	kind, subject, named := subjectOf(c, r)
	if e.Code == models.CodeNotFound && !named {
		return nil
	}
	err := f.audit.Refused(ctx, r.Name(), kind, subject, e.Code)
	if err == nil || models.CodeOf(err) == models.CodeUnauthenticated {
		return err // signed out meanwhile: 401 goes before every other answer
	}
	return models.Unavailable("recording a refusal", err)
}

func signedIn(ctx context.Context) bool {
	_, err := models.ActorFrom(ctx)
	return err == nil
}

// subjectOf says what kind of record a route is about, which one, and whether
// the request named one at all. Pages name records by reference, which the
// trail does not hold.
func subjectOf(c *gin.Context, r route.Route) (kind string, subject uuid.UUID, named bool) {
	rest := strings.TrimPrefix(strings.TrimPrefix(r.Path, "/api/v1"), "/")
	segment, _, _ := strings.Cut(rest, "/")
	if kind = strings.ReplaceAll(strings.TrimSuffix(segment, "s"), "-", "_"); kind == "" || strings.HasPrefix(kind, ":") {
		kind = "page"
	}
	if id, err := uuid.Parse(c.Param("id")); err == nil && len(c.Param("id")) == 36 {
		return kind, id, true
	}
	return kind, uuid.Nil, len(c.Params) > 0 && c.Param("id") == ""
}

// cause is what the log says about a failure of ours: what was being done, and
// the database's own code where it has one. The text of a database error is
// left out, because it can quote what was stored.
func cause(e *models.Error) string {
	if db, ok := errors.AsType[interface {
		error
		SQLState() string
	}](error(e)); ok {
		return e.Message + ": SQLSTATE " + db.SQLState()
	}
	return e.Error()
}

func speaksJSON(c *gin.Context) bool {
	if r, ok := route.Of(c); ok {
		return r.JSON
	}
	return strings.HasPrefix(c.Request.URL.Path, "/api/")
}

// problem answers a program, as RFC 9457 says.
func (f *failures) problem(c *gin.Context, e *models.Error) {
	s := statusOf(e)
	p := api.Problem{
		Type: "about:blank", Title: http.StatusText(s), Status: s, Code: string(e.Code),
		Detail: e.Message, Instance: models.RequestFrom(c.Request.Context()).ID, Errors: api.Faults(e.Fields),
	}
	if e.Code == models.CodeInternal {
		p.Detail = "Something went wrong here, not with what was sent. Quote the instance when asking for help."
		p.Errors = []api.Fault{}
	}
	if s == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	body, failed := json.Marshal(p)
	if failed != nil {
		f.log.ErrorContext(c.Request.Context(), "a problem could not be written", "cause", failed.Error())
	}
	c.Data(s, "application/problem+json", append(body, '\n'))
}

// toSignIn is where somebody goes who is signed out: to sign in and, where
// they asked for a page, back to it.
func toSignIn(c *gin.Context) string {
	path := "/sign-in"
	if accounts.Waiting(c.Request.Context()) {
		path = accountpages.SecondFactor
	}
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead || c.Request.URL.Path == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(c.Request.URL.RequestURI())
}
