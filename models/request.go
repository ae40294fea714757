package models

import "context"

// Request carries what the edge learned about one call and the service must
// honour in the order of decisions.md 18: the faults found in the body, the
// idempotency key and the version the caller read.
type Request struct {
	ID             string       // request id, written to the audit trail and shown with errors
	Route          string       // "POST /api/v1/referrals/{id}/{action}": part of what makes a key unique
	IdempotencyKey string       // empty: none was sent
	KeyRequired    bool         // creates and actions by API: 428 without
	BodyHash       []byte       // SHA-256 of method, path and body, where it carries a key
	IfMatch        *int         // the version the caller read, nil: none was sent
	MatchRequired  bool         // changes by API: 428 without
	Invalid        []FieldError // faults found at the edge, told at the place of 422

	// Seal renders the answer as it will be sent and encrypts it, so that a
	// replay gets the same bytes. Nil where there is nothing to keep.
	Seal func(answer any) ([]byte, error)
}

type requestKey struct{}

// WithRequest returns a context that carries r.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestFrom returns the request ctx carries; an empty one (pages, jobs,
// tests) asks for no preconditions.
func RequestFrom(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{}
}

// Replay is returned in place of doing a thing again: the key was used before
// by the same person for the same request, and Answer is what they were told.
type Replay struct{ Answer []byte }

func (*Replay) Error() string { return "replayed: this key was answered before" }

// Refusal joins what was found wrong at the edge with what the rules found: the
// error that tells all of it, nil where nothing is wrong.
func Refusal(ctx context.Context, found ...[]FieldError) error {
	f := &Faults{}
	f.Join(RequestFrom(ctx).Invalid...)
	for _, list := range found {
		f.Join(list...)
	}
	if list := f.List(); len(list) > 0 {
		return Invalid(list...)
	}
	return nil
}
