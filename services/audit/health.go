package audit

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Health is how the log stands, for whoever runs it.
type Health struct {
	Note    string // the last checkpoint
	Size    int64
	Waiting bool     // an event has waited ten minutes for its number
	Failing []string // the ways by which the last delivery failed, without addresses
}

// healthSQL looks for what waits from the last snapshot on, by the index over
// transactions: what was committed before has its number.
const healthSQL = `select coalesce(c.note, ''), coalesce(c.size, 0), exists (
    select from audit_events e where e.xact >= coalesce(pg_snapshot_xmin(split_part(substring(c.note from E'\\nread [^\\n]*'), ' ', 3)::pg_snapshot), '0')
      and e.recorded_at < clock_timestamp() - interval '10 minutes'
      and not exists (select from audit_leaves l where l.event_id = e.id and l.event_at = e.at)),
  array(select distinct on (way, place) case when failure is not null then way || ' (' || place || '): ' || failure end
    from audit_receipts order by way, place, n desc)
from (select) one left join (select note, size from audit_checkpoints order by n desc limit 1) c on true`

// Inspect looks at the log as the application's role, on an address of its own.
func Inspect(ctx context.Context, dsn string) (Health, error) {
	var h Health
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return h, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select set_config('app.role', 'system', true)"); err != nil {
			return err
		}
		var failing []*string
		if err := tx.QueryRow(ctx, healthSQL).Scan(&h.Note, &h.Size, &h.Waiting, &failing); err != nil {
			return err
		}
		for _, f := range failing {
			if f != nil {
				h.Failing = append(h.Failing, *f)
			}
		}
		return nil
	})
	return h, err
}
