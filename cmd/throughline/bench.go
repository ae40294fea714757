package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"throughline/cmd/throughline/bench"
	"throughline/handlers"
	"throughline/handlers/auth"
	"throughline/handlers/middleware"
	"throughline/internal/logging"
	"throughline/internal/migrate"
	"throughline/internal/pg"
	"throughline/internal/pglocal"
	"throughline/internal/seal"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/demo"
)

// benchFlags are what bench is told.
type benchFlags struct {
	cases  int
	rounds int
	length time.Duration
	long   bool
	only   []string
	steps  bool
}

func newBenchCmd(p program) *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:    "bench",
		Short:  "Measure the operations of performance.md; exit 1 under a target",
		Hidden: true,
		Long: `Seeds a private PostgreSQL under DATA_DIR/bench once, copies that for each run, and
compares the product over HTTP with its own statements, with and without row
security, and with the same work done the ordinary way. Ratios count, not figures:
they are the median of rounds in which the contenders took turns.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.bench(cmd.Context(), f) },
	}
	cmd.Flags().IntVar(&f.cases, "cases", 100000, "how many cases to measure on")
	cmd.Flags().IntVar(&f.rounds, "rounds", 12, "how many rounds")
	cmd.Flags().DurationVar(&f.length, "length", 400*time.Millisecond, "how long one contender runs in a round")
	cmd.Flags().BoolVar(&f.long, "long", false, "look for stalls for a minute instead of ten seconds")
	cmd.Flags().BoolVar(&f.steps, "steps", false, "also say what each statement costs the database")
	cmd.Flags().StringSliceVar(&f.only, "only", nil, "measure these parts alone: "+strings.Join(bench.Parts(), ", "))
	return cmd
}

// benchUntil is the morning every bench is measured on.
const benchUntil = "2026-11-20"

func (p program) bench(ctx context.Context, f benchFlags) (err error) {
	cfg, err := p.load(nil)
	if err != nil {
		return err
	}
	if cfg.Env == production || f.cases < 2000 || f.rounds < 1 {
		return usageError{errors.New("bench takes 2000 cases or more and a round or more, and never runs in production")}
	}
	for _, name := range f.only {
		if !slices.Contains(bench.Parts(), name) {
			return usageError{errors.New("--only takes " + strings.Join(bench.Parts(), ", "))}
		}
	}
	cfg.DataDir = filepath.Join(cfg.DataDir, "bench")
	if cfg.DemoNow.Time, err = demo.ParseUntil(benchUntil); err != nil {
		return err
	}
	if err := makeKeys(cfg); err != nil {
		return err
	}
	server, err := pglocal.Start(ctx, pglocal.Options{Dir: cfg.databaseDir(), Say: func(s string) { p.say("%s", s) }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	name, err := p.benchDatabase(ctx, cfg, server, f.cases)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	site, closeSite, err := p.benchSite(ctx, cfg, server, name)
	if err != nil {
		return err
	}
	defer closeSite()
	err = bench.Run(ctx, site, bench.Options{Rounds: f.rounds, Workers: 8, Length: f.length, Long: f.long, Only: f.only, Steps: f.steps})
	if errors.Is(err, bench.ErrUnder) {
		return errors.Join(errTold, err)
	}
	return err
}

// benchDatabase returns a fresh copy of a seeded database, and seeds that where
// there is none of this schema and size yet.
func (p program) benchDatabase(ctx context.Context, cfg Config, s *pglocal.Server, cases int) (string, error) {
	schema, err := migrate.Fingerprint()
	if err != nil {
		return "", err
	}
	admin, err := pgx.Connect(ctx, s.DSN(pglocal.SuperRole, "postgres"))
	if err != nil {
		return "", err
	}
	defer func() { _ = admin.Close(context.WithoutCancel(ctx)) }()
	seeded, name := fmt.Sprintf("seeded_%d_%s", cases, schema), "bench"
	var ready bool
	err = admin.QueryRow(ctx, "select exists (select from pg_database where datname = $1 and datistemplate)", seeded).Scan(&ready)
	if err != nil {
		return "", err
	}
	if !ready {
		if err := p.seedTemplate(ctx, cfg, s, admin, seeded, cases); err != nil {
			return "", err
		}
	}
	quoted := pgx.Identifier{seeded}.Sanitize()
	for _, sql := range []string{
		"drop database if exists " + name + " with (force)", "create database " + name + " template " + quoted + " strategy file_copy owner " + pglocal.OwnerRole,
		"revoke all on database " + name + " from public", "grant connect on database " + name + " to " + pglocal.AppRole + ", " + pglocal.BenchRole,
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	return name, nil
}

func (p program) seedTemplate(ctx context.Context, cfg Config, s *pglocal.Server, admin *pgx.Conn, name string, cases int) error {
	quoted := pgx.Identifier{name}.Sanitize()
	if _, err := admin.Exec(ctx, "drop database if exists "+quoted+" with (force)"); err != nil {
		return err
	}
	if err := s.Prepare(ctx, name); err != nil {
		return err
	}
	owner := s.DSN(pglocal.OwnerRole, name)
	if _, err := migrate.Up(ctx, owner); err != nil {
		return err
	}
	until, err := demo.ParseUntil(benchUntil)
	if err != nil {
		return err
	}
	p.say("Seeding %s cases: this is done once.", models.Count(cases))
	content, err := p.vaultOf(ctx, cfg, s.DSN(pglocal.AppRole, name))
	if err != nil {
		return err
	}
	made, err := demo.Seed(ctx, owner, demo.Options{Vault: content, Cases: cases, Seed: demoSeed, Until: until, Say: func(sentence string) { p.say("%s", sentence) }})
	if err != nil {
		return err
	}
	p.say("Made %s cases a minute, %s rows in %s.", models.Count(int(float64(made.Cases)/made.Took.Minutes())), models.Count(made.Rows), made.Took.Round(time.Second))
	if err := p.numberAll(ctx, cfg, &database{appDSN: s.DSN(pglocal.AppRole, name)}); err != nil {
		return err
	}
	if _, err := admin.Exec(ctx, "alter database "+quoted+" is_template true"); err != nil {
		return err
	}
	return p.vacuumed(ctx, s.DSN(pglocal.SuperRole, name))
}

// vacuumed sets hint bits and visibility, which the first reads would pay for.
func (p program) vacuumed(ctx context.Context, dsn string) error {
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	_, err = c.Exec(ctx, "vacuum (analyze)")
	return err
}

// benchSite joins the product twice on a database of the server: as it serves,
// and once more on a pool that is listened to.
func (p program) benchSite(ctx context.Context, cfg Config, s *pglocal.Server, name string) (bench.Site, func(), error) {
	site := bench.Site{
		Catcher: &bench.Catcher{}, AppDSN: s.DSN(pglocal.AppRole, name), OwnerDSN: s.DSN(pglocal.OwnerRole, name), BenchDSN: s.DSN(pglocal.BenchRole, name),
		Now: cfg.clock(), Out: p.stdout,
	}
	return p.joinSite(ctx, cfg, site)
}

// joinSite adds the product to a site whose database is known.
func (p program) joinSite(ctx context.Context, cfg Config, site bench.Site) (bench.Site, func(), error) {
	cfg.RecordsPerHour, cfg.ListedPerHour = benchCaps(), benchCaps()
	site.Caps = cfg.caps()
	site.Start = func(ctx context.Context) (bench.Process, error) { return p.alone(ctx, cfg, site.AppDSN) }
	plain, err := p.benchApp(ctx, cfg, pg.Options{DSN: site.AppDSN, Now: site.Now, MaxConns: 12, Caps: cfg.caps()})
	if err != nil {
		return site, nil, err
	}
	caught, err := p.benchApp(ctx, cfg, pg.Options{DSN: site.AppDSN, Now: site.Now, MaxConns: 2, Tracer: site.Catcher, Caps: cfg.caps()})
	if err != nil {
		plain.close()
		return site, nil, err
	}
	site.Handler, site.Caught, site.Vault = plain.handler, caught.handler, plain.vault
	return site, func() { plain.close(); caught.close() }, nil
}

// benchApp is newApp without limits on how fast one may ask: one session stands
// for hundreds. It logs as it does in production, to nowhere.
func (p program) benchApp(ctx context.Context, cfg Config, o pg.Options) (*app, error) {
	sealer, err := seal.Load(cfg.answerKey())
	if err != nil {
		return nil, err
	}
	keys, err := auth.LoadKeys(cfg.jwtKeys())
	if err != nil {
		return nil, err
	}
	o.Vault = &vault.Vault{}
	db, err := pg.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	a := &app{db: db, vault: o.Vault, log: logging.New(io.Discard, cfg.LogLevel, true)}
	if a.keys, err = openKeys(ctx, cfg, db, o.Vault); err != nil {
		db.Close()
		return nil, err
	}
	deps := a.deps(cfg, sealer, keys)
	none := middleware.Rate{PerSecond: math.MaxInt32, Burst: math.MaxInt32}
	deps.Edge.Limits = middleware.Limits{Network: none, Session: none, Forms: none}
	a.handler, err = handlers.New(deps)
	if err != nil {
		db.Close()
	}
	return a, err
}

// alone starts the product as a process of its own on the database.
func (p program) alone(ctx context.Context, cfg Config, dsn string) (bench.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return bench.Process{}, err
	}
	l, err := listen("127.0.0.1:0", "HTTP_ADDR")
	if err != nil {
		return bench.Process{}, err
	}
	addr := l.Addr().String()
	_ = l.Close()                                  // the product takes it at once
	cmd := exec.CommandContext(ctx, self, "serve") //nolint:gosec // ourselves
	cmd.Dir = cfg.DataDir
	cmd.Env = append(slices.Clone(p.environ), // what a test needs to be the product; ours comes last and wins
		"HTTP_ADDR="+addr, "ADMIN_ADDR=off", "DATABASE_URL="+dsn, "APP_ENV="+string(development), "LOG_LEVEL=error",
		"JWT_KEYS_FILE="+absolute(cfg.jwtKeys()), "ANSWER_KEY_FILE="+absolute(cfg.answerKey()), "AUDIT_KEY_FILE="+absolute(cfg.auditKey()), "KMS_URI="+absoluteURI(cfg.kmsURI()), "DEMO_NOW="+cfg.DemoNow.Format(time.RFC3339),
		"RECORDS_PER_HOUR="+benchCap, "LISTED_PER_HOUR="+benchCap,
	)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return bench.Process{}, err
	}
	return bench.Process{Addr: addr, PID: cmd.Process.Pid, Stop: func() error {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("%w: %s", err, said.String())
		}
		return nil
	}}, nil
}

// absoluteURI is absolute for the key-encryption key, where that is a file.
func absoluteURI(uri string) string {
	if path, ok := strings.CutPrefix(uri, "file://"); ok {
		return vault.FileURI(absolute(path))
	}
	return uri
}

func absolute(name string) string {
	full, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	return full
}
