//go:build !linux

package main

import "runtime/debug"

// giveBack returns to the system the heap that only the start needed.
func giveBack() { debug.FreeOSMemory() }
