package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Messenger sends what organisations' systems are told. services/webhooks has one.
type Messenger interface {
	Send(ctx context.Context) (tried int, err error)
}

type webhooksArgs struct{}

func (webhooksArgs) Kind() string { return "webhooks_send" }

// webhooksQueue is a queue of its own: a receiver that hangs holds up neither
// notices nor clocks. Several runs side by side, each with messages of its own.
const webhooksQueue = "webhooks"

// WithWebhooks adds the job that sends webhooks, every second.
func WithWebhooks(m Messenger) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &worker[webhooksArgs]{do: func(ctx context.Context) error {
			_, err := m.Send(ctx)
			return err
		}})
		cfg.Queues[webhooksQueue] = river.QueueConfig{MaxWorkers: 8}
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, inQueue[webhooksArgs](webhooksQueue, time.Second, river.UniqueOpts{ByPeriod: time.Second}))
	}
}
