package subject

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// Position is a place in a list that is ordered by when, the latest first.
type Position struct {
	At time.Time
	ID uuid.UUID
}

const positionSize = 8 + 16

// String writes the position as an opaque cursor.
func (p Position) String() string {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, positionSize), uint64(p.At.UnixMicro())) //nolint:gosec // read back the same way
	return base64.RawURLEncoding.EncodeToString(append(b, p.ID[:]...))
}

// ReadCursor reads a cursor; an empty one is the start of the list. One that is
// none of ours is malformed.
func ReadCursor(cursor string) (Position, error) {
	if cursor == "" {
		return Position{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: uuid.Max}, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != positionSize {
		return Position{}, models.BadCursor()
	}
	p := Position{At: time.UnixMicro(int64(binary.BigEndian.Uint64(b[:8]))).UTC()} //nolint:gosec // written the same way
	copy(p.ID[:], b[8:])
	if y := p.At.Year(); y < 1900 || y > 9999 {
		return Position{}, models.BadCursor()
	}
	return p, nil
}
