package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// HandOver goes on with what somebody began for many cases. services/handoffs
// does it.
type HandOver interface {
	Work(ctx context.Context) error
}

type handOverArgs struct{}

func (handOverArgs) Kind() string { return "bulk_handoffs" }

// WithHandOvers goes on with bulk hand-overs every five seconds. One that was cut
// off is not waited for: the next begins with the cases that are left.
func WithHandOvers(h HandOver) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &worker[handOverArgs]{do: h.Work})
		cfg.Queues[longQueue] = river.QueueConfig{MaxWorkers: 1}
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, inQueue[handOverArgs](longQueue, 5*time.Second, river.UniqueOpts{ByPeriod: 5 * time.Second}))
	}
}
