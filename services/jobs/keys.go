package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Rotation moves a rotation of the data keys on, as far as it can go now.
// services/keys has one.
type Rotation interface {
	Step(ctx context.Context) error
}

type keysArgs struct{}

func (keysArgs) Kind() string { return "data_keys_step" }

// WithKeys adds the job that moves rotations of the data keys on, every minute.
func WithKeys(r Rotation) Option {
	return func(w *river.Workers, cfg *river.Config) {
		river.AddWorker(w, &patient[keysArgs]{limit: time.Hour, do: r.Step})
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, every[keysArgs](time.Minute))
	}
}
