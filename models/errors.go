package models

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure an Error is. The HTTP layer alone decides
// which status each code becomes (decisions.md 18-20).
type Code string

// Every code a caller can meet; they are published and never change meaning.
const (
	CodeMalformed            Code = "malformed"
	CodeInvalid              Code = "invalid"
	CodeTooLarge             Code = "too_large"
	CodeUnsupportedType      Code = "unsupported_type"
	CodeUnauthenticated      Code = "unauthenticated"
	CodeForbidden            Code = "forbidden"
	CodeNotFound             Code = "not_found"
	CodeConflict             Code = "conflict"
	CodeStale                Code = "stale"
	CodePreconditionRequired Code = "precondition_required"
	CodeTooMany              Code = "too_many"
	CodeUnavailable          Code = "unavailable"
	CodeInternal             Code = "internal"
)

// FieldError says what is wrong with one thing a person or system sent. Field
// is a dotted path as in the API ("victim.date_of_birth", "incidents[0].force").
// Message is plain words and never holds the rejected value.
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// The codes of a FieldError.
const (
	FieldRequired = "required"
	FieldInvalid  = "invalid"
	FieldUnknown  = "unknown"
	FieldTooLong  = "too_long"
	FieldTooShort = "too_short"
	FieldNotOpen  = "not_allowed"
)

// Error is a failure the application understands.
//
// Message is shown to people, so it never holds anything about a case that the
// reader could not already see. The cause is for the log alone.
type Error struct {
	Code       Code
	Message    string
	Fields     []FieldError
	RetryAfter time.Duration // with CodeTooMany and CodeUnavailable
	cause      error
}

func (e *Error) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
}

func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of err, and CodeInternal for any error that the
// application did not make itself.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// MessageOf returns the words err has for people; empty for any error that the
// application did not make itself.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Code != CodeInternal {
		return e.Message
	}
	return ""
}

// FieldsOf returns the field errors err carries, if any.
func FieldsOf(err error) []FieldError {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Fields
	}
	return nil
}

// Field makes one field error.
func Field(field, code, message string) FieldError {
	return FieldError{Field: field, Code: code, Message: message}
}

// Invalid reports input that its author can correct, field by field.
func Invalid(fields ...FieldError) *Error {
	return &Error{Code: CodeInvalid, Message: "There is a problem with what was sent", Fields: fields}
}

// NotFound reports that what does not exist, or is not visible to the actor.
// The two are never told apart: the words are ux.md 3.2's, whatever it is.
func NotFound(what string) *Error {
	return &Error{Code: CodeNotFound, Message: "We cannot show this. It may not exist, or it may not be shared with you.", cause: errors.New(what)}
}

// Forbidden reports that the actor may see this but not do what was asked.
func Forbidden(message string) *Error {
	return &Error{Code: CodeForbidden, Message: message}
}

// RoleForbidden reports that the actor's role does not include the action.
func RoleForbidden() *Error {
	return Forbidden("Your role does not let you do this.")
}

// FieldStepUp is the code of the field error, without a field, that tells a
// caller who may do something that they must first prove who they are.
const FieldStepUp = "step_up_required"

// StepUpRequired reports that the actor may do this, once they have proved who
// they are within the last StepUpFor.
func StepUpRequired() *Error {
	e := Forbidden("Confirm that it is you, then do this again. The proof counts for five minutes.")
	e.Fields = []FieldError{Field("", FieldStepUp, "Prove who you are at /account/confirm, or by POST /api/v1/auth/step-up")}
	return e
}

// NeedsStepUp reports whether err asks for a proof and nothing else.
func NeedsStepUp(err error) bool {
	for _, f := range FieldsOf(err) {
		if f.Code == FieldStepUp {
			return true
		}
	}
	return false
}

// Conflict reports that the request no longer fits the state of the record.
func Conflict(message string) *Error {
	return &Error{Code: CodeConflict, Message: message}
}

// Stale reports that the record changed since the caller read it.
func Stale(message string) *Error {
	return &Error{Code: CodeStale, Message: message}
}

// PreconditionRequired reports a missing Idempotency-Key or If-Match.
func PreconditionRequired(message string) *Error {
	return &Error{Code: CodePreconditionRequired, Message: message}
}

// Unauthenticated reports that nobody is signed in, or no longer.
func Unauthenticated() *Error {
	return &Error{Code: CodeUnauthenticated, Message: "Sign in to continue."}
}

// Malformed reports a request that is not one clean document.
func Malformed(message string) *Error {
	return &Error{Code: CodeMalformed, Message: message}
}

// TooLarge reports a body over the limit.
func TooLarge() *Error {
	return &Error{Code: CodeTooLarge, Message: "What was sent is too large. The limit is 1 MB."}
}

// UnsupportedType reports a wrong or missing Content-Type.
func UnsupportedType() *Error {
	return &Error{Code: CodeUnsupportedType, Message: "Send JSON, with the content type application/json."}
}

// TooMany reports that the caller has to wait.
func TooMany(message string, retryAfter time.Duration) *Error {
	return &Error{Code: CodeTooMany, Message: message, RetryAfter: retryAfter}
}

// errRecordCap marks the refusal of RecordCap among others that say wait.
var errRecordCap = errors.New("the cap on records in an hour")

// RecordCap reports that the actor opened as many people's records within an
// hour as the setting allows (security.md T3). It is told to the privacy
// officer too.
func RecordCap(retryAfter time.Duration) *Error {
	return &Error{
		Code: CodeTooMany, RetryAfter: retryAfter, cause: errRecordCap,
		Message: "You have opened as many records as one person may in an hour. Wait " + Length(max(time.Minute, retryAfter)) +
			", then go on. What you opened within the hour you can open again now. Your privacy officer is told.",
	}
}

// IsRecordCap reports whether err is RecordCap's.
func IsRecordCap(err error) bool { return errors.Is(err, errRecordCap) }

// Unavailable reports that something we stand on is not there; nothing was
// shown and nothing was saved.
func Unavailable(doing string, cause error) *Error {
	return &Error{Code: CodeUnavailable, Message: "Throughline cannot do this right now. Nothing was shown or saved. Try again in a minute.", RetryAfter: 2 * time.Second, cause: fmt.Errorf("%s: %w", doing, cause)}
}

// Internal wraps a failure that is ours. Its message never leaves the log.
func Internal(doing string, cause error) *Error {
	return &Error{Code: CodeInternal, Message: doing, cause: cause}
}
