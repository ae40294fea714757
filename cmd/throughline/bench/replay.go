package bench

import (
	"context"
	"maps"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"throughline/internal/pg"
	"throughline/models"
)

// swap says what in caught statements gives way to something else: the record
// they are about, and whatever has to be new each time.
type swap struct {
	ids     map[uuid.UUID]uuid.UUID // one record for another
	since   time.Time               // identifiers made after this are new each time
	strings map[string]string
	made    map[uuid.UUID]uuid.UUID
}

var (
	reference = regexp.MustCompile(`^[CR]-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]$`)
	newKeys   atomic.Int64
)

// newKey is an idempotency key nobody has used.
func newKey() string {
	return "bench-" + strconv.FormatInt(newKeys.Add(1), 36) + "-" + models.NewID().String()
}

// id returns what stands in an identifier's place.
func (s *swap) id(id uuid.UUID) uuid.UUID {
	if other, ok := s.ids[id]; ok {
		return other
	}
	if id.Version() != 7 {
		return id
	}
	// An identifier knows its millisecond and no less.
	if sec, nsec := id.Time().UnixTime(); time.Unix(sec, nsec).Before(s.since.Truncate(time.Millisecond)) {
		return id
	}
	if other, ok := s.made[id]; ok {
		return other
	}
	if s.made == nil {
		s.made = map[uuid.UUID]uuid.UUID{}
	}
	other := models.NewID()
	s.made[id] = other
	return other
}

// text returns what stands in a text's place; references are drawn anew.
func (s *swap) text(v string) string {
	if other, ok := s.strings[v]; ok {
		return other
	}
	if len(v) == len("C-0000-0000-0") && reference.MatchString(v) {
		if v[0] == 'C' {
			return models.NewCaseReference()
		}
		return models.NewReferralReference()
	}
	return v
}

// args returns the arguments of one sending.
func (s *swap) args(in []any) []any {
	out := make([]any, len(in))
	for i, a := range in {
		switch v := a.(type) {
		case uuid.UUID:
			out[i] = s.id(v)
		case *uuid.UUID:
			if v != nil {
				id := s.id(*v)
				out[i] = &id
			}
		case []uuid.UUID:
			ids := make([]uuid.UUID, len(v))
			for j := range v {
				ids[j] = s.id(v[j])
			}
			out[i] = ids
		case string:
			out[i] = s.text(v)
		default:
			out[i] = a
		}
	}
	return out
}

// send sends a trip and reads every row; digest adds what came back where it
// is wanted.
func send(ctx context.Context, pool *pgxpool.Pool, t trip, s *swap, digest func([][]byte)) error {
	b := &pgx.Batch{}
	for _, st := range t {
		b.Queue(st.sql, s.args(st.args)...)
	}
	results := pool.SendBatch(ctx, b)
	for range t {
		rows, err := results.Query()
		if err != nil {
			return closing(results, err)
		}
		for rows.Next() {
			if digest != nil {
				digest(rows.RawValues())
			}
		}
		if rows.Err() != nil {
			return closing(results, rows.Err())
		}
	}
	return results.Close()
}

func closing(results pgx.BatchResults, err error) error {
	_ = results.Close() // the first error counts
	return err
}

// rowsOf returns the rows a trip brings, every value as its bytes; nothing stands
// for null.
func rowsOf(ctx context.Context, pool *pgxpool.Pool, t trip, s *swap) ([][]string, error) {
	var out [][]string
	err := send(ctx, pool, t, s, func(values [][]byte) {
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = string(v)
		}
		out = append(out, row)
	})
	return out, err
}

// openPool connects as the product does, as one role or the other.
func openPool(ctx context.Context, dsn string, caps pg.Caps, conns int32) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	cfg.MinConns, cfg.MaxConns = conns, conns
	maps.Copy(cfg.ConnConfig.RuntimeParams, pg.Settings())
	maps.Copy(cfg.ConnConfig.RuntimeParams, caps.Settings())
	return pgxpool.NewWithConfig(ctx, cfg)
}
