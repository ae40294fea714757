package pg

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Wire reads one row, column by column, from the bytes the server sent. It is
// for the lists that are asked for all day: telling each column's type to a
// general scanner was a third of their time. A column that is null where the
// method has no room for that, or not of its type, is remembered and told by
// Err; what was read is then worth nothing.
type Wire struct {
	values [][]byte
	fields int
	texts  strings.Builder // what Text has read: the texts of a row lie together
	err    error
}

// WireOf reads the row that rows stands on. Its values hold until the next.
func WireOf(rows pgx.Rows) Wire {
	for _, f := range rows.FieldDescriptions() {
		if f.Format != pgx.BinaryFormatCode && !isText(f.DataTypeOID) {
			return Wire{err: fmt.Errorf("column %s was not sent in binary", f.Name)}
		}
	}
	return Wire{values: rows.RawValues()}
}

// isText says whether a type is written alike in both formats, or, as JSON, in
// a way that its method sees.
func isText(oid uint32) bool {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.QCharOID, pgtype.JSONOID, pgtype.JSONBOID:
		return true
	}
	return false
}

// Err is the first thing that was not as the reader expected.
func (w *Wire) Err() error { return w.err }

// next returns the next column, nil where it is null; size is how many bytes it
// has to have, 0 any.
func (w *Wire) next(size int) []byte {
	if w.err != nil {
		return nil
	}
	if w.fields >= len(w.values) {
		w.err = fmt.Errorf("the row has %d columns and no more", len(w.values))
		return nil
	}
	v := w.values[w.fields]
	w.fields++
	if v != nil && size > 0 && len(v) != size {
		w.err = fmt.Errorf("column %d has %d bytes, not %d", w.fields, len(v), size)
		return nil
	}
	return v
}

// must is next for a column that is never null.
func (w *Wire) must(size int) []byte {
	v := w.next(size)
	if v == nil && w.err == nil {
		w.err = fmt.Errorf("column %d is null", w.fields)
	}
	return v
}

// UUID reads an identifier.
func (w *Wire) UUID() (id uuid.UUID) {
	copy(id[:], w.must(16))
	return id
}

// MaybeUUID reads an identifier that may be missing.
func (w *Wire) MaybeUUID() *uuid.UUID {
	v := w.next(16)
	if v == nil {
		return nil
	}
	var id uuid.UUID
	copy(id[:], v)
	return &id
}

// Text reads a text; a null is empty.
func (w *Wire) Text() string {
	v := w.next(0)
	if len(v) == 0 {
		return ""
	}
	if w.texts.Cap() == 0 {
		left := 0
		for _, value := range w.values[w.fields-1:] {
			left += len(value)
		}
		w.texts.Grow(min(left, 512)) // a column of JSON is not text
	}
	at := w.texts.Len()
	w.texts.Write(v)
	return w.texts.String()[at:]
}

// MaybeText reads a text that may be missing.
func (w *Wire) MaybeText() *string {
	v := w.next(0)
	if v == nil {
		return nil
	}
	s := string(v)
	return &s
}

// Int reads a smallint, integer or bigint column.
func (w *Wire) Int() int {
	v := w.must(0)
	switch len(v) {
	case 2:
		return int(int16(binary.BigEndian.Uint16(v))) //nolint:gosec // its two's complement
	case 4:
		return int(int32(binary.BigEndian.Uint32(v))) //nolint:gosec // its two's complement
	case 8:
		return int(binary.BigEndian.Uint64(v)) //nolint:gosec // its two's complement
	}
	if w.err == nil {
		w.err = fmt.Errorf("column %d has %d bytes: no whole number", w.fields, len(v))
	}
	return 0
}

// JSON reads a jsonb column. An empty list leaves into as it is.
func (w *Wire) JSON(into any) {
	v := w.must(0)
	if len(v) > 0 && v[0] == 1 { // in binary: the version of the format
		v = v[1:]
	}
	if w.err == nil && string(v) != "[]" {
		w.err = json.Unmarshal(v, into)
	}
}

// Bool reads a boolean column.
func (w *Wire) Bool() bool {
	v := w.must(1)
	return v != nil && v[0] != 0
}

// The server counts from the year 2000.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Time reads a timestamptz, to the microsecond and in UTC.
func (w *Wire) Time() time.Time {
	if v := w.must(8); v != nil {
		return instant(v)
	}
	return time.Time{}
}

// MaybeTime reads a timestamptz that may be missing.
func (w *Wire) MaybeTime() *time.Time {
	v := w.next(8)
	if v == nil {
		return nil
	}
	t := instant(v)
	return &t
}

// MaybeDate reads a date that may be missing, as its midnight in UTC.
func (w *Wire) MaybeDate() *time.Time {
	v := w.next(4)
	if v == nil {
		return nil
	}
	t := epoch.AddDate(0, 0, int(int32(binary.BigEndian.Uint32(v)))) //nolint:gosec // its two's complement
	return &t
}

func instant(v []byte) time.Time {
	return time.UnixMicro(epoch.UnixMicro() + int64(binary.BigEndian.Uint64(v))).UTC() //nolint:gosec // its two's complement
}
