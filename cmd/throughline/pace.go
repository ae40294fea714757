package main

import (
	"os"
	"runtime/debug"
)

// heapGrowth is by how many per cent the heap may grow before what is no longer
// needed is collected. What lives is a few megabytes, so that Go's own 100
// collects many times a second under load, for a tenth of all processor time;
// 200 halves that and stays far under the limits of memory (performance.md,
// target 12).
const heapGrowth = 200

// pace sets how often memory is collected, where GOGC does not say otherwise.
func pace() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
