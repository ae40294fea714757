package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// line is one figure against its target.
type line struct {
	number, what, got, processor, want string
	ok                                 bool
}

// table collects what was measured.
type table struct {
	out   io.Writer
	lines []line
}

// atLeast notes a ratio that has to be reached, and beside it the same by
// processor time.
func (t *table) atLeast(number, what string, got, processor, want float64) {
	t.lines = append(t.lines, line{number, what, fmt.Sprintf("%.2f", got), fmt.Sprintf("%.2f", processor), fmt.Sprintf(">= %.2f", want), got >= want})
}

// against notes how one contender did against another.
func (t *table) against(number, what string, a, b *outcome, want float64) {
	t.atLeast(number, what, ratio(a, b), cheaper(a, b), want)
}

// atMost notes something that must not be exceeded.
func (t *table) atMost(number, what string, got, want float64, unit string) {
	t.lines = append(t.lines, line{number, what, fmt.Sprintf("%.1f %s", got, unit), "", fmt.Sprintf("<= %.0f %s", want, unit), got <= want})
}

// same notes that two sides did the same.
func (t *table) same(what string, a, b string) {
	ok := a == b
	got := "the same"
	if !ok {
		got = a + " against " + b
	}
	t.lines = append(t.lines, line{"=", what, got, "", "the same", ok})
}

// say prints one sentence at once.
func (t *table) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }

// outcomes prints what each contender reached, and for how long each time kept
// the processors busy: the database's and this program's, which asks as well.
func (t *table) outcomes(what string, base *outcome, list ...*outcome) {
	t.say("\n%s", what)
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "\ta second\tp50\tp95\tp99\tmax\tdatabase\tprogram\tof the first\t")
	for _, o := range append([]*outcome{base}, list...) {
		_, _ = fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\t%.2f\t\n", o.name, o.perSecond, short(o.p50), short(o.p95), short(o.p99), short(o.max),
			each(o.busy.database, o.times), each(o.busy.program, o.times), ratio(o, base))
	}
	_ = w.Flush()
}

// each is how long processors were busy for one time.
func each(d time.Duration, times int) string {
	return fmt.Sprintf("%d us", int(d/time.Microsecond)/max(1, times))
}

func short(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// verdict prints every figure against its target.
func (t *table) verdict() error {
	t.say("")
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "target\twhat\tgot\tby processor time\twanted\t")
	var failed error
	for _, l := range t.lines {
		said := "pass"
		if !l.ok {
			said, failed = "FAIL", ErrUnder
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.number, l.what, l.got, l.processor, l.want, said)
	}
	_ = w.Flush()
	return failed
}
