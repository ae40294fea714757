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

// auditInsert compares adding a line to the trail with adding the same line to
// an ordinary table of the same values and indexes: no partitions, no triggers,
// no row security, and no transaction number, nor the index over it that the log
// is numbered by. Who acts is filled in the same way on both sides, because any
// program would write it.
func (r *run) auditInsert(ctx context.Context) error {
	for _, sql := range []string{
		"drop table if exists bench_plain", "create table bench_plain (like audit_events including defaults including indexes)",
		"alter table bench_plain drop column xact", "grant insert on bench_plain to throughline_app",
	} {
		if _, err := r.owner.Exec(ctx, sql); err != nil {
			return fmt.Errorf("audit insert: %w", err)
		}
	}
	defer func() { _, _ = r.owner.Exec(context.WithoutCancel(ctx), "drop table if exists bench_plain") }()
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
	plain := append(trip(nil), trail...)
	last := &plain[len(plain)-1]
	last.sql = strings.Replace(last.sql, "into audit_events", "into bench_plain", 1)
	pick := func(t trip) func(int) (trip, *swap) {
		return func(int) (trip, *swap) { return t, &swap{since: since} }
	}
	for _, writers := range []int{1, 8} {
		got, err := r.duel(ctx, r.o.Rounds, writers, r.o.Length/2, 0, []contender{again("plain insert", r.app, pick(plain)), again("audit insert", r.app, pick(trail))})
		if err != nil {
			return fmt.Errorf("audit insert: %w", err)
		}
		r.table.outcomes(fmt.Sprintf("one line, %s", models.Plural(writers, "writer", "writers")), got["plain insert"], got["audit insert"])
		r.table.against("9", fmt.Sprintf("audit insert against a plain one, %s", models.Plural(writers, "writer", "writers")), got["audit insert"], got["plain insert"], 0.95)
	}
	return nil
}

// lastAudit is the trip that adds a line to the trail and nothing else.
func lastAudit(r recipe) (trip, bool) {
	for i := len(r) - 1; i >= 0; i-- {
		if n := len(r[i]); n == 2 && strings.HasPrefix(r[i][1].sql, "insert into audit_events") {
			return r[i], true
		}
	}
	return nil, false
}
