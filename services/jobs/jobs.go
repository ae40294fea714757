// Package jobs runs what happens after a change and what happens by the clock.
// A change writes a row in the outbox in its own transaction; a job drains it
// into notices, so a notice exists if and only if the change does. Jobs act as
// the system: they see only the rows that policies name for it, and carry ids,
// never personal data.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"throughline/internal/logging"
	"throughline/internal/pg"
	"throughline/models"
)

// Ticker moves every clock that has passed its moment. services/clocks has one.
type Ticker interface {
	Tick(ctx context.Context) (moved int64, err error)
}

// Runner works the queue until its context ends.
type Runner struct {
	client *river.Client[pgx.Tx]
}

// drainArgs, tickArgs and sweepArgs name the three periodic jobs, nightArgs the
// one of the night, watchArgs the watch over the trail. They carry nothing: each looks at what is waiting when it
// runs.
type (
	drainArgs struct{}
	tickArgs  struct{}
	sweepArgs struct{}
	nightArgs struct{}
	watchArgs struct{}
)

func (drainArgs) Kind() string { return "outbox_drain" }
func (tickArgs) Kind() string  { return "clocks_tick" }
func (sweepArgs) Kind() string { return "old_rows_sweep" }
func (nightArgs) Kind() string { return "records_night" }
func (watchArgs) Kind() string { return "trail_watch" }

type worker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	do func(context.Context) error
}

func (w *worker[T]) Work(ctx context.Context, _ *river.Job[T]) error {
	return w.do(models.WithActor(ctx, models.System()))
}

func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return 50 * time.Second }

// Night deletes what was approved and finds what is past keeping.
// services/rights has one.
type Night interface {
	Night(ctx context.Context) (deleted, found int, err error)
}

// WithNight adds the job of the night, at 02:30 London time. It runs once when
// the queue starts too, so that a copy that is never up at night does it all
// the same.
func WithNight(n Night) Option {
	return func(w *river.Workers, cfg *river.Config) {
		river.AddWorker(w, &worker[nightArgs]{do: func(ctx context.Context) error {
			_, _, err := n.Night(ctx)
			return err
		}})
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, river.NewPeriodicJob(nightly{}, func() (river.JobArgs, *river.InsertOpts) {
			return nightArgs{}, &river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByPeriod: 12 * time.Hour}}
		}, &river.PeriodicJobOpts{RunOnStart: true}))
	}
}

// Watcher looks for what stands out in the trail. services/alerts has one.
type Watcher interface {
	Watch(ctx context.Context, since time.Duration) (raised int, err error)
}

// WithAlarms adds the job that watches the trail, every ten seconds, over the
// last two minutes: what is committed late is still seen, and every alarm comes
// within a minute (security.md section 7).
func WithAlarms(a Watcher) Option {
	return func(w *river.Workers, cfg *river.Config) {
		river.AddWorker(w, &worker[watchArgs]{do: func(ctx context.Context) error {
			_, err := a.Watch(ctx, 2*time.Minute)
			return err
		}})
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, every[watchArgs](10*time.Second))
	}
}

// Comparer compares what was logged with what there is. services/linkage has one.
type Comparer interface {
	Compare(ctx context.Context) (compared, raised int, err error)
}

// compareArgs names the job that looks for records of one person.
type compareArgs struct{}

func (compareArgs) Kind() string { return "records_compare" }

// WithLinkage adds the job that compares new records, every five seconds.
func WithLinkage(l Comparer) Option {
	return func(w *river.Workers, cfg *river.Config) {
		river.AddWorker(w, &worker[compareArgs]{do: func(ctx context.Context) error {
			_, _, err := l.Compare(ctx)
			return err
		}})
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, every[compareArgs](5*time.Second))
	}
}

// Option adds a job to a runner.
type Option func(*river.Workers, *river.Config)

// nightly is every night at half past two, London time.
type nightly struct{}

// Next is the next such moment after now.
func (nightly) Next(now time.Time) time.Time {
	y, m, d := now.In(models.London()).Date()
	at := time.Date(y, m, d, 2, 30, 0, 0, models.London())
	if !at.After(now) {
		at = time.Date(y, m, d+1, 2, 30, 0, 0, models.London())
	}
	return at
}

// New prepares a runner. The schedule: the outbox every two seconds, the clocks
// every minute (decisions.md 23), old rows every hour.
func New(db *pg.DB, clocks Ticker, log *slog.Logger, more ...Option) (*Runner, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker[drainArgs]{do: func(ctx context.Context) error {
		_, err := Drain(ctx, db)
		return err
	}})
	river.AddWorker(workers, &worker[tickArgs]{do: func(ctx context.Context) error {
		_, err := clocks.Tick(ctx)
		return errors.Join(err, Escalate(ctx, db))
	}})
	river.AddWorker(workers, &worker[sweepArgs]{do: func(ctx context.Context) error { return Sweep(ctx, db) }})
	cfg := &river.Config{
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 3}},
		Workers:                     workers,
		Logger:                      logging.AtLeast(log, slog.LevelWarn),
		ReindexerSchedule:           river.NeverSchedule(), // the application owns no index
		CompletedJobRetentionPeriod: time.Hour,
		PeriodicJobs: []*river.PeriodicJob{
			every[drainArgs](2 * time.Second),
			every[tickArgs](time.Minute),
			every[sweepArgs](time.Hour),
		},
	}
	for _, add := range more {
		add(workers, cfg)
	}
	client, err := river.NewClient(riverpgxv5.New(db.Pool()), cfg)
	if err != nil {
		return nil, fmt.Errorf("preparing the job queue: %w", err)
	}
	return &Runner{client: client}, nil
}

// every schedules a job; one that is still waiting or running is not doubled.
func every[T river.JobArgs](d time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) {
		var args T
		return args, &river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByPeriod: d}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

// Run works until ctx ends, then lets running jobs finish.
func (r *Runner) Run(ctx context.Context) error {
	// The queue's own context outlives ctx, so that stopping is ours to pace.
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("starting the job queue: %w", err)
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return r.client.Stop(stop)
}
