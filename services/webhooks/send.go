package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"throughline/internal/outward"
	"throughline/internal/pg"
	"throughline/models"
)

const (
	answerGone = 410
	atOnce     = 64 // messages that one run sends side by side
	// offAfter is how long an endpoint may fail before it is switched off.
	offAfter = 3 * 24 * time.Hour
)

// delays are how long a message waits after each time that it did not arrive; then
// it is given up, and can be sent again by hand.
var delays = []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour}

// rests are how long an endpoint is left alone after it failed so often in a row:
// meanwhile it gets one message at a time.
var rests = []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}

func later(list []time.Duration, n int) time.Duration {
	d := list[min(max(n, 1), len(list))-1]
	return d + time.Duration(rand.Int64N(int64(d)/5+1)) //nolint:gosec // so that they do not all come at once
}

// due is one message that was taken to be sent.
type due struct {
	ID, EndpointID, OrgID uuid.UUID
	Topic                 string
	ReferralID, HandoffID *uuid.UUID
	At                    time.Time
	Attempts              int
	URL                   string
	Sealed, SealedBefore  []byte
	BeforeUntil           *time.Time
}

// Message is what is sent: what happened, when, and to which record. What it is
// about is read over the API, with the rights of whoever asks.
type Message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      Data      `json:"data"`
}

// Data are the ids of the record.
type Data struct {
	ReferralID *uuid.UUID `json:"referral_id,omitempty"`
	HandoffID  *uuid.UUID `json:"handoff_id,omitempty"`
}

// Send sends what is due, and says how many messages it tried. Nothing is open in
// the database while a receiver is waited for. Who is killed half-way leaves its
// messages to be sent again, under the same ids.
func (s *Service) Send(ctx context.Context) (int, error) {
	var list []due
	err := s.db.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &list, `select d.id, d.endpoint_id, d.org_id, d.topic, d.referral_id, d.handoff_id, d.at, d.attempts, e.url, e.sealed, e.sealed_before, e.before_until
			from app_webhook_claim(?) d join webhook_endpoints e on e.id = d.endpoint_id`, atOnce)
	})
	if err != nil {
		return 0, err
	}
	var all sync.WaitGroup
	failed := make([]error, len(list))
	for i := range list {
		all.Go(func() { failed[i] = s.one(ctx, &list[i]) })
	}
	all.Wait()
	return len(list), errors.Join(failed...)
}

// one sends one message and writes down what came of it.
func (s *Service) one(ctx context.Context, d *due) error {
	answer, fault, gone := s.post(ctx, d)
	if fault != "" && ctx.Err() != nil {
		return nil //nolint:nilerr // stopped half-way: it is taken again
	}
	return s.db.Housekeeping(context.WithoutCancel(ctx), func(ctx context.Context, tx *pg.Tx) error {
		if fault == "" {
			return arrived(ctx, tx, d, answer)
		}
		return failing(ctx, tx, d, answer, fault, gone)
	})
}

// post asks the endpoint, and says what it answered and what was wrong with that.
func (s *Service) post(ctx context.Context, d *due) (answer int, fault string, gone bool) {
	body, err := json.Marshal(Message{Type: d.Topic, Timestamp: d.At.UTC(), Data: Data{ReferralID: d.ReferralID, HandoffID: d.HandoffID}})
	if err != nil {
		return 0, "no_answer", false
	}
	now := time.Now()
	secrets, err := s.secrets(d, now)
	if err != nil {
		return 0, "no_answer", false
	}
	id := "msg_" + d.ID.String()
	answer, err = s.client.Post(ctx, d.URL, map[string]string{
		"Content-Type": "application/json", "User-Agent": "Throughline",
		"webhook-id": id, "webhook-timestamp": strconv.FormatInt(now.Unix(), 10), "webhook-signature": sign(id, now, body, secrets...),
	}, body)
	switch {
	case errors.Is(err, outward.ErrInside):
		return 0, "refused_address", false
	case errors.Is(err, outward.ErrSlow):
		return 0, "too_slow", false
	case err != nil:
		return 0, "no_answer", false
	case answer >= 200 && answer < 300:
		return answer, "", false
	case answer >= 300 && answer < 400:
		return answer, "redirect", false
	}
	return answer, "status", answer == answerGone
}

func (s *Service) secrets(d *due, now time.Time) ([]string, error) {
	sealed := [][]byte{d.Sealed}
	if d.BeforeUntil != nil && now.Before(*d.BeforeUntil) {
		sealed = append(sealed, d.SealedBefore)
	}
	out := make([]string, len(sealed))
	for i, one := range sealed {
		plain, err := s.keys.Open(slices.Clone(one), secretOf(d.EndpointID))
		if err != nil {
			return nil, models.Internal("opening the secret of an endpoint", err)
		}
		out[i] = string(plain)
	}
	return out, nil
}

func arrived(ctx context.Context, tx *pg.Tx, d *due, answer int) error {
	_, err := tx.Exec(ctx, "update webhook_deliveries set status = 'delivered', answer = ?, fault = null, claimed_until = null, done_at = clock_timestamp() where id = ? and status = 'waiting'", answer, d.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update webhook_endpoints set failures = 0, failing_since = null, retry_at = null where id = ? and failures > 0", d.EndpointID)
	return err
}

// failing has the message and its endpoint wait. An endpoint that says that it is
// gone, or that has failed for days, is switched off, and the organisation's
// administrators are told.
func failing(ctx context.Context, tx *pg.Tx, d *due, answer int, fault string, gone bool) error {
	status := "waiting"
	if d.Attempts > len(delays) {
		status = "dead"
	}
	_, err := tx.Exec(ctx, `update webhook_deliveries set status = ?, answer = ?, fault = ?, claimed_until = null, next_at = clock_timestamp() + make_interval(secs => ?),
		done_at = case when ? = 'dead' then clock_timestamp() end where id = ? and status = 'waiting'`,
		status, pg.OrNull(answer), fault, later(delays, d.Attempts).Seconds(), status, d.ID)
	if err != nil {
		return err
	}
	var e struct {
		Failures     int
		FailingSince *time.Time
		Now          time.Time
	}
	if err := tx.Scan(ctx, &e, "select failures, failing_since, clock_timestamp() as now from webhook_endpoints where id = ? for update", d.EndpointID); err != nil {
		return err
	}
	if e.FailingSince == nil {
		e.FailingSince = &e.Now
	}
	_, err = tx.Exec(ctx, "update webhook_endpoints set failures = ?, failing_since = ?, retry_at = clock_timestamp() + make_interval(secs => ?) where id = ?",
		e.Failures+1, *e.FailingSince, later(rests, e.Failures+1).Seconds(), d.EndpointID)
	if err != nil || !gone && e.Now.Sub(*e.FailingSince) < offAfter {
		return err
	}
	why := "failing"
	if gone {
		why = "gone"
	}
	n, err := tx.Exec(ctx, "update webhook_endpoints set off_at = ?, off_why = ?, version = version + 1 where id = ? and off_at is null", tx.Now, why, d.EndpointID)
	if err != nil || n == 0 {
		return err
	}
	// The organisation finds it in its trail, and its administrators among what
	// they are told of their own accounts.
	if _, err := tx.Exec(ctx, "select set_config('app.org_id', ?, true), app_webhook_off(?)", d.OrgID.String(), d.EndpointID); err != nil {
		return err
	}
	return tx.Record(ctx, models.Event{Action: "webhook.switched_off", SubjectType: "webhook", SubjectID: d.EndpointID, Detail: map[string]any{"why": why}})
}
