package audit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
	"throughline/internal/prooflog"
	"throughline/models"
	"throughline/services/audit"
)

// tamperings is how many alterations are tried (security.md section 7).
const tamperings = 1000

// altered is a log of some size, a connection past every guard, and what one
// alteration did.
type altered struct {
	*book
	t     *testing.T
	tx    pgx.Tx
	r     *rand.Rand
	forge *prooflog.Keys // another's key, of the same name

	what  string
	event uuid.UUID // that has to be named, by its id or its number
	leaf  int64
	words string // or else what has to be in the words
}

func TestEveryAlterationOfTheTrailIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	caseID := b.Case(t, b.As("police")).ID
	for batch := range 8 {
		for i := range 1 + batch%5 {
			if err := b.DB.Write(b.As("police"), func(ctx context.Context, tx *pg.Tx) error {
				return tx.Record(ctx, models.Event{Action: "case.tested", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Detail: map[string]any{"turn": i}})
			}); err != nil {
				t.Fatal(err)
			}
		}
		b.number(t)
	}
	note := b.note(t)
	b.sound(t, b.last(t).Size, 0)
	forge, err := prooflog.NewKeys(b.keys.Name)
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, b.SuperDSN)
	b.fewerParts(t, c)
	seed := uint64(20261121)
	kinds := alterations()
	for i := range tamperings {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		tx, err := c.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a := &altered{book: b, t: t, tx: tx, r: r, forge: forge, leaf: -1}
		a.do("set local session_replication_role = replica")
		kinds[i%len(kinds)](a)
		v, err := audit.VerifyIn(t.Context(), tx, b.keys.Public, []string{note})
		if err != nil {
			t.Fatalf("%d, %s: %v", i, a.what, err)
		}
		a.check(i, v)
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.sound(t, b.last(t).Size, 0)
}

// fewerParts takes away the months nothing happened in, which only cost time.
func (b *book) fewerParts(t *testing.T, c *pgx.Conn) {
	t.Helper()
	_, err := c.Exec(t.Context(), `do $$ declare p regclass; n bigint; begin
		for p in select inhrelid::regclass from pg_inherits where inhparent = 'audit_events'::regclass loop
			execute format('select count(*) from %s', p) into n;
			if n = 0 and p::text <> 'audit_events_other' then execute format('drop table %s', p); end if;
		end loop; end $$`)
	if err != nil {
		t.Fatal(err)
	}
}

func (a *altered) check(i int, v audit.Verdict) {
	a.t.Helper()
	if len(v.Findings) == 0 {
		a.t.Errorf("%d, %s: nothing was found", i, a.what)
		return
	}
	for _, f := range v.Findings {
		if a.event != uuid.Nil && f.Event == a.event || a.leaf >= 0 && f.Leaf == a.leaf || a.words != "" && strings.Contains(f.Words, a.words) {
			return
		}
	}
	a.t.Errorf("%d, %s: found, and not named (event %s, number %d, %q): %v", i, a.what, a.event, a.leaf, a.words, v.Findings)
}

func (a *altered) do(q string, args ...any) {
	a.t.Helper()
	tag, err := a.tx.Exec(a.t.Context(), q, args...)
	if err != nil {
		a.t.Fatalf("%s: %v", q, err)
	}
	if n := tag.RowsAffected(); n == 0 && !strings.HasPrefix(q, "set ") && !strings.HasPrefix(q, "alter ") {
		a.t.Fatalf("%s: altered nothing", q)
	}
}

// some is a number of the log, and its event.
func (a *altered) some() (leaf int64, event uuid.UUID) {
	a.t.Helper()
	err := a.tx.QueryRow(a.t.Context(), "select leaf, event_id from audit_leaves order by leaf offset $1 limit 1", a.r.Int64N(a.size())).Scan(&leaf, &event)
	if err != nil {
		a.t.Fatal(err)
	}
	return leaf, event
}

func (a *altered) size() int64 {
	a.t.Helper()
	var n int64
	if err := a.tx.QueryRow(a.t.Context(), "select count(*) from audit_leaves").Scan(&n); err != nil {
		a.t.Fatal(err)
	}
	return n
}

// another is an expression for another value of a column, by its type.
func (a *altered) another(column, kind string) string {
	return map[string]string{
		"uuid":                     "gen_random_uuid()",
		"timestamp with time zone": column + fmt.Sprintf(" + interval '%d microseconds'", 1+a.r.IntN(1000000)),
		"boolean":                  "not " + column,
		"jsonb":                    []string{"'{}'", column + ` || '{"turn": 77}'`, `'{"other": true}'`}[a.r.IntN(3)],
		"xid8":                     "'3'",
		"bytea":                    fmt.Sprintf("coalesce(set_byte(%[1]s, %[2]d, get_byte(%[1]s, %[2]d) # %[3]d), sha256('x'))", column, a.r.IntN(32), 1+a.r.IntN(255)),
		"bigint":                   column + fmt.Sprintf(" + %d", 1000+a.r.IntN(1000000)),
		"smallint":                 column + " + 1",
		"text":                     "coalesce(" + column + ", '') || 'x'",
		"character varying":        "coalesce(" + column + ", '') || 'x'",
	}[kind]
}

// column picks a column of a table and another value for it.
func (a *altered) column(table string) (column, value string) {
	a.t.Helper()
	rows, err := a.tx.Query(a.t.Context(), `select column_name::text, data_type::text from information_schema.columns where table_schema = 'public' and table_name = $1 order by 1`, table)
	if err != nil {
		a.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, Kind string }])
	if err != nil {
		a.t.Fatal(err)
	}
	pick := list[a.r.IntN(len(list))]
	value = a.another(pick.Name, pick.Kind)
	if value == "" {
		a.t.Fatalf("no other value for %s.%s, a %s", table, pick.Name, pick.Kind)
	}
	a.what = fmt.Sprintf("%s.%s = %s", table, pick.Name, value)
	return pick.Name, value
}
