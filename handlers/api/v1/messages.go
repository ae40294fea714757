package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/messages"
)

// Message is one message to somebody who is not signed in. To which number or
// address it went is not in it, nor what it said: it says the same to everybody.
type Message struct {
	ID            uuid.UUID  `json:"id"`
	CaseID        uuid.UUID  `json:"case_id"`
	CaseReference string     `json:"case_reference"`
	Channel       string     `json:"channel" enum:"text,email"`
	State         string     `json:"state" enum:"waiting,sending,sent,delivered,failed,unsure,refused" doc:"sent: whoever carries it has it. delivered: they say that it arrived. unsure: the sending was cut off, and it is not sent again. refused: nothing was sent."`
	Why           string     `json:"why,omitempty" doc:"Why it failed or was refused: not_safe, unknown, stopped, stale, outside_window, not_theirs, no_page, wrong_number, not_reached, declined, gave_up, cut_off."`
	AskedBy       string     `json:"asked_by,omitempty"`
	At            time.Time  `json:"at" doc:"When it was asked for."`
	SentAt        *time.Time `json:"sent_at,omitempty"`
	DoneAt        *time.Time `json:"done_at,omitempty"`
	ToSee         bool       `json:"to_see" doc:"It did not arrive, and nobody has seen to it."`
}

// CaseMessages is what was sent to the victim of a case, the latest first, with
// the ways they could be sent something.
type CaseMessages struct {
	CaseID uuid.UUID    `json:"case_id"`
	Items  []Message    `json:"items" doc:"50 at most."`
	Ways   []MessageWay `json:"ways"`
}

// MessageWay is a way to reach the victim by a message.
type MessageWay struct {
	ChannelID uuid.UUID `json:"channel_id"`
	Channel   string    `json:"channel" enum:"text,email"`
	Shut      string    `json:"shut,omitempty" doc:"Why nothing may go there now."`
}

// MessageAsk says by which way.
type MessageAsk struct {
	ChannelID uuid.UUID `json:"channel_id" doc:"A way of the victim's own that is marked safe, at this time. 422 where it is not; that it was refused is recorded."`
}

// MessageSeen names a message that did not arrive.
type MessageSeen struct {
	MessageID uuid.UUID `json:"message_id"`
}

// MessageCount is how many messages of one kind there were.
type MessageCount struct {
	Organisation Organisation `json:"organisation"`
	Channel      string       `json:"channel" enum:"text,email"`
	State        string       `json:"state" enum:"waiting,sending,sent,delivered,failed,unsure,refused"`
	Count        int          `json:"count"`
}

type (
	messagesOfIn struct {
		ID uuid.UUID `path:"id"`
	}
	messagesOfOut      struct{ Body CaseMessages }
	messagesAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	outboxIn        struct{ Paging }
	outboxOut       struct{ Body List[Message] }
	messageCountOut struct{ Body List[MessageCount] }
)

// RegisterMessages adds asking for a message, the outbox and its counts.
func RegisterMessages(a *api.API, svc *messages.Service, dir *directory.Service) {
	const tag, need = "Messages", models.ContactRecord
	const path = "/api/v1/cases/{id}/messages"
	out := func(o messages.Of) *messagesOfOut { return &messagesOfOut{Body: presentMessages(o)} }
	api.Register(a, api.Op{Method: http.MethodGet, Path: path, ID: "list-case-messages", Tag: tag, Need: need, Summary: "What was sent to the victim of a case, and how they could be sent something"},
		func(ctx context.Context, in *messagesOfIn) (*messagesOfOut, error) {
			o, err := svc.OfCase(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return out(o), nil
		})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: path, ID: "ask-message", Tag: tag, Need: need, Status: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary:     "Tell the victim of a case that there is something to look at",
		Description: "One sentence is sent, the same to everybody, within a minute; safety is asked again when it leaves. 409 where they have no page to look at, or a message is on its way already.",
	}, func(ctx context.Context, in *messagesAct[MessageAsk]) (messages.Of, error) {
		return svc.Ask(ctx, in.ID, in.Body.ChannelID)
	}, out)
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: path + "/seen", ID: "see-message", Tag: tag, Need: need, Status: http.StatusOK, Errors: []int{http.StatusConflict},
		Summary: "Say that a message that did not arrive was seen to",
	}, func(ctx context.Context, in *messagesAct[MessageSeen]) (messages.Of, error) {
		return svc.See(ctx, in.ID, in.Body.MessageID)
	}, out)
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/messages", ID: "list-messages", Tag: tag, Need: models.TeamManage,
		Summary: "The organisation's outbox, the latest first", Description: "Messages of cases that you cannot open are not in it. Reading it is recorded.",
	}, func(ctx context.Context, in *outboxIn) (*outboxOut, error) {
		p, err := svc.Outbox(ctx, in.Cursor, in.Limit)
		if err != nil {
			return nil, err
		}
		return &outboxOut{Body: listed(p.Items, p.Next, presentMessage)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/message-counts", ID: "count-messages", Tag: tag, Need: models.SystemOperate,
		Summary: "How many messages there were in the last seven days, by organisation, way and what became of them",
	}, func(ctx context.Context, _ *struct{}) (*messageCountOut, error) {
		list, err := svc.Counts(ctx)
		if err != nil {
			return nil, err
		}
		snap, err := dir.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		return &messageCountOut{Body: listed(list, "", func(n messages.Count) MessageCount {
			o, _ := snap.Organisation(n.OrgID)
			return MessageCount{Organisation: presentOrganisation(o), Channel: string(n.Channel), State: string(n.State), Count: n.N}
		})}, nil
	})
}

func presentMessages(o messages.Of) CaseMessages {
	return CaseMessages{CaseID: o.CaseID, Items: presented(o.Messages, presentMessage), Ways: presented(o.Ways, func(w messages.Way) MessageWay {
		return MessageWay{ChannelID: w.ID, Channel: string(w.Channel), Shut: w.Why}
	})}
}

func presentMessage(m messages.Message) Message {
	return Message{
		ID: m.ID, CaseID: m.CaseID, CaseReference: m.CaseReference, Channel: string(m.Channel), State: string(m.State), Why: m.Why, AskedBy: m.By,
		At: utc(m.At), SentAt: utcOrNone(m.SentAt), DoneAt: utcOrNone(m.DoneAt), ToSee: m.Unseen(),
	}
}
