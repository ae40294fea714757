// Command testrun runs go test over groups of packages and tells what matters:
// one line a package, the whole output of what failed, and at the end one line
// with the count. A skipped test counts as a failure: what did not run proved
// nothing. Groups are separated by "--"; each is the arguments of one go test.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// event is one line of go test -json.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// report gathers what the events say.
type report struct {
	out                     io.Writer
	passed, failed, skipped int
	broken                  int                            // packages and builds that failed without a failed test
	output                  map[string]map[string][]string // by package, by test
	bad                     map[string]bool                // packages with a failed test
	count                   map[string]int                 // passed tests by package
	slow                    []slow
}

type slow struct {
	name    string
	seconds float64
}

func main() {
	r := newReport(os.Stdout)
	started := time.Now()
	for _, args := range groups(os.Args[1:]) {
		if err := r.run(args); err != nil {
			fmt.Fprintln(r.out, "FAIL go test", strings.Join(args, " ")+":", err)
			r.broken++
		}
	}
	os.Exit(r.close(time.Since(started)))
}

func newReport(out io.Writer) *report {
	return &report{out: out, output: map[string]map[string][]string{}, bad: map[string]bool{}, count: map[string]int{}}
}

func groups(args []string) (all [][]string) {
	for len(args) > 0 {
		end := slices.Index(args, "--")
		if end < 0 {
			return append(all, args)
		}
		if end > 0 {
			all = append(all, args[:end])
		}
		args = args[end+1:]
	}
	return all
}

// run runs one group. Its error is for what the events do not tell: a go
// command that could not even begin.
func (r *report) run(args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...) //nolint:gosec // the Makefile's own arguments
	cmd.Stderr = r.out
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	told := r.failed + r.broken
	r.read(out)
	if err := cmd.Wait(); err != nil && r.failed+r.broken == told && r.skipped == 0 {
		return err
	}
	return nil
}

func (r *report) read(in io.Reader) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<20), 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(r.out, lines.Text())
			continue
		}
		r.take(e)
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(r.out, "reading the tests' output:", err)
		r.broken++
	}
}

func (r *report) take(e event) {
	if e.Package == "" {
		e.Package = e.ImportPath
	}
	switch e.Action {
	case "output", "build-output":
		r.keep(e)
	case "build-fail":
		r.show(e)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.packageDone(e)
		} else {
			r.testDone(e)
		}
	}
}

func (r *report) keep(e event) {
	if r.output[e.Package] == nil {
		r.output[e.Package] = map[string][]string{}
	}
	r.output[e.Package][e.Test] = append(r.output[e.Package][e.Test], e.Output)
}

func (r *report) testDone(e event) {
	switch e.Action {
	case "pass":
		r.passed++
		r.count[e.Package]++
		r.slow = append(r.slow, slow{e.Package + " " + e.Test, e.Elapsed})
	case "fail":
		r.failed++
		r.bad[e.Package] = true
		fmt.Fprintf(r.out, "\nFAIL %s %s\n", e.Package, e.Test)
		r.show(e)
	case "skip":
		r.skipped++
		fmt.Fprintf(r.out, "\nSKIPPED, which counts as a failure: %s %s\n", e.Package, e.Test)
		r.show(e)
	}
	delete(r.output[e.Package], e.Test)
}

func (r *report) packageDone(e event) {
	n := r.count[e.Package]
	switch {
	case e.Action == "fail" && !r.bad[e.Package]:
		// It did not build, or died outside any test: say all it said.
		r.broken++
		fmt.Fprintf(r.out, "\nFAIL %s\n", e.Package)
		if e.FailedBuild == "" {
			for test := range r.output[e.Package] {
				r.show(event{Package: e.Package, Test: test})
			}
		}
	case e.Action == "pass" && n > 0:
		fmt.Fprintf(r.out, "ok   %-46s %5d tests %7.1f s\n", e.Package, n, e.Elapsed)
	}
	delete(r.output, e.Package)
}

func (r *report) show(e event) {
	for _, line := range r.output[e.Package][e.Test] {
		fmt.Fprint(r.out, line)
	}
}

// close prints the end and gives the exit code: 0 only when something ran and
// all of it passed.
func (r *report) close(took time.Duration) int {
	slices.SortFunc(r.slow, func(a, b slow) int { return int(1000*b.seconds) - int(1000*a.seconds) })
	if took > time.Minute {
		fmt.Fprintln(r.out, "\nThe slowest:")
		for _, s := range r.slow[:min(5, len(r.slow))] {
			fmt.Fprintf(r.out, "  %6.1f s  %s\n", s.seconds, s.name)
		}
	}
	fmt.Fprintf(r.out, "\nTook %s.\n", took.Round(time.Second))
	fmt.Fprintf(r.out, "%d passed, %d failed", r.passed, r.failed+r.broken)
	if r.skipped > 0 {
		fmt.Fprintf(r.out, ", %d skipped", r.skipped)
	}
	fmt.Fprintln(r.out)
	if r.passed == 0 || r.failed+r.broken+r.skipped > 0 {
		return 1
	}
	return 0
}
