package e2e

import "syscall"

// tie makes a process end with the tests that started it, however they end.
func tie(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
