package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/protection"
)

// CaseProtection is what hides a case.
type CaseProtection struct {
	CaseID    uuid.UUID            `json:"case_id"`
	Reference string               `json:"reference"`
	State     string               `json:"state" enum:"open,restricted,sealed"`
	People    []NamedPerson        `json:"people" doc:"Who can open it, or its custodians."`
	Bars      []CaseBar            `json:"bars"`
	Decisions []ProtectionDecision `json:"decisions" doc:"Those that wait first, then the latest."`
}

// NamedPerson is somebody a record is restricted to.
type NamedPerson struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name,omitempty" doc:"Of a colleague of yours."`
}

// CaseBar keeps one person from every record of a victim.
type CaseBar struct {
	ID     uuid.UUID `json:"id"`
	Who    string    `json:"who,omitempty" doc:"The colleague, or the address as it was typed."`
	Source string    `json:"source" enum:"named,declared,inherited"`
	Reason string    `json:"reason"`
	Note   string    `json:"note,omitempty"`
	SetAt  time.Time `json:"set_at"`
	SetBy  string    `json:"set_by,omitempty"`
	Lifted bool      `json:"lifted"`
}

// ProtectionDecision is a decision, or a request that waits for a second person.
type ProtectionDecision struct {
	ID        uuid.UUID  `json:"id"`
	CaseID    uuid.UUID  `json:"case_id"`
	Reference string     `json:"reference,omitempty"`
	Action    string     `json:"action" enum:"restrict,lift_restriction,seal,unseal,lift_bar,review,restrict_referral,lift_referral"`
	State     string     `json:"state" enum:"pending,done,refused"`
	BarID     *uuid.UUID `json:"bar_id,omitempty"`
	Reason    string     `json:"reason"`
	Note      string     `json:"note,omitempty"`
	AskedBy   string     `json:"asked_by,omitempty"`
	AskedAt   time.Time  `json:"asked_at"`
	DecidedBy string     `json:"decided_by,omitempty"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	MayDecide bool       `json:"may_decide" doc:"Whether you can be the second person."`
}

// Restriction names who can open a record from now on.
type Restriction struct {
	People []uuid.UUID `json:"people" minItems:"1" maxItems:"50"`
	Reason string      `json:"reason" maxLength:"60" doc:"A reason of the group protect."`
	Note   string      `json:"note,omitempty" maxLength:"2000"`
}

// Opening says why a record is shown again.
type Opening struct {
	Reason string `json:"reason" maxLength:"60" doc:"A reason of the group unprotect."`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

// NewBar names one person who may find no trace of the victim.
type NewBar struct {
	ColleagueID *uuid.UUID `json:"colleague_id,omitempty"`
	Email       string     `json:"email,omitempty" maxLength:"254" doc:"For work, of anybody. You are not told whether somebody has it."`
	Reason      string     `json:"reason" maxLength:"60" doc:"A reason of the group bar."`
	Note        string     `json:"note,omitempty" maxLength:"2000"`
}

// ProtectionRequest asks for what takes a second person.
type ProtectionRequest struct {
	Action string      `json:"action" enum:"seal,unseal,lift_bar"`
	People []uuid.UUID `json:"people,omitempty" maxItems:"50" doc:"Custodians beside the two who seal."`
	BarID  *uuid.UUID  `json:"bar_id,omitempty"`
	Reason string      `json:"reason" maxLength:"60" doc:"Of the group protect to seal, else unprotect."`
	Note   string      `json:"note,omitempty" maxLength:"2000"`
}

// ProtectionAnswer is what the second person says.
type ProtectionAnswer struct {
	Approve bool   `json:"approve"`
	Note    string `json:"note,omitempty" maxLength:"2000" doc:"Why, of a refusal."`
}

type (
	protectionOut struct{ Body CaseProtection }
	queueOut      struct {
		Body struct {
			Items []ProtectionDecision `json:"items"`
		} `nameHint:"ProtectionQueue"`
	}
	decisionOut struct{ Body ProtectionDecision }
	barOut      struct{ Body CaseBar }
	restrictIn  struct {
		ID   uuid.UUID `path:"id"`
		Body Restriction
	}
	unprotectIn struct {
		ID   uuid.UUID `path:"id"`
		Body Opening
	}
	barIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewBar
	}
	askIn struct {
		ID   uuid.UUID `path:"id"`
		Body ProtectionRequest
	}
	answerIn struct {
		ID      uuid.UUID `path:"id"`
		Request uuid.UUID `path:"request_id"`
		Body    ProtectionAnswer
	}
)

// RegisterProtection adds what hides records.
func RegisterProtection(a *api.API, svc *protection.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/protection", ID: "list-protections", Tag: "Protection", Need: models.CaseProtect,
		Summary: "What hides cases of your organisation, and what waits for a second person",
	}, func(ctx context.Context, _ *struct{}) (*queueOut, error) {
		items, err := svc.Queue(ctx)
		if err != nil {
			return nil, err
		}
		out := &queueOut{}
		out.Body.Items = presented(items, presentDecision)
		return out, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases/{id}/protection", ID: "get-protection", Tag: "Protection", Need: models.CaseProtection,
		Summary: "What hides a case",
	}, func(ctx context.Context, in *caseIn) (*protectionOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &protectionOut{Body: presentProtection(v)}, nil
	})
	registerRestrictions(a, svc)
	registerRequests(a, svc)
}

func registerRestrictions(a *api.API, svc *protection.Service) {
	op := func(path, id, summary string, need models.Permission) api.Op {
		return api.Op{Method: http.MethodPost, Path: path, ID: id, Tag: "Protection", Summary: summary, Need: need, StepUp: need == models.CaseUnprotect, Status: http.StatusCreated, Errors: []int{http.StatusConflict}}
	}
	restrict := func(in *restrictIn, a models.ProtectionAction) protection.Ask {
		return protection.Ask{Action: a, People: in.Body.People, Reason: in.Body.Reason, Note: in.Body.Note}
	}
	opened := func(in *unprotectIn, a models.ProtectionAction) protection.Ask {
		return protection.Ask{Action: a, Reason: in.Body.Reason, Note: in.Body.Note}
	}
	api.Keyed(a, op("/api/v1/cases/{id}/protection/restrict", "restrict-case", "Restrict a case to named people", models.CaseProtect),
		func(ctx context.Context, in *restrictIn) (protection.Decision, error) {
			return svc.Decide(ctx, in.ID, restrict(in, models.ProtectRestrict))
		}, presentOneDecision)
	api.Keyed(a, op("/api/v1/cases/{id}/protection/lift", "lift-restriction", "Open a case to its organisations again", models.CaseUnprotect),
		func(ctx context.Context, in *unprotectIn) (protection.Decision, error) {
			return svc.Decide(ctx, in.ID, opened(in, models.ProtectLift))
		}, presentOneDecision)
	api.Keyed(a, op("/api/v1/referrals/{id}/protection/restrict", "restrict-referral", "Restrict a referral you received to named people of your service", models.CaseProtect),
		func(ctx context.Context, in *restrictIn) (protection.Decision, error) {
			return svc.NarrowReferral(ctx, in.ID, restrict(in, models.ProtectRestrictReferral))
		}, presentOneDecision)
	api.Keyed(a, op("/api/v1/referrals/{id}/protection/lift", "lift-referral-restriction", "Open a referral you received to your service again", models.CaseUnprotect),
		func(ctx context.Context, in *unprotectIn) (protection.Decision, error) {
			return svc.NarrowReferral(ctx, in.ID, opened(in, models.ProtectLiftReferral))
		}, presentOneDecision)
	api.Keyed(a, op("/api/v1/cases/{id}/protection/bars", "bar-person", "Bar a person from every record of the victim", models.CaseProtection),
		func(ctx context.Context, in *barIn) (protection.Bar, error) {
			b := protection.BarInput{Email: in.Body.Email, Reason: in.Body.Reason, Note: in.Body.Note}
			if in.Body.ColleagueID != nil {
				b.ColleagueID = *in.Body.ColleagueID
			}
			return svc.Bar(ctx, in.ID, b)
		}, func(b protection.Bar) *barOut { return &barOut{Body: presentBar(b)} })
}

func registerRequests(a *api.API, svc *protection.Service) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/protection/requests", ID: "ask-protection", Tag: "Protection", Need: models.CaseProtect, Status: http.StatusCreated,
		Summary: "Ask to seal or unseal a case, or to lift a bar", Description: "A second person decides. One of the two is a privacy officer. To unseal or lift a bar takes a fresh proof of who you are (403 with step_up_required).", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *askIn) (protection.Decision, error) {
		ask := protection.Ask{Action: models.ProtectionAction(in.Body.Action), People: in.Body.People, Reason: in.Body.Reason, Note: in.Body.Note}
		if in.Body.BarID != nil {
			ask.BarID = *in.Body.BarID
		}
		return svc.Decide(ctx, in.ID, ask)
	}, presentOneDecision)
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/protection/requests/{request_id}/answer", ID: "answer-protection", Tag: "Protection", Need: models.CaseUnprotect, StepUp: true,
		Summary: "Approve or refuse what somebody else asked for", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *answerIn) (protection.Decision, error) {
		return svc.Answer(ctx, in.ID, in.Request, in.Body.Approve, in.Body.Note)
	}, presentOneDecision)
}

func presentProtection(v protection.View) CaseProtection {
	return CaseProtection{
		CaseID: v.CaseID, Reference: v.Reference, State: v.State, Bars: presented(v.Bars, presentBar), Decisions: presented(v.Decisions, presentDecision),
		People: presented(v.People, func(p protection.Person) NamedPerson { return NamedPerson{ID: p.ID, Name: p.Name} }),
	}
}

func presentBar(b protection.Bar) CaseBar {
	return CaseBar{ID: b.ID, Who: b.Who, Source: b.Source, Reason: b.Reason, Note: b.Note, SetAt: utc(b.SetAt), SetBy: b.SetBy, Lifted: b.Lifted}
}

func presentOneDecision(d protection.Decision) *decisionOut {
	return &decisionOut{Body: presentDecision(d)}
}

func presentDecision(d protection.Decision) ProtectionDecision {
	return ProtectionDecision{
		ID: d.ID, CaseID: d.CaseID, Reference: d.Reference, Action: string(d.Action), State: d.State, BarID: d.BarID, Reason: d.Reason, Note: d.Note,
		AskedBy: d.AskedBy, AskedAt: utc(d.AskedAt), DecidedBy: d.DecidedBy, DecidedAt: utcOrNone(d.DecidedAt), MayDecide: d.MayDecide,
	}
}
