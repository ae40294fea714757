package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"throughline/models"
	"throughline/services/demo"
)

// seedFlags are what seed is told; until is empty for now.
type seedFlags struct {
	cases int
	seed  int64
	until string
}

func newSeedCmd(p program) *cobra.Command {
	var f seedFlags
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Fill an empty database with realistic fictional cases",
		Long: `Makes organisations, services, people and cases of about three years, shaped by
published counts, in a database that holds none yet. The same seed, number and
day make the same cases. The work that is open is open at nine in the morning of
--until. With --cases 0 there are organisations, services and people alone.`,
		Example: "  throughline seed --cases 5000 --seed 1 --until 2026-11-20",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.load(toSeed)
			if err != nil {
				return err
			}
			return p.seed(cmd.Context(), cfg, f)
		},
	}
	cmd.Flags().IntVar(&f.cases, "cases", 5000, "how many cases")
	cmd.Flags().Int64Var(&f.seed, "seed", demoSeed, "which of all demos")
	cmd.Flags().StringVar(&f.until, "until", "", "the day it ends, as 2026-11-20 (default now)")
	return cmd
}

// toSeed finds what stands in the way of making fictional cases.
func toSeed(c Config) problems {
	if c.Env == production {
		return problems{"APP_ENV=production has no demo data"}
	}
	if !c.private() && !c.DatabaseOwnerURL.Set() {
		return problems{"DATABASE_OWNER_URL must be set beside DATABASE_URL: seed migrates first"}
	}
	return addresses(c)
}

func (p program) seed(ctx context.Context, cfg Config, f seedFlags) (err error) {
	o := demo.Options{
		Cases: f.cases, Seed: f.seed, Until: cfg.clock()(), Production: cfg.Env == production,
		Say: func(sentence string) { p.say("%s", sentence) },
	}
	if f.until != "" {
		if o.Until, err = demo.ParseUntil(f.until); err != nil {
			return usageError{errors.New("--until: " + err.Error())}
		}
	}
	if err := o.Check(); err != nil {
		return usageError{err}
	}
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := p.migrated(ctx, d); err != nil {
		return err
	}
	if o.Vault, err = p.vaultOf(ctx, cfg, d.appDSN); err != nil {
		return err
	}
	made, err := demo.Seed(ctx, d.ownerDSN, o)
	if err != nil {
		return err
	}
	p.say("%s with %s: %s rows in %s, %s a minute. Checked in %s.", plural(made.Cases, "case"), plural(made.Referrals, "referral"),
		models.Count(made.Rows), made.Took.Round(100*time.Millisecond), plural(int(float64(made.Cases)/made.Took.Minutes()), "case"),
		made.Checked.Round(100*time.Millisecond))
	return p.numberAll(ctx, cfg, d)
}
