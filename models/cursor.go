package models

import (
	"encoding/base64"

	"github.com/google/uuid"
)

// BadCursor is the answer to a cursor that no list gave.
func BadCursor() error {
	e := Malformed("The cursor is not valid.")
	e.Fields = []FieldError{Field("cursor", FieldInvalid, "Send the next of the page before, as it was given.")}
	return e
}

// CursorAfter is the opaque cursor of the page after a row: its id alone, so that
// nothing it is ordered by, such as a name, travels in an address.
func CursorAfter(id uuid.UUID) string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// ReadCursorAfter reads one; an empty one, the start of the list, is nil.
func ReadCursorAfter(cursor string) (*uuid.UUID, error) {
	if cursor == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	id, wrong := uuid.FromBytes(raw)
	if err != nil || wrong != nil {
		return nil, BadCursor()
	}
	return &id, nil
}
