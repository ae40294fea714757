// Command throughline is the whole product in one binary: the server for
// people and systems, its jobs, its migrations and its administration.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	pace()
	os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// run ends with the first Ctrl-C or SIGTERM in order; a second one ends it at
// once, and the private PostgreSQL with it.
func run(args, environ []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return execute(ctx, program{environ: environ, dir: ".", stdout: stdout, stderr: stderr}, args)
}
