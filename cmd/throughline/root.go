package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"throughline/internal/logging"
)

// The exit codes of every command (contract.md section 1).
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

// program is what a command has of the world outside, so that tests can give
// it another.
type program struct {
	environ        []string
	dir            string    // where .env is looked for
	stdin          io.Reader // nil: the process's own
	stdout, stderr io.Writer
}

// say prints one sentence for the person who runs the command.
func (p program) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stdout, format+"\n", args...)
}

// logger writes text in development, for a reader, and JSON elsewhere. It
// becomes what every package without a logger of its own writes to.
func (p program) logger(cfg Config) *slog.Logger {
	log := logging.New(p.stderr, cfg.LogLevel, cfg.Env != development)
	slog.SetDefault(log)
	return log
}

// usageError is a mistake in how the command was called or set up: exit 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// commands is every command; each has its own newXxxCmd.
var commands = []func(program) *cobra.Command{
	newDemoCmd, newServeCmd, newWorkCmd, newMigrateCmd, newSeedCmd, newImportCmd, newAdminCmd, newAuditCmd, newOpenAPICmd, newAccessTableCmd, newDoctorCmd, newBenchCmd,
}

func newRootCmd(p program) *cobra.Command {
	root := &cobra.Command{
		Use:   "throughline",
		Short: "Victims' case and referral tracker",
		Long: `Throughline keeps one unbroken line of care for every victim of crime.

Settings come from the environment and, outside production, from a file .env;
.env.example lists them. Exit codes: 0 fine, 1 failed, 2 called or set up wrongly.`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          needsSubcommand,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	for _, newCmd := range commands {
		root.AddCommand(newCmd(p))
	}
	return root
}

// needsSubcommand answers a command that was called without saying which part.
func needsSubcommand(cmd *cobra.Command, _ []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return usageError{fmt.Errorf("%s needs one of: %s", cmd.CommandPath(), strings.Join(names, ", "))}
}

// execute runs a command line and gives its exit code.
func execute(ctx context.Context, p program, args []string) int {
	root := newRootCmd(p)
	root.SetArgs(args)
	if p.stdin != nil {
		root.SetIn(p.stdin)
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	begun := false // until a command begins, an error is about the command line
	root.PersistentPreRun = func(*cobra.Command, []string) { begun = true }
	cmd, err := root.ExecuteContextC(ctx)
	switch usage, ok := errors.AsType[usageError](err); {
	case err == nil:
		return exitFine
	case ok || !begun:
		if ok {
			err = usage.error
		}
		_, _ = fmt.Fprintf(p.stderr, "%s\nSee %s --help.\n", sentence(err), cmd.CommandPath())
		return exitUsage
	default:
		if !errors.Is(err, errTold) {
			_, _ = fmt.Fprintln(p.stderr, sentence(err))
		}
		return exitFailed
	}
}

// errTold ends a command that has already said what is wrong.
var errTold = errors.New("told")

// sentence makes an error begin with a capital.
func sentence(err error) string {
	s := err.Error()
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// version is the module's, with the commit where the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value
		}
	}
	return v
}
