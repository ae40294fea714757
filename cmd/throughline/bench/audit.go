package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"throughline/models"
)

// auditInsert compares adding a line to the trail with adding the same line to a
// plain table: of the same values, months and indexes, held by the same row
// security, and with what was opened counted too, but without what makes a trail
// provable, the transaction's number and the index the log is numbered by. A
// bare table, with none of that, is measured beside them; it has no target. Who
// acts is filled in the same way everywhere, because any program would write it.
func (r *run) auditInsert(ctx context.Context) error {
	tables := []string{"bench_bare", "bench_plain"}
	if err := r.plainTrails(ctx, tables); err != nil {
		return fmt.Errorf("audit insert: %w", err)
	}
	defer func() { _ = r.each(context.WithoutCancel(ctx), tables, "drop table if exists %s") }()
	since := time.Now()
	missing := "/api/v1/cases/" + models.NewID().String()
	caught, _, err := r.asked(http.StatusNotFound, request(http.MethodGet, missing, r.people["police"].tokenForCaught, nil))
	if err != nil {
		return fmt.Errorf("audit insert: %w", err)
	}
	trail, ok := lastAudit(caught)
	if !ok {
		return errors.New("audit insert: a refusal wrote nothing to the trail")
	}
	into := func(name, table string) contender {
		t := append(trip(nil), trail...)
		last := &t[len(t)-1]
		last.sql = strings.Replace(last.sql, "into audit_events", "into "+table, 1)
		return again(name, r.app, func(int) (trip, *swap) { return t, &swap{since: since} })
	}
	for _, writers := range []int{1, 8} {
		got, err := r.duel(ctx, r.o.Rounds, writers, r.o.Length, 0, []contender{
			into("bare insert", "bench_bare"), into("plain insert", "bench_plain"), into("audit insert", "audit_events"),
		})
		if err != nil {
			return fmt.Errorf("audit insert: %w", err)
		}
		r.table.outcomes(fmt.Sprintf("one line, %s", models.Plural(writers, "writer", "writers")), got["bare insert"], got["plain insert"], got["audit insert"])
		r.table.against("9", fmt.Sprintf("audit insert against a plain one, %s", models.Plural(writers, "writer", "writers")), got["audit insert"], got["plain insert"], 0.95)
	}
	return nil
}

// plainTrails makes the tables an audit insert is compared with.
func (r *run) plainTrails(ctx context.Context, tables []string) error {
	err := r.each(ctx, tables, "drop table if exists %[1]s", `create table %[1]s (like audit_events including defaults including indexes) partition by range (at)`,
		"alter table %[1]s drop column xact", plainMonths, "grant insert on %[1]s to throughline_app")
	if err != nil {
		return err
	}
	return r.each(ctx, tables[1:], "alter table %[1]s enable row level security", "alter table %[1]s force row level security",
		"create policy own_acts on %[1]s for insert to throughline_app with check (jsonb_typeof(detail) = 'object')",
		"create trigger counted before insert on %[1]s for each row execute function audit_events_counted()")
}

// each runs statements for every table, as the owner.
func (r *run) each(ctx context.Context, tables []string, statements ...string) error {
	for _, table := range tables {
		for _, sql := range statements {
			if _, err := r.owner.Exec(ctx, fmt.Sprintf(sql, table)); err != nil {
				return err
			}
		}
	}
	return nil
}

// plainMonths gives a table the months of the trail.
const plainMonths = `do $$
declare
  m record;
begin
  for m in select c.relname, pg_get_expr(c.relpartbound, c.oid) as bounds from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'audit_events'::regclass
  loop
    execute 'create table %[1]s_' || m.relname || ' partition of %[1]s ' || m.bounds;
  end loop;
end $$`

// lastAudit is the trip that adds a line to the trail and nothing else.
func lastAudit(r recipe) (trip, bool) {
	for i := len(r) - 1; i >= 0; i-- {
		if n := len(r[i]); n == 2 && strings.HasPrefix(r[i][1].sql, "insert into audit_events") {
			return r[i], true
		}
	}
	return nil, false
}
