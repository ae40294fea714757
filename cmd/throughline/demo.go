package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"throughline/handlers/auth"
	"throughline/internal/pglocal"
	"throughline/internal/seal"
	"throughline/services/demo"
)

// demoPassword is every demo person's (contract.md section 3).
const demoPassword = "correct horse battery staple" //nolint:gosec // published, and refused in production

// demoPeople are the demo sign-ins of contract.md section 3, in its order.
var demoPeople = [][3]string{
	{"police@demo.test", "caseworker", "Metropolitan Police Service, victim care"},
	{"caseworker@demo.test", "caseworker", "London Victim Service"},
	{"caseworker.manager@demo.test", "manager", "London Victim Service"},
	{"support@demo.test", "service worker", "London Victim Service, adult support"},
	{"youth@demo.test", "service worker", "Young Londoners' Victim Service"},
	{"childhouse@demo.test", "service worker", "The Child House, north central London"},
	{"hatecrime@demo.test", "service worker", "Hate Crime Victims' Advocates"},
	{"vawg@demo.test", "service worker", "VAWG advocacy service"},
	{"vawg.manager@demo.test", "service manager", "VAWG advocacy service"},
	{"refuge@demo.test", "service worker", "a refuge (address not shown)"},
	{"restorative@demo.test", "service worker", "restorative justice service"},
	{"marac@demo.test", "service worker", "the MARAC of Newham and Tower Hamlets"},
	{"witnesscare@demo.test", "court officer", "witness care unit"},
	{"probation@demo.test", "caseworker", "Probation victim contact"},
	{"coordinator@demo.test", "pathway coordinator", "Pathway coordination"},
	{"youthjustice@demo.test", "caseworker", "youth justice team"},
	{"havens@demo.test", "service worker", "NHS sexual assault referral centre"},
	{"cityhall@demo.test", "commissioner analyst", "Mayor's Office for Policing and Crime"},
	{"privacy@demo.test", "privacy officer", "London Victim Service"},
	{"operator.privacy@demo.test", "privacy officer", "the operator"},
	{"safeguarding@demo.test", "safeguarding lead", "London Victim Service"},
	{"commissioner@demo.test", "commissioner auditor", "Victims' Commissioner's office"},
	{"analyst@demo.test", "commissioner analyst", "Victims' Commissioner's office"},
	{"orgadmin@demo.test", "organisation admin", "London Victim Service"},
	{"admin@demo.test", "system admin (sees no case)", "the operator"},
}

// demoSeed is the seed of every demo copy, so that two of them show the same.
const demoSeed = 1

func newDemoCmd(p program) *cobra.Command {
	var cases int
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Start everything with fictional data: what make run does",
		Long: `Starts a private PostgreSQL under DATA_DIR (or uses DATABASE_URL), migrates it,
loads fictional data once, and serves. Ctrl-C stops it all; the data stays.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.load(toDemo)
			if err != nil {
				return err
			}
			if cases < 0 {
				return usageError{errors.New("--cases must not be negative")}
			}
			return p.demo(cmd.Context(), cfg, cases)
		},
	}
	cmd.Flags().IntVar(&cases, "cases", 5000, "how many fictional cases the first start makes")
	cmd.AddCommand(&cobra.Command{
		Use: "reset", Short: "Delete the private database; the next start makes it anew", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.demoReset() },
	})
	return cmd
}

func (p program) demo(ctx context.Context, cfg Config, cases int) error {
	return p.site(ctx, cfg, siteOptions{
		worker: true,
		before: func(ctx context.Context, d *database) error {
			if err := p.migrated(ctx, d); err != nil {
				return err
			}
			content, err := p.vaultOf(ctx, cfg, d.appDSN)
			if err != nil {
				return err
			}
			_, err = demo.SeedOnce(ctx, d.ownerDSN, demo.Options{
				Cases: cases, Vault: content, Seed: demoSeed, Until: cfg.clock()(), Production: cfg.Env == production,
				Say: func(sentence string) { p.say("%s", sentence) },
			})
			return err // the jobs number its trail
		},
		ready: func() { p.welcome(cfg) },
	})
}

// welcome prints where to go and who to be.
func (p program) welcome(cfg Config) {
	p.say("\nThroughline is at %s\n\nSign in as any of these, with the password: %s\n", cfg.origin(), demoPassword)
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, who := range demoPeople {
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\n", who[0], who[1], who[2])
	}
	_ = table.Flush()
	p.say("\nEverybody in it is made up. Ctrl-C stops it; the data stays.\n")
}

// demoReset deletes the private database, and nothing else: never a server
// that DATABASE_URL names.
func (p program) demoReset() error {
	cfg, err := p.load(nil)
	if err != nil {
		return err
	}
	if !cfg.private() || cfg.Env == production {
		return usageError{errors.New("only the private database can be reset, and DATABASE_URL or APP_ENV names another")}
	}
	return pglocal.Remove(cfg.databaseDir(), func(s string) { p.say("%s", s) })
}

// makeKeys makes the key files a first start needs, in their places under
// DATA_DIR; files that the settings name are the operator's to make.
func makeKeys(cfg Config) error {
	if cfg.JWTKeysFile == "" {
		if err := auth.CreateKeys(cfg.jwtKeys(), time.Now()); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if cfg.AnswerKeyFile == "" {
		if err := seal.Create(cfg.answerKey()); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return makeAuditKey(cfg)
}
