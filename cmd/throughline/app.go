package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"throughline/handlers"
	v1 "throughline/handlers/api/v1"
	"throughline/handlers/auth"
	"throughline/handlers/middleware"
	"throughline/internal/blob"
	"throughline/internal/migrate"
	"throughline/internal/outward"
	"throughline/internal/pg"
	"throughline/internal/seal"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/alerts"
	"throughline/services/approvals"
	"throughline/services/audit"
	"throughline/services/cases"
	"throughline/services/clocks"
	"throughline/services/complaints"
	"throughline/services/directory"
	"throughline/services/documents"
	"throughline/services/drafts"
	"throughline/services/events"
	"throughline/services/feedback"
	"throughline/services/forms"
	"throughline/services/handoffs"
	"throughline/services/imports"
	"throughline/services/jobs"
	"throughline/services/keys"
	"throughline/services/linkage"
	"throughline/services/listings"
	"throughline/services/marac"
	"throughline/services/matters"
	"throughline/services/messages"
	"throughline/services/notes"
	"throughline/services/notices"
	"throughline/services/owed"
	"throughline/services/people"
	"throughline/services/protection"
	"throughline/services/quality"
	"throughline/services/referrals"
	"throughline/services/rights"
	"throughline/services/rules"
	"throughline/services/samples"
	"throughline/services/sharing"
	"throughline/services/status"
	"throughline/services/support"
	"throughline/services/webhooks"
)

// app is the product joined to one database: the only place where services,
// handlers and jobs meet.
type app struct {
	db       *pg.DB
	keys     *keys.Service
	vault    *vault.Vault
	files    *documents.Service
	imports  *imports.Service
	messages *messages.Service
	webhooks *webhooks.Service
	handler  http.Handler
	work     func(context.Context) error
	draining atomic.Bool
	log      *slog.Logger
}

// newApp joins the parts on the database of dsn, which has to be migrated.
func newApp(ctx context.Context, cfg Config, dsn string, log *slog.Logger) (_ *app, err error) {
	sealer, err := seal.Load(cfg.answerKey())
	if err != nil {
		return nil, err
	}
	signing, err := auth.LoadKeys(cfg.jwtKeys())
	if err != nil {
		return nil, err
	}
	content := &vault.Vault{}
	db, err := pg.Open(ctx, pg.Options{DSN: dsn, Now: cfg.clock(), MaxConns: int32(cfg.DatabaseMaxConns), Vault: content, Caps: cfg.caps()})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	if err := db.Ready(ctx, migrate.Latest()); err != nil {
		return nil, fmt.Errorf("the database is not ready (has it been migrated? throughline migrate up): %w", errors.Unwrap(err))
	}
	a := &app{db: db, log: log, vault: content}
	store, settings, err := openFiles(cfg)
	if err != nil {
		return nil, err
	}
	a.files = documents.New(db, directory.New(db), store, settings)
	a.imports = newImports(db, store)
	carriers, err := cfg.carriers()
	if err != nil {
		return nil, err
	}
	a.messages = messages.New(db, carriers, log)
	a.webhooks = webhooks.New(db, sealer, outward.New(outward.Options{}))
	if a.keys, err = openKeys(ctx, cfg, db, content); err != nil {
		return nil, fmt.Errorf("nothing that was sealed could be read: %w", err)
	}
	deps := a.deps(cfg, sealer, signing)
	audit.AddErasure(deps.Approvals)
	a.handler, err = handlers.New(deps)
	if err != nil {
		return nil, err
	}
	calendar := models.MustCalendar()
	sent := referrals.New(db, calendar, directory.New(db))
	further, err := a.auditJobs(cfg)
	if err != nil {
		return nil, err
	}
	runner, err := jobs.New(db, clocks.New(db, calendar, sent.Lapse), log, append(further, jobs.WithNight(rights.New(db, calendar, nil)), jobs.WithFiles(a.files),
		jobs.WithKeys(a.keys), jobs.WithAlarms(alerts.New(db, calendar)), jobs.WithLinkage(linkage.New(db)), jobs.WithWebhooks(a.webhooks), jobs.WithImports(a.imports), jobs.WithHandOvers(handoffs.New(db, calendar, directory.New(db), sent)), jobs.WithFigures(quality.New(db)), jobs.WithMessages(a.messages))...)
	if err != nil {
		return nil, err
	}
	a.work = runner.Run
	return a, nil
}

// newImports takes in files, by the rules of the services whose records they
// become.
func newImports(db *pg.DB, store blob.Store) *imports.Service {
	calendar, dir := models.MustCalendar(), directory.New(db)
	return imports.New(db, dir, store, cases.New(db, calendar, dir), events.New(db, calendar, dir, referrals.New(db, calendar, dir)))
}

// deps are the services the handlers stand on. Tokens live in real time, all
// else by the one clock (decisions.md 12).
func (a *app) deps(cfg Config, sealer *seal.Keys, keys *auth.Keys) handlers.Deps {
	calendar, dir := models.MustCalendar(), directory.New(a.db)
	second := approvals.New(a.db)
	refs := referrals.New(a.db, calendar, dir)
	logins := a.accounts(cfg, sealer)
	return handlers.Deps{
		Version:  version(),
		Training: cfg.Env != production,
		Sealer:   sealer,
		Ready:    a.checks(),
		Now:      a.db.Now,
		Proxies:  cfg.TrustedProxies,
		Edge: middleware.Options{
			Base:     cfg.base(),
			OneHost:  cfg.Env == production,
			Log:      a.log,
			Limits:   middleware.DefaultLimits(),
			Cookies:  auth.NewCookies(cfg.secure()),
			Tokens:   auth.NewTokens(keys, cfg.origin(), time.Now),
			Cache:    auth.NewCache(),
			Accounts: logins,
		},
		Alerts:    alerts.New(a.db, calendar),
		Approvals: second,
		People:    people.New(a.db, second, cfg.origin(), cfg.CodeOfConduct.version()),
		Audit:     audit.New(a.db),

		Calendar:   calendar,
		Cases:      cases.New(a.db, calendar, dir),
		Directory:  dir,
		Documents:  a.files,
		Drafts:     drafts.New(a.db),
		MARAC:      marac.New(a.db, calendar, dir),
		Forms:      forms.New(a.db, dir, models.FormVersions()),
		Notes:      notes.New(a.db, dir),
		Notices:    notices.New(a.db),
		Quality:    quality.New(a.db),
		Referrals:  refs,
		Rights:     rights.New(a.db, calendar, second),
		Rules:      rules.New(a.db, calendar, second),
		Sharing:    sharing.New(a.db, calendar, dir),
		Support:    support.New(a.db, refs),
		Status:     status.New(a.db, calendar, logins, status.Options{Unreviewed: cfg.UnreviewedLanguages}),
		Handoffs:   handoffs.New(a.db, calendar, dir, refs),
		Owed:       owed.New(a.db, calendar, dir),
		Events:     events.New(a.db, calendar, dir, refs),
		Matters:    matters.New(a.db, calendar, dir, events.New(a.db, calendar, dir, refs)),
		Samples:    samples.New(a.db, dir),
		Complaints: complaints.New(a.db, calendar, dir),
		Feedback:   feedback.New(a.db, dir),
		Imports:    a.imports,
		Linkage:    linkage.New(a.db),
		Listings:   listings.New(a.db),
		Protection: protection.New(a.db, calendar),

		Messages:     a.messages,
		ReceiptToken: cfg.NotifyCallbackToken.Reveal(),
		Webhooks:     a.webhooks,
	}
}

// accounts are the people who sign in, as the settings have it.
func (a *app) accounts(cfg Config, sealer *seal.Keys) *accounts.Service {
	return accounts.New(a.db, accounts.Settings{RequireSecondFactor: cfg.secondFactor(), Keys: sealer, Origin: cfg.origin(), Conduct: cfg.CodeOfConduct.version()})
}

// checks are what readyz asks: that we are not about to stop, that the
// database answers at the right version, and that the queue's tables are there.
func (a *app) checks() []v1.Check {
	return []v1.Check{
		{Name: "server", Ask: func(context.Context) error {
			if a.draining.Load() {
				return errors.New("stopping")
			}
			return nil
		}},
		{Name: "database", Ask: func(ctx context.Context) error { return a.db.Ready(ctx, migrate.Latest()) }},
		{Name: "queue", Ask: func(ctx context.Context) error {
			_, err := a.db.Pool().Exec(ctx, "select from river_queue limit 1")
			return err
		}},
	}
}

// parts are what serve runs of the app.
func (a *app) parts(l net.Listener) parts {
	return parts{
		listener: l,
		handler:  a.handler,
		work:     a.work,
		drain:    func() { a.draining.Store(true) },
		watch:    func(ctx context.Context) { a.keys.Watch(ctx, a.log) },
		figures:  []prometheus.Collector{poolFigures{a.db.Pool()}, alertFigures{alerts.New(a.db, models.MustCalendar())}},
		log:      a.log,
	}
}

func (a *app) close() { a.db.Close() }

// poolFigures tells how busy the database pool is.
type poolFigures struct{ pool *pgxpool.Pool }

var (
	poolConns   = prometheus.NewDesc("throughline_database_connections", "Connections of the pool.", []string{"state"}, nil)
	poolWaits   = prometheus.NewDesc("throughline_database_waits_total", "Requests that had to wait for a connection.", nil, nil)
	poolWaiting = prometheus.NewDesc("throughline_database_wait_seconds_total", "How long requests waited for a connection.", nil, nil)
)

// Describe names the figures.
func (poolFigures) Describe(out chan<- *prometheus.Desc) {
	out <- poolConns
	out <- poolWaits
	out <- poolWaiting
}

// Collect reads the figures.
func (f poolFigures) Collect(out chan<- prometheus.Metric) {
	s := f.pool.Stat()
	out <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(s.AcquiredConns()), "in_use")
	out <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(s.IdleConns()), "idle")
	out <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(s.MaxConns()), "most")
	out <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(s.EmptyAcquireCount()))
	out <- prometheus.MustNewConstMetric(poolWaiting, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds())
}
