package bench

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// work is how long processors were busy: the database's and our own, which is
// the product, its rivals and whoever asks, in one process.
type work struct{ database, program time.Duration }

func (w work) minus(o work) work { return work{w.database - o.database, w.program - o.program} }

func (w work) plus(o work) work { return work{w.database + o.database, w.program + o.program} }

// tick is what the system counts a process's time in.
const tick = 10 * time.Millisecond

// worked reads how long processors have been busy so far. Where the system does
// not say, it is nought.
func (r *run) worked(ctx context.Context) work {
	var w work
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err == nil {
		w.program = time.Duration(self.Utime.Nano() + self.Stime.Nano())
	}
	rows, err := r.owner.Query(ctx, "select pid from pg_stat_activity where datname = current_database()")
	if err != nil {
		return w
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return w
	}
	for _, pid := range pids {
		w.database += busyFor(pid)
	}
	return w
}

// busyFor is how long a process has been busy.
func busyFor(pid int) time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	_, after, ok := strings.Cut(string(b), ") ") // the name may hold anything
	fields := strings.Fields(after)
	if !ok || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}
