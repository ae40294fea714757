package migrate

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// The queue's tables are step 9 of ours and version 8 of River's own. A newer
// River gets a further Go step with its own pair: a step never changes.
const (
	queueVersion = 9
	queueSchema  = 8
	queueName    = "0009_queue (River)"
)

// queueGrants let the application work the queue, and read how far the schema
// is (readyz). The tables hold ids only, so they carry no row security.
const queueGrants = `
GRANT SELECT, INSERT, UPDATE, DELETE ON river_job, river_leader, river_queue, river_notification TO throughline_app;
GRANT SELECT ON river_migration, goose_db_version TO throughline_app;
GRANT USAGE, SELECT ON SEQUENCE river_job_id_seq, river_notification_id_seq TO throughline_app;
`

// queueStep makes the queue's tables with River's own migrator. It cannot be
// one transaction (River adds a value to an enum and then uses it), but River
// keeps its own list of what is done: after a failure it goes on from there.
func queueStep(pool *pgxpool.Pool) *goose.Migration {
	up := func(ctx context.Context, _ *sql.DB) error {
		m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
		if err != nil {
			return fmt.Errorf("reading the queue's migrations: %w", err)
		}
		if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: queueSchema}); err != nil {
			return fmt.Errorf("making the queue's tables: %w", err)
		}
		if _, err := pool.Exec(ctx, queueGrants); err != nil {
			return fmt.Errorf("granting the queue's tables: %w", err)
		}
		return nil
	}
	return goose.NewGoMigration(queueVersion, &goose.GoFunc{RunDB: up}, nil)
}
