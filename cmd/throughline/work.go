package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func newWorkCmd(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "work",
		Short: "Run the jobs: messages, clocks, housekeeping",
		Long: `Runs the jobs until it is stopped, for sites that serve with --no-worker.
Several may run side by side; each job is done once.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.load(toServe)
			if err != nil {
				return err
			}
			return p.work(cmd.Context(), cfg)
		},
	}
}

func (p program) work(ctx context.Context, cfg Config) (err error) {
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	ctx, cancel := d.watched(ctx)
	defer cancel(nil)
	if err := p.prepare(ctx, cfg, d, nil); err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, d.appDSN, p.logger(cfg))
	if err != nil {
		return err
	}
	defer a.close()
	if a.work == nil {
		return errors.New("this build has no jobs to run")
	}
	a.log.Info("working")
	go a.keys.Watch(ctx, a.log)
	return a.work(ctx)
}
