package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/status"
)

// StatusPage is how the victim's page of a case stands. The code and the word
// are not in it: nobody can read them again.
type StatusPage struct {
	CaseID    uuid.UUID       `json:"case_id"`
	State     string          `json:"state" enum:"none,open,frozen,ended,expired"`
	Language  string          `json:"language,omitempty"`
	GivenAt   *time.Time      `json:"given_at,omitempty"`
	ExpiresAt *time.Time      `json:"expires_at,omitempty"`
	Requests  []StatusRequest `json:"requests" doc:"What was asked on the page: what waits first, then the latest, 50 at most. Each is a task; none has changed anything."`
}

// StatusRequest is one thing that was asked on the page.
type StatusRequest struct {
	ID       uuid.UUID  `json:"id"`
	Kind     string     `json:"kind" enum:"contact,call,sharing,stop,complaint"`
	Said     string     `json:"said,omitempty" doc:"In the words of whoever held the code."`
	At       time.Time  `json:"at"`
	DueAt    time.Time  `json:"due_at" doc:"By when somebody speaks to them."`
	DoneAt   *time.Time `json:"done_at,omitempty"`
	Outcome  string     `json:"outcome,omitempty"`
	Channel  string     `json:"channel,omitempty"`
	Pressure string     `json:"pressure,omitempty"`
	Risk     string     `json:"risk,omitempty"`
	Note     string     `json:"note,omitempty"`
}

// StatusGift is what a worker and a victim agreed on.
type StatusGift struct {
	Word      string `json:"word" maxLength:"200" doc:"The victim chose it: 4 to 40 characters, in any language. Nobody can read it again."`
	Language  Key    `json:"language" doc:"en, easy, or another language the page is offered in."`
	AgreedHow string `json:"agreed_how" enum:"in_person,safe_channel,advocate" doc:"How they said that they want it."`
	Alone     bool   `json:"alone" doc:"They can look at it where nobody else sees. 422 without."`
}

// StatusCode is a code that was made. It is told once.
type StatusCode struct {
	Code      string    `json:"code"`
	Language  string    `json:"language"`
	ExpiresAt time.Time `json:"expires_at"`
}

// StatusAnswered is what a worker found out about a request.
type StatusAnswered struct {
	RequestID uuid.UUID `json:"request_id"`
	Outcome   string    `json:"outcome" enum:"meant,not_meant,not_theirs,unreached"`
	ChannelID uuid.UUID `json:"channel_id,omitzero" doc:"The way they were spoken to. 422 where it is not safe, or was not when they asked. Needed where they meant it."`
	Pressure  string    `json:"pressure" enum:"no,yes,unsure,not_asked"`
	Risk      string    `json:"risk" enum:"same,higher,lower,not_known"`
	Note      string    `json:"note,omitempty" maxLength:"1000"`
	Freeze    bool      `json:"freeze,omitempty" doc:"Freeze the page in the same act."`
}

type (
	statusPageIn struct {
		ID uuid.UUID `path:"id"`
	}
	statusPageOut        struct{ Body StatusPage }
	statusPageAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	statusCodeOut struct{ Body StatusCode }
)

// RegisterStatusPage adds what workers do with a victim's page.
func RegisterStatusPage(a *api.API, svc *status.Service) {
	const tag, need = "Status page", models.ContactRecord
	path := func(suffix string) string { return "/api/v1/cases/{id}/status-page" + suffix }
	out := func(s status.Seen) *statusPageOut { return &statusPageOut{Body: presentStatus(s)} }
	api.Register(a, api.Op{Method: http.MethodGet, Path: path(""), ID: "read-status-page", Tag: tag, Need: need, Summary: "How the victim's page of a case stands, and what was asked on it"},
		func(ctx context.Context, in *statusPageIn) (*statusPageOut, error) {
			s, err := svc.See(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return out(s), nil
		})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: path(""), ID: "give-status-code", Tag: tag, Need: need, Status: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary: "Give the victim a code for their page", Description: "The answer alone holds the code. An older code stops. 409 where the case is closed or protected, or no way to reach the victim is safe.",
	}, func(ctx context.Context, in *statusPageAct[StatusGift]) (status.Given, error) {
		return svc.Give(ctx, in.ID, status.Gift{Word: in.Body.Word, Language: string(in.Body.Language), AgreedHow: in.Body.AgreedHow, Alone: in.Body.Alone})
	}, func(g status.Given) *statusCodeOut {
		return &statusCodeOut{Body: StatusCode{Code: g.Code, Language: g.Language, ExpiresAt: utc(g.ExpiresAt)}}
	})
	for _, act := range []struct {
		suffix, summary string
		do              func(context.Context, uuid.UUID) (status.Seen, error)
	}{
		{"freeze", "Freeze a victim's page: every session ends at once", svc.Freeze},
		{"unfreeze", "Let the same code open a victim's page again", svc.Unfreeze},
		{"withdraw", "Take a victim's code back for good", svc.Withdraw},
	} {
		api.Keyed(a, api.Op{
			Method: http.MethodPost, Path: path("/" + act.suffix), ID: act.suffix + "-status-page", Tag: tag, Need: need, Status: http.StatusOK, Errors: []int{http.StatusConflict}, Summary: act.summary,
		}, func(ctx context.Context, in *statusPageIn) (status.Seen, error) { return act.do(ctx, in.ID) }, out)
	}
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: path("/answers"), ID: "answer-status-request", Tag: tag, Need: need, Status: http.StatusOK, Errors: []int{http.StatusConflict},
		Summary:     "Say what came of something that was asked on a victim's page",
		Description: "Changes nothing but the request: what was meant is done in the record, by its own operations.",
	}, func(ctx context.Context, in *statusPageAct[StatusAnswered]) (status.Seen, error) {
		b := &in.Body
		answer := models.StatusAnswer{Outcome: b.Outcome, Pressure: b.Pressure, Risk: b.Risk, Note: b.Note, FreezeNow: b.Freeze}
		if b.ChannelID != uuid.Nil {
			answer.Channel = b.ChannelID.String()
		}
		return svc.Answer(ctx, in.ID, b.RequestID, answer)
	}, out)
}

func presentStatus(s status.Seen) StatusPage {
	out := StatusPage{CaseID: s.CaseID, State: s.State(), Requests: presented(s.Requests, func(r status.Request) StatusRequest {
		return StatusRequest{
			ID: r.ID, Kind: string(r.Kind), Said: r.Said, At: utc(r.At), DueAt: utc(r.DueAt), DoneAt: utcOrNone(r.DoneAt), Outcome: r.Outcome,
			Channel: string(r.Channel), Pressure: r.Pressure, Risk: r.Risk, Note: r.Note,
		}
	})}
	if d := s.Door; d != nil {
		given, until := utc(d.GivenAt), utc(d.ExpiresAt)
		out.Language, out.GivenAt, out.ExpiresAt = d.Language, &given, &until
	}
	return out
}
