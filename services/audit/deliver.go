package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"throughline/internal/courier"
	"throughline/internal/pg"
)

// deliverEvery is how often a checkpoint leaves. A delivery that failed is tried
// again at the next run, whenever that is.
const deliverEvery = time.Hour

// Deliveries takes checkpoints outside, where nobody who runs the database can
// reach them.
type Deliveries struct {
	db     *pg.DB
	places []courier.Place
	log    *slog.Logger
}

// NewDeliveries delivers to places.
func NewDeliveries(db *pg.DB, places []courier.Place, log *slog.Logger) *Deliveries {
	return &Deliveries{db: db, places: places, log: log}
}

// due is what has to be taken to one place.
type due struct {
	N    int64
	Note string
	Sent *time.Time // when this very checkpoint arrived there
	Last *time.Time // when any did
}

const dueSQL = `select c.n, c.note,
  (select r.sent_at from audit_receipts r where r.n = c.n and r.way = ? and r.place = ?) as sent,
  (select max(r.sent_at) from audit_receipts r where r.way = ? and r.place = ?) as last
from audit_checkpoints c order by c.n desc limit 1`

const receiptSQL = `insert into audit_receipts as a (n, way, place, tried_at, tries, sent_at, failure) values (?, ?, ?, ?, 1, ?, ?)
on conflict (n, way, place) do update set tried_at = excluded.tried_at, tries = a.tries + 1, sent_at = excluded.sent_at, failure = excluded.failure`

// Deliver takes the last checkpoint to every place that has had none for an hour,
// or to every place at once where now is set, each on its own: one that hangs
// holds up no other. It says how many deliveries arrived, and fails with what is
// wrong with the rest; each failure is logged and kept too, without an address.
func (d *Deliveries) Deliver(ctx context.Context, now bool) (int, error) {
	var wait sync.WaitGroup
	errs := make([]error, len(d.places))
	sent := make([]bool, len(d.places))
	for i, p := range d.places {
		wait.Go(func() { sent[i], errs[i] = d.to(ctx, p, now) })
	}
	wait.Wait()
	n := 0
	for _, s := range sent {
		if s {
			n++
		}
	}
	return n, errors.Join(errs...)
}

func (d *Deliveries) to(ctx context.Context, p courier.Place, now bool) (bool, error) {
	way, place := p.Name()
	var what due
	err := d.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &what, dueSQL, way, place, way, place)
	})
	at := d.db.Now()
	recent := what.Sent != nil || what.Last != nil && at.Sub(*what.Last) < deliverEvery
	if err != nil || what.N == 0 || recent && !now {
		return false, err
	}
	name := fmt.Sprintf("audit-checkpoint-%08d.txt", what.N)
	failed := p.Deliver(ctx, name, "Audit checkpoint "+fmt.Sprint(what.N), []byte(what.Note))
	var arrived *time.Time
	var why *string
	if failed == nil {
		arrived = &at
	} else {
		words := reason(failed)
		why = &words
		d.log.Warn("a checkpoint could not be delivered", "way", way, "place", place, "why", words)
		failed = fmt.Errorf("%s, %s: %s", way, place, words)
	}
	err = d.db.Housekeeping(context.WithoutCancel(ctx), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, receiptSQL, what.N, way, place, at, arrived, why)
		return err
	})
	return failed == nil, errors.Join(failed, err)
}

// reason is why a delivery failed, without what might name somebody: an error of
// a mail server repeats addresses.
func reason(err error) string {
	var slow interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &slow) && slow.Timeout():
		return "it did not answer in time"
	case errors.Is(err, context.Canceled):
		return "it was stopped"
	}
	return "it could not be reached, or refused"
}
