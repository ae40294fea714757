package main

import (
	"strings"
	"testing"

	"throughline/internal/testkit"
)

func TestSeedFillsAnEmptyDatabaseOnceAndSaysHowFast(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	environ := []string{"DATABASE_URL=" + d.AppDSN, "DATABASE_OWNER_URL=" + d.OwnerDSN, "DATA_DIR=" + t.TempDir()}
	code, stdout, stderr := call(t, environ, "seed", "--cases", "120", "--seed", "4", "--until", "2026-11-20")
	if code != exitFine || !strings.Contains(stdout, "120 cases with ") || !strings.Contains(stdout, "a minute") || !strings.Contains(stdout, "Numbered ") {
		t.Fatalf("got exit %d and %q %q, want 120 cases and how fast", code, stdout, stderr)
	}
	code, _, stderr = call(t, environ, "seed", "--cases", "120")
	if code != exitFailed || !strings.Contains(stderr, "data already") {
		t.Errorf("got exit %d and %q over data that is there, want a refusal", code, stderr)
	}
}

func TestSeedRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environ []string
		args    []string
		says    string
	}{
		"production":         {[]string{"APP_ENV=production"}, nil, "no demo data"},
		"no owner":           {[]string{"DATABASE_URL=postgres://a@h/d"}, nil, "DATABASE_OWNER_URL"},
		"no day":             {nil, []string{"--until", "2026-02-30"}, "YYYY-MM-DD"},
		"a day too far":      {nil, []string{"--until", "2040-01-01"}, "bank holidays"},
		"too few":            {nil, []string{"--cases", "3"}, "at least"},
		"fewer than none":    {nil, []string{"--cases", "-1"}, "at least"},
		"a seed of letters":  {nil, []string{"--seed", "x"}, "--seed"},
		"something it lacks": {nil, []string{"now"}, "See throughline seed --help"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, test.environ, append([]string{"seed"}, test.args...)...)
			if code != exitUsage || !strings.Contains(stderr, test.says) {
				t.Errorf("got exit %d and %q %q, want %d and %q", code, stdout, stderr, exitUsage, test.says)
			}
		})
	}
}
