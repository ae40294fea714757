package bench

import (
	"context"
	"slices"
	"sync"
	"time"
)

// contender is one way to do an operation.
type contender struct {
	name string
	// run does it once, the n-th time, for one of the workers.
	run func(ctx context.Context, worker, n int) error
}

// outcome is what a contender reached over all rounds.
type outcome struct {
	name          string
	perSecond     float64 // median of the rounds
	p50, p95, p99 time.Duration
	max           time.Duration
	byRound       []float64
	times         int
	latencies     []time.Duration
	busy          work // over all rounds
}

// duel runs the contenders in turn and notes how busy that kept the processors.
func (r *run) duel(ctx context.Context, rounds, workers int, length time.Duration, times int, list []contender) (map[string]*outcome, error) {
	return duel(ctx, rounds, workers, length, times, r.worked, list)
}

// duel runs the contenders in turn, in an order that shifts from round to round,
// each with so many workers for so long (or so many times, where times is not
// nought). One round beforehand warms everybody up and counts for nothing.
func duel(ctx context.Context, rounds, workers int, length time.Duration, times int, worked func(context.Context) count, list []contender) (map[string]*outcome, error) {
	out := map[string]*outcome{}
	for _, c := range list {
		out[c.name] = &outcome{name: c.name}
	}
	next := make([]int, len(list)) // how often each has run: no record is used twice
	for round := -1; round < rounds; round++ {
		for i := range list {
			at := (i + max(round, 0)) % len(list)
			l, n := length, times
			if round < 0 {
				l, n = length/2, min(times, workers*4)
			}
			before := worked(ctx)
			took, latencies, err := race(ctx, list[at], workers, l, n, &next[at])
			if err != nil {
				return nil, err
			}
			if round >= 0 {
				o := out[list[at].name]
				o.byRound = append(o.byRound, float64(len(latencies))/took.Seconds())
				o.latencies = append(o.latencies, latencies...)
				o.busy = o.busy.plus(worked(ctx).since(before))
			}
		}
	}
	for _, o := range out {
		o.finish()
	}
	return out, nil
}

func (o *outcome) finish() {
	o.perSecond = median(o.byRound)
	slices.Sort(o.latencies)
	o.times = len(o.latencies)
	at := func(p float64) time.Duration { return o.latencies[min(o.times-1, int(p*float64(o.times)))] }
	if o.times > 0 {
		o.p50, o.p95, o.p99, o.max = at(0.5), at(0.95), at(0.99), o.latencies[o.times-1]
	}
	o.latencies = nil
}

// race lets a contender run for a while with so many workers.
func race(ctx context.Context, c contender, workers int, length time.Duration, times int, next *int) (time.Duration, []time.Duration, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wait sync.WaitGroup
	first, taken := *next, 0
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if times > 0 && taken >= times || failed != nil {
			return 0, false
		}
		taken++
		return first + taken - 1, true
	}
	begun := time.Now()
	for worker := range workers {
		wait.Go(func() {
			var mine []time.Duration
			for times > 0 || time.Since(begun) < length {
				n, ok := take()
				if !ok {
					break
				}
				at := time.Now()
				if err := c.run(ctx, worker, n); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					break
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		})
	}
	wait.Wait()
	*next = first + taken
	return time.Since(begun), all, failed
}

// ratio is the median, over the rounds, of what one reached for each of the
// other's.
func ratio(a, b *outcome) float64 {
	var list []float64
	for i := range a.byRound {
		list = append(list, a.byRound[i]/b.byRound[i])
	}
	return median(list)
}

// cheaper is the same by processor time: how often one could be done for what the
// other once takes. It says more than ratio does on a machine with other work.
func cheaper(a, b *outcome) float64 {
	one := func(o *outcome) float64 {
		return float64(o.busy.database+o.busy.program) / float64(max(1, o.times))
	}
	if one(a) == 0 {
		return 0
	}
	return one(b) / one(a)
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	if n := len(list); n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[len(list)/2]
}
