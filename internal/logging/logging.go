// Package logging writes what the program does, for the operator: one line an
// event, with the request and the actor it belongs to, and no person's data.
package logging

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"github.com/google/uuid"

	"throughline/models"
)

// New returns a logger that writes to w: lines of JSON for machines, lines of
// text for a person at a terminal.
func New(w io.Writer, level slog.Level, asJSON bool) *slog.Logger {
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	if asJSON {
		return slog.New(handler{slog.NewJSONHandler(w, o)})
	}
	return slog.New(handler{slog.NewTextHandler(w, o)})
}

// handler adds to each line what the context knows: the request's id, and the
// ids of whoever asks. Names stay out: ids can be looked up by whoever may.
type handler struct{ slog.Handler }

// Handle writes one line.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if req := models.RequestFrom(ctx); req.ID != "" {
		r.AddAttrs(slog.String("request_id", req.ID))
	}
	if a, err := models.ActorFrom(ctx); err == nil {
		r.AddAttrs(slog.String("role", string(a.Role)))
		if a.UserID != uuid.Nil {
			r.AddAttrs(slog.String("user_id", a.UserID.String()))
		}
		if a.OrgID != uuid.Nil {
			r.AddAttrs(slog.String("org_id", a.OrgID.String()))
		}
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the additions on a derived logger.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the additions on a derived logger.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

// private are the names under which nothing is ever logged: the fields of a
// victim and of a sign-in, and whole bodies. It is the last of three guards,
// after not logging them at all and the canary tests.
var private = map[string]bool{
	"name": true, "given_name": true, "family_name": true, "known_as": true, "full_name": true,
	"date_of_birth": true, "dob": true, "email": true, "phone": true, "mobile": true,
	"address": true, "postcode": true, "safe_contact": true, "code_word": true, "summary": true,
	"incident_summary": true, "note": true, "notes": true, "answers": true, "details": true,
	"password": true, "token": true, "access_token": true, "refresh_token": true, "cookie": true,
	"authorization": true, "secret": true, "body": true, "query": true, "sql": true, "args": true, "dsn": true,
}

func redact(_ []string, a slog.Attr) slog.Attr {
	if private[strings.ToLower(a.Key)] {
		return slog.String(a.Key, "[removed]")
	}
	return a
}
