package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"throughline/models"
)

// noCliff asks for the inbox from fresh connections for a while and looks at
// the slowest answer: a plan that goes wrong now and then shows there.
func (r *run) noCliff(ctx context.Context) error {
	p := r.people["support"]
	req := request(http.MethodGet, "/api/v1/referrals?box=inbox&limit=25", p.token, nil)
	const perConnection = 200
	clients := make([]*client, r.o.Workers)
	fresh := contender{"inbox, a fresh connection every 200 requests", func(_ context.Context, worker, n int) error {
		if c := clients[worker]; c == nil || n%perConnection == 0 {
			if c != nil {
				c.close()
			}
			var err error
			if clients[worker], err = dial(r.addr); err != nil {
				return err
			}
		}
		status, body, err := clients[worker].do(req)
		return expect(http.StatusOK, status, body, err)
	}}
	defer func() {
		for _, c := range clients {
			if c != nil {
				c.close()
			}
		}
	}()
	length := 10 * r.o.Length
	if r.o.Long {
		length = time.Minute
	}
	got, err := r.duel(ctx, 1, r.o.Workers, length, 0, []contender{fresh})
	if err != nil {
		return fmt.Errorf("looking for stalls: %w", err)
	}
	o := got[fresh.name]
	r.table.outcomes(fmt.Sprintf("looking for stalls, %s of requests", models.Length(length)), o)
	r.table.atMost("8", "slowest answer, in times the median", float64(o.max)/float64(o.p50), 50, "x")
	// The writes of this run have made the server look at its tables anew: a plan
	// that turned for the worse costs many times what it did.
	cost := o.busy.database / time.Duration(max(1, o.times))
	r.table.atMost("8", "the inbox after the run's writes, in times its cost to the database before", float64(cost)/float64(r.inboxCost), 3, "x")
	return nil
}
