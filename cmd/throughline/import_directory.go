package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"throughline/models"
	"throughline/services/listings"
)

// directoryFlags are what import directory is told.
type directoryFlags struct {
	source, format, as string
	dryRun             bool
}

func importDirectory(p program) *cobra.Command {
	var f directoryFlags
	cmd := &cobra.Command{
		Use:   "directory --source NAME --as EMAIL FILE",
		Short: "Take in a feed of another directory of services",
		Long: `Reads services as HSDS 3.0 or Open Referral UK (JSON, CSV, or the standard's tables
in a zip), matches them with those that are published, and publishes them in the
public directory, all or nothing. It acts as a system administrator, whose
password is read from standard input, one line, and the code of their second
factor from the line after. The report goes to standard output: each service by
its number, what came of it, and why.`,
		Example: "  throughline import directory --source \"Hackney\" --as admin@demo.test --dry-run services.json < password",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.format == "" {
				f.format = map[string]string{".json": "json", ".jsonl": "json", ".csv": "csv", ".zip": "zip"}[strings.ToLower(filepath.Ext(args[0]))]
			}
			if f.as == "" || !models.HasChoice(listings.Formats(), f.format) {
				return usageError{errors.New("say with --as in whose name it is done, and with --format json, csv or zip where the file's ending does not")}
			}
			file, err := os.Open(args[0])
			if err != nil {
				return usageError{err}
			}
			defer func() { _ = file.Close() }()
			cfg, err := p.load(toServe)
			if err != nil {
				return err
			}
			return p.signedIn(cmd.Context(), cfg, f.as, cmd.InOrStdin(), func(me context.Context, a *app) error {
				return p.feed(me, listings.New(a.db), f, file)
			})
		},
	}
	cmd.Flags().StringVar(&f.source, "source", "", "what the directory is called, the same each time")
	cmd.Flags().StringVar(&f.format, "format", "", "json, csv or zip (default: by the ending of the file)")
	cmd.Flags().StringVar(&f.as, "as", "", "the address of the system administrator in whose name it is done")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "check every service and publish nothing")
	return cmd
}

func (p program) feed(me context.Context, svc *listings.Service, f directoryFlags, file *os.File) error {
	i, err := svc.Take(me, listings.Feed{Source: f.source, Format: f.format, Body: file})
	if err != nil {
		return err
	}
	q := listings.Query{Limit: 100}
	for {
		rows, next, err := svc.Rows(me, i.ID, q)
		if err != nil {
			return err
		}
		for _, r := range rows {
			why := strings.Trim(r.Field+": "+r.Says, ": ")
			if why != "" {
				why = " (" + why + ")"
			}
			p.say("Row %d: %s%s", r.N, strings.ToLower(models.ChoiceWords(models.ImportOutcomes(), string(r.Outcome))), why)
		}
		if q.Cursor = next; next == "" {
			break
		}
	}
	what := "Checked, and nothing published"
	if !f.dryRun && i.Accepted+i.Changed > 0 {
		if i, err = svc.Start(me, i.ID); err != nil {
			return err
		}
		what = "Published"
	}
	p.say("%s: %s; accepted %d, changed since %d, already here %d, refused %d.", what, plural(i.Total, "service"), i.Accepted, i.Changed, i.Duplicate, i.Refused)
	return nil
}
