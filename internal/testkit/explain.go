package testkit

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
)

// Plan is how the server ran one statement of the application.
type Plan struct {
	SQL    string
	Scan   []string // relations that were read whole
	Hashed []string // relations an inner query reads all it wants of first, for each row to look up
}

// Explained is the stage's database opened once more, with the server telling
// how it runs each statement.
type Explained struct {
	DB *pg.DB

	mu    sync.Mutex
	plans []Plan
}

// Explain opens the database so that every statement's plan is told: the very
// statements, arguments and row security of the application, at the size the
// tables have by then.
func (w *Stage) Explain(t testing.TB) *Explained {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, w.SuperDSN)
	if err != nil {
		t.Fatalf("asking for plans: %v", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, setting := range []string{
		"session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0", "auto_explain.log_format = 'json'", "auto_explain.log_level = 'notice'",
	} {
		if _, err := conn.Exec(ctx, "ALTER DATABASE "+quote(w.Name)+" SET "+setting); err != nil {
			t.Fatalf("asking for plans: %v", err)
		}
	}
	e := &Explained{}
	e.DB, err = pg.Open(ctx, pg.Options{DSN: w.AppDSN, Now: w.Clock.Now, MaxConns: 2, Remark: e.remark, Vault: Vault()})
	if err != nil {
		t.Fatalf("connecting for plans: %v", err)
	}
	t.Cleanup(e.DB.Close)
	return e
}

// Plans returns the plans told so far.
func (e *Explained) Plans() []Plan {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Plan(nil), e.plans...)
}

func (e *Explained) remark(message string) {
	_, text, ok := strings.Cut(message, "plan:\n")
	if !ok {
		return
	}
	var told struct {
		SQL  string `json:"Query Text"`
		Plan node
	}
	if json.Unmarshal([]byte(text), &told) != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.plans = append(e.plans, Plan{SQL: told.SQL, Scan: told.Plan.scanned(nil), Hashed: told.Plan.hashed(text, nil)})
}

// node is one step of a plan.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Name     string `json:"Subplan Name"`
	Plans    []node
}

func (n node) scanned(so []string) []string {
	if n.Type == "Seq Scan" {
		so = append(so, n.Relation)
	}
	for _, p := range n.Plans {
		so = p.scanned(so)
	}
	return so
}

// hashed finds the relations under the inner queries that the plan's text says
// are hashed.
func (n node) hashed(text string, so []string) []string {
	if strings.HasPrefix(n.Name, "SubPlan ") && strings.Contains(text, "hashed "+n.Name+")") {
		so = n.reads(so)
	}
	for _, p := range n.Plans {
		so = p.hashed(text, so)
	}
	return so
}

func (n node) reads(so []string) []string {
	if n.Relation != "" {
		so = append(so, n.Relation)
	}
	for _, p := range n.Plans {
		so = p.reads(so)
	}
	return so
}
