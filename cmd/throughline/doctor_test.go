package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
)

func plant(t *testing.T, dsn, sql string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestDoctorOnADatabase(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		spoil string                        // as the superuser
		as    func(testkit.Database) string // who DATABASE_URL is; nil: the application
		owner bool                          // whether DATABASE_OWNER_URL is set
		now   time.Time
		want  verdict
		words string
	}{
		"as it should be":   {owner: true, want: fine, words: "Every migration is applied"},
		"without the owner": {want: fine, words: "The database is at version"},
		"a superuser serves": {
			as: func(d testkit.Database) string { return d.SuperDSN }, want: wrong, words: "is a superuser",
		},
		"the owner serves": {
			as: func(d testkit.Database) string { return d.OwnerDSN }, want: wrong, words: "owns things in the database",
		},
		"a table without row security": {
			spoil: "ALTER TABLE cases DISABLE ROW LEVEL SECURITY", want: wrong, words: "not forced on cases",
		},
		"a table that does not bind its owner": {
			spoil: "ALTER TABLE referrals NO FORCE ROW LEVEL SECURITY", want: wrong, words: "not forced on referrals",
		},
		"an audit trail that can be altered": {
			spoil: "GRANT UPDATE ON audit_events TO throughline_app", want: wrong, words: "may alter the audit trail",
		},
		"a month without a partition": {
			now: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), want: warning, words: "no partition for February 2099",
		},
		"a pending migration": {
			spoil: "DELETE FROM goose_db_version WHERE version_id > 5", owner: true, want: wrong, words: "pending",
		},
		"a database that is behind": {
			spoil: "DELETE FROM goose_db_version WHERE version_id > 5", want: wrong, words: "has not been migrated",
		},
		"a database that is not there": {
			as: func(testkit.Database) string { return "postgres://app:hunter2@127.0.0.1:1/none" }, want: wrong, words: "cannot be reached",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testkit.Postgres(t)
			if test.spoil != "" {
				plant(t, d.SuperDSN, test.spoil)
			}
			dsn, owner, at := d.AppDSN, "", now
			if test.as != nil {
				dsn = test.as(d)
			}
			if test.owner {
				owner = d.OwnerDSN
			}
			if !test.now.IsZero() {
				at = test.now
			}
			all := inspectDatabase(t.Context(), dsn, owner, at)
			found := false
			for _, f := range all {
				found = found || f.verdict == test.want && strings.Contains(f.words, test.words)
				if strings.Contains(f.words, "hunter2") {
					t.Errorf("got %s, want no password in it", f.words)
				}
				if f.verdict == wrong && test.want != wrong {
					t.Errorf("got %s: %s, want nothing wrong", f.verdict, f.words)
				}
			}
			if !found {
				t.Errorf("got %v, want %s: %s", all, test.want, test.words)
			}
		})
	}
}

func TestDoctorsExitCode(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	good := []string{"DATABASE_URL=" + d.AppDSN, "DATABASE_OWNER_URL=" + d.OwnerDSN}

	t.Run("1 when something is wrong, with every problem told", func(t *testing.T) {
		t.Parallel()
		code, out, _ := call(t, []string{"LOG_LEVEL=loud", "HTTP_ADDR=x"}, "doctor")
		if code != exitFailed || !strings.Contains(out, "LOG_LEVEL must") || !strings.Contains(out, "HTTP_ADDR must") || !strings.Contains(out, "2 problems") {
			t.Errorf("got %d and %s", code, out)
		}
	})

	t.Run("1 when the keys are missing", func(t *testing.T) {
		t.Parallel()
		code, out, _ := call(t, append(good, "DATA_DIR="+t.TempDir()), "doctor")
		if code != exitFailed || !strings.Contains(out, "JWT_KEYS_FILE") || !strings.Contains(out, "ANSWER_KEY_FILE") {
			t.Errorf("got %d and %s", code, out)
		}
	})

	t.Run("0 when there are only warnings", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := makeKeys(Config{DataDir: dir}); err != nil {
			t.Fatal(err)
		}
		code, out, _ := call(t, append(good, "DATA_DIR="+dir, "DEMO_NOW=2026-11-20T09:00:00Z"), "doctor")
		if code != exitFine || !strings.Contains(out, "0 problems") || !strings.Contains(out, "warning") {
			t.Errorf("got %d and %s", code, out)
		}
	})

	t.Run("0 before the first start, of which nothing is made", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		look := func(want int, words ...string) {
			t.Helper()
			code, out, _ := call(t, []string{"DATA_DIR=" + dir}, "doctor")
			for _, w := range words {
				if code != want || !strings.Contains(out, w) {
					t.Errorf("got %d and %s, want %d and %q", code, out, want, w)
				}
			}
		}
		look(exitFine, "no private database yet", "There are no keys yet")
		if err := makeKeys(Config{DataDir: dir}); err != nil {
			t.Fatal(err)
		}
		look(exitFine, "no private database yet", "The keys can be read")
		if err := os.Remove(filepath.Join(dir, "keys", "answer.key")); err != nil {
			t.Fatal(err)
		}
		look(exitFailed, "ANSWER_KEY_FILE")
	})
}
