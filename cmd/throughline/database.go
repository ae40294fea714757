package main

import (
	"context"
	"fmt"

	"throughline/internal/migrate"
	"throughline/internal/pglocal"
)

// database is where the product keeps its records: the server DATABASE_URL
// names, or the private one.
type database struct {
	appDSN, ownerDSN string
	local            *pglocal.Server // nil: somebody else's server
}

// openDatabase starts the private PostgreSQL where no server is named. The
// caller closes what it gets.
func (p program) openDatabase(ctx context.Context, cfg Config) (*database, error) {
	if !cfg.private() {
		return &database{appDSN: cfg.DatabaseURL.Reveal(), ownerDSN: cfg.DatabaseOwnerURL.Reveal()}, nil
	}
	s, err := pglocal.Start(ctx, pglocal.Options{Dir: cfg.databaseDir(), Say: func(s string) { p.say("%s", s) }})
	if err != nil {
		return nil, err
	}
	return &database{appDSN: s.AppDSN(), ownerDSN: s.OwnerDSN(), local: s}, nil
}

// close stops the private server; nobody else's.
func (d *database) close() error {
	if d.local == nil {
		return nil
	}
	return d.local.Stop()
}

// watched returns a context that also ends when the private server does.
func (d *database) watched(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if d.local != nil {
		go func() {
			select {
			case <-ctx.Done():
			case <-d.local.Done():
				cancel(fmt.Errorf("the private PostgreSQL has ended; its log is in %s", d.local.Dir()))
			}
		}()
	}
	return ctx, cancel
}

// migrated applies what is pending, as the owner.
func (p program) migrated(ctx context.Context, d *database) error {
	n, err := migrate.Up(ctx, d.ownerDSN)
	if n > 0 {
		p.say("Applied %s.", plural(n, "migration"))
	}
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
