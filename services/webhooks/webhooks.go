// Package webhooks tells an organisation's own systems what happened, as it
// happens: ids alone, signed as Standard Webhooks has it, at least once and under
// one id, to addresses that are on the public internet.
package webhooks

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/outward"
	"throughline/internal/pg"
	"throughline/internal/seal"
	"throughline/models"
	"throughline/services/accounts"
)

// Service manages endpoints and sends to them.
type Service struct {
	db     *pg.DB
	keys   *seal.Keys
	client *outward.Client
}

// New returns the service. keys seal what messages are signed with; client is
// what they are sent by.
func New(db *pg.DB, keys *seal.Keys, client *outward.Client) *Service {
	return &Service{db: db, keys: keys, client: client}
}

func secretOf(endpoint uuid.UUID) []byte { return []byte("webhook secret\n" + endpoint.String()) }

const columns = `e.id, e.url, array_to_string(e.topics, ' ') as topics, e.made_at, coalesce(u.name, '') as made_by, e.off_at, coalesce(e.off_why, '') as off_why,
	e.failures, e.failing_since, e.before_until, e.version,
	(select count(*) from webhook_deliveries d where d.endpoint_id = e.id and d.status = 'waiting') as waiting,
	(select count(*) from webhook_deliveries d where d.endpoint_id = e.id and d.status = 'dead') as dead,
	(select max(d.done_at) from webhook_deliveries d where d.endpoint_id = e.id and d.status = 'delivered') as delivered_at
	from webhook_endpoints e left join users u on u.id = e.made_by`

type row struct {
	ID                                            uuid.UUID
	URL, Topics, MadeBy, OffWhy                   string
	MadeAt                                        time.Time
	OffAt, FailingSince, BeforeUntil, DeliveredAt *time.Time
	Failures, Version, Waiting, Dead              int
}

func (r row) endpoint() models.Webhook {
	return models.Webhook{
		ID: r.ID, URL: r.URL, Topics: strings.Fields(r.Topics), MadeAt: r.MadeAt, MadeBy: r.MadeBy, OffAt: r.OffAt, OffWhy: r.OffWhy, Failures: r.Failures,
		FailingSince: r.FailingSince, BeforeUntil: r.BeforeUntil, DeliveredAt: r.DeliveredAt, Waiting: r.Waiting, Dead: r.Dead, Version: r.Version,
	}
}

// List shows the endpoints of the actor's organisation, at most 100.
func (s *Service) List(ctx context.Context) ([]models.Webhook, error) {
	if _, err := models.May(ctx, models.ClientManage); err != nil {
		return nil, err
	}
	var out []models.Webhook
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []row
		err := tx.Scan(ctx, &rows, "select "+columns+" order by e.off_at is not null, e.made_at desc, e.id limit 100")
		for _, r := range rows {
			out = append(out, r.endpoint())
		}
		return err
	})
	return out, err
}

// Get shows one endpoint of the actor's organisation with its latest messages.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (models.Webhook, error) {
	var out models.Webhook
	if _, err := models.May(ctx, models.ClientManage); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = find(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "webhook.viewed", SubjectType: "webhook", SubjectID: id})
	})
	return out, err
}

// latest is how many messages are shown: those that were given up first.
const latest = 50

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Webhook, error) {
	var r row
	if err := tx.Scan(ctx, &r, "select "+columns+" where e.id = ?", id); err != nil {
		return models.Webhook{}, err
	}
	if r.ID == uuid.Nil {
		return models.Webhook{}, models.NotFound("webhook")
	}
	out := r.endpoint()
	err := tx.Scan(ctx, &out.Messages, `select id, topic, referral_id, handoff_id, at, status, attempts, tried_at, coalesce(answer, 0) as answer, coalesce(fault, '') as fault,
		case when status = 'waiting' then next_at end as next_at from webhook_deliveries where endpoint_id = ? order by status <> 'dead', at desc, id desc limit ?`, id, latest)
	return out, err
}

// Make adds an endpoint. Its secret is in the answer and nowhere else.
func (s *Service) Make(ctx context.Context, in models.Webhook) (models.Webhook, error) {
	return s.manage(ctx, func(ctx context.Context, tx *pg.Tx) (models.Webhook, error) {
		if err := tx.FindReplay(ctx); err != nil {
			return in, err
		}
		in.URL = strings.TrimSpace(in.URL)
		slices.Sort(in.Topics)
		in.Topics = slices.Compact(in.Topics)
		var live int
		if err := tx.Scan(ctx, &live, "select count(*) from webhook_endpoints where off_at is null"); err != nil {
			return in, err
		}
		f := &models.Faults{}
		in.Check(f, s.client.Allows(in.URL))
		if err := models.Refusal(ctx, f.List()); err != nil {
			return in, err
		}
		if live >= models.MostWebhooks {
			return in, models.Conflict("Your organisation has as many endpoints as it can have. Switch one off first.")
		}
		in.ID, in.MadeAt, in.MadeBy, in.Version, in.Secret = models.NewID(), tx.Now, tx.Actor.Name, 1, newSecret()
		sealed, err := s.keys.Seal([]byte(in.Secret), secretOf(in.ID))
		if err != nil {
			return in, models.Internal("sealing the secret of an endpoint", err)
		}
		_, err = tx.Exec(ctx, "insert into webhook_endpoints (id, org_id, url, topics, sealed, made_at, made_by) values (?, ?, ?, string_to_array(?, ' '), ?, ?, ?)",
			in.ID, tx.Actor.OrgID, in.URL, strings.Join(in.Topics, " "), sealed, tx.Now, tx.Actor.UserID)
		if err != nil {
			return in, err
		}
		return in, tx.Record(ctx, models.Event{Action: "webhook.made", SubjectType: "webhook", SubjectID: in.ID, Detail: map[string]any{"topics": in.Topics}})
	})
}

// Rotate makes another secret. For a day messages are signed with both.
func (s *Service) Rotate(ctx context.Context, id uuid.UUID) (models.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, w *models.Webhook) error {
		w.Secret = newSecret()
		sealed, err := s.keys.Seal([]byte(w.Secret), secretOf(id))
		if err != nil {
			return models.Internal("sealing the secret of an endpoint", err)
		}
		until := time.Now().Add(models.SecretOverlap)
		w.BeforeUntil = &until
		if _, err := tx.Exec(ctx, "update webhook_endpoints set sealed_before = sealed, before_until = ?, sealed = ? where id = ?", until, sealed, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "webhook.rotated", SubjectType: "webhook", SubjectID: id})
	})
}

// Switch switches an endpoint off, or on again. While it is off nothing new is
// kept for it; what waits goes on waiting.
func (s *Service) Switch(ctx context.Context, id uuid.UUID, on bool) (models.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, w *models.Webhook) error {
		if on == (w.OffAt == nil) {
			return models.Conflict("The endpoint is that already.")
		}
		action, q, args := "webhook.switched_on", "update webhook_endpoints set off_at = null, off_why = null, failures = 0, failing_since = null, retry_at = null where id = ?", []any{id}
		w.OffAt, w.OffWhy, w.Failures, w.FailingSince = nil, "", 0, nil
		if !on {
			action, q, args = "webhook.switched_off", "update webhook_endpoints set off_at = ?, off_why = 'by_hand' where id = ?", []any{tx.Now, id}
			w.OffAt, w.OffWhy = &tx.Now, "by_hand"
		}
		if _, err := tx.Exec(ctx, q, args...); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: action, SubjectType: "webhook", SubjectID: id})
	})
}

// Replay sends again what was given up: one message, or all of the endpoint.
func (s *Service) Replay(ctx context.Context, id, message uuid.UUID) (models.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, w *models.Webhook) error {
		n, err := tx.Exec(ctx, `update webhook_deliveries set status = 'waiting', attempts = 0, next_at = clock_timestamp(), done_at = null
			where endpoint_id = ? and status = 'dead' and (?::uuid is null or id = ?)`, id, pg.OrNull(message), pg.OrNull(message))
		if err != nil {
			return err
		}
		if n == 0 {
			return models.Conflict("There is nothing that was given up. Nothing was sent again.")
		}
		if *w, err = find(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "webhook.replayed", SubjectType: "webhook", SubjectID: id, Detail: map[string]any{"messages": n}})
	})
}

func (s *Service) change(ctx context.Context, id uuid.UUID, act func(context.Context, *pg.Tx, *models.Webhook) error) (models.Webhook, error) {
	return s.manage(ctx, func(ctx context.Context, tx *pg.Tx) (models.Webhook, error) {
		w, err := find(ctx, tx, id)
		if err != nil {
			return w, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return w, err
		}
		if err := models.Refusal(ctx); err != nil {
			return w, err
		}
		n, err := tx.Exec(ctx, "update webhook_endpoints set version = version + 1 where id = ? and version = ?", id, w.Version)
		if err != nil {
			return w, err
		}
		if n == 0 {
			return w, models.Conflict("Somebody changed this endpoint a moment ago. Nothing you did was saved.")
		}
		w.Version++
		return w, act(ctx, tx, &w)
	})
}

func (s *Service) manage(ctx context.Context, act func(context.Context, *pg.Tx) (models.Webhook, error)) (models.Webhook, error) {
	if _, err := models.May(ctx, models.ClientManage); err != nil {
		return models.Webhook{}, err
	}
	if err := accounts.StepUp(ctx); err != nil {
		return models.Webhook{}, err
	}
	var out models.Webhook
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = act(ctx, tx); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}
