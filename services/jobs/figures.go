package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Figures counts again what the figures of cases say. services/quality does it.
type Figures interface {
	Count(ctx context.Context, all bool) error
}

type (
	figuresArgs    struct{}
	allFiguresArgs struct{}
)

func (figuresArgs) Kind() string    { return "figures_count" }
func (allFiguresArgs) Kind() string { return "figures_count_all" }

// WithFigures counts the latest months every hour, and all of them each night and
// at the start, one beside nothing else of its kind.
func WithFigures(f Figures) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &worker[figuresArgs]{do: func(ctx context.Context) error { return f.Count(ctx, false) }})
		river.AddWorker(workers, &nightWorker[allFiguresArgs]{worker[allFiguresArgs]{do: func(ctx context.Context) error { return f.Count(ctx, true) }}})
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, every[figuresArgs](time.Hour),
			river.NewPeriodicJob(nightly{}, func() (river.JobArgs, *river.InsertOpts) {
				return allFiguresArgs{}, &river.InsertOpts{MaxAttempts: 3, UniqueOpts: alone()}
			}, &river.PeriodicJobOpts{RunOnStart: true}))
	}
}

// nightWorker may take longer: it goes month by month over years.
type nightWorker[T river.JobArgs] struct{ worker[T] }

func (w *nightWorker[T]) Timeout(*river.Job[T]) time.Duration { return 30 * time.Minute }
