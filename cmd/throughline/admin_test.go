package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
)

// admin runs an admin command with one line on its standard input.
func admin(t *testing.T, d testkit.Database, line string, args ...string) (string, error) {
	t.Helper()
	return adminWith(t, d, nil, line, args...)
}

// adminWith is admin with further settings.
func adminWith(t *testing.T, d testkit.Database, settings []string, line string, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	p := program{
		environ: append([]string{"DATABASE_URL=" + d.AppDSN, "DATABASE_OWNER_URL=" + d.OwnerDSN}, settings...),
		dir:     t.TempDir(), stdout: &out, stderr: &out,
	}
	root := newRootCmd(p)
	root.SetArgs(append([]string{"admin"}, args...))
	root.SetIn(strings.NewReader(line + "\n"))
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestAnInstallationIsPeopledFromTheCommandLine(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	must := func(line string, args ...string) {
		t.Helper()
		if out, err := admin(t, d, line, args...); err != nil {
			t.Fatalf("admin %v: %v\n%s", args, err, out)
		}
	}
	refused := func(want, line string, args ...string) {
		t.Helper()
		if _, err := admin(t, d, line, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("admin %v: got %v, want a refusal that says %q", args, err, want)
		}
	}
	const password = "otters juggle pebbles daily"
	must(password, "first", "--email", "op@example.org", "--name", "Op Erator")
	refused("already", password, "first", "--email", "op2@example.org", "--name", "Op Erator")
	must("", "organisation", "--name", "Alder House", "--kind", "charity", "--authority", "E09000012")
	refused("already", "", "organisation", "--name", "Alder House", "--kind", "charity")
	refused("kind", "", "organisation", "--name", "Birch House", "--kind", "club")
	must("", "service", "--organisation", "Alder House", "--name", "Alder advocacy", "--pathway", "vawg", "--min-age", "16", "--borough", "Hackney", "--places", "12")
	refused("boroughs", "", "service", "--organisation", "Alder House", "--name", "Elsewhere", "--pathway", "vawg", "--borough", "Paris")
	refused("nothing of that name", "", "service", "--organisation", "Nobody", "--name", "None", "--pathway", "vawg")
	must(password, "person", "--email", "wren@example.org", "--name", "Wren Alderson", "--role", "provider_worker", "--organisation", "Alder House")
	refused("standard input", "", "person", "--email", "x@example.org", "--name", "X Y", "--role", "provider_worker", "--organisation", "Alder House")
	must("", "disable", "wren@example.org")
	must("", "enable", "wren@example.org")
	must("", "sign-out", "wren@example.org")
	must("", "forget-guesses", "wren@example.org")
	must("puffins borrow umbrellas often", "password", "wren@example.org")
	refused("nobody", "", "disable", "nobody@example.org")

	conn, err := pgx.Connect(t.Context(), d.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var acts, boroughs int
	if err := conn.QueryRow(t.Context(), "select (select count(*) from audit_events where actor_role = 'operator'), (select count(*) from authorities)").Scan(&acts, &boroughs); err != nil {
		t.Fatal(err)
	}
	if acts != 9 || boroughs != 33 {
		t.Errorf("got %d acts on the trail and %d authorities, want 9 and 33", acts, boroughs)
	}
}

func TestTheFirstSigningKeyIsMadeAndTheNextRotated(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := program{environ: []string{"DATA_DIR=" + t.TempDir()}, dir: t.TempDir(), stdout: &out, stderr: &out}
	for _, want := range []string{"Made the first key", "New key: "} {
		out.Reset()
		root := newRootCmd(p)
		root.SetArgs([]string{"admin", "rotate-keys"})
		if err := root.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("got %v and %q, want %q", err, out.String(), want)
		}
	}
}
