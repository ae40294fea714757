package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/complaints"
)

// NewComplaint is what somebody said of an organisation.
type NewComplaint struct {
	Kind           string    `json:"kind" enum:"complaint,compliment"`
	OrganisationID uuid.UUID `json:"organisation_id" doc:"Whom it is about: your own or another."`
	ServiceID      uuid.UUID `json:"service_id,omitzero"`
	CaseID         uuid.UUID `json:"case_id,omitzero" doc:"One that you see; left out: of no case."`
	From           string    `json:"from" enum:"victim,for_victim,other,anonymous"`
	Channel        string    `json:"channel" enum:"in_person,phone,email,text,post,page"`
	Topic          string    `json:"topic" enum:"told,delay,manner,safety,privacy,decision,access,support,other"`
	ReceivedOn     string    `json:"received_on" format:"date" doc:"The limits count from this day: within the last year."`
	Said           string    `json:"said" minLength:"1" maxLength:"4000"`
	Wants          string    `json:"wants,omitempty" maxLength:"1000" doc:"What they want to happen."`
	Worker         string    `json:"worker,omitempty" maxLength:"120" doc:"The name of the worker it is about, as it was given. People of the organisation with this name do not read a complaint. 422 where it is yours."`
}

// ComplaintLine is one line of a list: without what was said.
type ComplaintLine struct {
	ID             uuid.UUID  `json:"id"`
	Kind           string     `json:"kind" enum:"complaint,compliment"`
	State          string     `json:"state" enum:"noted,open,acknowledged,answered,escalated,closed"`
	Late           bool       `json:"late"`
	OrganisationID uuid.UUID  `json:"organisation_id"`
	ServiceID      *uuid.UUID `json:"service_id,omitempty"`
	ByID           uuid.UUID  `json:"by_organisation_id" doc:"Who recorded it."`
	From           string     `json:"from" enum:"victim,for_victim,other,anonymous"`
	Channel        string     `json:"channel" enum:"in_person,phone,email,text,post,page"`
	Topic          string     `json:"topic" enum:"told,delay,manner,safety,privacy,decision,access,support,other"`
	ReceivedOn     string     `json:"received_on" format:"date"`
	AcknowledgedAt *time.Time `json:"acknowledged_at,omitempty"`
	AnsweredAt     *time.Time `json:"answered_at,omitempty"`
	Outcome        string     `json:"outcome,omitempty" enum:"upheld,partly,not_upheld"`
	EscalatedAt    *time.Time `json:"escalated_at,omitempty"`
	EscalatedTo    string     `json:"escalated_to,omitempty" enum:"commissioner,ombudsman"`
	ClosedAt       *time.Time `json:"closed_at,omitempty"`
	Version        int        `json:"version"`
}

// ComplaintRead is one with what was said and done.
type ComplaintRead struct {
	ComplaintLine
	Said          string           `json:"said,omitempty" doc:"Left out to whom it turned out to be about."`
	Wants         string           `json:"wants,omitempty"`
	Worker        string           `json:"worker,omitempty"`
	KeptFrom      int              `json:"kept_from" doc:"How many people of the organisation do not read it."`
	CaseReference string           `json:"case_reference,omitempty" doc:"To those who see the case."`
	Clocks        []ComplaintClock `json:"clocks"`
	Entries       []ComplaintEntry `json:"entries"`
}

// ComplaintClock is one limit of a complaint.
type ComplaintClock struct {
	Rule      string     `json:"rule" enum:"K28,K37" doc:"K28: acknowledged. K37: answered in full."`
	State     string     `json:"state"`
	DueAt     time.Time  `json:"due_at"`
	StoppedAt *time.Time `json:"stopped_at,omitempty"`
}

// ComplaintEntry is one thing that was done about a complaint.
type ComplaintEntry struct {
	Kind    string    `json:"kind" enum:"acknowledged,answered,escalated,closed"`
	Channel string    `json:"channel,omitempty"`
	Said    string    `json:"said,omitempty"`
	Changes string    `json:"changes,omitempty"`
	At      time.Time `json:"at"`
	ByID    uuid.UUID `json:"by_organisation_id"`
}

// ComplaintAcknowledged is how somebody was told that it was received.
type ComplaintAcknowledged struct {
	Channel string `json:"channel" enum:"in_person,phone,email,text,post,none" doc:"none: nobody can be told, since they gave no name."`
	Safe    bool   `json:"safe,omitempty" doc:"They said that this way is safe. 422 without, where they were told."`
	Said    string `json:"said,omitempty" maxLength:"4000"`
}

// ComplaintAnswered is an answer in full.
type ComplaintAnswered struct {
	Outcome string `json:"outcome" enum:"upheld,partly,not_upheld"`
	Said    string `json:"said" minLength:"1" maxLength:"4000"`
	Changes string `json:"changes,omitempty" maxLength:"2000" doc:"What changes because of it. Needed where it is upheld, in whole or in part."`
	Channel string `json:"channel" enum:"in_person,phone,email,text,post,none"`
	Safe    bool   `json:"safe,omitempty" doc:"They said that this way is safe. 422 without, where they were told."`
	Further bool   `json:"told_further,omitempty" doc:"They were told how to take it further. 422 without, where they were told."`
}

// ComplaintFurther says to whom a complaint is taken.
type ComplaintFurther struct {
	To  string `json:"to" enum:"commissioner,ombudsman"`
	Why string `json:"why" minLength:"1" maxLength:"2000"`
}

// ComplaintClosed is what the office found.
type ComplaintClosed struct {
	Why string `json:"why" minLength:"1" maxLength:"2000"`
}

// ComplaintNamed is a colleague whom a complaint is about.
type ComplaintNamed struct {
	Worker string `json:"worker" minLength:"1" maxLength:"120"`
}

type (
	complaintsIn struct {
		Paging
		Kind string `query:"kind" enum:"complaint,compliment" doc:"Left out: both."`
	}
	complaintIn struct {
		ID uuid.UUID `path:"id"`
	}
	complaintAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	newComplaintIn struct{ Body NewComplaint }
	complaintsOut  struct{ Body List[ComplaintLine] }
	complaintOut   struct {
		ETag string `header:"ETag"`
		Body ComplaintRead
	}
)

// RegisterComplaints adds complaints and compliments.
func RegisterComplaints(a *api.API, svc *complaints.Service) {
	op := func(method, path, id, summary string, need models.Permission) api.Op {
		return api.Op{Method: method, Path: "/api/v1/complaints" + path, ID: id, Tag: "Complaints", Need: need, Summary: summary}
	}
	api.Register(a, op(http.MethodGet, "", "list-complaints", "Complaints and compliments that are yours to read, the latest first", models.ComplaintRead), func(ctx context.Context, in *complaintsIn) (*complaintsOut, error) {
		items, next, err := svc.List(ctx, complaints.Filter{Kind: in.Kind, Cursor: in.Cursor, Limit: in.Limit})
		if err != nil {
			return nil, err
		}
		return &complaintsOut{Body: listed(items, next, func(it complaints.Item) ComplaintLine { return presentComplaintLine(&it.Complaint, it.Late) })}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-complaint", "One complaint or compliment", models.ComplaintRead), func(ctx context.Context, in *complaintIn) (*complaintOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentComplaint(v), nil
	})
	create := op(http.MethodPost, "", "record-complaint", "Record what was said of an organisation", models.ComplaintRecord)
	create.Status, create.Description = http.StatusCreated, "The limits of a complaint run from the day it was received: ten working days to acknowledge it, twenty to answer it in full."
	api.Keyed(a, create, func(ctx context.Context, in *newComplaintIn) (complaints.View, error) {
		return svc.Record(ctx, in.Body.model(), "")
	}, presentComplaint)
	act := func(path, id, summary string, need models.Permission) api.Op {
		o := op(http.MethodPost, "/{id}/"+path, id, summary, need)
		o.Match, o.Status, o.Errors = true, http.StatusOK, []int{http.StatusConflict, http.StatusForbidden}
		return o
	}
	api.Keyed(a, act("acknowledge", "acknowledge-complaint", "Record that they were told that it was received", models.ComplaintAnswer), func(ctx context.Context, in *complaintAct[ComplaintAcknowledged]) (complaints.View, error) {
		return svc.Acknowledge(ctx, in.ID, models.ComplaintReply{Channel: in.Body.Channel, Safe: in.Body.Safe, Said: in.Body.Said})
	}, presentComplaint)
	api.Keyed(a, act("answer", "answer-complaint", "Record the answer in full, what came of it and what changes", models.ComplaintAnswer), func(ctx context.Context, in *complaintAct[ComplaintAnswered]) (complaints.View, error) {
		b := &in.Body
		return svc.Answer(ctx, in.ID, models.ComplaintReply{Channel: b.Channel, Safe: b.Safe, Said: b.Said, Outcome: b.Outcome, Changes: b.Changes, Further: b.Further})
	}, presentComplaint)
	api.Keyed(a, act("further", "escalate-complaint", "Take a complaint to the Commissioner's office, or record that it went to the Ombudsman", models.ComplaintRecord), func(ctx context.Context, in *complaintAct[ComplaintFurther]) (complaints.View, error) {
		return svc.Escalate(ctx, in.ID, in.Body.To, in.Body.Why)
	}, presentComplaint)
	api.Keyed(a, act("about", "name-in-complaint", "Keep a complaint from the colleague it is about", models.ComplaintAnswer), func(ctx context.Context, in *complaintAct[ComplaintNamed]) (complaints.View, error) {
		return svc.Name(ctx, in.ID, in.Body.Worker)
	}, presentComplaint)
	api.Keyed(a, act("close", "close-complaint", "Close a complaint that was taken to your office", models.ComplaintReview), func(ctx context.Context, in *complaintAct[ComplaintClosed]) (complaints.View, error) {
		return svc.Close(ctx, in.ID, in.Body.Why)
	}, presentComplaint)
}

func (n *NewComplaint) model() models.Complaint {
	out := models.Complaint{
		Kind: n.Kind, OrgID: n.OrganisationID, ServiceID: n.ServiceID, CaseID: n.CaseID, SaidBy: n.From, Channel: n.Channel, Topic: n.Topic, Said: n.Said, Wants: n.Wants, Worker: n.Worker,
	}
	out.ReceivedOn, _ = time.Parse(time.DateOnly, n.ReceivedOn)
	return out
}

func presentComplaintLine(c *models.Complaint, late bool) ComplaintLine {
	out := ComplaintLine{
		ID: c.ID, Kind: c.Kind, State: c.State(), Late: late, OrganisationID: c.OrgID, ByID: c.ByOrgID, From: c.SaidBy, Channel: c.Channel, Topic: c.Topic,
		ReceivedOn: c.ReceivedOn.Format(time.DateOnly), AcknowledgedAt: utcOrNone(c.AcknowledgedAt), AnsweredAt: utcOrNone(c.AnsweredAt), Outcome: c.Outcome,
		EscalatedAt: utcOrNone(c.EscalatedAt), EscalatedTo: c.EscalatedTo, ClosedAt: utcOrNone(c.ClosedAt), Version: c.Version,
	}
	if c.ServiceID != uuid.Nil {
		out.ServiceID = &c.ServiceID
	}
	return out
}

func presentComplaint(v complaints.View) *complaintOut {
	out := ComplaintRead{
		Said: v.Said, Wants: v.Wants, Worker: v.Worker, KeptFrom: v.Named, CaseReference: v.CaseReference, Clocks: []ComplaintClock{},
		Entries: presented(v.Entries, func(e complaints.Entry) ComplaintEntry {
			return ComplaintEntry{Kind: e.Kind, Channel: e.Channel, Said: e.Said, Changes: e.Changes, At: utc(e.At), ByID: e.ByOrgID}
		}),
	}
	late := false
	for i := range v.Clocks {
		k := &v.Clocks[i]
		late = late || k.StoppedAt == nil && k.State == models.ClockBreached
		out.Clocks = append(out.Clocks, ComplaintClock{Rule: string(k.Rule), State: string(k.State), DueAt: utc(k.DueAt), StoppedAt: utcOrNone(k.StoppedAt)})
	}
	out.ComplaintLine = presentComplaintLine(&v.Complaint, late)
	return &complaintOut{ETag: etag(v.Version), Body: out}
}
