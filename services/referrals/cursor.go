package referrals

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"throughline/models"
)

// cursor is a place in a list ordered by when things are due: the last row of
// the page before, or the first of the page after.
type cursor struct {
	back bool
	due  int64 // microseconds since 1970; neverDue for what is not due
	id   uuid.UUID
}

const (
	neverDue     = math.MaxInt64
	beforeAll    = math.MinInt64
	cursorLength = 1 + 8 + 16
)

// key is the cursor's moment as the database orders it.
func (c cursor) key() pgtype.Timestamptz {
	switch c.due {
	case neverDue:
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	case beforeAll:
		return pgtype.Timestamptz{InfinityModifier: pgtype.NegativeInfinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: time.UnixMicro(c.due).UTC(), Valid: true}
}

func (c cursor) String() string {
	b := make([]byte, cursorLength)
	if c.back {
		b[0] = 1
	}
	binary.BigEndian.PutUint64(b[1:], uint64(c.due)) //nolint:gosec // only the bits are kept
	copy(b[9:], c.id[:])
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads a cursor of ours; none at all is the start of the list.
func parseCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{due: beforeAll}, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != cursorLength || b[0] > 1 {
		return cursor{}, models.Malformed("This is not a cursor of this list. Read it from the start.")
	}
	c := cursor{back: b[0] == 1, due: int64(binary.BigEndian.Uint64(b[1:]))} //nolint:gosec // only the bits are kept
	copy(c.id[:], b[9:])
	if c.due != neverDue && (c.due < -1<<53 || c.due > 1<<53) {
		return cursor{}, models.Malformed("This is not a cursor of this list. Read it from the start.")
	}
	return c, nil
}

func cursorAt(it Item, back bool) string {
	c := cursor{back: back, due: neverDue, id: it.ID}
	if it.DueAt != nil {
		c.due = it.DueAt.UnixMicro()
	}
	return c.String()
}

func cursorAfter(it Item) string  { return cursorAt(it, false) }
func cursorBefore(it Item) string { return cursorAt(it, true) }
