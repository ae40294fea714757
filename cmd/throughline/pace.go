package main

import (
	"os"
	"runtime/debug"
)

// heapGrowth is by how many per cent the heap may grow before what is no longer
// needed is collected. What lives is about 10 MB, so Go's own 100 collects
// hundreds of times a second under load, for a fifth of all processor time; 200
// keeps a server of 32 connections under 80 MB (performance.md, target 12).
const heapGrowth = 200

// pace sets how often memory is collected, where GOGC does not say otherwise.
func pace() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
