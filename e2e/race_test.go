package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// crowd sends the same request n times at once, by turns through each caller,
// and returns every answer.
func crowd(t testing.TB, n int, callers []*caller, send func(i int, c *caller) (answer, error)) []answer {
	t.Helper()
	answers, faults := make([]answer, n), make([]error, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			answers[i], faults[i] = send(i, callers[i%len(callers)])
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	for i, err := range faults {
		if err != nil {
			t.Fatalf("request %d of %d: %v", i, n, err)
		}
	}
	return answers
}

// tally counts answers by status.
func tally(answers []answer) map[int]int {
	out := map[int]int{}
	for _, a := range answers {
		out[a.Status]++
	}
	return out
}

// TestOfTwoHundredWhoAcceptAtOnceOneWins goes through two server processes on
// one database (security.md T25): one acceptance stands, everybody else is told
// that somebody was faster, and nothing is written twice.
func TestOfTwoHundredWhoAcceptAtOnceOneWins(t *testing.T) {
	t.Parallel()
	const runs, crowdSize = 20, 200
	first := site(t)
	second := first.another(t)
	db := first.superuser(t)
	police, vawg := signIn(t, first.url, "police"), signIn(t, first.url, "vawg")
	var callers []*caller
	for _, who := range []string{"vawg", "vawg.manager", "vawg", "vawg.manager"} {
		c := signIn(t, first.url, who)
		callers = append(callers, c, c.at(second))
	}
	worker := vawg.get("/api/v1/people?assignable=true").items(t)[0]["id"]
	var ids []string
	for run := range runs {
		_, id := sent(t, police, vawg, fmt.Sprintf("Race%d", run))
		tag := vawg.get("/api/v1/referrals/" + id).Header.Get("ETag")
		answers := crowd(t, crowdSize, callers, func(_ int, c *caller) (answer, error) {
			return c.try("POST", "/api/v1/referrals/"+id+"/accept", map[string]any{"worker_id": worker},
				map[string]string{"Idempotency-Key": newKey(), "If-Match": tag})
		})
		if got := tally(answers); got[200] != 1 || got[409] != crowdSize-1 {
			t.Fatalf("run %d: got %v, want one 200 and %d times 409; one of them: %s", run, got, crowdSize-1, answers[0].Raw)
		}
		for what, sql := range map[string]string{
			"history row":     `select count(*) from referral_history where referral_id = $1 and action = 'accept'`,
			"audit row":       `select count(*) from audit_events where subject_id = $1 and action = 'referral.accepted'`,
			"message to send": `select count(*) from outbox where referral_id = $1 and topic = 'referral.accepted'`,
			"assignment":      `select count(*) from referral_assignments where referral_id = $1`,
		} {
			if n := number(t, db, sql, id); n != 1 {
				t.Errorf("run %d: got %d times a %s, want 1", run, n, what)
			}
		}
		ids = append(ids, id)
	}
	// The notices are written by a job, from the message above.
	const told = `select count(*) from notices where referral_id = any($1::uuid[]) and topic = 'referral.accepted'`
	until(t, 30*time.Second, "telling the referrer of every acceptance", func() bool { return number(t, db, told, ids) >= runs })
	if n := number(t, db, told, ids); n != runs {
		t.Errorf("got %d notices of %d acceptances, want one of each", n, runs)
	}
}
