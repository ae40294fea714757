package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Files are what has to be done with attached files by and by.
// services/documents does it.
type Files interface {
	Scan(ctx context.Context) error  // have the scanner look at what waits
	Sweep(ctx context.Context) error // remove content that nobody wants or knows
}

type (
	scanFilesArgs  struct{}
	sweepFilesArgs struct{}
)

func (scanFilesArgs) Kind() string  { return "files_scan" }
func (sweepFilesArgs) Kind() string { return "files_sweep" }

// filesQueue is a queue of its own with one worker: a scanner that hangs, or a
// store that is slow, holds nothing else up (security.md F18).
const filesQueue = "files"

// WithFiles scans files every ten seconds and sweeps every hour.
func WithFiles(f Files) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &worker[scanFilesArgs]{do: f.Scan})
		river.AddWorker(workers, &worker[sweepFilesArgs]{do: f.Sweep})
		cfg.Queues[filesQueue] = river.QueueConfig{MaxWorkers: 1}
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, inQueue[scanFilesArgs](filesQueue, 10*time.Second, alone()), inQueue[sweepFilesArgs](filesQueue, time.Hour, alone()))
	}
}

// alone adds no job while one of its kind waits or runs, however long that takes.
func alone() river.UniqueOpts {
	return river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}
}
