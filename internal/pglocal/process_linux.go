package pglocal

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// tie makes the kernel stop the server when the thread that started it dies,
// so that not even kill -9 leaves it behind. SIGINT is PostgreSQL's fast
// shutdown: sessions are cut, data is written, the next start needs no repair.
func tie(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// isPostgres reports whether a living process is a PostgreSQL server: after a
// crash of the machine the number in postmaster.pid may be anybody's.
func isPostgres(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	name := strings.TrimSpace(string(b))
	return err != nil || name == "postgres" || name == "postmaster"
}
