package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/alerts"
)

// Alert is something somebody has to look at.
type Alert struct {
	ID        uuid.UUID      `json:"id"`
	Kind      string         `json:"kind"`
	What      string         `json:"what" doc:"The kind in words."`
	Desk      string         `json:"desk" enum:"data,safety"`
	State     string         `json:"state" enum:"waiting,taken,closed"`
	Late      bool           `json:"late" doc:"Whether it waits longer than two working days."`
	About     *AlertPerson   `json:"about,omitempty" doc:"Whom it concerns, where it concerns somebody."`
	CaseID    *uuid.UUID     `json:"case_id,omitempty"`
	Reference string         `json:"reference,omitempty" doc:"Of the case; never a name."`
	Figures   map[string]int `json:"figures"`
	FirstAt   time.Time      `json:"first_at"`
	LastAt    time.Time      `json:"last_at"`
	DueAt     time.Time      `json:"due_at"`
	TakenBy   string         `json:"taken_by,omitempty"`
	TakenAt   *time.Time     `json:"taken_at,omitempty"`
	Outcome   string         `json:"outcome,omitempty"`
	Text      string         `json:"text,omitempty"`
	ClosedBy  string         `json:"closed_by,omitempty"`
	ClosedAt  *time.Time     `json:"closed_at,omitempty"`
	Version   int            `json:"version"`
}

// AlertPerson is whom an alert concerns: a name only for colleagues.
type AlertPerson struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name,omitempty"`
}

// AlertOutcome is what an alert turned out to be.
type AlertOutcome struct {
	Outcome string `json:"outcome" enum:"explained,misuse,referred,acted,false_alarm"`
	Text    string `json:"text" minLength:"1" maxLength:"4000" doc:"What you found and did."`
}

// AlertFigure counts alerts of one kind in the last 90 days.
type AlertFigure struct {
	Kind     string         `json:"kind"`
	What     string         `json:"what"`
	Raised   int            `json:"raised"`
	Open     int            `json:"open"`
	Late     int            `json:"late"`
	Closed   int            `json:"closed"`
	InTime   int            `json:"in_time" doc:"Of those closed."`
	Outcomes map[string]int `json:"outcomes"`
}

// AlertThreshold is a number from which something is an alert.
type AlertThreshold struct {
	Key       string     `json:"key"`
	What      string     `json:"what"`
	Value     int        `json:"value"`
	Usual     int        `json:"usual"`
	Least     int        `json:"least"`
	Most      int        `json:"most"`
	Own       bool       `json:"own" doc:"Whether your organisation has set it."`
	Reason    string     `json:"reason,omitempty"`
	ChangedBy string     `json:"changed_by,omitempty"`
	ChangedAt *time.Time `json:"changed_at,omitempty"`
}

// NewThreshold is a new value of a threshold.
type NewThreshold struct {
	Key    string `json:"key" maxLength:"40"`
	Value  *int   `json:"value"`
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

type (
	alertsIn struct {
		Paging
		Box string `query:"box" enum:"open,closed" default:"open"`
	}
	alertIn struct {
		ID uuid.UUID `path:"id"`
	}
	alertEndIn struct {
		ID   uuid.UUID `path:"id"`
		Body AlertOutcome
	}
	thresholdIn struct{ Body NewThreshold }
	alertsOut   struct{ Body List[Alert] }
	alertOut    struct {
		ETag string `header:"ETag"`
		Body Alert
	}
	figuresOut    struct{ Body List[AlertFigure] }
	thresholdsOut struct{ Body List[AlertThreshold] }
)

// RegisterAlerts adds the queue of what somebody has to look at.
func RegisterAlerts(a *api.API, svc *alerts.Service) {
	op := func(method, path, id, summary string) api.Op {
		return api.Op{Method: method, Path: "/api/v1/" + path, ID: id, Tag: "Alerts", Summary: summary, Need: models.AlertReview}
	}
	api.Register(a, op(http.MethodGet, "alerts", "list-alerts", "What lies on your desk; never what concerns you"), func(ctx context.Context, in *alertsIn) (*alertsOut, error) {
		items, next, err := svc.List(ctx, alerts.Query{Closed: in.Box == "closed", Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &alertsOut{Body: listed(items, next, presentAlert)}, nil
	})
	api.Register(a, op(http.MethodGet, "alerts/{id}", "get-alert", "One alert"), func(ctx context.Context, in *alertIn) (*alertOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentOneAlert(v), nil
	})
	take := op(http.MethodPost, "alerts/{id}/take", "take-alert", "Say that you look at it")
	take.Errors = []int{http.StatusConflict}
	api.Keyed(a, take, func(ctx context.Context, in *alertIn) (models.Alert, error) { return svc.Take(ctx, in.ID) }, presentOneAlert)
	end := op(http.MethodPost, "alerts/{id}/outcome", "close-alert", "Say what it was; that closes it")
	end.Errors = []int{http.StatusConflict}
	api.Keyed(a, end, func(ctx context.Context, in *alertEndIn) (models.Alert, error) {
		return svc.Close(ctx, in.ID, alerts.Outcome{Outcome: models.AlertOutcome(in.Body.Outcome), Text: in.Body.Text})
	}, presentOneAlert)
	api.Register(a, op(http.MethodGet, "alert-figures", "alert-figures", "How many, by kind and outcome, and how many in time"), func(ctx context.Context, _ *struct{}) (*figuresOut, error) {
		items, err := svc.Figures(ctx)
		if err != nil {
			return nil, err
		}
		return &figuresOut{Body: listed(items, "", presentFigure)}, nil
	})
	setting := func(method, id, summary string) api.Op {
		o := op(method, "alert-thresholds", id, summary)
		o.Need = models.AlertSet
		return o
	}
	api.Register(a, setting(http.MethodGet, "list-alert-thresholds", "From which numbers something is an alert, in your organisation"), func(ctx context.Context, _ *struct{}) (*thresholdsOut, error) {
		items, err := svc.Settings(ctx)
		if err != nil {
			return nil, err
		}
		return presentThresholds(items), nil
	})
	api.Keyed(a, setting(http.MethodPost, "set-alert-threshold", "Change one, with a reason"), func(ctx context.Context, in *thresholdIn) ([]alerts.Setting, error) {
		return svc.Set(ctx, alerts.Change{Key: in.Body.Key, Value: in.Body.Value, Reason: in.Body.Reason})
	}, presentThresholds)
}

func presentOneAlert(v models.Alert) *alertOut {
	return &alertOut{ETag: etag(v.Version), Body: presentAlert(v)}
}

func presentAlert(v models.Alert) Alert {
	out := Alert{
		ID: v.ID, Kind: string(v.Kind), What: v.Kind.Words(), Desk: string(v.Kind.Desk()), State: v.State(), Late: v.Outcome == "" && v.Escalated != nil,
		Reference: v.Reference, Figures: v.Figures, FirstAt: utc(v.FirstAt), LastAt: utc(v.LastAt), DueAt: utc(v.DueAt), TakenBy: v.TakenName,
		TakenAt: utcOrNone(v.TakenAt), Outcome: string(v.Outcome), Text: v.Text, ClosedBy: v.ClosedName, ClosedAt: utcOrNone(v.ClosedAt), Version: v.Version,
	}
	if v.AboutID != uuid.Nil {
		out.About = &AlertPerson{ID: v.AboutID, Name: v.AboutName}
	}
	if v.CaseID != uuid.Nil {
		out.CaseID = &v.CaseID
	}
	return out
}

func presentFigure(f alerts.Figure) AlertFigure {
	out := AlertFigure{Kind: string(f.Kind), What: f.Kind.Words(), Raised: f.Raised, Open: f.Open, Late: f.Late, Closed: f.Closed, InTime: f.InTime, Outcomes: map[string]int{}}
	for outcome, n := range f.Outcomes {
		out.Outcomes[string(outcome)] = n
	}
	return out
}

func presentThresholds(items []alerts.Setting) *thresholdsOut {
	return &thresholdsOut{Body: listed(items, "", func(s alerts.Setting) AlertThreshold {
		return AlertThreshold{
			Key: s.Key, What: s.Words, Value: s.Value, Usual: s.Usual, Least: s.Least, Most: s.Most, Own: s.Own, Reason: s.Reason,
			ChangedBy: s.ChangedBy, ChangedAt: utcOrNone(s.ChangedAt),
		}
	})}
}
