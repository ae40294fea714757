package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/testkit"
)

func TestAFileIsTakenInByCommandAsOnThePagesInTheNameOfWhoGaveAPassword(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const rows = "Z1/26,btp,theft,A bag was taken\nZ2/26,btp,theft,A phone was taken\nZ3/26,nowhere,theft,A coat was taken\n"
	feed := write("feed.csv", "reference,force,offences,summary\n"+rows)
	other := write("other.csv", "ours,force,offences,summary\n"+strings.ReplaceAll(rows, "Z", "Y"))
	report := filepath.Join(dir, "refused.csv")
	environ := []string{"DATABASE_URL=" + w.AppDSN, "DATA_DIR=" + dir, "REQUIRE_SECOND_FACTOR=off", "CODE_OF_CONDUCT=off", "DEMO_NOW=2026-11-16T09:30:00Z"}
	logged := func(want int, when string) {
		t.Helper()
		if got := w.Count(t, "select count(*) from cases where logged_by = $1", w.Person("police").ID); got != want {
			t.Errorf("%s: got %d cases, want %d", when, got, want)
		}
	}
	run := func(code int, says, password string, args ...string) string {
		t.Helper()
		var out, errs strings.Builder
		p := program{environ: environ, dir: dir, stdin: strings.NewReader(password + "\n"), stdout: &out, stderr: &errs}
		if got := execute(t.Context(), p, append([]string{"import"}, args...)); got != code || !strings.Contains(out.String()+errs.String(), says) {
			t.Errorf("import %v: got exit %d, %q and %q, want %d and %q", args, got, out.String(), errs.String(), code, says)
		}
		if strings.Contains(out.String()+errs.String(), "taken\n") || strings.Contains(out.String(), "coat") {
			t.Errorf("import %v: what is in a row was printed: %q", args, out.String())
		}
		return out.String()
	}
	as := func(more ...string) []string {
		return append([]string{"--as", "police@demo.test", "--kind", "police-feed"}, more...)
	}
	run(exitUsage, "--kind must be one of", testkit.Password, "--as", "police@demo.test", "--kind", "gossip", feed)
	run(exitUsage, "in whose name", testkit.Password, "--kind", "police-feed", feed)
	run(exitUsage, "standard input", "", as(feed)...)
	run(exitFailed, "not right", "another password", as(feed)...)

	out := run(exitFine, "this was a dry run", testkit.Password, as("--dry-run", "--report", report, feed)...)
	if !strings.Contains(out, "3 rows; accepted 2, changed since 0, already here 0, refused 1.") || !strings.Contains(out, "Row 3: force: ") {
		t.Errorf("got %q, want what the check found, row by row", out)
	}
	if b, err := os.ReadFile(report); err != nil || !strings.Contains(string(b), `"3","force",`) {
		t.Errorf("got %q %v, want the refused row", b, err)
	}
	run(exitFailed, "Nothing was started: rows were refused", testkit.Password, as("--strict", feed)...)
	logged(0, "after a dry run and a strict one")
	run(exitFine, "Done: 3 rows; accepted 2,", testkit.Password, as(feed)...)
	logged(2, "after it was run")
	run(exitUsage, "Its columns are: ours, force", testkit.Password, as(other)...)
	run(exitFine, "Done: 3 rows; accepted 2,", testkit.Password, as("--column", "reference=ours", other)...)
	logged(4, "after another file")
	if n := w.Count(t, "select count(*) from imports where status not in ('done', 'discarded')"); n != 0 {
		t.Errorf("%d files were left lying", n)
	}
	if n := w.Count(t, "select count(*) from sessions s where s.user_id = $1 and s.revoked_at is null", w.Person("police").ID); n != 1 {
		t.Errorf("got %d live sessions, want the one of the stage alone", n)
	}

	// A feed of another directory, by who runs the installation.
	services := write("services.json", `[{"id":"1","name":"Drop-in","organization":{"name":"Neighbours"}},{"id":"2"}]`)
	run(exitFine, "nothing published: 2 services; accepted 1, changed since 0, already here 0, refused 1.", testkit.Password, "directory", "--as", "admin@demo.test", "--source", "Borough", "--dry-run", services)
	run(exitFine, "Row 2: refused (name: This is missing)", testkit.Password, "directory", "--as", "admin@demo.test", "--source", "Borough", services)
	run(exitUsage, "--format json, csv or zip", testkit.Password, "directory", "--as", "admin@demo.test", feed+".txt")
	if n := w.Count(t, "select count(*) from listings where source = 'Borough'"); n != 1 {
		t.Errorf("got %d services published, want one", n)
	}

	// Cut off as soon as it is in, and gone on with by its number.
	third := write("third.csv", "reference,force,offences,summary\n"+strings.ReplaceAll(rows, "Z", "X"))
	cut, cancel := context.WithCancel(t.Context())
	said := &until{words: "Taken in as ", do: cancel}
	p := program{environ: environ, dir: dir, stdin: strings.NewReader(testkit.Password + "\n"), stdout: io.Discard, stderr: said}
	if code := execute(cut, p, append([]string{"import"}, as(third)...)); code != exitFailed {
		t.Errorf("got exit %d of one that was cut off, want %d: %s", code, exitFailed, said.b.String())
	}
	logged(4, "after one that was cut off")
	_, id, _ := strings.Cut(said.b.String(), said.words)
	id, _, _ = strings.Cut(id, ":")
	run(exitUsage, "neither a file", testkit.Password, "--as", "police@demo.test", "--resume", id, third)
	run(exitFine, "Done: 3 rows; accepted 2,", testkit.Password, "--as", "police@demo.test", "--resume", id)
	run(exitFailed, "This file is: done", testkit.Password, "--as", "police@demo.test", "--resume", id)
	logged(6, "after it was gone on with")
}

// until is standard error that does something once it says some words.
type until struct {
	b     strings.Builder
	words string
	do    func()
}

func (u *until) Write(p []byte) (int, error) {
	n, err := u.b.Write(p)
	if strings.Contains(u.b.String(), u.words) {
		u.do()
	}
	return n, err
}
