package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func newDoctorCmd(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check a deployment and say in words what is wrong",
		Long: `Looks at the settings, the keys, the database, its roles, its migrations and its
audit trail, and changes nothing. Exit codes: 0 when nothing is wrong (a warning
may still be worth reading), 1 when something is, 2 when it was called wrongly.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.doctor(cmd.Context()) },
	}
}

// verdict is how a finding stands.
type verdict string

const (
	fine    verdict = "ok"
	warning verdict = "warning"
	wrong   verdict = "wrong"
)

// finding is one thing that was looked at, in words.
type finding struct {
	verdict verdict
	words   string
}

// findings are the result of an examination.
type findings []finding

func (f *findings) add(v verdict, format string, args ...any) {
	*f = append(*f, finding{v, fmt.Sprintf(format, args...)})
}

// check adds ok or, when err is there, what is wrong.
func (f *findings) check(err error, right string) {
	if err != nil {
		f.add(wrong, "%s", sentence(err))
		return
	}
	f.add(fine, "%s", right)
}

// doctor prints every finding and fails when one of them is wrong.
func (p program) doctor(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var all findings
	for _, f := range p.examine(ctx) {
		p.say("%-8s %s", f.verdict, f.words)
		all = append(all, f)
	}
	count := map[verdict]int{}
	for _, f := range all {
		count[f.verdict]++
	}
	p.say("\n%s, %s.", plural(count[wrong], "problem"), plural(count[warning], "warning"))
	if count[wrong] > 0 {
		return errTold
	}
	return nil
}

// examine looks at the settings first: without them there is nothing to reach.
func (p program) examine(ctx context.Context) (all findings) {
	cfg, bad := p.parse()
	if len(bad) == 0 {
		bad = toServe(cfg)
	}
	for _, words := range bad {
		all.add(wrong, "%s.", words)
	}
	if len(bad) > 0 {
		return all
	}
	all.add(fine, "The settings can be read (%s).", cfg.Env)
	all = append(all, inspectSettings(cfg)...)
	if cfg.private() {
		return append(all, p.inspectPrivate(ctx, cfg)...)
	}
	all = append(all, inspectDataKeys(ctx, cfg, cfg.DatabaseURL.Reveal())...)
	all = append(all, inspectDatabase(ctx, cfg.DatabaseURL.Reveal(), cfg.DatabaseOwnerURL.Reveal(), cfg.clock()())...)
	return append(all, inspectLog(ctx, cfg.DatabaseURL.Reveal(), cfg)...)
}

// inspectSettings looks at what is allowed but worth a word, and at the keys.
func inspectSettings(cfg Config) (all findings) {
	if cfg.Env != production {
		all.add(warning, "APP_ENV is %s, which allows demo data and weak secrets: set APP_ENV=production where real people's records are kept.", cfg.Env)
	}
	if !cfg.secure() {
		all.add(warning, "People reach this at %s, without TLS: fine on one machine, nowhere else.", cfg.origin())
	}
	if cfg.Env == production && len(cfg.TrustedProxies) == 0 {
		all.add(warning, "TRUSTED_PROXIES is not set: behind a proxy, everybody seems to come from its address.")
	}
	if !cfg.DatabaseOwnerURL.Set() && !cfg.private() {
		all.add(warning, "DATABASE_OWNER_URL is not set: what only the owner sees was not looked at.")
	}
	if made := keysToMake(cfg); len(made) > 0 {
		all.add(warning, "There are no keys yet in %s: the first throughline serve makes them.", strings.Join(made, ", "))
	} else {
		all.check(readableKeys(cfg), "The keys can be read, by their owner alone.")
	}
	if cfg.Env == production && strings.HasPrefix(cfg.KMSURI, "file:") {
		all.add(warning, "KMS_URI is a file of this machine: whoever copies the machine has the key. A key management server keeps it (docs/security/keys.md).")
	}
	return all
}

// keysToMake are the key files that the first start will make, where none of
// them is there yet and no setting names one.
func keysToMake(cfg Config) []string {
	files := []string{cfg.jwtKeys(), cfg.answerKey()}
	if !cfg.private() || cfg.Env == production || cfg.JWTKeysFile != "" || cfg.AnswerKeyFile != "" {
		return nil
	}
	for _, file := range files {
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	return files
}

func readableKeys(cfg Config) error {
	var err error
	for _, words := range append(keyProblems(cfg.jwtKeys(), cfg.answerKey()), auditKeyProblems(cfg.auditKey())...) {
		err = errors.Join(err, errors.New(words))
	}
	return err
}
