package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/webhooks"
)

// Webhook is an address of your systems that is told what happens.
type Webhook struct {
	ID          uuid.UUID        `json:"id"`
	URL         string           `json:"url"`
	Topics      []string         `json:"topics"`
	MadeAt      time.Time        `json:"made_at"`
	On          bool             `json:"on"`
	OffAt       *time.Time       `json:"off_at,omitempty"`
	OffWhy      string           `json:"off_why,omitempty" doc:"by_hand; failing: for three days; gone: it answered 410."`
	Failures    int              `json:"failures" doc:"In a row."`
	DeliveredAt *time.Time       `json:"delivered_at,omitempty" doc:"When the last message arrived."`
	BothUntil   *time.Time       `json:"both_secrets_until,omitempty"`
	Waiting     int              `json:"waiting"`
	Dead        int              `json:"dead" doc:"Messages that were given up."`
	Messages    []WebhookMessage `json:"messages" doc:"The latest, those that were given up first."`
	Secret      string           `json:"secret,omitempty" doc:"Told once, when it is made."`
	Version     int              `json:"version"`
}

// WebhookMessage is one message to one address.
type WebhookMessage struct {
	ID         uuid.UUID  `json:"id" doc:"webhook-id is this with msg_ before it."`
	Topic      string     `json:"topic"`
	ReferralID *uuid.UUID `json:"referral_id,omitempty"`
	HandoffID  *uuid.UUID `json:"handoff_id,omitempty"`
	At         time.Time  `json:"at"`
	Status     string     `json:"status" enum:"waiting,delivered,dead"`
	Attempts   int        `json:"attempts"`
	TriedAt    *time.Time `json:"tried_at,omitempty"`
	NextAt     *time.Time `json:"next_at,omitempty"`
	Answer     int        `json:"answer,omitempty" doc:"The status of the last answer."`
	Fault      string     `json:"fault,omitempty" doc:"refused_address, no_answer, too_slow, redirect or status."`
}

// NewWebhook is an endpoint to be added.
type NewWebhook struct {
	URL    string `json:"url" maxLength:"500" doc:"https, on the public internet."`
	Topics []Key  `json:"topics" maxItems:"100"`
}

// SwitchWebhook says whether an endpoint is to be on.
type SwitchWebhook struct {
	On bool `json:"on"`
}

// ReplayWebhook says what is sent again.
type ReplayWebhook struct {
	MessageID *uuid.UUID `json:"message_id,omitempty" doc:"Left out: everything that was given up."`
}

type (
	webhookIn struct {
		ID uuid.UUID `path:"id"`
	}
	webhookNewIn    struct{ Body NewWebhook }
	webhookSwitchIn struct {
		ID   uuid.UUID `path:"id"`
		Body SwitchWebhook
	}
	webhookReplayIn struct {
		ID   uuid.UUID `path:"id"`
		Body *ReplayWebhook
	}
	webhooksOut struct{ Body List[Webhook] }
	webhookOut  struct {
		ETag string `header:"ETag"`
		Body Webhook
	}
)

// RegisterWebhooks adds the endpoints of one's organisation.
func RegisterWebhooks(a *api.API, svc *webhooks.Service) {
	op := func(method, path, id, summary string) api.Op {
		out := api.Op{Method: method, Path: "/api/v1/webhooks" + path, ID: id, Tag: "Systems", Need: models.ClientManage, Summary: summary, StepUp: method != http.MethodGet}
		if out.StepUp {
			out.Errors = []int{http.StatusConflict}
		}
		return out
	}
	api.Register(a, op(http.MethodGet, "", "list-webhooks", "The endpoints of your organisation"), func(ctx context.Context, _ *struct{}) (*webhooksOut, error) {
		all, err := svc.List(ctx)
		if err != nil {
			return nil, err
		}
		return &webhooksOut{Body: listed(all, "", presentWebhook)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-webhook", "One endpoint with its latest messages"), func(ctx context.Context, in *webhookIn) (*webhookOut, error) {
		w, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentOneWebhook(w), nil
	})
	made := op(http.MethodPost, "", "make-webhook", "Add an endpoint that is told what happens")
	made.Status = http.StatusCreated
	made.Description = "It is told what your people get a notice of: what kind of thing happened, when, and the id of the record, never a word about anybody. Messages are signed as Standard Webhooks has it (webhook-id, webhook-timestamp, webhook-signature v1), and come at least once. The secret is told once, here."
	api.Keyed(a, made, func(ctx context.Context, in *webhookNewIn) (models.Webhook, error) {
		w := models.Webhook{URL: in.Body.URL}
		for _, t := range in.Body.Topics {
			w.Topics = append(w.Topics, string(t))
		}
		return svc.Make(ctx, w)
	}, presentOneWebhook)
	api.Keyed(a, op(http.MethodPost, "/{id}/secrets", "rotate-webhook-secret", "Make another secret; for a day messages are signed with both"),
		func(ctx context.Context, in *webhookIn) (models.Webhook, error) { return svc.Rotate(ctx, in.ID) }, presentOneWebhook)
	api.Keyed(a, op(http.MethodPost, "/{id}/switch", "switch-webhook", "Switch an endpoint off, or on again"),
		func(ctx context.Context, in *webhookSwitchIn) (models.Webhook, error) {
			return svc.Switch(ctx, in.ID, in.Body.On)
		}, presentOneWebhook)
	api.Keyed(a, op(http.MethodPost, "/{id}/replay", "replay-webhook", "Send again what was given up"),
		func(ctx context.Context, in *webhookReplayIn) (models.Webhook, error) {
			message := uuid.Nil
			if in.Body != nil && in.Body.MessageID != nil {
				message = *in.Body.MessageID
			}
			return svc.Replay(ctx, in.ID, message)
		}, presentOneWebhook)
}

func presentOneWebhook(w models.Webhook) *webhookOut {
	return &webhookOut{ETag: etag(w.Version), Body: presentWebhook(w)}
}

func presentWebhook(w models.Webhook) Webhook {
	return Webhook{
		ID: w.ID, URL: w.URL, Topics: append([]string{}, w.Topics...), MadeAt: utc(w.MadeAt), On: w.OffAt == nil, OffAt: utcOrNone(w.OffAt), OffWhy: w.OffWhy,
		Failures: w.Failures, DeliveredAt: utcOrNone(w.DeliveredAt), BothUntil: utcOrNone(w.BeforeUntil), Waiting: w.Waiting, Dead: w.Dead, Secret: w.Secret, Version: w.Version,
		Messages: presented(w.Messages, func(m models.WebhookMessage) WebhookMessage {
			return WebhookMessage{
				ID: m.ID, Topic: m.Topic, ReferralID: m.ReferralID, HandoffID: m.HandoffID, At: utc(m.At), Status: m.Status, Attempts: m.Attempts,
				TriedAt: utcOrNone(m.TriedAt), NextAt: utcOrNone(m.NextAt), Answer: m.Answer, Fault: m.Fault,
			}
		}),
	}
}
