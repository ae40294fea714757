package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/services/accounts"
	"throughline/services/demo"
)

// process measures the product running by itself: how soon it is ready, what it
// keeps in memory, and what a sign-in costs.
func (r *run) process(ctx context.Context) error {
	if err := r.settled(ctx); err != nil {
		return fmt.Errorf("starting the product: %w", err)
	}
	var ready []float64
	for range r.o.Rounds {
		took, err := r.startOnce(ctx)
		if err != nil {
			return fmt.Errorf("starting the product: %w", err)
		}
		ready = append(ready, float64(took)/float64(time.Millisecond))
	}
	r.table.atMost("12", "start to ready", median(ready), 100, "ms")
	p, _, err := r.started(ctx)
	if err != nil {
		return fmt.Errorf("starting the product: %w", err)
	}
	defer func() { _ = p.Stop() }()
	// Idle is what is left once the start is over and nothing waits.
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := r.memory(p, "when idle", 40); err != nil {
		return err
	}
	if err := r.busy(ctx, p); err != nil {
		return err
	}
	return r.signIns(ctx, p)
}

// settled lets the product do what the run so far has left it: what it sends,
// counts and numbers afterwards. The cases it logged are all of one person:
// comparing thousands of those with each other is nobody's day.
func (r *run) settled(ctx context.Context) error {
	if _, err := r.owner.Exec(ctx, "delete from linkage_waiting; update outbox set drained_at = at where topic = 'case.logged' and drained_at is null"); err != nil {
		return err
	}
	p, _, err := r.started(ctx)
	if err != nil {
		return err
	}
	until := time.Now().Add(time.Minute)
	for busy, quiet := busyFor(p.PID), 0; quiet < 3 && time.Now().Before(until); {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), p.Stop())
		}
		now := busyFor(p.PID)
		if quiet++; now-busy > 5*tick {
			quiet = 0
		}
		busy = now
	}
	return p.Stop()
}

// started begins the product and waits until it is ready.
func (r *run) started(ctx context.Context) (Process, time.Duration, error) {
	begun := time.Now()
	p, err := r.Start(ctx)
	if err != nil {
		return p, 0, err
	}
	req := request(http.MethodGet, "/readyz", "", nil)
	for time.Since(begun) < 20*time.Second {
		if status, _, err := ask(p.Addr, req); err == nil && status == http.StatusOK {
			return p, time.Since(begun), nil
		}
		time.Sleep(time.Millisecond)
	}
	return p, 0, errors.Join(errors.New("it was not ready within 20 seconds"), p.Stop())
}

func (r *run) startOnce(ctx context.Context) (time.Duration, error) {
	p, took, err := r.started(ctx)
	if err != nil {
		return 0, err
	}
	return took, p.Stop()
}

// busy asks from 32 connections for a while and looks at the memory.
func (r *run) busy(ctx context.Context, p Process) error {
	token, err := tokenOf(p.Addr, "support@demo.test")
	if err != nil {
		return err
	}
	const connections = 32
	// No session may ask more than 300 times a second; this one does not either.
	pause := time.NewTicker(time.Second / 250)
	defer pause.Stop()
	c, stop, err := overHTTP("32 connections", p.Addr, connections, http.StatusOK, func(int) []byte {
		<-pause.C
		return request(http.MethodGet, "/api/v1/referrals?box=inbox&limit=25", token, nil)
	})
	if err != nil {
		return err
	}
	defer stop()
	if _, err := r.duel(ctx, 1, connections, 5*r.o.Length, 0, []contender{c}); err != nil {
		return err
	}
	return r.memory(p, "at 32 connections", 80)
}

// memory notes what a process keeps in memory. Pages of the program's own file
// are part of it, though the system shares them and takes them back at will.
func (r *run) memory(p Process, when string, most float64) error {
	all, err := memoryOf(p.PID, "VmRSS:")
	if err != nil {
		return err
	}
	own, err := memoryOf(p.PID, "RssAnon:")
	if err != nil {
		return err
	}
	r.table.atMost("12", fmt.Sprintf("resident memory %s (%.1f MB without the program's own file)", when, own), all, most, "MB")
	return nil
}

// signIns measures what one sign-in takes: a hash of 19 MiB and little else.
func (r *run) signIns(ctx context.Context, p Process) error {
	body := []byte(`{"email": "youth@demo.test", "password": "` + demo.Password + `"}`)
	c, stop, err := overHTTP("signing in", p.Addr, 1, http.StatusOK, func(int) []byte { return request(http.MethodPost, "/api/v1/auth/tokens", "", body) })
	if err != nil {
		return err
	}
	defer stop()
	got, err := r.duel(ctx, 1, 1, 0, 20, []contender{c})
	if err != nil {
		return err
	}
	hash, err := oneHash()
	if err != nil {
		return err
	}
	o := got["signing in"]
	r.table.outcomes("signing in, one after the other", o)
	r.table.say("one argon2id hash: %s", short(hash))
	r.table.atMost("12", "a sign-in, in hashes of a password", float64(o.p50)/float64(hash), 2, "x")
	return nil
}

// oneHash is how long one hash of a password takes: the median of some.
func oneHash() (time.Duration, error) {
	var times []time.Duration
	for range 15 {
		begun := time.Now()
		if _, err := accounts.HashPassword(demo.Password); err != nil {
			return 0, err
		}
		times = append(times, time.Since(begun))
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// memoryOf reads one of the figures the system keeps about a process, in
// megabytes.
func memoryOf(pid int, name string) (float64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if value, ok := strings.CutPrefix(line, name); ok {
			kb, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("the system does not say what memory a process keeps")
}
