//go:build !linux

package pglocal

import "syscall"

// tie does nothing: only Linux can stop a child with its parent. After a kill
// -9 elsewhere the server stays, and the next start uses it.
func tie(*syscall.SysProcAttr) {}

// isPostgres trusts the number in postmaster.pid.
func isPostgres(int) bool { return true }
