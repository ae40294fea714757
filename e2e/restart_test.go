package e2e

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// halves are counts that are nought when everything that belongs together was
// written together.
var halves = map[string]string{
	"a case without its victim":               `select count(*) from cases c where not exists (select from victims v where v.id = c.victim_id)`,
	"a victim without a case":                 `select count(*) from victims v where not exists (select from cases c where c.victim_id = v.id)`,
	"an open case without exactly one holder": `select count(*) from cases c where status = 'open' and (select count(*) from case_holders h where h.case_id = c.id and until_at is null) <> 1`,
	"a case without an incident":              `select count(*) from cases c where not exists (select from incidents i where i.case_id = c.id)`,
	"a logged case without its event":         `select count(*) from cases c where recorded_at > $1 and (select count(*) from audit_events e where e.case_id = c.id and e.action = 'case.logged') <> 1`,
	"an event of logging without its case":    `select count(*) from audit_events e where action = 'case.logged' and recorded_at > $1 and not exists (select from cases c where c.id = e.case_id)`,
	"a kept answer without its case":          `select count(*) from (select count(*) n from idempotency_keys where route like '%/api/v1/cases' and created_at > $1) k, (select count(*) n from cases where recorded_at > $1) c where k.n <> c.n`,
}

func assertWhole(t testing.TB, db *pgx.Conn, since time.Time) {
	t.Helper()
	for what, sql := range halves {
		args := []any{}
		if containsParameter(sql) {
			args = append(args, since)
		}
		if n := number(t, db, sql, args...); n != 0 {
			t.Errorf("%d times %s", n, what)
		}
	}
}

func containsParameter(sql string) bool {
	for i := 0; i+1 < len(sql); i++ {
		if sql[i] == '$' && sql[i+1] == '1' {
			return true
		}
	}
	return false
}

// TestAServerThatIsKilledLosesNothingItAnswered kills the server with kill -9
// half way through a burst of creates, starts it again, and counts.
func TestAServerThatIsKilledLosesNothingItAnswered(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder, "restart")
	s, err := start(data, "", "demo", "--cases", "40")
	if err != nil {
		t.Fatal(err)
	}
	db := s.superuser(t)
	var since time.Time
	if err := db.QueryRow(context.Background(), "select clock_timestamp()").Scan(&since); err != nil {
		t.Fatal(err)
	}
	police := signIn(t, s.url, "police")

	var mu sync.Mutex
	var answered []string
	enough := make(chan struct{})
	var burst sync.WaitGroup
	for range 8 {
		burst.Go(func() {
			for {
				a, err := police.try("POST", "/api/v1/cases", aCase("Burst"), map[string]string{"Idempotency-Key": newKey()})
				if err != nil {
					return // it is gone
				}
				mu.Lock()
				if id, ok := a.Body["id"].(string); ok && a.Status == 201 {
					if answered = append(answered, id); len(answered) == 60 {
						close(enough)
					}
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-enough:
	case <-s.gone:
		t.Fatalf("the server ended by itself\n%s", s.log)
	case <-time.After(30 * time.Second):
		t.Fatalf("60 cases were not logged in time\n%s", s.log)
	}
	s.kill()
	burst.Wait()
	_ = db.Close(context.Background())
	until(t, 20*time.Second, "the end of the private PostgreSQL", func() bool { return len(s.databaseProcesses()) == 0 })

	began := time.Now()
	again, err := start(data, "", "demo", "--cases", "40")
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %s to be back, want at most 3s", took.Round(time.Millisecond))
	}
	db = again.superuser(t)
	assertWhole(t, db, since)
	if n := number(t, db, `select count(*) from cases where id = any($1::uuid[])`, answered); n != len(answered) {
		t.Errorf("%d of %d cases that were answered are there", n, len(answered))
	}
	if a := signIn(t, again.url, "police").send("GET", "/api/v1/cases/"+answered[0], nil, nil); a.Status != 200 {
		t.Errorf("a case of before: got %d, want 200", a.Status)
	}
	_ = db.Close(context.Background())
	if err := again.stop(); err != nil {
		t.Error(err)
	}
	if left := again.databaseProcesses(); len(left) > 0 {
		t.Errorf("Ctrl-C left processes behind: %v", left)
	}
}
