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

func (w work) plus(o work) work { return work{w.database + o.database, w.program + o.program} }

// count is how long each process has been busy so far.
type count struct {
	program time.Duration
	servers map[int]time.Duration // the database's processes
}

// since is the work from one count to another. What a process did that ended in
// between is lost.
func (c count) since(before count) work {
	w := work{program: c.program - before.program}
	for pid, busy := range c.servers {
		w.database += busy - before.servers[pid]
	}
	return w
}

// tick is what the system counts a process's time in.
const tick = 10 * time.Millisecond

// worked reads how long processors have been busy so far. Where the system does
// not say, it is nought.
func (r *run) worked(ctx context.Context) count {
	c := count{servers: map[int]time.Duration{}}
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err == nil {
		c.program = time.Duration(self.Utime.Nano() + self.Stime.Nano())
	}
	// what the database does for nobody in particular is nobody's
	rows, err := r.owner.Query(ctx, "select pid from pg_stat_activity where datname = current_database() and usesysid is not null")
	if err != nil {
		return c
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return c
	}
	for _, pid := range pids {
		c.servers[pid] = busyFor(pid)
	}
	return c
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
