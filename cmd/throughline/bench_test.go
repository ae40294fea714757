package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/cmd/throughline/bench"
	"throughline/internal/pglocal"
	"throughline/internal/testkit"
	"throughline/services/demo"
)

// TestBenchDoesTheSameWorkEveryWay lets the bench run every part once and
// briefly. Whether targets are met says nothing on a busy machine; that each
// contender does the same work has to hold on any.
func TestBenchDoesTheSameWorkEveryWay(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	until, err := demo.ParseUntil(benchUntil)
	if err != nil {
		t.Fatal(err)
	}
	bypass := asBenchRole(t, d)
	data := t.TempDir()
	p := with(t, "", asProgram+"=1", "DATA_DIR="+data, "DATABASE_URL="+d.AppDSN, "DATABASE_OWNER_URL="+d.OwnerDSN)
	var out strings.Builder
	p.stdout = &out
	cfg, err := p.load(nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.DemoNow.Time = until
	if err := makeKeys(cfg); err != nil {
		t.Fatal(err)
	}
	content, err := p.vaultOf(t.Context(), cfg, d.AppDSN)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, demo.Options{Cases: 700, Seed: 2, Until: until, Vault: content}); err != nil {
		t.Fatal(err)
	}
	site, closeSite, err := p.joinSite(t.Context(), cfg, bench.Site{
		Catcher: &bench.Catcher{}, AppDSN: d.AppDSN, OwnerDSN: d.OwnerDSN, BenchDSN: bypass, Now: cfg.clock(), Out: &out,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeSite()
	err = bench.Run(t.Context(), site, bench.Options{Rounds: 1, Workers: 2, Length: 40 * time.Millisecond})
	if err != nil && !errors.Is(err, bench.ErrUnder) {
		t.Fatalf("got %v after:\n%s", err, out.String())
	}
	compared := 0
	for line := range strings.SplitSeq(out.String(), "\n") {
		if strings.HasPrefix(line, "=") && !strings.Contains(line, "plans of") { // plans are for large tables
			compared++
			if !strings.HasSuffix(line, "pass") {
				t.Errorf("the contenders did different work: %s", line)
			}
		}
	}
	if compared < 12 {
		t.Errorf("got %d comparisons, want all of them:\n%s", compared, out.String())
	}
}

// asBenchRole lets the role that bypasses row security into the test's database
// and returns its address.
func asBenchRole(t *testing.T, d testkit.Database) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), d.SuperDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(t.Context(), "grant connect on database "+pgx.Identifier{d.Name}.Sanitize()+" to "+pglocal.BenchRole); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(d.AppDSN, pglocal.AppRole, pglocal.BenchRole, 1)
}
