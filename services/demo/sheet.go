package demo

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// The types of a sheet's cells that Go has no type of its own for.
type (
	small int    // smallint
	jsonb string // jsonb
	date  time.Time
)

// opt is null for the zero value.
func opt[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// at makes a cell of a moment that may be missing.
func at(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}

// someone makes a cell of an id that may be missing.
func someone(id *uuid.UUID) any {
	if id == nil {
		return nil
	}
	return *id
}

// dayOf makes a cell of a date that may be missing.
func dayOf(t *time.Time) any {
	if t == nil {
		return nil
	}
	return date(*t)
}

// sheet collects rows of one table as PostgreSQL's binary COPY format.
type sheet struct {
	table   string
	columns []string
	rows    int
	total   int
	buf     []byte
}

const copyHeader = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func newSheet(table, columns string) *sheet {
	return &sheet{table: table, columns: strings.Fields(columns)}
}

// row adds one row, its cells in the order of the columns.
func (s *sheet) row(cells ...any) {
	if len(cells) != len(s.columns) {
		panic(fmt.Sprintf("demo: %s has %d columns, got %d cells", s.table, len(s.columns), len(cells)))
	}
	if len(s.buf) == 0 {
		s.buf = append(s.buf, copyHeader...)
	}
	s.rows++
	s.buf = binary.BigEndian.AppendUint16(s.buf, uint16(len(cells))) //nolint:gosec // a table has few columns
	for i, c := range cells {
		s.buf = appendCell(s.buf, c)
		if s.buf == nil {
			panic(fmt.Sprintf("demo: %s.%s cannot hold a %T", s.table, s.columns[i], c))
		}
	}
}

// postgresEpoch is what timestamps count from, in microseconds, and dates in days.
var postgresEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// appendCell writes a length and a value; nil is returned for a type no column has.
func appendCell(b []byte, c any) []byte {
	if c == nil {
		return append(b, 0xff, 0xff, 0xff, 0xff)
	}
	begin := len(b)
	b = append(b, 0, 0, 0, 0)
	switch v := c.(type) {
	case uuid.UUID:
		b = append(b, v[:]...)
	case string:
		b = append(b, v...)
	case []byte:
		b = append(b, v...)
	case jsonb:
		b = append(append(b, 1), v...)
	case bool:
		if v {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	case small:
		b = binary.BigEndian.AppendUint16(b, uint16(v)) //nolint:gosec // smallints of this schema are small
	case int:
		b = binary.BigEndian.AppendUint32(b, uint32(v)) //nolint:gosec // integers of this schema fit
	case int64:
		b = binary.BigEndian.AppendUint64(b, uint64(v)) //nolint:gosec // two's complement is what is asked for
	case time.Time:
		b = binary.BigEndian.AppendUint64(b, uint64(v.Sub(postgresEpoch).Microseconds())) //nolint:gosec // as above
	case date:
		b = appendDate(b, time.Time(v))
	case []string:
		b = appendArray(b, 25, len(v), func(b []byte, i int) []byte { return append(b, v[i]...) })
	case []uuid.UUID:
		b = appendArray(b, 2950, len(v), func(b []byte, i int) []byte { return append(b, v[i][:]...) })
	default:
		return nil
	}
	binary.BigEndian.PutUint32(b[begin:], uint32(len(b)-begin-4)) //nolint:gosec // below a gigabyte
	return b
}

func appendDate(b []byte, t time.Time) []byte {
	y, m, d := t.Date()
	days := int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(postgresEpoch) / (24 * time.Hour)) //nolint:gosec // dates of this product
	return binary.BigEndian.AppendUint32(b, uint32(days))                                         //nolint:gosec // two's complement
}

// appendArray writes a one-dimensional array without nulls; oid is its element type.
func appendArray(b []byte, oid uint32, n int, element func([]byte, int) []byte) []byte {
	dims := uint32(1)
	if n == 0 {
		dims = 0
	}
	b = binary.BigEndian.AppendUint32(b, dims)
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, oid)
	if n == 0 {
		return b
	}
	b = binary.BigEndian.AppendUint32(b, uint32(n)) //nolint:gosec // short lists
	b = binary.BigEndian.AppendUint32(b, 1)
	for i := range n {
		begin := len(b)
		b = element(append(b, 0, 0, 0, 0), i)
		binary.BigEndian.PutUint32(b[begin:], uint32(len(b)-begin-4)) //nolint:gosec // short
	}
	return b
}

// make prepares the table's stage: temporary, so that it is not logged and row
// security does not stand in the way of COPY, which it refuses on the real one.
func (s *sheet) makeStage(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, fmt.Sprintf("create temporary table stage_%s on commit drop as select %s from %s limit 0",
		s.table, strings.Join(s.columns, ", "), s.table))
	return err
}

// load moves the collected rows to the stage and from there to the table.
func (s *sheet) load(ctx context.Context, tx pgx.Tx) error {
	if s.rows == 0 {
		return nil
	}
	columns := strings.Join(s.columns, ", ")
	s.buf = append(s.buf, 0xff, 0xff)
	_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(s.buf), fmt.Sprintf("copy stage_%s (%s) from stdin (format binary)", s.table, columns))
	if err != nil {
		return fmt.Errorf("staging %s: %w", s.table, err)
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("insert into %s (%s) select %s from stage_%s", s.table, columns, columns, s.table)); err != nil {
		return fmt.Errorf("inserting %s: %w", s.table, err)
	}
	if _, err := tx.Exec(ctx, "truncate stage_"+s.table); err != nil {
		return err
	}
	s.total += s.rows
	s.rows, s.buf = 0, s.buf[:0]
	return nil
}
