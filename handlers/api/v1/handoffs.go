package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/handoffs"
)

// NewHandoff is a duty about to be offered.
type NewHandoff struct {
	ToOrganisationID  uuid.UUID  `json:"to_organisation_id"`
	Duty              Key        `json:"duty" doc:"case (the case itself), or one duty apart from it: witness_care, victim_contact or updates."`
	Reason            string     `json:"reason" minLength:"1" maxLength:"500" doc:"Why it is handed over, in words."`
	Summary           string     `json:"summary" minLength:"1" maxLength:"4000" doc:"What the receiver needs to know to take over. It is frozen at sending."`
	SharingDecisionID uuid.UUID  `json:"sharing_decision_id,omitzero" doc:"Left out: the latest that holds for the receiver. Between police, courts, witness care, probation and prison one is recorded with the hand-off."`
	OffSystem         *OffSystem `json:"off_system,omitempty" doc:"Of a partner that never signs in: what it said, in your word."`
}

// OffSystem is the sender's word for a partner that never signs in.
type OffSystem struct {
	SentAt           time.Time  `json:"sent_at"`
	ReceivedAt       *time.Time `json:"received_at,omitempty"`
	AcceptedAt       *time.Time `json:"accepted_at,omitempty" doc:"With it, the duty moves now."`
	PartnerReference string     `json:"partner_reference,omitempty" maxLength:"60" doc:"With accepted_at: their own reference for it."`
	Proof            string     `json:"proof,omitempty" maxLength:"500" doc:"What shows it: a letter, an entry, a name and a time."`
}

// HandoffAccepted is what an acceptance takes.
type HandoffAccepted struct {
	ReceiverReference string     `json:"receiver_reference" maxLength:"60" doc:"The receiver's own reference."`
	AcceptedAt        *time.Time `json:"accepted_at,omitempty" doc:"Of a partner that never signs in alone: when it says it accepted."`
	Note              string     `json:"note,omitempty" maxLength:"2000"`
}

// HandoffRefused is why an offer is refused.
type HandoffRefused struct {
	Reason Key    `json:"reason" doc:"wrong_agency, wrong_borough, missing_consent, unsafe_contact, duplicate, insufficient_information, no_capacity or overtaken_by_events."`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

// HandoffNote is said beside taking an offer back.
type HandoffNote struct {
	Note string `json:"note,omitempty" maxLength:"2000"`
}

// HandoffTold is that the victim was told, on a channel that is safe.
type HandoffTold struct {
	Channel    Key        `json:"channel" doc:"phone, text, email, post or in_person. 422 where it is not marked safe then."`
	At         *time.Time `json:"at,omitempty" doc:"Left out: now."`
	Understood Safe       `json:"understood" doc:"Whether they understood: yes, no or unknown."`
	Help       Key        `json:"help,omitempty" doc:"What helped them: none, interpreter, easy_read, bsl or supporter."`
}

// Handoff is a hand-off as one of its sides reads it.
type Handoff struct {
	ID               uuid.UUID      `json:"id"`
	Reference        string         `json:"reference"`
	CaseID           uuid.UUID      `json:"case_id"`
	CaseReference    string         `json:"case_reference,omitempty" doc:"To those who see the case."`
	Duty             string         `json:"duty"`
	Status           string         `json:"status"`
	FromOrganisation Organisation   `json:"from_organisation"`
	ToOrganisation   Organisation   `json:"to_organisation"`
	OffSystem        bool           `json:"off_system" doc:"The receiver never signs in: its times are the sender's word."`
	Reason           string         `json:"reason,omitempty"`
	Summary          string         `json:"summary,omitempty"`
	Shared           map[string]any `json:"shared" doc:"What was frozen of the case and is open to the reader."`
	OpensOnAccept    []string       `json:"opens_on_acceptance,omitempty" doc:"The fields that open once it is accepted."`

	SentAt     time.Time  `json:"sent_at"`
	DueAt      time.Time  `json:"due_at" doc:"By when it should be answered."`
	ReceivedAt *time.Time `json:"received_at,omitempty"`
	AcceptedAt *time.Time `json:"accepted_at,omitempty"`
	DecidedAt  *time.Time `json:"decided_at,omitempty" doc:"When the answer was recorded here: the duty moves at that moment."`
	Late       bool       `json:"late" doc:"Not answered by its time."`

	ReceiverReference string       `json:"receiver_reference,omitempty"`
	RefusalReason     string       `json:"refusal_reason,omitempty"`
	Note              string       `json:"note,omitempty"`
	Proof             string       `json:"proof,omitempty"`
	VictimTold        *HandoffTale `json:"victim_told,omitempty"`
	AllowedActions    []string     `json:"allowed_actions"`
	Version           int          `json:"version"`
}

// HandoffTale is how the victim was told.
type HandoffTale struct {
	At             time.Time `json:"at"`
	Channel        string    `json:"channel"`
	OrganisationID uuid.UUID `json:"organisation_id" doc:"Whose person told them."`
	Understood     string    `json:"understood" doc:"yes, no or not_sure."`
	Help           string    `json:"help"`
}

type (
	newHandoffIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body NewHandoff
	}
	newHandoffOut struct {
		ETag     string `header:"ETag"`
		Location string `header:"Location"`
		Body     Handoff
	}
	handoffIn struct {
		ID uuid.UUID `path:"id"`
	}
	handoffOut struct {
		ETag string `header:"ETag"`
		Body Handoff
	}
	handoffAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	handoffsIn struct {
		Paging
		Box    string `query:"box" enum:"inbox,sent" default:"inbox" doc:"Offered to your organisation, or by it."`
		Status string `query:"status" enum:"offered,accepted,refused,recalled"`
	}
	handoffsOut struct{ Body List[HandoffItem] }
)

// HandoffItem is a hand-off in a list. It holds nothing of the person.
type HandoffItem struct {
	ID               uuid.UUID    `json:"id"`
	Reference        string       `json:"reference"`
	CaseID           uuid.UUID    `json:"case_id"`
	Duty             string       `json:"duty"`
	Status           string       `json:"status"`
	FromOrganisation Organisation `json:"from_organisation"`
	ToOrganisation   Organisation `json:"to_organisation"`
	OffSystem        bool         `json:"off_system"`
	SentAt           time.Time    `json:"sent_at"`
	DueAt            time.Time    `json:"due_at"`
	ReceivedAt       *time.Time   `json:"received_at,omitempty"`
	AcceptedAt       *time.Time   `json:"accepted_at,omitempty"`
	DecidedAt        *time.Time   `json:"decided_at,omitempty"`
	ToldAt           *time.Time   `json:"victim_told_at,omitempty"`
	Late             bool         `json:"late"`
	RefusalReason    string       `json:"refusal_reason,omitempty"`
	Version          int          `json:"version"`
}

// RegisterHandoffs adds offering, answering and reading hand-offs.
func RegisterHandoffs(a *api.API, svc *handoffs.Service) {
	const tag = "Hand-offs"
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/handoffs", ID: "offer-handoff", Tag: tag, Need: models.HandoffSend,
		Status: http.StatusCreated, Errors: []int{http.StatusConflict}, Summary: "Offer a case, or one duty of it, to another organisation",
		Description: "Your organisation is responsible until it accepts. 403 where another organisation holds the duty; 409 while the same duty is in the air.",
	}, func(ctx context.Context, in *newHandoffIn) (handoffs.View, error) {
		return svc.Offer(ctx, in.ID, in.Body.input())
	}, func(v handoffs.View) *newHandoffOut {
		return &newHandoffOut{ETag: etag(v.Version), Location: "/api/v1/handoffs/" + v.ID.String(), Body: presentHandoff(v)}
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/handoffs", ID: "list-handoffs", Tag: tag, Need: models.HandoffAnswer,
		Summary: "What is offered to your organisation, or by it: the latest sent first", Errors: []int{http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *handoffsIn) (*handoffsOut, error) {
		p, err := svc.List(ctx, handoffs.Filter{Box: in.Box, Status: models.HandoffStatus(in.Status), Cursor: in.Cursor, Limit: in.Limit})
		if err != nil {
			return nil, err
		}
		return &handoffsOut{Body: listed(p.Items, p.Next, func(it handoffs.Item) HandoffItem { return presentHandoffItem(it, p.At) })}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/handoffs/{id}", ID: "get-handoff", Tag: tag, Need: models.HandoffAnswer,
		Summary: "One hand-off, as your side may see it", Description: "Reading it is recorded; the receiver's first reading is when it was received.",
	}, func(ctx context.Context, in *handoffIn) (*handoffOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentHandoffRead(v), nil
	})
	registerHandoffActions(a, svc)
}

func registerHandoffActions(a *api.API, svc *handoffs.Service) {
	op := func(action models.HandoffAction, need models.Permission, summary, description string) api.Op {
		return api.Op{
			Method: http.MethodPost, Path: "/api/v1/handoffs/{id}/" + string(action), ID: string(action) + "-handoff", Tag: "Hand-offs", Need: need,
			Status: http.StatusOK, Match: true, Errors: []int{http.StatusConflict}, Summary: summary, Description: description,
		}
	}
	api.Keyed(a, op(models.HandoffAccept, models.HandoffAnswer, "Accept a duty", "It moves in this very moment. The receiver's to do; of a partner that never signs in, the sender records its word."),
		func(ctx context.Context, in *handoffAct[HandoffAccepted]) (handoffs.View, error) {
			b := in.Body
			return svc.Do(ctx, in.ID, models.HandoffAccept, handoffs.Act{ReceiverReference: b.ReceiverReference, AcceptedAt: b.AcceptedAt, Note: b.Note})
		}, presentHandoffRead)
	api.Keyed(a, op(models.HandoffRefuse, models.HandoffAnswer, "Refuse a duty", "It stays with the sender. A reason of the group handoff_refused."),
		func(ctx context.Context, in *handoffAct[HandoffRefused]) (handoffs.View, error) {
			return svc.Do(ctx, in.ID, models.HandoffRefuse, handoffs.Act{Reason: spelled(in.Body.Reason, nil), Note: in.Body.Note})
		}, presentHandoffRead)
	api.Keyed(a, op(models.HandoffRecall, models.HandoffSend, "Take an offer back", "The sender's to do, until it is answered."),
		func(ctx context.Context, in *handoffAct[*HandoffNote]) (handoffs.View, error) {
			act := handoffs.Act{}
			if in.Body != nil {
				act.Note = in.Body.Note
			}
			return svc.Do(ctx, in.ID, models.HandoffRecall, act)
		}, presentHandoffRead)
	api.Keyed(a, op(models.HandoffVictimTold, models.HandoffSend, "Record that the victim was told", "Once it was accepted, by whoever told them, on a channel that is safe: 422 where it is not, which is on record."),
		func(ctx context.Context, in *handoffAct[HandoffTold]) (handoffs.View, error) {
			b := in.Body
			told := models.Telling{Channel: models.Channel(spelled(b.Channel, nil)), Understood: understood(b.Understood), Help: spelled(b.Help, nil)}
			if b.At != nil {
				told.At = *b.At
			}
			return svc.Do(ctx, in.ID, models.HandoffVictimTold, handoffs.Act{Told: told})
		}, presentHandoffRead)
}

// understood is the answer as it is kept; none stays none.
func understood(s Safe) string {
	if s.Safety == models.SafeUnknown {
		return "not_sure"
	}
	return string(s.Safety)
}

// duties are words for what is handed over.
func duties() map[string]string {
	return map[string]string{
		"the_case": "case", "accountability": "case", "whole_case": "case", "update": "updates", "update_duty": "updates", "contact": "victim_contact",
		"victim_contact_scheme": "victim_contact", "wcu": "witness_care",
	}
}

func (n NewHandoff) input() handoffs.Offer {
	out := handoffs.Offer{
		ToOrgID: n.ToOrganisationID, Duty: models.Duty(spelled(n.Duty, duties())), Reason: n.Reason, Summary: n.Summary, SharingDecisionID: n.SharingDecisionID,
	}
	if w := n.OffSystem; w != nil {
		out.OffSystem = &models.OffSystemWord{
			SentAt: w.SentAt, ReceivedAt: w.ReceivedAt, AcceptedAt: w.AcceptedAt, PartnerReference: w.PartnerReference, Proof: w.Proof,
		}
	}
	return out
}

func presentHandoffRead(v handoffs.View) *handoffOut {
	return &handoffOut{ETag: etag(v.Version), Body: presentHandoff(v)}
}

func presentHandoff(v handoffs.View) Handoff {
	out := Handoff{
		ID: v.ID, Reference: v.Reference, CaseID: v.CaseID, CaseReference: v.CaseReference, Duty: string(v.Duty), Status: string(v.Status),
		FromOrganisation: presentOrganisation(v.From), ToOrganisation: presentOrganisation(v.To), OffSystem: v.OffSystem, Reason: v.Reason, Summary: v.Summary,
		Shared: v.Shared, OpensOnAccept: v.Waits, SentAt: utc(v.SentAt), DueAt: utc(v.DueAt), ReceivedAt: utcOrNone(v.ReceivedAt),
		AcceptedAt: utcOrNone(v.AcceptedAt), DecidedAt: utcOrNone(v.DecidedAt), Late: v.Late(v.At), ReceiverReference: v.ReceiverReference,
		RefusalReason: v.RefusalReason, Note: v.Note, Proof: v.Proof, Version: v.Version,
		AllowedActions: presented(v.AllowedActions, func(x models.HandoffAction) string { return string(x) }),
	}
	if v.ToldAt != nil && v.ToldByOrgID != nil {
		out.VictimTold = &HandoffTale{At: utc(*v.ToldAt), Channel: string(v.ToldChannel), OrganisationID: *v.ToldByOrgID, Understood: v.ToldUnderstood, Help: v.ToldHelp}
	}
	return out
}

func presentHandoffItem(it handoffs.Item, now time.Time) HandoffItem {
	return HandoffItem{
		ID: it.ID, Reference: it.Reference, CaseID: it.CaseID, Duty: string(it.Duty), Status: string(it.Status), FromOrganisation: presentOrganisation(it.From),
		ToOrganisation: presentOrganisation(it.To), OffSystem: it.OffSystem, SentAt: utc(it.SentAt), DueAt: utc(it.DueAt), ReceivedAt: utcOrNone(it.ReceivedAt),
		AcceptedAt: utcOrNone(it.AcceptedAt), DecidedAt: utcOrNone(it.DecidedAt), ToldAt: utcOrNone(it.ToldAt), Late: it.Late(now), RefusalReason: it.RefusalReason, Version: it.Version,
	}
}
