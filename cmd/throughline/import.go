package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"throughline/internal/seal"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/imports"
)

// importFlags are what import is told.
type importFlags struct {
	kind, format, as, report string
	columns                  map[string]string
	dryRun, strict           bool
	resume                   string
}

func newImportCmd(p program) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import --kind KIND --as EMAIL FILE",
		Short: "Take in a file of a partner: a police feed, court results, a probation list",
		Long: `Does what the pages under Import files do, by the same rules and with the same
trail: it reads the file, checks every row without changing anything, and then
runs it in the name of the person given with --as. Their password is read from
standard input, one line, and where they have a second factor its code from the
line after. Progress goes to standard error, the report to standard output:
accepted, changed since, already here, refused, and each refused row by its
number and why. Nothing that was in a row is printed.

A file that is cut off is not lost: a server that runs goes on with it, and so
does --resume with the id that was printed. "-" for FILE is not taken: standard
input holds the password.

Exit codes: 0 done, even where rows were refused; 1 not done, with --strict also
where a row was refused; 2 called wrongly, or the columns have to be matched.`,
		Example: `  throughline import --kind police-feed --as police@demo.test --dry-run feed.csv < password
  throughline import --kind court-results --as witnesscare@demo.test --column case_reference="Our ref" results.csv < password
  throughline import --as police@demo.test --resume 01a1fd93-0000-7000-8000-000000000000 < password`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(args); err != nil {
				return usageError{err}
			}
			cfg, err := p.load(toServe)
			if err != nil {
				return err
			}
			return p.importFile(cmd.Context(), cfg, f, args, cmd.InOrStdin())
		},
	}
	cmd.AddCommand(importDirectory(p))
	cmd.Flags().StringVar(&f.kind, "kind", "", "what its rows are: police-feed, court-results or probation-list")
	cmd.Flags().StringVar(&f.format, "format", "", "csv or jsonl (default: by the ending of the file)")
	cmd.Flags().StringVar(&f.as, "as", "", "the address of the person in whose name it is done")
	cmd.Flags().StringToStringVar(&f.columns, "column", nil, "field=column, where the file calls a column otherwise; may be given again (default: as the organisation saved it)")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "check every row and change nothing")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "start nothing where a row is refused")
	cmd.Flags().StringVar(&f.report, "report", "", "write the refused rows into this file, as CSV")
	cmd.Flags().StringVar(&f.resume, "resume", "", "the id of a file that was taken in before")
	return cmd
}

// check finds what was called wrongly, and tidies the rest.
func (f *importFlags) check(args []string) error {
	if f.as == "" {
		return errors.New("say with --as in whose name it is done")
	}
	if f.resume != "" {
		if _, err := uuid.Parse(f.resume); err != nil || len(args) > 0 || f.dryRun {
			return errors.New("--resume takes the id that was printed, and neither a file nor --dry-run")
		}
		return nil
	}
	if len(args) == 0 || args[0] == "-" {
		return errors.New("name the file to take in")
	}
	f.kind = strings.ReplaceAll(f.kind, "-", "_")
	if _, ok := models.FindImportKind(models.ImportKind(f.kind)); !ok {
		var kinds []string
		for _, s := range models.ImportSpecs() {
			kinds = append(kinds, strings.ReplaceAll(string(s.Kind), "_", "-"))
		}
		return errors.New("--kind must be one of: " + strings.Join(kinds, ", "))
	}
	if f.format == "" {
		f.format = map[string]string{".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}[strings.ToLower(filepath.Ext(args[0]))]
	}
	if f.format != string(models.ImportCSV) && f.format != string(models.ImportLines) {
		return errors.New("--format must be csv or jsonl: the file's ending does not say")
	}
	return nil
}

// importFile takes in one file as the person who gave a password.
func (p program) importFile(ctx context.Context, cfg Config, f importFlags, args []string, in io.Reader) (err error) {
	var file *os.File
	if len(args) > 0 {
		if file, err = os.Open(args[0]); err != nil {
			return usageError{err}
		}
		defer func() { _ = file.Close() }()
	}
	return p.signedIn(ctx, cfg, f.as, in, func(me context.Context, a *app) error {
		r := &importRun{program: p, flags: f, service: a.imports, me: me}
		return r.run(ctx, file)
	})
}

// signedIn does something as the person whose password stands on standard
// input, and signs them out again.
func (p program) signedIn(ctx context.Context, cfg Config, email string, in io.Reader, do func(me context.Context, a *app) error) (err error) {
	password, code, err := secretLines(in)
	if err != nil {
		return err
	}
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := p.prepare(ctx, cfg, d, nil); err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, d.appDSN, p.logger(cfg))
	if err != nil {
		return err
	}
	defer a.close()
	sealer, err := seal.Load(cfg.answerKey())
	if err != nil {
		return err
	}
	people := a.accounts(cfg, sealer)
	s, err := people.SignIn(ctx, accounts.Credentials{Email: email, Password: password, Code: code, Kind: accounts.API, UserAgent: "throughline import"})
	if err != nil {
		return inWords(err)
	}
	me := models.WithActor(ctx, s.Actor)
	defer func() {
		if out := people.SignOut(context.WithoutCancel(me)); out != nil && err == nil {
			err = out
		}
	}()
	if s.Actor.OwesConduct {
		return errors.New("they have to accept the code of conduct first: sign in on the pages once")
	}
	return inWords(do(me, a))
}

// secretLines reads the password and, where there is a second line, the code.
func secretLines(in io.Reader) (password, code string, err error) {
	r := bufio.NewReader(in)
	if password, err = secretLine(r); err != nil {
		return "", "", err
	}
	code, err = r.ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return password, strings.TrimSpace(code), err
}

// importRun is one file on its way.
type importRun struct {
	program
	flags   importFlags
	service *imports.Service
	me      context.Context // who acts
}

func (r *importRun) run(ctx context.Context, file io.Reader) error {
	i, err := r.take(ctx, file)
	if err != nil {
		return err
	}
	if i, err = r.until(ctx, i, models.ImportChecking, "checked"); err != nil {
		return err
	}
	if i.Status == models.ImportChecked {
		r.tell("Checked, and nothing changed yet", &i)
		switch {
		case r.flags.dryRun, r.flags.strict && i.Refused > 0, i.Accepted+i.Changed == 0:
			return r.leave(i)
		}
		if i, err = r.service.Start(r.me, i.ID); err != nil {
			return err
		}
	}
	if i, err = r.until(ctx, i, models.ImportRunning, "done"); err != nil {
		return err
	}
	if i.Status != models.ImportDone {
		return fmt.Errorf("the file stopped after row %d: whoever started it may no longer go on", i.Done)
	}
	r.tell("Done", &i)
	return r.refused(i)
}

// leave reports on a file that is not run and gives it up: nothing of it stays
// but what was found.
func (r *importRun) leave(i models.Import) error {
	if err := r.refused(i); err != nil {
		return err
	}
	if _, err := r.service.Discard(r.me, i.ID); err != nil {
		return err
	}
	switch {
	case r.flags.strict && i.Refused > 0:
		r.say("Nothing was started: rows were refused, and --strict was given.")
		return errTold
	case r.flags.dryRun:
		r.say("Nothing was changed: this was a dry run.")
	default:
		r.say("Nothing was started: no row would change anything.")
		if i.Duplicate == 0 {
			return errTold
		}
	}
	return nil
}

// take sends the file in, or finds the one to go on with, and matches its
// columns.
func (r *importRun) take(ctx context.Context, file io.Reader) (models.Import, error) {
	if r.flags.resume != "" {
		i, err := r.service.Get(r.me, uuid.MustParse(r.flags.resume))
		if err == nil && i.Status == models.ImportStopped {
			i, err = r.service.Start(r.me, i.ID)
		}
		if err == nil && !i.Waits() && i.Status != models.ImportChecked {
			err = models.Conflict("This file is: " + models.LowerFirst(i.Status.Words()) + ".")
		}
		return i, err
	}
	i, err := r.service.Take(r.me, imports.File{Kind: models.ImportKind(r.flags.kind), Format: models.ImportFormat(r.flags.format), Body: file})
	if err != nil {
		return i, err
	}
	r.note("Taken in as %s: %s.", i.ID, plural(i.Total, "row"))
	mapping := i.Mapping
	for field, column := range r.flags.columns {
		mapping[field] = column
	}
	if i.Status != models.ImportMapping && len(r.flags.columns) == 0 {
		return i, nil
	}
	if i, err = r.until(ctx, i, models.ImportChecking, "checked"); err != nil { // it was known how, and is said otherwise now
		return i, err
	}
	matched, err := r.service.Match(r.me, i.ID, imports.Matching{Mapping: mapping})
	if err == nil {
		return matched, nil
	}
	if _, failed := r.service.Discard(r.me, i.ID); failed != nil {
		return i, errors.Join(err, failed)
	}
	r.note("Its columns are: %s. Say with --column field=column which is which; nothing of the file was kept.", strings.Join(i.Columns, ", "))
	return i, err
}

// until goes on with the file, beside any server that does, until it is no
// longer at what it was at.
func (r *importRun) until(ctx context.Context, i models.Import, at models.ImportStatus, word string) (models.Import, error) {
	system := models.WithActor(ctx, models.System())
	shown := time.NewTicker(time.Second)
	defer shown.Stop()
	for i.Status == at {
		worked := make(chan error, 1)
		go func() { worked <- r.service.Work(system) }()
		for working := true; working; {
			select {
			case err := <-worked:
				if err != nil {
					return i, fmt.Errorf("%w (throughline import --as %s --resume %s goes on)", err, r.flags.as, i.ID)
				}
				working = false
			case <-shown.C:
			}
			var err error
			if i, err = r.service.Progress(r.me, i.ID); err != nil {
				return i, err
			}
			r.note("%d of %d rows %s", i.Done, i.Total, word)
		}
	}
	return i, nil
}

// note says something on standard error that is no part of the report.
func (r *importRun) note(format string, args ...any) {
	_, _ = fmt.Fprintf(r.stderr, format+"\n", args...)
}

func (r *importRun) tell(what string, i *models.Import) {
	counts := map[models.ImportOutcome]int{models.RowAccepted: i.Accepted, models.RowChanged: i.Changed, models.RowDuplicate: i.Duplicate, models.RowRefused: i.Refused}
	var list []string
	for _, o := range models.ImportOutcomes() {
		list = append(list, fmt.Sprintf("%s %d", strings.ToLower(o.Words), counts[models.ImportOutcome(o.Key)]))
	}
	r.say("%s: %s; %s.", what, plural(i.Total, "row"), strings.Join(list, ", "))
}

// refused prints each refused row by its number, and writes them where they are
// asked for.
func (r *importRun) refused(i models.Import) error {
	if r.flags.report == "" {
		return r.eachRefused(i, nil)
	}
	out, err := os.OpenFile(r.flags.report, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sheet := models.NewSheet(out)
	sheet.Row("row", "column", "reason", "code")
	err = r.eachRefused(i, sheet)
	return errors.Join(err, sheet.Close(), out.Close())
}

func (r *importRun) eachRefused(i models.Import, sheet *models.Sheet) error {
	if i.Refused == 0 {
		return nil
	}
	return r.service.EachRefused(r.me, i.ID, func(row models.ImportRow) error {
		words := slices.DeleteFunc([]string{row.Field, row.Says}, func(s string) bool { return s == "" })
		r.say("Row %d: %s", row.N, strings.Join(words, ": "))
		if sheet != nil {
			sheet.Row(strconv.Itoa(row.N), row.Field, row.Says, row.Code)
		}
		return nil
	})
}
