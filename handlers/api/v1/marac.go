package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/marac"
)

// MARACOverview is what an organisation sees of MARACs.
type MARACOverview struct {
	Waiting  []MARACWaiting   `json:"waiting" doc:"Referrals that were accepted and not taken on yet; of the organisation that runs a MARAC."`
	Cases    []MARACListItem  `json:"cases"`
	Meetings []MARACMeeting   `json:"meetings" doc:"Still to come."`
	Partners []string         `json:"partners" doc:"Who takes part; to the organisation that runs it."`
	Actions  []MARACOwnAction `json:"actions" doc:"What the caller's organisation owes."`
}

// MARACWaiting is a referral that a MARAC has accepted and not taken on.
type MARACWaiting struct {
	ReferralID uuid.UUID `json:"referral_id"`
	Reference  string    `json:"reference"`
	AcceptedAt time.Time `json:"accepted_at"`
}

// MARACMeeting is a day on which a MARAC meets.
type MARACMeeting struct {
	ID      uuid.UUID `json:"id"`
	MeetsOn string    `json:"meets_on"`
}

// MARACListItem is a case at a MARAC, in a list: nothing of who it is about.
type MARACListItem struct {
	ReferralID   uuid.UUID  `json:"referral_id"`
	Reference    string     `json:"reference"`
	MARAC        string     `json:"marac"`
	State        string     `json:"state" enum:"to_list,listed,put_off,heard,again,over"`
	Criteria     []string   `json:"criteria"`
	MeetsOn      string     `json:"meets_on,omitempty"`
	HeardAt      *time.Time `json:"heard_at,omitempty"`
	WatchedUntil *time.Time `json:"watched_until,omitempty" doc:"Until then anything new brings it back."`
	AgainAt      *time.Time `json:"again_at,omitempty" doc:"When something new happened since it was heard."`
	AgainWhy     string     `json:"again_why,omitempty"`
	OpenActions  int        `json:"open_actions"`
}

// MARACCase is a case at a MARAC, as the caller's side is shown it.
type MARACCase struct {
	MARACListItem
	Side     string         `json:"side" enum:"marac,partner,referrer"`
	Shared   map[string]any `json:"shared" doc:"What was shared with the MARAC, as far as those who take part read it; empty to the referrer."`
	Research []MARACSaid    `json:"research"`
	Minutes  []MARACSaid    `json:"minutes"`
	Actions  []MARACAction  `json:"actions"`
}

// MARACSaid is something that an organisation wrote down.
type MARACSaid struct {
	ID           uuid.UUID `json:"id"`
	Words        string    `json:"words" doc:"Empty where it is no longer kept."`
	At           time.Time `json:"at"`
	Organisation string    `json:"organisation"`
}

// MARACAction is what an organisation was asked to do.
type MARACAction struct {
	ID     uuid.UUID  `json:"id"`
	What   string     `json:"what"`
	Owner  string     `json:"owner"`
	DueOn  string     `json:"due_on"`
	DoneAt *time.Time `json:"done_at,omitempty"`
}

// MARACOwnAction is an action that the caller's organisation owes.
type MARACOwnAction struct {
	MARACAction
	ReferralID uuid.UUID `json:"referral_id"`
	Reference  string    `json:"reference"`
}

// The bodies of what is done at a MARAC.
type (
	// MARACScreening says which criteria a referral meets.
	MARACScreening struct {
		Criteria []string `json:"criteria" minItems:"1" maxItems:"4" enum:"score,judgement,escalation,repeat"`
	}
	// MARACListing puts a case on the list of a meeting.
	MARACListing struct {
		MeetingID uuid.UUID `json:"meeting_id"`
	}
	// MARACResearch is what an organisation knows.
	MARACResearch struct {
		Words string `json:"words" minLength:"1" maxLength:"10000"`
	}
	// MARACMinutes are the minutes of a case that was heard.
	MARACMinutes struct {
		Minutes string `json:"minutes" minLength:"1" maxLength:"10000"`
	}
	// NewMARACAction is an action that was agreed on.
	NewMARACAction struct {
		Owner uuid.UUID `json:"owner_organisation_id" doc:"An organisation that takes part."`
		What  string    `json:"what" minLength:"1" maxLength:"1000"`
		DueOn string    `json:"due_on" format:"date"`
	}
	// MARACActionDone names an action that was done.
	MARACActionDone struct {
		ActionID uuid.UUID `json:"action_id"`
	}
	// NewMARACMeeting is a day to meet.
	NewMARACMeeting struct {
		MeetsOn string `json:"meets_on" format:"date"`
	}
	// NewMARACPartner is an organisation that is to take part.
	NewMARACPartner struct {
		OrganisationID uuid.UUID `json:"organisation_id"`
	}
	// MARACInvited says who takes part now.
	MARACInvited struct {
		OrganisationID uuid.UUID `json:"organisation_id"`
	}
)

type (
	maracOut    struct{ Body MARACOverview }
	maracCaseIn struct {
		ID uuid.UUID `path:"id"`
	}
	maracCaseOut    struct{ Body MARACCase }
	maracAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	maracMeetIn    struct{ Body NewMARACMeeting }
	maracMeetOut   struct{ Body MARACMeeting }
	maracInviteIn  struct{ Body NewMARACPartner }
	maracInviteOut struct{ Body MARACInvited }
)

const maracPath = "/api/v1/marac"

// RegisterMARAC adds what is done at a MARAC.
func RegisterMARAC(a *api.API, svc *marac.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: maracPath, ID: "read-marac", Tag: "MARAC", Need: models.RecordKeep, Summary: "What the caller's organisation has to do with MARACs",
	}, func(ctx context.Context, _ *struct{}) (*maracOut, error) {
		o, err := svc.Look(ctx)
		if err != nil {
			return nil, err
		}
		return &maracOut{Body: presentMARAC(&o)}, nil
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: maracPath + "/meetings", ID: "call-marac-meeting", Tag: "MARAC", Need: models.RecordKeep, Status: http.StatusCreated,
		Summary: "Call a meeting", Errors: []int{http.StatusConflict}, Description: "For the organisation that runs the MARAC.",
	}, func(ctx context.Context, in *maracMeetIn) (models.MARACMeeting, error) {
		return svc.Meet(ctx, date(in.Body.MeetsOn))
	}, func(m models.MARACMeeting) *maracMeetOut { return &maracMeetOut{Body: presentMARACMeeting(m)} })
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: maracPath + "/partners", ID: "invite-marac-partner", Tag: "MARAC", Need: models.RecordKeep, Status: http.StatusCreated,
		Summary: "Have another organisation take part", Errors: []int{http.StatusConflict}, Description: "For the organisation that runs the MARAC. Everybody there who works with cases reads what is on a list, but for those whom a conflict of interest keeps from it.",
	}, func(ctx context.Context, in *maracInviteIn) (uuid.UUID, error) {
		return in.Body.OrganisationID, svc.Invite(ctx, in.Body.OrganisationID)
	}, func(id uuid.UUID) *maracInviteOut { return &maracInviteOut{Body: MARACInvited{OrganisationID: id}} })
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: maracPath + "/cases/{id}", ID: "get-marac-case", Tag: "MARAC", Need: models.RecordKeep, Summary: "Read a case at a MARAC, by its referral",
		Description: "To the MARAC; to those who take part, once it is on a list; to the referrer without research and minutes.",
	}, func(ctx context.Context, in *maracCaseIn) (*maracCaseOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &maracCaseOut{Body: presentMARACCase(&v)}, nil
	})
	maracStep(a, "screen", "screen-marac-referral", "Take an accepted referral on, with its criteria", "The clock to the meeting runs from when it was sent. Whoever supports the victim is told.",
		func(ctx context.Context, id uuid.UUID, b MARACScreening) (marac.View, error) {
			return svc.Screen(ctx, id, b.Criteria)
		})
	maracStep(a, "list", "list-marac-case", "Put a case on the list of a meeting", "Once more puts it off. From then on those who take part see it.",
		func(ctx context.Context, id uuid.UUID, b MARACListing) (marac.View, error) {
			return svc.List(ctx, id, b.MeetingID)
		})
	maracStep(a, "research", "add-marac-research", "Say what one's organisation knows", "Never changed; read by the MARAC and those who take part.",
		func(ctx context.Context, id uuid.UUID, b MARACResearch) (marac.View, error) {
			return svc.Research(ctx, id, b.Words)
		})
	maracStep(a, "minutes", "add-marac-minutes", "Keep the minutes of a case that was heard", "The first ones stop the clock to the meeting and begin a year of watching.",
		func(ctx context.Context, id uuid.UUID, b MARACMinutes) (marac.View, error) {
			return svc.Hear(ctx, id, b.Minutes)
		})
	maracStep(a, "actions", "agree-marac-action", "Agree on an action, with its owner and day", "Each has a clock of its own.",
		func(ctx context.Context, id uuid.UUID, b NewMARACAction) (marac.View, error) {
			return svc.Agree(ctx, id, marac.NewAction{OwnerOrgID: b.Owner, What: b.What, DueOn: date(b.DueOn)})
		})
	maracStep(a, "actions/done", "do-marac-action", "Say that an action was done", "Its owner does, or the MARAC on the owner's word.",
		func(ctx context.Context, id uuid.UUID, b MARACActionDone) (marac.View, error) {
			return svc.Done(ctx, id, b.ActionID)
		})
}

func maracStep[B any](a *api.API, path, id, summary, description string, do func(context.Context, uuid.UUID, B) (marac.View, error)) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: maracPath + "/cases/{id}/" + path, ID: id, Tag: "MARAC", Need: models.RecordKeep, Status: http.StatusCreated,
		Summary: summary, Description: description, Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *maracAct[B]) (marac.View, error) { return do(ctx, in.ID, in.Body) },
		func(v marac.View) *maracCaseOut { return &maracCaseOut{Body: presentMARACCase(&v)} })
}

func presentMARACMeeting(m models.MARACMeeting) MARACMeeting {
	return MARACMeeting{ID: m.ID, MeetsOn: m.MeetsOn.Format(time.DateOnly)}
}

func presentMARACItem(c *models.MARACCase, board string, state models.MARACState, open int) MARACListItem {
	out := MARACListItem{
		ReferralID: c.ReferralID, Reference: c.Reference, MARAC: board, State: string(state), Criteria: c.Criteria, HeardAt: utcOrNone(c.HeardAt), WatchedUntil: utcOrNone(c.WatchedUntil),
		AgainAt: utcOrNone(c.AgainAt), AgainWhy: c.AgainWhy, OpenActions: open,
	}
	if c.MeetsOn != nil {
		out.MeetsOn = c.MeetsOn.Format(time.DateOnly)
	}
	return out
}

func presentMARACAction(x marac.Action) MARACAction {
	return MARACAction{ID: x.ID, What: x.What, Owner: x.Owner, DueOn: x.DueOn.Format(time.DateOnly), DoneAt: utcOrNone(x.DoneAt)}
}

func presentMARACSaid(s marac.Said) MARACSaid {
	return MARACSaid{ID: s.ID, Words: s.Words, At: utc(s.At), Organisation: s.Org}
}

func presentMARACCase(v *marac.View) MARACCase {
	open := 0
	for _, x := range v.Actions {
		if x.DoneAt == nil {
			open++
		}
	}
	out := MARACCase{
		MARACListItem: presentMARACItem(&v.MARACCase, v.Board, v.State(), open), Side: v.Side, Shared: v.Papers,
		Research: presented(v.Research, presentMARACSaid), Minutes: presented(v.Minutes, presentMARACSaid), Actions: presented(v.Actions, presentMARACAction),
	}
	if out.Shared == nil {
		out.Shared = map[string]any{}
	}
	return out
}

func presentMARAC(o *marac.Overview) MARACOverview {
	return MARACOverview{
		Waiting: presented(o.Waiting, func(w marac.Waiting) MARACWaiting {
			return MARACWaiting{ReferralID: w.ReferralID, Reference: w.Reference, AcceptedAt: utc(w.AcceptedAt)}
		}),
		Cases: presented(o.Rows, func(r marac.Row) MARACListItem {
			return presentMARACItem(&r.MARACCase, r.Board, r.State(o.Now), r.Open)
		}),
		Meetings: presented(o.Meetings, presentMARACMeeting), Partners: presented(o.Partners, func(p string) string { return p }),
		Actions: presented(o.Actions, func(x marac.OwnAction) MARACOwnAction {
			return MARACOwnAction{MARACAction: presentMARACAction(x.Action), ReferralID: x.ReferralID, Reference: x.Reference}
		}),
	}
}
