package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Sender takes outside what waits to be sent, and says how much went.
// services/messages has one.
type Sender interface {
	Send(ctx context.Context) (int, error)
}

type messagesArgs struct{}

func (messagesArgs) Kind() string { return "messages_send" }

// messagesQueue is a queue of its own with one worker: a mail server that hangs
// holds nothing else up.
const messagesQueue = "messages"

// WithMessages looks every five seconds for something to send.
func WithMessages(s Sender) Option {
	return func(workers *river.Workers, cfg *river.Config) {
		river.AddWorker(workers, &patient[messagesArgs]{limit: 9 * time.Minute, do: func(ctx context.Context) error {
			_, err := s.Send(ctx)
			return err
		}})
		cfg.Queues[messagesQueue] = river.QueueConfig{MaxWorkers: 1}
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, inQueue[messagesArgs](messagesQueue, 5*time.Second, alone()))
	}
}
