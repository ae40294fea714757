package cases

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// position is a place in the list of cases, which is ordered by when they were
// logged, the latest first.
type position struct {
	back bool // towards newer ones
	at   time.Time
	id   uuid.UUID
}

const positionSize = 1 + 8 + 16

// String writes the position as an opaque cursor.
func (p position) String() string {
	b := make([]byte, 1, positionSize)
	if p.back {
		b[0] = 1
	}
	b = binary.BigEndian.AppendUint64(b, uint64(p.at.UnixMicro())) //nolint:gosec // read back the same way
	return base64.RawURLEncoding.EncodeToString(append(b, p.id[:]...))
}

// farthest is before every case of the list.
func farthest() position {
	return position{at: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), id: uuid.Max}
}

// readCursor reads a cursor; an empty one is the start of the list.
func readCursor(cursor string) (position, error) {
	if cursor == "" {
		return farthest(), nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != positionSize || b[0] > 1 {
		return position{}, models.BadCursor()
	}
	p := position{back: b[0] == 1, at: time.UnixMicro(int64(binary.BigEndian.Uint64(b[1:9]))).UTC()} //nolint:gosec // written the same way
	copy(p.id[:], b[9:])
	if y := p.at.Year(); y < 1900 || y > 9999 {
		return position{}, models.BadCursor()
	}
	return p, nil
}
