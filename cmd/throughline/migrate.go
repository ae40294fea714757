package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"throughline/internal/migrate"
	"throughline/internal/pglocal"
)

func newMigrateCmd(p program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema up to date",
		Long: `Migrations run as throughline_owner (DATABASE_OWNER_URL) and only go forward.
The release before still runs on the new schema, so migrate first, then start.`,
		Args: cobra.NoArgs,
		RunE: needsSubcommand,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "up", Short: "Apply every pending migration", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.migrateUp(cmd.Context()) },
		},
		&cobra.Command{
			Use: "status", Short: "List the migrations; exit 1 when one is pending", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.migrateStatus(cmd.Context()) },
		},
		&cobra.Command{
			Use: "roles", Short: "Print the SQL a superuser runs once on a new server", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				_, err := fmt.Fprint(p.stdout, pglocal.OperatorSQL())
				return err
			},
		},
	)
	return cmd
}

// withOwner runs fn on the database of the settings.
func (p program) withOwner(ctx context.Context, fn func(*database) error) (err error) {
	cfg, err := p.load(toMigrate)
	if err != nil {
		return err
	}
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return fn(d)
}

func (p program) migrateUp(ctx context.Context) error {
	return p.withOwner(ctx, func(d *database) error {
		n, err := migrate.Up(ctx, d.ownerDSN)
		if err != nil {
			if n > 0 {
				err = fmt.Errorf("%s applied; then %w", plural(n, "migration"), err)
			}
			return err
		}
		if n == 0 {
			p.say("Nothing to do: the database is at version %d.", migrate.Latest())
			return nil
		}
		p.say("Applied %s; the database is at version %d.", plural(n, "migration"), migrate.Latest())
		return nil
	})
}

func (p program) migrateStatus(ctx context.Context) error {
	return p.withOwner(ctx, func(d *database) error {
		steps, err := migrate.Status(ctx, d.ownerDSN)
		if err != nil {
			return err
		}
		pending := 0
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, s := range steps {
			applied := "pending"
			if !s.Applied.IsZero() {
				applied = s.Applied.UTC().Format(time.RFC3339)
			} else {
				pending++
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\n", s.Name, applied)
		}
		if err := table.Flush(); err != nil {
			return err
		}
		if pending > 0 {
			p.say("%s pending: run throughline migrate up.", plural(pending, "migration"))
			return errTold
		}
		return nil
	})
}
