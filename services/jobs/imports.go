package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Importer takes in the rows of files, and removes those that are over.
// services/imports does it.
type Importer interface {
	Work(ctx context.Context) error
	Sweep(ctx context.Context) error
}

type (
	importArgs      struct{}
	sweepImportArgs struct{}
)

func (importArgs) Kind() string      { return "imports_work" }
func (sweepImportArgs) Kind() string { return "imports_sweep" }

// longQueue has one worker: one file, or one piece of a hand-over of many
// cases, after the other, and nothing else waits for them.
const longQueue = "imports"

// WithImports goes on with files every five seconds and removes old ones every
// hour. A job that was cut off is not waited for: the next begins where the rows
// that were committed end.
func WithImports(i Importer) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &worker[importArgs]{do: i.Work})
		river.AddWorker(workers, &worker[sweepImportArgs]{do: i.Sweep})
		cfg.Queues[longQueue] = river.QueueConfig{MaxWorkers: 1}
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, inQueue[importArgs](longQueue, 5*time.Second, river.UniqueOpts{ByPeriod: 5 * time.Second}),
			inQueue[sweepImportArgs](longQueue, time.Hour, river.UniqueOpts{ByPeriod: time.Hour}))
	}
}

// inQueue schedules a job of a queue of its own; unique says beside which others
// none is added.
func inQueue[T river.JobArgs](queue string, d time.Duration, unique river.UniqueOpts) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) {
		var args T
		return args, &river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: unique}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}
