package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"throughline/models"
)

// Numberer gives numbers to what is in the trail and has none, and says to how
// many. services/audit has one.
type Numberer interface {
	Number(ctx context.Context) (int64, error)
}

// numberArgs names the job that numbers the trail.
type numberArgs struct{}

func (numberArgs) Kind() string { return "audit_number" }

// patient is a worker whose job may take long: after an import there are millions
// of events to number.
type patient[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	do    func(context.Context) error
	limit time.Duration
}

func (w *patient[T]) Work(ctx context.Context, _ *river.Job[T]) error {
	return w.do(models.WithActor(ctx, models.System()))
}

func (w *patient[T]) Timeout(*river.Job[T]) time.Duration { return w.limit }

// WithLog numbers the trail every two seconds.
func WithLog(n Numberer) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &patient[numberArgs]{limit: time.Hour, do: func(ctx context.Context) error {
			_, err := n.Number(ctx)
			return err
		}})
		further(cfg, every[numberArgs](2*time.Second))
	}
}

// further adds a job, and a worker so that it holds up nobody.
func further(cfg *river.Config, job *river.PeriodicJob) {
	queue := cfg.Queues[river.QueueDefault]
	queue.MaxWorkers++
	cfg.Queues[river.QueueDefault] = queue
	cfg.PeriodicJobs = append(cfg.PeriodicJobs, job)
}

// Deliverer takes the last checkpoint outside where it is due.
type Deliverer interface {
	Deliver(ctx context.Context, now bool) (int, error)
}

// deliverArgs names the job that delivers checkpoints.
type deliverArgs struct{}

func (deliverArgs) Kind() string { return "audit_deliver" }

// WithDeliveries looks every ten minutes for a place that has had no checkpoint
// for an hour; what failed is tried again then. It does not fail itself: a mail
// server that is down is no fault of the queue's, and is on record.
func WithDeliveries(d Deliverer) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &patient[deliverArgs]{limit: 5 * time.Minute, do: func(ctx context.Context) error {
			_, _ = d.Deliver(ctx, false)
			return nil
		}})
		further(cfg, every[deliverArgs](10*time.Minute))
	}
}
