package bench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// stepTimes is how often a trip is sent in a round, to see what each of its
// statements costs.
const stepTimes, stepRounds = 100, 6

// steps prints what each statement of a trip costs the database's processor,
// with row security and without it, where Options.Steps asks for that. A trip
// is sent up to its first statement, up to its second, and so on, and undone:
// what it costs to commit is not in it.
func (r *run) steps(ctx context.Context, what string, t trip, records int, pick func(n int) (trip, *swap)) error {
	if !r.o.Steps {
		return nil
	}
	costs := make([][2]float64, len(t)) // the least of all rounds
	// Every sending is about another record: what was undone is still in the way.
	sent := -1
	next := func(int) (trip, *swap) { sent++; return pick(sent % records) }
	for round := range stepRounds {
		for i := range t {
			for j, pool := range []*pgxpool.Pool{r.bypass, r.app} {
				cost, err := stepCost(ctx, pool, i+1, next)
				if err != nil {
					return fmt.Errorf("%s, statement %d: %w", what, i+1, err)
				}
				if round == 0 || cost < costs[i][j] {
					costs[i][j] = cost
				}
			}
		}
	}
	_, _ = fmt.Fprintf(r.Out, "\n%s, statement by statement (microseconds of the database's processor)\n%9s%9s\n", what, "bypass", "app")
	var before [2]float64
	for i, cost := range costs {
		words := strings.Join(strings.Fields(t[i].sql), " ")
		_, _ = fmt.Fprintf(r.Out, "%9.1f%9.1f  %.120s\n", cost[0]-before[0], cost[1]-before[1], words)
		before = cost
	}
	_, err := fmt.Fprintf(r.Out, "%9.1f%9.1f  in all: %.2f\n", before[0], before[1], before[0]/before[1])
	return err
}

// stepCost is what a trip up to one of its statements costs, in microseconds.
func stepCost(ctx context.Context, pool *pgxpool.Pool, upTo int, pick func(n int) (trip, *swap)) (float64, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	pid := int(conn.Conn().PgConn().PID())
	begun := onProcessor(pid)
	for n := range stepTimes {
		t, s := pick(n)
		b := &pgx.Batch{}
		b.Queue("begin")
		for _, st := range t[:upTo] {
			b.Queue(st.sql, s.args(st.args)...)
		}
		b.Queue("rollback")
		if err := conn.SendBatch(ctx, b).Close(); err != nil {
			return 0, err
		}
	}
	return float64(onProcessor(pid)-begun) / 1000 / stepTimes, nil
}

// onProcessor is how many nanoseconds a process has run.
func onProcessor(pid int) int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), " ")
	n, _ := strconv.ParseInt(first, 10, 64)
	return n
}
